//! The plugin's editor in a window of the program.

use std::error::Error;
use std::sync::Arc;
#[cfg(target_os = "linux")]
use std::{thread, time::Duration};

use egui::Ui;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::{Editor, EditorHandle, SpawnedEditor};
use nice_plug::prelude::{AsyncExecutor, Params, Plugin};
use segue::editor::Window;
use segue::host::plugin::Segue;
use segue::params::presets::Preset;

use super::gui_context::ParameterContext;
use super::transport_bar::transport_bar;
use crate::standalone::sound_status::SoundStatus;
use crate::standalone::transport::handle::TransportHandle;

/// The window, not open yet.
pub struct PluginWindow {
    window: Window,
    params: Arc<dyn Params>,
}

/// The open window.
pub struct OpenWindow(SpawnedEditor<<Window as Editor>::Handle>);

impl PluginWindow {
    /// The window of an instance, with a row for the transport. `preset` is the one that was
    /// applied to the instance.
    pub fn new(
        segue: &mut Segue,
        transport: TransportHandle,
        sound: SoundStatus,
        preset: Option<Preset>,
    ) -> Option<Self> {
        // The editor asks for no tasks.
        let no_tasks = || Arc::new(|_| ());
        let window = segue.editor(AsyncExecutor::new(no_tasks(), no_tasks()))?;
        let bar = move |ui: &mut Ui| transport_bar(ui, &transport, &sound);
        let window = window.with_strip(Arc::new(bar)).with_preset(preset);
        Some(Self { window, params: segue.params() })
    }

    /// Opens it.
    ///
    /// # Errors
    /// Why it cannot be opened: there is no display.
    pub fn open(&self) -> Result<OpenWindow, Box<dyn Error>> {
        let context = GuiContext::new(Arc::new(ParameterContext::new(self.params.clone())));
        self.window.spawn(None, false, None, context, None).map(OpenWindow)
    }
}

impl OpenWindow {
    /// Keeps it open until the player closes it, or `quits` returns true.
    #[cfg(target_os = "linux")]
    pub fn stay(self, quits: impl Fn() -> bool) -> Result<(), Box<dyn Error>> {
        let SpawnedEditor { handle, window } = self.0;
        handle.show(&window)?;
        while window.is_open() && !quits() {
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Keeps it open until the player closes it. These systems want the main thread for windows, so
    /// `quits` is not asked: quitting ends the program.
    #[cfg(not(target_os = "linux"))]
    pub fn stay(self, _quits: impl Fn() -> bool) -> Result<(), Box<dyn Error>> {
        Ok(<Window as Editor>::Handle::run_until_closed(self.0.window)?)
    }
}
