//! The forward pass one note at a time, as the plugin runs it: weights and cache in bytes, integer
//! dot products, no tensors and no threads of its own. It turns notes of a context into logits and
//! may use [`crate::shape`]; it never samples, and knows no limits, guards or requests.

pub mod cache;
pub mod cpu;
pub mod decoder;
pub mod expectation;
pub mod floats;
pub mod forward;
mod guidance;
pub mod int_dot;
pub mod lookback;
pub mod matrix;
pub mod model;
pub mod quantised;
pub mod query;
pub mod rings;
pub mod sequence;
pub mod sequence_decoder;
mod untrained;
