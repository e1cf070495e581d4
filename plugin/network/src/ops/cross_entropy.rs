//! The loss of one field.

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use segue_model::elementary::exp;

use super::{floats, plain, read};

/// Nats of each target: (rows, symbols) to (rows). A row without a target costs nothing and sends
/// no gradient.
pub fn cross_entropy(logits: &Tensor, targets: Arc<[Option<u32>]>) -> Result<Tensor> {
    if plain::serves(logits) {
        return plain::cross_entropy(logits, &targets);
    }
    logits.contiguous()?.apply_op1(CrossEntropy { targets })
}

struct CrossEntropy {
    targets: Arc<[Option<u32>]>,
}

fn highest(row: &[f32]) -> f32 {
    row.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

impl CustomOp1 for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, at: &Layout) -> Result<(CpuStorage, Shape)> {
        let (rows, symbols) = at.shape().dims2()?;
        let logits = floats(logits, at)?;
        let nats = logits
            .chunks_exact(symbols)
            .zip(self.targets.iter())
            .map(|(row, target)| match target {
                Some(target) => {
                    let top = highest(row);
                    let sum: f32 = row.iter().map(|&x| exp(x - top)).sum();
                    sum.ln() + top - row[*target as usize]
                }
                None => 0.0,
            })
            .collect();
        Ok((CpuStorage::F32(nats), rows.into()))
    }

    fn bwd(&self, logits: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let (rows, symbols) = logits.dims2()?;
        let out = read(logits, |logits| {
            read(grad, |grad| {
                let mut out = vec![0.0; rows * symbols];
                for (((row, out), target), &grad) in logits
                    .chunks_exact(symbols)
                    .zip(out.chunks_exact_mut(symbols))
                    .zip(self.targets.iter())
                    .zip(grad)
                {
                    let Some(target) = target else { continue };
                    let top = highest(row);
                    for (out, &x) in out.iter_mut().zip(row) {
                        *out = exp(x - top);
                    }
                    let scale = grad / out.iter().sum::<f32>();
                    out.iter_mut().for_each(|out| *out *= scale);
                    out[*target as usize] -= grad;
                }
                Ok(out)
            })
        })?;
        Ok(Some(Tensor::from_vec(out, (rows, symbols), logits.device())?))
    }
}
