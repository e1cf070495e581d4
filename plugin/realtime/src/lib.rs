//! What may run on the audio thread. A crate of its own, so that the compiler keeps the model,
//! locks and the plugin framework out of it: it depends on musical time, a ring buffer and a
//! filter, and on nothing else.

// What a cast may lose is said where it is cast: `between::convert` does it for floats.
#![deny(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_possible_wrap)]

pub mod audio;
pub mod between;
