//! The two halves of a transformer block, forward and back.

use candle_core::Result;
use segue_model::{Angles, HEAD_DIM};

use super::arithmetic::Arithmetic;
use super::attention::{self, Shape, attend, attend_back};
use super::linear::{Inputs, Outputs};
use super::rows::{norm, norm_back, swiglu, swiglu_back};
use super::sized;
use super::weights::{Gradients, Weights};

/// Memory that every part of a pass uses in turn.
#[derive(Clone, Debug, Default)]
pub struct Room {
    pub attention: attention::Room,
    pub outputs: Outputs,
    beside: Outputs,
    pub first: Vec<f32>,
    pub second: Vec<f32>,
}

/// RMSNorm before something, and what it keeps.
#[derive(Clone, Debug, Default)]
pub struct Normed {
    x: Vec<f32>,
    inverse: Vec<f32>,
    /// The result.
    pub out: Inputs,
}

impl Normed {
    fn begin(&mut self, arithmetic: Arithmetic, rows: usize, dim: usize) {
        sized(&mut self.x, rows * dim);
        sized(&mut self.inverse, rows);
        self.out.begin(arithmetic, rows, dim);
    }

    /// Norms some rows, from one on.
    fn set(&mut self, arithmetic: Arithmetic, gain: &[f32], from: usize, x: &[f32], room: &mut Vec<f32>) {
        let dim = gain.len();
        self.x[from * dim..][..x.len()].copy_from_slice(x);
        let normed = sized(room, x.len());
        norm(x, gain, normed, &mut self.inverse[from..]);
        self.out.set(arithmetic, from, normed);
    }

    /// Norms (rows, gain's length).
    pub fn forward(&mut self, weights: &Weights, gain: &str, x: &[f32], room: &mut Vec<f32>) -> Result<()> {
        let gain = weights.numbers(gain)?;
        self.begin(weights.arithmetic(), x.len() / gain.len(), gain.len());
        self.set(weights.arithmetic(), gain, 0, x, room);
        Ok(())
    }

    /// Adds to the gradient of some rows of `x`, from that of the result.
    fn back_from(&self, gain: &[f32], from: usize, grad: &[f32], grad_x: &mut [f32], sum: &mut [f32]) {
        norm_back(&self.x[from * gain.len()..], gain, &self.inverse[from..], grad, grad_x, sum);
    }

    /// Adds to the gradient of `x`, from that of the result.
    pub fn back(
        &self,
        weights: &Weights,
        gain: &str,
        grad: &[f32],
        grad_x: &mut [f32],
        gradients: &mut Gradients,
    ) -> Result<()> {
        self.back_from(weights.numbers(gain)?, 0, grad, grad_x, gradients.add_to(gain)?);
        Ok(())
    }
}

/// `x + out · attention(in · norm(x))`.
#[derive(Clone, Debug, Default)]
pub struct Attention {
    normed: Normed,
    qkv: Vec<f32>,
    totals: Vec<f32>,
    out: Vec<f32>,
    attended: Inputs,
}

impl Attention {
    /// Adds to `x`.
    pub fn forward(
        &mut self,
        (weights, name): (&Weights, &str),
        shape: Shape,
        angles: &[Angles],
        x: &mut [f32],
        room: &mut Room,
    ) -> Result<()> {
        let dim = shape.dim;
        self.normed.forward(weights, &format!("{name}.norm"), x, &mut room.first)?;
        let qkv = sized(&mut self.qkv, 3 * x.len());
        self.normed.out.times_all(weights, weights.matrix(&format!("{name}.in"))?, qkv, false);
        attention::turn(qkv, dim, angles, Angles::turn);
        let out = sized(&mut self.out, x.len());
        let totals = sized(&mut self.totals, x.len() / HEAD_DIM);
        attend(weights.arithmetic(), shape, qkv, out, totals, &mut room.attention);
        self.attended.set_all(weights.arithmetic(), out, dim);
        self.attended.times_all(weights, weights.matrix(&format!("{name}.out"))?, x, true);
        Ok(())
    }

    /// Adds to `grad`, which is of the result before and of `x` after.
    pub fn back(
        &self,
        (weights, name): (&Weights, &str),
        shape: Shape,
        angles: &[Angles],
        grad: &mut [f32],
        gradients: &mut Gradients,
        room: &mut Room,
    ) -> Result<()> {
        let (grad_out, outputs) = (sized(&mut room.first, grad.len()), &mut room.outputs);
        let to = (&mut *grad_out, false);
        self.attended.back((weights, &format!("{name}.out")), grad, to, gradients, outputs)?;
        let grad_qkv = sized(&mut room.second, 3 * grad.len());
        let saved = (&*self.qkv, &*self.out, &*self.totals);
        attend_back(weights.arithmetic(), shape, saved, grad_out, grad_qkv, &mut room.attention);
        attention::turn(grad_qkv, shape.dim, angles, Angles::turn_back);
        let to = (&mut *grad_out, false);
        self.normed.out.back((weights, &format!("{name}.in")), grad_qkv, to, gradients, outputs)?;
        self.normed.back(weights, &format!("{name}.norm"), grad_out, grad, gradients)
    }
}

/// Rows that go through a feed-forward half at a time: what is between its products stays in the
/// second-level cache.
const ROWS: usize = 64;

/// `x + out · swiglu(in · norm(x))`.
#[derive(Clone, Debug, Default)]
pub struct FeedForward {
    normed: Normed,
    pre: Vec<f32>,
    active: Inputs,
}

impl FeedForward {
    /// Adds to `x`. The norm has a name of its own.
    pub fn forward(
        &mut self,
        (weights, name, gain): (&Weights, &str, &str),
        x: &mut [f32],
        room: &mut Room,
    ) -> Result<()> {
        let (arithmetic, gain) = (weights.arithmetic(), weights.numbers(gain)?);
        let (into, out) = (weights.matrix(&format!("{name}.in"))?, weights.matrix(&format!("{name}.out"))?);
        let (dim, hidden) = (gain.len(), out.inputs());
        let rows = x.len() / dim;
        self.normed.begin(arithmetic, rows, dim);
        self.active.begin(arithmetic, rows, hidden);
        let pre = sized(&mut self.pre, rows * 2 * hidden);
        for ((block, x), pre) in x.chunks_mut(ROWS * dim).enumerate().zip(pre.chunks_mut(ROWS * 2 * hidden)) {
            let (from, count) = (block * ROWS, x.len() / dim);
            self.normed.set(arithmetic, gain, from, x, &mut room.first);
            self.normed.out.times(weights, into, from..from + count, pre, false);
            let active = sized(&mut room.first, count * hidden);
            swiglu(pre, hidden, active);
            self.active.set(arithmetic, from, active);
            self.active.times(weights, out, from..from + count, x, true);
        }
        Ok(())
    }

    /// Adds to `grad`, which is of the result before and of `x` after. What was kept is used up.
    pub fn back(
        &mut self,
        (weights, name, gain): (&Weights, &str, &str),
        grad: &mut [f32],
        gradients: &mut Gradients,
        room: &mut Room,
    ) -> Result<()> {
        let arithmetic = weights.arithmetic();
        let (into_name, out_name) = (format!("{name}.in"), format!("{name}.out"));
        let (into, out) = (weights.matrix(&into_name)?, weights.matrix(&out_name)?);
        let (dim, hidden) = (out.outputs(), out.inputs());
        let rows = grad.len() / dim;
        let Room { outputs: of_out, beside: of_in, first, second, .. } = room;
        of_out.begin(arithmetic, rows, dim);
        of_in.begin(arithmetic, rows, 2 * hidden);
        let (gain_numbers, gain_sum) = (weights.numbers(gain)?, gradients.add_to(gain)?);
        let blocks = grad.chunks_mut(ROWS * dim).zip(self.pre.chunks_mut(ROWS * 2 * hidden));
        for (block, (grad, pre)) in blocks.enumerate() {
            let (from, count) = (block * ROWS, grad.len() / dim);
            let pre = &mut pre[..count * 2 * hidden];
            of_out.set(arithmetic, from, grad);
            let grad_active = sized(first, count * hidden);
            of_out.back(weights, out, grad, (&mut *grad_active, false));
            swiglu_back(pre, hidden, grad_active);
            of_in.set(arithmetic, from, pre);
            let grad_normed = sized(second, count * dim);
            of_in.back(weights, into, pre, (&mut *grad_normed, false));
            self.normed.back_from(gain_numbers, from, grad_normed, grad, gain_sum);
        }
        of_out.add_to(arithmetic, &self.active, gradients.add_or_set(&out_name)?);
        of_in.add_to(arithmetic, &self.normed.out, gradients.add_or_set(&into_name)?);
        Ok(())
    }
}
