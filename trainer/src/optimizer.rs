//! AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101), with moments that can be saved: candle's
//! own are private.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use candle_core::{Device, Tensor, backprop::GradStore, safetensors};
use segue_network::Network;

const BETAS: (f32, f32) = (0.9, 0.98);
const EPSILON: f32 = 1e-8;
/// Matrices are pulled towards zero; gains and biases are not.
const WEIGHT_DECAY: f32 = 0.05;
/// Gradients longer than this are shortened to it.
const LONGEST: f32 = 1.0;

/// The moments of every parameter.
#[derive(Default)]
pub struct AdamW {
    steps: i32,
    moments: BTreeMap<String, (Vec<f32>, Vec<f32>)>,
}

impl AdamW {
    /// Moves every parameter of the network a step along its gradient. Returns the length of the
    /// whole gradient before clipping.
    pub fn step(&mut self, network: &Network, gradients: &GradStore, rate: f32) -> Result<f32> {
        let mut read = Vec::new();
        for (name, var) in network.variables() {
            let gradient =
                gradients.get(var).with_context(|| format!("the parameter {name} got no gradient"))?;
            read.push((name, var, gradient.flatten_all()?.to_vec1::<f32>()?));
        }
        let length = read.iter().flat_map(|(_, _, gradient)| gradient).map(|x| x * x).sum::<f32>().sqrt();
        ensure!(length.is_finite(), "the gradient is no number any more; train again with a smaller --rate");
        let shorten = (LONGEST / length).min(1.0);
        self.steps += 1;
        let (unbias_first, unbias_second) = (1.0 - BETAS.0.powi(self.steps), 1.0 - BETAS.1.powi(self.steps));
        for (name, var, gradient) in read {
            let mut numbers = var.flatten_all()?.to_vec1::<f32>()?;
            let decay = if var.rank() == 2 { rate * WEIGHT_DECAY } else { 0.0 };
            let (first, second) = self
                .moments
                .entry(name.clone())
                .or_insert_with(|| (vec![0.0; gradient.len()], vec![0.0; gradient.len()]));
            for (((number, gradient), first), second) in
                numbers.iter_mut().zip(&gradient).zip(first).zip(second)
            {
                let gradient = gradient * shorten;
                *first += (1.0 - BETAS.0) * (gradient - *first);
                *second += (1.0 - BETAS.1) * (gradient * gradient - *second);
                let step = *first / unbias_first / ((*second / unbias_second).sqrt() + EPSILON);
                *number -= rate * step + decay * *number;
            }
            var.set(&Tensor::from_vec(numbers, var.shape(), var.device())?)?;
        }
        Ok(length)
    }

    /// Writes the moments, whole or not at all.
    pub fn save(&self, path: &Path) -> Result<()> {
        let mut tensors = std::collections::HashMap::new();
        for (name, (first, second)) in &self.moments {
            tensors.insert(format!("first.{name}"), Tensor::from_slice(first, first.len(), &Device::Cpu)?);
            tensors.insert(format!("second.{name}"), Tensor::from_slice(second, second.len(), &Device::Cpu)?);
        }
        tensors.insert("steps".into(), Tensor::new(&[self.steps as i64], &Device::Cpu)?);
        let part = path.with_extension("part");
        safetensors::save(&tensors, &part)?;
        std::fs::rename(&part, path).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Reads the moments of a network's parameters.
    pub fn load(path: &Path, network: &Network) -> Result<Self> {
        let tensors = safetensors::load(path, &Device::Cpu)
            .with_context(|| format!("cannot read the moments {}", path.display()))?;
        let moment = |name: String, count: usize| -> Result<Vec<f32>> {
            let tensor = tensors.get(&name).with_context(|| format!("{} has no {name}", path.display()))?;
            ensure!(tensor.elem_count() == count, "{} has a {name} of another size", path.display());
            Ok(tensor.flatten_all()?.to_vec1()?)
        };
        let steps = tensors.get("steps").with_context(|| format!("{} has no steps", path.display()))?;
        let steps = i32::try_from(steps.to_vec1::<i64>()?.first().copied().unwrap_or(0))?;
        let mut moments = BTreeMap::new();
        for (name, var) in network.variables() {
            let count = var.elem_count();
            moments.insert(
                name.clone(),
                (moment(format!("first.{name}"), count)?, moment(format!("second.{name}"), count)?),
            );
        }
        Ok(Self { steps, moments })
    }
}
