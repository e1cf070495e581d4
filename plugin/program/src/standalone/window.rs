//! The window: the plugin's editor with a row for the transport. Main thread only, as systems ask.

mod gui_context;
pub mod plugin_window;
mod transport_bar;
