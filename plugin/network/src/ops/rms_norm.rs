//! Root-mean-square normalisation (Zhang and Sennrich 2019, arXiv 1910.07467).

#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use segue_model::elementary::EPSILON;

#[cfg(feature = "cuda")]
use super::cuda::{self, Given, Threads};
use super::{floats, plain, read};

/// `x / rms(x) · gain` over the last dimension; `x` is (..., dim), `gain` (dim).
pub fn rms_norm(x: &Tensor, gain: &Tensor) -> Result<Tensor> {
    if plain::serves(x) {
        return plain::rms_norm(x, gain);
    }
    x.contiguous()?.apply_op2(gain, RmsNorm)
}

struct RmsNorm;

/// Rows that a block goes through on the way back on a card, before it adds to the gain's gradient.
#[cfg(feature = "cuda")]
const ROWS: usize = 16;

fn inverse_rms(row: &[f32]) -> f32 {
    (row.iter().map(|x| x * x).sum::<f32>() / row.len() as f32 + EPSILON).sqrt().recip()
}

impl CustomOp2 for RmsNorm {
    fn name(&self) -> &'static str {
        "rms-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        at: &Layout,
        gain: &CpuStorage,
        gain_at: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, gain) = (floats(x, at)?, floats(gain, gain_at)?);
        let mut out = vec![0.0; x.len()];
        for (row, out) in x.chunks_exact(gain.len()).zip(out.chunks_exact_mut(gain.len())) {
            let scale = inverse_rms(row);
            for ((out, x), gain) in out.iter_mut().zip(row).zip(gain) {
                *out = x * scale * gain;
            }
        }
        Ok((CpuStorage::F32(out), at.shape().clone()))
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        x: &CudaStorage,
        at: &Layout,
        gain: &CudaStorage,
        gain_at: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let dim = gain_at.shape().elem_count();
        let (count, device) = (at.shape().elem_count(), &x.device);
        let given = [
            Given::Floats(cuda::floats(x, at)?),
            Given::Floats(cuda::floats(gain, gain_at)?),
            Given::Size(dim as i32),
            Given::Number(EPSILON),
        ];
        let [out] = cuda::run(device, "rms_norm", Threads::rows(count / dim), [count], false, &given)?;
        Ok((cuda::storage(device, out), at.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        gain: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (shape, dim) = (x.shape(), gain.elem_count());
        #[cfg(feature = "cuda")]
        if x.device().is_cuda() {
            return cuda::read([x, gain, grad], |device, [numbers, gain, grad]| {
                let rows = numbers.len() / dim;
                let given = [
                    Given::Floats(numbers),
                    Given::Floats(gain),
                    Given::Floats(grad),
                    Given::Size(rows as i32),
                    Given::Size(ROWS as i32),
                    Given::Size(dim as i32),
                    Given::Number(EPSILON),
                ];
                let each = dim.next_multiple_of(32);
                if each > 1024 {
                    candle_core::bail!("a block has 1024 threads, and rows are {dim} numbers")
                }
                let threads = Threads { blocks: rows.div_ceil(ROWS), each, shared: 0 };
                let [x, gain] = cuda::run(device, "rms_norm_back", threads, [rows * dim, dim], true, &given)?;
                Ok((Some(cuda::tensor(device, x, shape)), Some(cuda::tensor(device, gain, dim))))
            });
        }
        let mut grad_gain = vec![0.0; dim];
        let grad_x = read(x, |x| {
            read(gain, |gain| {
                read(grad, |grad| {
                    let mut grad_x = vec![0.0; x.len()];
                    for ((row, grad), out) in
                        x.chunks_exact(dim).zip(grad.chunks_exact(dim)).zip(grad_x.chunks_exact_mut(dim))
                    {
                        let scale = inverse_rms(row);
                        let mut along = 0.0;
                        for i in 0..dim {
                            along += grad[i] * gain[i] * row[i];
                            grad_gain[i] += grad[i] * row[i] * scale;
                        }
                        let along = along * scale * scale / dim as f32;
                        for i in 0..dim {
                            out[i] = scale * (grad[i] * gain[i] - row[i] * along);
                        }
                    }
                    Ok(grad_x)
                })
            })
        })?;
        Ok((
            Some(Tensor::from_vec(grad_x, shape, x.device())?),
            Some(Tensor::from_vec(grad_gain, dim, x.device())?),
        ))
    }
}
