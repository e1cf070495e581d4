//! AdamW where the weights are: everything stays on the card.

use anyhow::{Context as _, Result};
use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor};
use segue_network::Network;

use super::{AdamW, BETAS, EPSILON, LONGEST, WEIGHT_DECAY};

/// The moments of every parameter, one after the other in the order of their names.
pub struct CardAdamW {
    steps: i32,
    first: Tensor,
    second: Tensor,
}

impl CardAdamW {
    /// With the moments of an optimizer on the CPU, to go on on the network's device.
    pub fn from_cpu(optimizer: &AdamW, network: &Network) -> Result<Self> {
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let mut device = Device::Cpu;
        for (name, var) in network.variables() {
            device = var.device().clone();
            match optimizer.moments.get(name) {
                Some(moments) => {
                    first.extend_from_slice(&moments.0);
                    second.extend_from_slice(&moments.1);
                }
                None => {
                    first.resize(first.len() + var.elem_count(), 0.0);
                    second.resize(second.len() + var.elem_count(), 0.0);
                }
            }
        }
        let count = first.len();
        Ok(Self {
            steps: optimizer.steps,
            first: Tensor::from_vec(first, count, &device)?,
            second: Tensor::from_vec(second, count, &device)?,
        })
    }

    /// The same on the CPU, to be saved.
    pub fn to_cpu(&self, network: &Network) -> Result<AdamW> {
        let (first, second) = (self.first.to_vec1::<f32>()?, self.second.to_vec1::<f32>()?);
        let mut optimizer = AdamW { steps: self.steps, ..AdamW::default() };
        let mut at = 0;
        for (name, var) in network.variables() {
            let part = at..at + var.elem_count();
            at = part.end;
            let moments = (first[part.clone()].to_vec(), second[part].to_vec());
            optimizer.moments.insert(name.clone(), moments);
        }
        Ok(optimizer)
    }

    /// Moves every parameter a step along its gradient. Returns the length of the whole gradient
    /// before it was shortened, which the card may still be computing.
    pub fn step(&mut self, network: &Network, gradients: &GradStore, rate: f32) -> Result<Tensor> {
        let mut parts = Vec::new();
        for var in network.variables().values() {
            parts.push(match gradients.get(var) {
                Some(gradient) => gradient.flatten_all()?,
                None => Tensor::zeros(var.elem_count(), var.dtype(), var.device())?,
            });
        }
        let gradient = Tensor::cat(&parts, 0)?.detach();
        let length = gradient.sqr()?.sum_all()?.sqrt()?;
        let shorten = length.recip()?.affine(f64::from(LONGEST), 0.0)?.minimum(1.0)?;
        let gradient = gradient.broadcast_mul(&shorten)?;
        self.steps += 1;
        let blend = |moment: &Tensor, new: &Tensor, keep: f32| -> Result<Tensor> {
            let keep = f64::from(keep);
            Ok((moment.affine(keep, 0.0)? + new.affine(1.0 - keep, 0.0)?)?)
        };
        self.first = blend(&self.first, &gradient, BETAS.0)?;
        self.second = blend(&self.second, &gradient.sqr()?, BETAS.1)?;
        let unbias = |beta: f32| f64::from((1.0 - beta.powi(self.steps)).recip());
        let spread = self.second.affine(unbias(BETAS.1), 0.0)?.sqrt()?.affine(1.0, f64::from(EPSILON))?;
        let along = (self.first.affine(unbias(BETAS.0) * f64::from(rate), 0.0)? / spread)?;
        let mut at = 0;
        for (name, var) in network.variables() {
            let count = var.elem_count();
            let moved = along.narrow(0, at, count)?.reshape(var.shape())?;
            at += count;
            let decay = if var.rank() == 2 { f64::from(rate * WEIGHT_DECAY) } else { 0.0 };
            let kept = var.as_tensor().detach().affine(1.0 - decay, 0.0)?;
            var.set(&(kept - moved)?).with_context(|| format!("the parameter {name}"))?;
        }
        Ok(length)
    }
}
