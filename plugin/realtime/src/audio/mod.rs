//! Runs on the host's audio thread. It may touch its own state and [`crate::between`], nothing
//! else. While it processes it never allocates, locks, waits, logs or panics. The one exception is
//! the bounded wait for the composer in the host's offline mode. It must never name the model, the
//! plugin framework or the editor.

pub mod clock;
pub mod echo;
pub mod foot;
mod ids;
mod link;
pub mod moment;
mod output;
mod overrides;
pub mod pace;
pub mod passed;
mod plans;
mod playback;
pub mod player;
pub mod processor;
pub mod revisions;
pub mod scheduler;
pub mod sound;
mod timing;
pub mod tracks;
pub mod voices;
