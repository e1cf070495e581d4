//! Root-mean-square normalisation (Zhang and Sennrich 2019, arXiv 1910.07467).

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use segue_model::elementary::EPSILON;

use super::{floats, plain, read};

/// `x / rms(x) · gain` over the last dimension; `x` is (..., dim), `gain` (dim).
pub fn rms_norm(x: &Tensor, gain: &Tensor) -> Result<Tensor> {
    if plain::serves(x) {
        return plain::rms_norm(x, gain);
    }
    x.contiguous()?.apply_op2(gain, RmsNorm)
}

struct RmsNorm;

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

    fn bwd(
        &self,
        x: &Tensor,
        gain: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (shape, dim) = (x.shape(), gain.elem_count());
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
