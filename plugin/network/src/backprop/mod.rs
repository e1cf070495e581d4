//! The training step by hand: the loss of a sequence and its gradients, forward and back.
//!
//! [`crate::Network`] computes the same with candle, and a test holds this to it, loss and every
//! gradient. Here the memory is kept from pass to pass, gradients are added where they belong at
//! once, and products may have factors in bf16.

mod adamw;
#[cfg(target_arch = "x86_64")]
mod amx;
mod arithmetic;
mod attention;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod blocks;
mod copies;
mod copy_logits;
mod head;
mod linear;
mod overlap;
mod pass;
mod product;
mod rows;
mod simd;
mod table;
mod tiles;
mod weights;

pub use adamw::{AdamW, adamw, add_up};
pub use arithmetic::Arithmetic;
pub use pass::Pass;
pub use weights::{Gradients, Reading, Weights};

/// The first `count` numbers of a buffer, whatever they are; the memory stays from use to use.
fn sized(buffer: &mut Vec<f32>, count: usize) -> &mut [f32] {
    if buffer.len() < count {
        buffer.resize(count, 0.0);
    }
    &mut buffer[..count]
}
