//! The plugin's editor in a window of the host's.

use anyhow::{Context, Result, ensure};
use clack_extensions::gui::{GuiApiType, GuiConfiguration, GuiSize, PluginGui, Window};

use crate::ClapHost;

/// Windows as this system gives them out.
const HERE: GuiConfiguration<'static> = GuiConfiguration {
    api_type: if cfg!(windows) { GuiApiType::WIN32 } else { GuiApiType::X11 },
    is_floating: false,
};

impl ClapHost {
    /// Opens the editor inside an X11 window, or one of Windows', whose handles have 32 bits as
    /// well. It must outlive the editor. Gives the editor's width and height.
    pub fn open_editor(&mut self, parent: u32) -> Result<(u32, u32)> {
        let gui = self.gui()?;
        let plugin = self.instance.plugin_handle();
        ensure!(gui.is_api_supported(&plugin, HERE), "the plugin's editor does not embed in windows");
        gui.create(&plugin, HERE).context("the plugin makes no editor")?;
        let size = gui.get_size(&plugin).context("the plugin's editor has no size")?;
        // SAFETY: the caller keeps the window until the editor is closed.
        unsafe { gui.set_parent(&plugin, window(parent)) }
            .context("the plugin's editor does not take the window")?;
        // Some plugins are seen without being shown.
        let _hidden = gui.show(&plugin);
        Ok((size.width, size.height))
    }

    /// Gives the open editor another size.
    pub fn resize_editor(&mut self, (width, height): (u32, u32)) -> Result<()> {
        let gui = self.gui()?;
        gui.set_size(&self.instance.plugin_handle(), GuiSize { width, height })
            .context("the plugin's editor does not take the size")
    }

    /// Closes the editor.
    pub fn close_editor(&mut self) -> Result<()> {
        let gui = self.gui()?;
        gui.destroy(&self.instance.plugin_handle());
        Ok(())
    }

    fn gui(&mut self) -> Result<PluginGui> {
        self.instance.plugin_handle().get_extension().context("the plugin has no editor")
    }
}

/// A window of the caller's, as the extension names it.
fn window(handle: u32) -> Window<'static, 'static> {
    if cfg!(windows) {
        // Windows extends handles by their sign.
        let handle = handle.cast_signed() as isize as *mut std::ffi::c_void;
        // SAFETY: whoever opens an editor in it keeps it.
        unsafe { Window::from_win32_hwnd(handle) }
    } else {
        Window::from_x11_handle(handle.into())
    }
}
