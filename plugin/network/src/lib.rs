//! Training of Segue's model: the reference forward in candle, and [`backprop`], our own step on a
//! CPU.
//!
//! [`Network`] computes the function that `segue_model` plays one note at a time, on a [`Batch`] of
//! sequences; a test compares their logits. The fused operations in [`ops`] are its arithmetic on a
//! CPU and, with the feature `cuda`, on an NVIDIA card. Another test holds the loss and the
//! gradients of [`backprop`] to it. Only training and tests use this crate: the plugin links no
//! candle.

pub mod backprop;
mod batch;
mod network;
pub mod ops;

pub use batch::Batch;
pub use network::Network;
