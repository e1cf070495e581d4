//! The plugin as a host sees it: the built bundle, opened as CLAP and as VST3, and driven by one script.
//!
//! The plugin's own crate is a dependency only so that cargo builds its library first; nothing here calls into it.

mod answer;
mod plugin;
mod vst3_events;
mod vst3_host;
mod vst3_module;
mod vst3_stream;

pub use answer::{ANSWER_CHANNEL, PLAYER_CHANNEL, grid_error, parameter, perform, perform_on, phrase};
pub use plugin::{Format, built};
pub use vst3_host::Vst3Host;
