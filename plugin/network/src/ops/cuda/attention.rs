//! Attention within a sliding window, on a card: all scores of a sequence at once, as its memory is
//! large and its products are quick.

use std::sync::Arc;

use candle_core::{CpuStorage, CudaStorage, CustomOp1, Layout, Result, Shape, Tensor};
use segue_model::HEAD_DIM;

use super::{Given, Threads};
use crate::ops::Turns;

const SCALE: f32 = 0.125; // 1 / sqrt(HEAD_DIM)

/// See [`crate::ops::banded_attention`].
pub fn banded_attention(qkv: &Tensor, angles: Arc<Turns>, length: usize, window: usize) -> Result<Tensor> {
    let (rows, width) = qkv.dims2()?;
    let heads = width / (3 * HEAD_DIM);
    let parts = qkv.contiguous()?.apply_op1(SplitHeads { angles, length, heads })?;
    let (queries, keys, values) = (parts.get(0)?, parts.get(1)?, parts.get(2)?);
    let weights = queries.matmul(&keys.t()?)?.apply_op1(BandSoftmax { length, window })?;
    weights.matmul(&values)?.transpose(1, 2)?.reshape((rows, heads * HEAD_DIM))
}

/// Rows of queries, keys and values to (3, sequences, heads, length, HEAD_DIM), the first two
/// turned.
struct SplitHeads {
    angles: Arc<Turns>,
    length: usize,
    heads: usize,
}

impl SplitHeads {
    fn run(&self, device: &super::Device, kernel: &str, x: super::View<'_>) -> Result<super::Slice> {
        let (count, pairs) = (x.len(), x.len() / 2);
        let given = [
            Given::Floats(x),
            Given::Slice(self.angles.on(device)?),
            Given::Size(pairs as i32),
            Given::Size((count / (3 * self.heads * HEAD_DIM * self.length)) as i32),
            Given::Size(self.length as i32),
            Given::Size(self.heads as i32),
        ];
        let [out] = super::run(device, kernel, Threads::numbers(pairs), [count], false, &given)?;
        Ok(out)
    }
}

impl CustomOp1 for SplitHeads {
    fn name(&self) -> &'static str {
        "split-heads"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        candle_core::bail!("this runs on a card only")
    }

    fn cuda_fwd(&self, x: &CudaStorage, at: &Layout) -> Result<(CudaStorage, Shape)> {
        let (rows, _) = at.shape().dims2()?;
        let out = self.run(&x.device, "split_heads", super::floats(x, at)?)?;
        let shape = (3, rows / self.length, self.heads, self.length, HEAD_DIM);
        Ok((super::storage(&x.device, out), shape.into()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        super::read([grad], |device, [grad]| {
            let out = self.run(device, "split_heads_back", grad)?;
            Ok(Some(super::tensor(device, out, x.shape())))
        })
    }
}

/// Scores of (..., length, length) to weights, zero where the window hides a key.
struct BandSoftmax {
    length: usize,
    window: usize,
}

impl CustomOp1 for BandSoftmax {
    fn name(&self) -> &'static str {
        "band-softmax"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        candle_core::bail!("this runs on a card only")
    }

    fn cuda_fwd(&self, scores: &CudaStorage, at: &Layout) -> Result<(CudaStorage, Shape)> {
        let count = at.shape().elem_count();
        let given = [
            Given::Floats(super::floats(scores, at)?),
            Given::Size(self.length as i32),
            Given::Size(self.window as i32),
            Given::Number(SCALE),
        ];
        let (device, threads) = (&scores.device, Threads::rows(count / self.length));
        let [out] = super::run(device, "band_softmax", threads, [count], false, &given)?;
        Ok((super::storage(device, out), at.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, weights: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        super::read([weights, grad], |device, [numbers, grad]| {
            let count = numbers.len();
            let given = [
                Given::Floats(numbers),
                Given::Floats(grad),
                Given::Size(self.length as i32),
                Given::Number(SCALE),
            ];
            let threads = Threads::rows(count / self.length);
            let [out] = super::run(device, "band_softmax_back", threads, [count], false, &given)?;
            Ok(Some(super::tensor(device, out, weights.shape())))
        })
    }
}
