//! The editor's windows: as large as the project remembers, each with a view of its own.
//!
//! The framework fixes an editor's size when the instance is made, before the project's state is
//! read, and does not tell the content that the window closed. So every window gets a new view,
//! which is dropped with it.

use std::error::Error;
use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize};
use nice_plug::editor::{Editor, HostMethods, ParentWindowHandle, ResizeHint, SpawnedEditor};
use nice_plug_egui::{
    EguiEditorHandle, EguiEditorState, EguiNiceSettings, RepaintNotifier, create_egui_editor,
};
use parking_lot::Mutex;

use super::pixels::whole;
use super::{EditorView, Instance, Strip};
use crate::params::presets::Preset;

/// The first size, and the smallest at which nothing is cut off.
pub const SIZE: LogicalSize<f32> = LogicalSize::new(920.0, 710.0);
pub const SMALLEST: LogicalSize<f32> = LogicalSize::new(600.0, 500.0);

/// The largest size that is believed: more comes from a damaged state.
const LARGEST: u32 = 8192;

/// Opens the windows of an instance.
pub struct Window {
    instance: Instance,
    size: Mutex<Arc<EguiEditorState>>,
    strip: Option<Strip>,
    preset: Option<Preset>,
}

impl Window {
    /// For an instance.
    pub fn new(instance: Instance) -> Self {
        Self { instance, size: Mutex::new(EguiEditorState::from_size(SIZE, 1.0)), strip: None, preset: None }
    }

    /// With a row of controls below the header: the program has its clock there.
    pub fn with_strip(self, strip: Strip) -> Self {
        Self { strip: Some(strip), ..self }
    }

    /// With this preset shown as chosen; the parameters are already set by it.
    pub fn with_preset(self, preset: Option<Preset>) -> Self {
        Self { preset, ..self }
    }

    /// The size as it is, or as it was when the project was saved.
    fn state(&self) -> Arc<EguiEditorState> {
        let mut state = self.size.lock();
        if !state.is_open()
            && let Some(wanted) = self.instance.params.state.window()
            && wanted != whole(state.logical_size())
        {
            let (width, height) = fitting(wanted);
            *state = EguiEditorState::from_size(LogicalSize::new(width, height), 1.0);
        }
        state.clone()
    }
}

fn fitting((width, height): (u32, u32)) -> (f32, f32) {
    let fit = |pixels: u32, least: f32| (pixels.min(LARGEST) as f32).max(least);
    (fit(width, SMALLEST.width), fit(height, SMALLEST.height))
}

impl Editor for Window {
    type Handle = EguiEditorHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        let settings = EguiNiceSettings::new().with_tile("Segue").with_resize_hint(self.resize_hint());
        let mut view = EditorView::new(self.instance.clone());
        view.strip = self.strip.clone();
        view.presets.choose(self.preset.clone());
        let editor = create_egui_editor(self.state(), RepaintNotifier::default(), settings, view);
        editor.ok_or("the editor cannot be made")?.spawn(
            parent,
            wait_for_parent,
            fallback_scale_factor,
            context,
            host,
        )
    }

    fn size(&self) -> NativeSize<u32> {
        let state = self.state();
        NativeSize::from_logical_or_physical(state.logical_size().cast(), state.physical_size())
    }

    fn resize_hint(&self) -> ResizeHint {
        ResizeHint::RESIZABLE.with_min_logical_size(SMALLEST)
    }
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::bounded;
    use nice_plug::params::persist::PersistentField;
    use segue_realtime::between::touch::touch;

    use super::super::memory::Memory;
    use super::*;
    use crate::params::SegueParams;

    #[test]
    fn a_window_is_as_large_as_the_project_remembers_it() {
        let params = Arc::<SegueParams>::default();
        let fingers = Arc::new(Mutex::new(touch().0));
        let (status, commands) = (Arc::default(), bounded(1).0);
        let memory = Arc::new(Memory::in_file(None));
        let window = Window::new(Instance { params: params.clone(), status, commands, fingers, memory });
        let size = |window: &Window| (window.size().width, window.size().height);
        assert_eq!(size(&window), whole(SIZE));
        // (remembered size, size of the window)
        for (saved, expected) in
            [("[1300,900]", (1300, 900)), ("[10,10]", whole(SMALLEST)), ("[4294967295,800]", (LARGEST, 800))]
        {
            let saved = serde_json::from_str(&format!(r#"{{"window":{saved}}}"#)).expect("it is JSON");
            params.state.set(saved);
            assert_eq!(size(&window), expected);
        }
    }
}
