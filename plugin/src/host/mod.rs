//! The plugin as hosts see it: runs on whatever thread the host calls on, the audio thread among them. It may use every other
//! folder. A panic must never leave it, and what it does in `process` keeps the rules of [`segue_realtime::audio`].

pub mod clap_entry;
pub mod framework;
pub mod log;
pub mod plugin;
pub mod preset_discovery;
pub mod preset_load;
pub mod worker_workaround;
