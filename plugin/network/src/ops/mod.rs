//! Fused differentiable operations of the training forward, on the CPU and, with the feature
//! `cuda`, on an NVIDIA card. candle's own `rms_norm`, `softmax_last_dim` and `rope` give no
//! gradient, and its unfused ones spend more time on temporary tensors than on arithmetic. On other
//! devices they are what [`plain`] makes of candle's own.

mod attention;
mod copy;
mod cross_entropy;
#[cfg(feature = "cuda")]
pub mod cuda;
mod embedding;
pub(crate) mod gemm;
#[doc(hidden)]
pub mod plain;
mod rms_norm;
mod swiglu;
mod turn;
mod turns;

pub use attention::banded_attention;
pub use copy::{Copied, copy_attention};
pub use cross_entropy::cross_entropy;
pub use embedding::{Sparse, sparse_embedding};
pub use rms_norm::rms_norm;
pub use swiglu::swiglu;
pub use turn::turn;
pub use turns::Turns;

use candle_core::{CpuStorage, Layout, Result, Storage, Tensor};

/// The numbers of a contiguous f32 tensor, as a custom op is given them.
fn floats<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((from, to)) = layout.contiguous_offsets() else {
        candle_core::bail!("a fused operation needs contiguous numbers")
    };
    match storage {
        CpuStorage::F32(numbers) => Ok(&numbers[from..to]),
        _ => candle_core::bail!("a fused operation needs f32 numbers"),
    }
}

/// Reads a tensor's numbers in place.
pub(crate) fn read<R>(tensor: &Tensor, use_numbers: impl FnOnce(&[f32]) -> Result<R>) -> Result<R> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => use_numbers(floats(storage, layout)?),
        _ => candle_core::bail!("a fused operation runs on the CPU only"),
    }
}
