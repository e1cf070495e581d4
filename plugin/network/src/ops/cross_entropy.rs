//! The loss of one field.

use std::sync::Arc;

#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use segue_model::elementary::exp;

#[cfg(feature = "cuda")]
use super::cuda::{self, Given, Threads};
use super::{floats, plain, read};

/// Nats of each target: (rows, symbols) to (rows). A row without a target costs nothing and sends
/// no gradient.
pub fn cross_entropy(logits: &Tensor, targets: Arc<[Option<u32>]>) -> Result<Tensor> {
    if plain::serves(logits) {
        return plain::cross_entropy(logits, &targets);
    }
    logits.contiguous()?.apply_op1(CrossEntropy {
        targets,
        #[cfg(feature = "cuda")]
        sent: Default::default(),
    })
}

struct CrossEntropy {
    targets: Arc<[Option<u32>]>,
    #[cfg(feature = "cuda")]
    sent: cuda::Sent<cuda::Signed>,
}

#[cfg(feature = "cuda")]
impl CrossEntropy {
    /// The targets on a card, -1 where there is none.
    fn on(&self, device: &cuda::Device) -> Result<&cuda::Signed> {
        let symbol = |target: &Option<u32>| target.map_or(-1, |target| target as i32);
        self.sent.or_send(|| device.clone_htod(&self.targets.iter().map(symbol).collect::<Vec<_>>()))
    }
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

    #[cfg(feature = "cuda")]
    fn cuda_fwd(&self, logits: &CudaStorage, at: &Layout) -> Result<(CudaStorage, Shape)> {
        let (rows, symbols) = at.shape().dims2()?;
        let device = &logits.device;
        let given = [
            Given::Floats(cuda::floats(logits, at)?),
            Given::Signed(self.on(device)?),
            Given::Size(symbols as i32),
        ];
        let [out] = cuda::run(device, "cross_entropy", Threads::rows(rows), [rows], false, &given)?;
        Ok((cuda::storage(device, out), rows.into()))
    }

    fn bwd(&self, logits: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let (rows, symbols) = logits.dims2()?;
        #[cfg(feature = "cuda")]
        if logits.device().is_cuda() {
            return cuda::read([logits, grad], |device, [numbers, grad]| {
                let given = [
                    Given::Floats(numbers),
                    Given::Signed(self.on(device)?),
                    Given::Floats(grad),
                    Given::Size(symbols as i32),
                ];
                let threads = Threads::rows(rows);
                let [out] =
                    cuda::run(device, "cross_entropy_back", threads, [rows * symbols], false, &given)?;
                Ok(Some(cuda::tensor(device, out, (rows, symbols))))
            });
        }
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
