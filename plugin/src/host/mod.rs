//! The plugin as hosts see it. Runs on whatever thread the host calls on, including the audio
//! thread. It may use every other folder. No panic may leave it, and what it does in `process`
//! follows the rules of [`segue_realtime::audio`].

pub mod clap_entry;
pub mod framework;
pub mod log;
pub mod plugin;
pub mod preset_discovery;
pub mod preset_load;
pub mod worker_workaround;
