//! The two halves of a transformer block, forward and back.

use candle_core::Result;

use super::attention::{self, Shape, attend, attend_back};
use super::rows::{norm, norm_back, swiglu, swiglu_back};
use super::sized;
use super::tiles::Panels;
use super::weights::{Gradients, Inputs, Weights};
use crate::rotary::Angles;

/// Memory that every part of a pass uses in turn.
#[derive(Clone, Debug, Default)]
pub struct Room {
    pub attention: attention::Room,
    pub panels: Panels,
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
    /// Norms (rows, gain's length).
    pub fn forward(&mut self, weights: &Weights, gain: &str, x: &[f32], room: &mut Vec<f32>) -> Result<()> {
        let gain = weights.numbers(gain)?;
        self.x.clear();
        self.x.extend_from_slice(x);
        let normed = sized(room, x.len());
        norm(x, gain, normed, sized(&mut self.inverse, x.len() / gain.len()));
        self.out.set(weights.arithmetic(), normed, gain.len());
        Ok(())
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
        let sum = gradients.add_to(gain)?;
        norm_back(&self.x, weights.numbers(gain)?, &self.inverse, grad, grad_x, sum);
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
        self.normed.out.times(weights, weights.matrix(&format!("{name}.in"))?, qkv, false);
        attention::turn(qkv, dim, angles, Angles::turn);
        let out = sized(&mut self.out, x.len());
        let totals = sized(&mut self.totals, x.len() / crate::config::HEAD_DIM);
        attend(weights.arithmetic(), shape, qkv, out, totals, &mut room.attention);
        self.attended.set(weights.arithmetic(), out, dim);
        self.attended.times(weights, weights.matrix(&format!("{name}.out"))?, x, true);
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
        let grad_out = sized(&mut room.first, grad.len());
        let panels = &mut room.panels;
        self.attended.back(weights, &format!("{name}.out"), grad, (&mut *grad_out, false), gradients, panels)?;
        let grad_qkv = sized(&mut room.second, 3 * grad.len());
        let saved = (&*self.qkv, &*self.out, &*self.totals);
        attend_back(weights.arithmetic(), shape, saved, grad_out, grad_qkv, &mut room.attention);
        attention::turn(grad_qkv, shape.dim, angles, Angles::turn_back);
        let to = (&mut *grad_out, false);
        self.normed.out.back(weights, &format!("{name}.in"), grad_qkv, to, gradients, panels)?;
        self.normed.back(weights, &format!("{name}.norm"), grad_out, grad, gradients)
    }
}

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
        self.normed.forward(weights, gain, x, &mut room.first)?;
        let (into, out) = (weights.matrix(&format!("{name}.in"))?, weights.matrix(&format!("{name}.out"))?);
        let (rows, hidden) = (x.len() / into.inputs(), out.inputs());
        let pre = sized(&mut self.pre, rows * into.outputs());
        self.normed.out.times(weights, into, pre, false);
        let active = sized(&mut room.first, rows * hidden);
        swiglu(pre, hidden, active);
        self.active.set(weights.arithmetic(), active, hidden);
        self.active.times(weights, out, x, true);
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
        let hidden = weights.matrix(&format!("{name}.out"))?.inputs();
        let panels = &mut room.panels;
        let rows = self.pre.len() / (2 * hidden);
        let grad_active = sized(&mut room.first, rows * hidden);
        let to = (&mut *grad_active, false);
        self.active.back(weights, &format!("{name}.out"), grad, to, gradients, panels)?;
        swiglu_back(&mut self.pre, hidden, grad_active);
        let grad_normed = sized(&mut room.second, grad.len());
        let to = (&mut *grad_normed, false);
        self.normed.out.back(weights, &format!("{name}.in"), &self.pre, to, gradients, panels)?;
        self.normed.back(weights, gain, grad_normed, grad, gradients)
    }
}
