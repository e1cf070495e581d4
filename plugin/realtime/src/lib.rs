//! What may run on the audio thread. A crate of its own, so that the compiler keeps the model,
//! locks and the plugin framework out of it: it depends on musical time, a ring buffer and a
//! filter, and on nothing else.

pub mod audio;
pub mod between;
