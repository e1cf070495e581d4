//! Rotary positions on rows of several heads.

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use segue_model::{Angles, HEAD_DIM};

use super::{floats, plain, read};

/// Turns every head of each row, (rows, heads · HEAD_DIM), by that row's angles.
pub fn turn(x: &Tensor, angles: Arc<[Angles]>) -> Result<Tensor> {
    if plain::serves(x) {
        return plain::turn(x, &angles);
    }
    x.contiguous()?.apply_op1(Turn { angles })
}

struct Turn {
    angles: Arc<[Angles]>,
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

impl CustomOp1 for Turn {
    fn name(&self) -> &'static str {
        "turn"
    }

    fn cpu_fwd(&self, x: &CpuStorage, at: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, width) = at.shape().dims2()?;
        Ok((CpuStorage::F32(self.rows(floats(x, at)?, width, Angles::turn)), at.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let (_, width) = x.dims2()?;
        let out = read(grad, |grad| Ok(self.rows(grad, width, Angles::turn_back)))?;
        Ok(Some(Tensor::from_vec(out, x.shape(), x.device())?))
    }
}
