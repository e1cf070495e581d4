//! Soft guards on the logits, against what a model that is fed with its own notes drifts into.

pub mod density;
pub mod key;
pub mod motif;
pub mod range;
pub mod repetition;
pub mod subdivision;
pub mod texture;
