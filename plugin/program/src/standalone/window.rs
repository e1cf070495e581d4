//! The editor in a window of its own.

use std::error::Error;
use std::sync::Arc;
#[cfg(target_os = "linux")]
use std::{thread, time::Duration};

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::{Editor, EditorHandle, SpawnedEditor};
use nice_plug::prelude::{AsyncExecutor, Params, Plugin};
use segue::editor::Window;
use segue::host::plugin::Segue;

use super::cue::Baton;
use super::panel::Panel;
use super::strip::strip;

/// The plugin's window, not open yet.
pub struct Own {
    window: Window,
    params: Arc<dyn Params>,
}

/// An open one.
pub struct Open(SpawnedEditor<<Window as Editor>::Handle>);

impl Own {
    /// Of an instance, with the clock in it.
    pub fn of(segue: &mut Segue, baton: Baton) -> Option<Self> {
        // Segue has no tasks that a window would ask for.
        let nothing = || Arc::new(|_| ());
        let window = segue.editor(AsyncExecutor::new(nothing(), nothing()))?;
        let window = window.with_strip(Arc::new(move |ui| strip(ui, &baton)));
        Some(Self { window, params: segue.params() })
    }

    /// Opens it, or says why there is no display.
    pub fn open(&self) -> Result<Open, Box<dyn Error>> {
        let panel = GuiContext::new(Arc::new(Panel::of(self.params.clone())));
        self.window.spawn(None, false, None, panel, None).map(Open)
    }
}

impl Open {
    /// Stays open until the player closes it, or `quits`.
    #[cfg(target_os = "linux")]
    pub fn stay(self, quits: impl Fn() -> bool) -> Result<(), Box<dyn Error>> {
        let SpawnedEditor { handle, window } = self.0;
        handle.show(&window)?;
        while window.is_open() && !quits() {
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Stays open until the player closes it. The system wants this thread for itself: whoever quits ends the program.
    #[cfg(not(target_os = "linux"))]
    pub fn stay(self, _quits: impl Fn() -> bool) -> Result<(), Box<dyn Error>> {
        Ok(<Window as Editor>::Handle::run_until_closed(self.0.window)?)
    }
}
