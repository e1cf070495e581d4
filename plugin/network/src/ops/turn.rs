//! Rotary positions on rows of several heads.

use std::sync::Arc;

#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use segue_model::{Angles, HEAD_DIM};

#[cfg(feature = "cuda")]
use super::cuda::{self, Given, Threads};
use super::turns::Turns;
use super::{floats, plain, read};

/// Turns every head of each row, (rows, heads · HEAD_DIM), by that row's angles.
pub fn turn(x: &Tensor, angles: Arc<Turns>) -> Result<Tensor> {
    if plain::serves(x) {
        return plain::turn(x, &angles);
    }
    x.contiguous()?.apply_op1(Turn { angles })
}

struct Turn {
    angles: Arc<Turns>,
}

impl Turn {
    fn rows(&self, x: &[f32], width: usize, apply: impl Fn(&Angles, &mut [f32])) -> Vec<f32> {
        let mut out = x.to_vec();
        for (row, angles) in out.chunks_exact_mut(width).zip(self.angles.iter()) {
            row.chunks_exact_mut(HEAD_DIM).for_each(|head| apply(angles, head));
        }
        out
    }
}

#[cfg(feature = "cuda")]
impl Turn {
    fn on_card(
        &self,
        device: &cuda::Device,
        x: cuda::View<'_>,
        width: usize,
        direction: f32,
    ) -> Result<cuda::Slice> {
        let pairs = x.len() / 2;
        let given = [
            Given::Floats(x),
            Given::Slice(self.angles.on(device)?),
            Given::Size(pairs as i32),
            Given::Size(width as i32),
            Given::Number(direction),
        ];
        let [out] = cuda::run(device, "turn", Threads::numbers(pairs), [2 * pairs], false, &given)?;
        Ok(out)
    }
}

impl CustomOp1 for Turn {
    fn name(&self) -> &'static str {
        "turn"
    }

    fn cpu_fwd(&self, x: &CpuStorage, at: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, width) = at.shape().dims2()?;
        Ok((CpuStorage::F32(self.rows(floats(x, at)?, width, Angles::turn)), at.shape().clone()))
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(&self, x: &CudaStorage, at: &Layout) -> Result<(CudaStorage, Shape)> {
        let (_, width) = at.shape().dims2()?;
        let out = self.on_card(&x.device, cuda::floats(x, at)?, width, 1.0)?;
        Ok((cuda::storage(&x.device, out), at.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let (_, width) = x.dims2()?;
        #[cfg(feature = "cuda")]
        if x.device().is_cuda() {
            return cuda::read([grad], |device, [grad]| {
                Ok(Some(cuda::tensor(device, self.on_card(device, grad, width, -1.0)?, x.shape())))
            });
        }
        let out = read(grad, |grad| Ok(self.rows(grad, width, Angles::turn_back)))?;
        Ok(Some(Tensor::from_vec(out, x.shape(), x.device())?))
    }
}
