//! The training forward of Segue's model: many steps at once, in candle, with gradients.
//!
//! [`Network`] computes the function that `segue_model` plays one note at a time, on a [`Batch`] of
//! sequences; a test compares their logits. The fused operations in [`ops`] are its arithmetic on a
//! CPU. Only training and tests use this crate: the plugin links no candle.

pub mod backprop;
mod batch;
mod network;
pub mod ops;

pub use batch::Batch;
pub use network::Network;
