//! Where models come from: the built-in one, and those in the player's folder. Runs on the
//! composer's thread, or on a thread of its own while a model is loaded. It may read files,
//! allocate and lock; the audio thread must never come here.

pub mod embedded;
pub mod folder;
