//! The gated activation of the feed-forward parts (Shazeer 2020, arXiv 2002.05202).

#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use segue_model::elementary::sigmoid;

#[cfg(feature = "cuda")]
use super::cuda::{self, Given, Threads};
use super::{floats, plain, read};

/// `silu(gate) · value`, the two halves of the last dimension: (rows, 2 · hidden) to (rows,
/// hidden).
pub fn swiglu(x: &Tensor) -> Result<Tensor> {
    if plain::serves(x) {
        return plain::swiglu(x);
    }
    x.contiguous()?.apply_op1(SwiGlu)
}

struct SwiGlu;

impl CustomOp1 for SwiGlu {
    fn name(&self) -> &'static str {
        "swiglu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, at: &Layout) -> Result<(CpuStorage, Shape)> {
        let (rows, width) = at.shape().dims2()?;
        let (x, hidden) = (floats(x, at)?, width / 2);
        let mut out = vec![0.0; rows * hidden];
        for (row, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(hidden)) {
            let (gate, value) = row.split_at(hidden);
            for i in 0..hidden {
                out[i] = gate[i] * sigmoid(gate[i]) * value[i];
            }
        }
        Ok((CpuStorage::F32(out), (rows, hidden).into()))
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(&self, x: &CudaStorage, at: &Layout) -> Result<(CudaStorage, Shape)> {
        let (rows, width) = at.shape().dims2()?;
        let (hidden, device) = (width / 2, &x.device);
        let count = rows * hidden;
        let given =
            [Given::Floats(cuda::floats(x, at)?), Given::Size(count as i32), Given::Size(hidden as i32)];
        let [out] = cuda::run(device, "swiglu", Threads::numbers(count), [count], false, &given)?;
        Ok((cuda::storage(device, out), (rows, hidden).into()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let (rows, width) = x.dims2()?;
        let hidden = width / 2;
        #[cfg(feature = "cuda")]
        if x.device().is_cuda() {
            return cuda::read([x, grad], |device, [numbers, grad]| {
                let count = rows * hidden;
                let given = [
                    Given::Floats(numbers),
                    Given::Floats(grad),
                    Given::Size(count as i32),
                    Given::Size(hidden as i32),
                ];
                let threads = Threads::numbers(count);
                let [out] = cuda::run(device, "swiglu_back", threads, [2 * count], false, &given)?;
                Ok(Some(cuda::tensor(device, out, (rows, width))))
            });
        }
        let out = read(x, |x| {
            read(grad, |grad| {
                let mut out = vec![0.0; rows * width];
                for ((row, grad), out) in
                    x.chunks_exact(width).zip(grad.chunks_exact(hidden)).zip(out.chunks_exact_mut(width))
                {
                    let ((gate, value), (out_gate, out_value)) =
                        (row.split_at(hidden), out.split_at_mut(hidden));
                    for i in 0..hidden {
                        let open = sigmoid(gate[i]);
                        out_gate[i] = grad[i] * value[i] * open * (1.0 + gate[i] * (1.0 - open));
                        out_value[i] = grad[i] * gate[i] * open;
                    }
                }
                Ok(out)
            })
        })?;
        Ok(Some(Tensor::from_vec(out, (rows, width), x.device())?))
    }
}
