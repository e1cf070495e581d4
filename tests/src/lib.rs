//! The plugin as a host sees it: the built bundle, opened as CLAP and as VST3, and driven by one
//! script; and a simulation of hosts around the plugin's own crate, for what must hold of any.

mod answer;
#[cfg(target_os = "linux")]
pub mod editor_open;
pub mod modules;
#[cfg(target_os = "linux")]
mod new_player;
mod plugin;
pub mod simulation;
mod vst3_about;
mod vst3_editor;
mod vst3_events;
mod vst3_host;
mod vst3_module;
mod vst3_stream;
mod watch;
#[cfg(target_os = "linux")]
mod window;

pub use answer::{ANSWER_CHANNEL, PLAYER_CHANNEL, grid_error, parameter, perform, perform_on, phrase};
#[cfg(target_os = "linux")]
pub use new_player::NewPlayer;
pub use plugin::{Format, built};
pub use vst3_editor::{Vst3Controller, Vst3Editor};
pub use vst3_host::Vst3Host;
pub use watch::Watch;
