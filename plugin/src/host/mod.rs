//! The plugin as hosts see it. Runs on whatever thread the host calls on, including the audio
//! thread. It may use every other folder. No panic may leave it, and what it does in `process`
//! follows the rules of [`segue_realtime::audio`].

pub mod clap_calls;
pub mod clap_entry;
pub mod clap_instance;
pub mod framework;
pub mod log;
pub mod note_names;
pub mod plugin;
pub mod preset_discovery;
pub mod preset_load;
pub mod remote_controls;
pub mod triggers;
pub mod worker_workaround;
