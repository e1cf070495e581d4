//! AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101), with moments that can be saved: candle's
//! own are private.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context as _, Result, ensure};
use candle_core::{CpuStorage, Device, InplaceOp1, Layout, Tensor, Var, safetensors};
use segue_network::Network;
use segue_network::backprop::{self, Gradients, adamw, add_up};

use crate::parallel::spread;

mod card;

pub use card::CardAdamW;

const BETAS: (f32, f32) = (0.9, 0.98);
const EPSILON: f32 = 1e-8;
/// Matrices are pulled towards zero; gains and biases are not.
const WEIGHT_DECAY: f32 = 0.05;
/// Gradients longer than this are shortened to it.
const LONGEST: f32 = 1.0;

/// The moments of every parameter, on the CPU.
#[derive(Default)]
pub struct AdamW {
    steps: i32,
    moments: BTreeMap<String, (Vec<f32>, Vec<f32>)>,
}

impl AdamW {
    /// Moves every parameter of the network a step along its gradient, the sum of the lanes, on
    /// this many threads. Returns the length of the whole gradient before it was shortened.
    pub fn step(
        &mut self,
        network: &Network,
        lanes: &mut [Gradients],
        rate: f32,
        threads: usize,
    ) -> Result<f32> {
        let mut gradients: BTreeMap<&str, Vec<&mut Vec<f32>>> = BTreeMap::new();
        for (name, lane) in lanes.iter_mut().flat_map(Gradients::by_name) {
            gradients.entry(name).or_default().push(lane);
        }
        let mut workers = vec![(); threads.max(1)];
        let sums = spread(&mut workers, gradients.values_mut().collect(), |_, lanes| {
            Ok(lanes.split_first_mut().map_or(0.0, |(sum, others)| add_up(sum, others)))
        })?;
        let length = sums.iter().sum::<f64>().sqrt() as f32;
        ensure!(length.is_finite(), "the gradient is no number any more; train again with a smaller --rate");
        self.steps += 1;
        for (name, var) in network.variables() {
            let zero = || (vec![0.0; var.elem_count()], vec![0.0; var.elem_count()]);
            self.moments.entry(name.clone()).or_insert_with(zero);
        }
        let step = backprop::AdamW {
            rate,
            decay: rate * WEIGHT_DECAY,
            shorten: (LONGEST / length).min(1.0),
            betas: BETAS,
            unbias: (1.0 - BETAS.0.powi(self.steps), 1.0 - BETAS.1.powi(self.steps)),
            epsilon: EPSILON,
        };
        let mut tasks = Vec::new();
        for (name, (first, second)) in &mut self.moments {
            let var = network.variables().get(name);
            let gradient = gradients.get(name.as_str()).and_then(|lanes| lanes.first());
            let (var, gradient) =
                var.zip(gradient).with_context(|| format!("the parameter {name} got no gradient"))?;
            let step = if var.rank() == 2 { step } else { backprop::AdamW { decay: 0.0, ..step } };
            tasks.push((var, Move { step, gradient, moments: Mutex::new((first, second)) }));
        }
        spread(&mut workers, tasks, |_, (var, step)| step.apply(var))?;
        Ok(length)
    }

    /// Steps taken.
    pub fn steps(&self) -> u64 {
        self.steps.unsigned_abs().into()
    }

    /// Writes the moments.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut tensors = std::collections::HashMap::new();
        for (name, (first, second)) in &self.moments {
            tensors.insert(format!("first.{name}"), Tensor::from_slice(first, first.len(), &Device::Cpu)?);
            tensors.insert(format!("second.{name}"), Tensor::from_slice(second, second.len(), &Device::Cpu)?);
        }
        tensors.insert("steps".into(), Tensor::new(&[self.steps as i64], &Device::Cpu)?);
        safetensors::save(&tensors, path).with_context(|| format!("cannot write {}", path.display()))
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

/// A step of one parameter, in its own memory.
struct Move<'a> {
    step: backprop::AdamW,
    gradient: &'a [f32],
    moments: Mutex<(&'a mut [f32], &'a mut [f32])>,
}

impl Move<'_> {
    fn apply(&self, var: &Var) -> Result<()> {
        Ok(var.inplace_op1(self)?)
    }

    fn walk(&self, numbers: &mut [f32]) -> candle_core::Result<()> {
        let Ok(mut moments) = self.moments.lock() else { candle_core::bail!("a step fell") };
        let (first, second) = &mut *moments;
        adamw(&self.step, numbers, self.gradient, first, second);
        Ok(())
    }
}

impl InplaceOp1 for Move<'_> {
    fn name(&self) -> &'static str {
        "adamw"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
        let (CpuStorage::F32(numbers), Some((from, to))) = (storage, layout.contiguous_offsets()) else {
            candle_core::bail!("a parameter is f32 and contiguous")
        };
        self.walk(&mut numbers[from..to])
    }
}
