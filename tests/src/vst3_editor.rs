//! A VST3 editor in a window of the host's: X11's, or that of Windows.

use std::ffi::c_void;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use vst3::ComPtr;
use vst3::Steinberg::Vst::{IEditController, IEditControllerTrait};
use vst3::Steinberg::{
    IPlugView, IPlugViewTrait, kPlatformTypeHWND, kPlatformTypeX11EmbedWindowID, kResultOk,
};

use crate::vst3_module::Module;

/// What of an instance is for the thread that made it, while another one plays.
pub struct Vst3Controller {
    pub(crate) controller: ComPtr<IEditController>,
    // Dropped last: the interface above is code in it.
    pub(crate) _module: Arc<Module>,
}

impl Vst3Controller {
    /// Opens the editor in a window. The host lends no loop of its own, as some do not: what the
    /// framework has to do for its editor it does elsewhere.
    pub fn open_editor(&self, window: u32) -> Result<Vst3Editor> {
        // SAFETY: the name ends with zero; the view comes with a reference of ours, which ComPtr
        // gives back.
        let view = unsafe { ComPtr::from_raw(self.controller.createView(c"editor".as_ptr())) };
        let view = view.context("the plugin has no editor")?;
        let (window, kind) = if cfg!(windows) {
            // Handles have 32 bits there, and are extended by their sign.
            (window.cast_signed() as isize as *mut c_void, kPlatformTypeHWND)
        } else {
            (window as usize as *mut c_void, kPlatformTypeX11EmbedWindowID)
        };
        // SAFETY: a number in a pointer's place is how windows are named here; it is alive, and so
        // is the view.
        let result = unsafe { view.attached(window, kind) };
        ensure!(result == kResultOk, "the editor does not open: {result}");
        Ok(Vst3Editor(view))
    }
}

/// An editor that is open. It is for the thread that opened it.
pub struct Vst3Editor(ComPtr<IPlugView>);

impl Vst3Editor {
    /// Takes it out of its window.
    pub fn close(self) -> Result<()> {
        // SAFETY: it is in one.
        let result = unsafe { self.0.removed() };
        ensure!(result == kResultOk, "the editor does not close: {result}");
        Ok(())
    }
}
