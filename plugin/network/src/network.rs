//! The training forward: many steps at once, in candle, with gradients.

use std::collections::BTreeMap;

use candle_core::{Device, Result, Tensor, Var};
use segue_model::{Config, Field, HEAD_DIM, initial_numbers, parameters};
use segue_music::Vocabulary;

use crate::batch::Batch;
use crate::ops;

/// A model's parameters as candle tensors.
#[derive(Clone, Debug)]
pub struct Network {
    config: Config,
    vocabulary: Vocabulary,
    tensors: BTreeMap<String, Var>,
}

impl Network {
    /// A fresh one.
    ///
    /// # Errors
    /// Where candle cannot make the tensors.
    pub fn random(config: &Config, seed: u64) -> Result<Self> {
        Self::with_numbers(config, &initial_numbers(config, seed))
    }

    /// One with given numbers, by name: every parameter, each of its size.
    ///
    /// # Errors
    /// Names the parameter that is missing or of another size.
    pub fn with_numbers(config: &Config, numbers: &BTreeMap<String, Vec<f32>>) -> Result<Self> {
        let vocabulary = Vocabulary::new();
        let mut tensors = BTreeMap::new();
        for parameter in parameters(config, &vocabulary) {
            let name = parameter.name;
            let Some(numbers) = numbers.get(&name) else {
                candle_core::bail!("the parameter {name} is missing")
            };
            let tensor = Tensor::from_slice(numbers, parameter.shape, &Device::Cpu)
                .map_err(|error| error.context(format!("the parameter {name}")))?;
            tensors.insert(name, Var::from_tensor(&tensor)?);
        }
        Ok(Self { config: config.clone(), vocabulary, tensors })
    }

    /// A copy on a device, to learn and be scored there.
    ///
    /// # Errors
    /// Where candle cannot move the tensors.
    pub fn on(&self, device: &Device) -> Result<Self> {
        // On the device where it is, it would be the same variable.
        let copied = |(name, var): (&String, &Var)| {
            Ok((name.clone(), Var::from_tensor(&var.to_device(device)?.copy()?)?))
        };
        let tensors = self.tensors.iter().map(copied).collect::<Result<_>>()?;
        Ok(Self { config: self.config.clone(), vocabulary: self.vocabulary.clone(), tensors })
    }

    /// Its size.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its vocabulary.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Every parameter, by name.
    pub fn variables(&self) -> &BTreeMap<String, Var> {
        &self.tensors
    }

    /// The numbers of every parameter, in row order, by name.
    ///
    /// # Errors
    /// Where candle cannot read its tensors.
    pub fn numbers(&self) -> Result<BTreeMap<String, Vec<f32>>> {
        self.tensors.iter().map(|(name, var)| Ok((name.clone(), var.flatten_all()?.to_vec1()?))).collect()
    }

    fn get(&self, name: &str) -> Result<&Tensor> {
        match self.tensors.get(name) {
            Some(var) => Ok(var.as_tensor()),
            None => candle_core::bail!("no parameter {name}"),
        }
    }

    fn linear(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        x.matmul(&self.get(name)?.t()?)
    }

    /// The trunk's last states, (rows, dim).
    fn trunk(&self, batch: &Batch) -> Result<Tensor> {
        let mut x = ops::sparse_embedding(self.get("steps")?, batch.steps.clone())?;
        for layer in 0..self.config.layers {
            let name = |part: &str| format!("block.{layer}.{part}");
            let normed = ops::rms_norm(&x, self.get(&name("attention.norm"))?)?;
            let qkv = self.linear(&normed, &name("attention.in"))?;
            let attended =
                ops::banded_attention(&qkv, batch.angles.clone(), batch.length, self.config.window)?;
            x = (x + self.linear(&attended, &name("attention.out"))?)?;
            let normed = ops::rms_norm(&x, self.get(&name("forward.norm"))?)?;
            let active = ops::swiglu(&self.linear(&normed, &name("forward.in"))?)?;
            x = (x + self.linear(&active, &name("forward.out"))?)?;
        }
        ops::rms_norm(&x, self.get("norm")?)
    }

    /// One field's logits, (rows, symbols), from the trunk's states.
    fn head(&self, field: Field, states: &Tensor, batch: &Batch) -> Result<Tensor> {
        let index = field as usize;
        let name = |part: &str| format!("{}.{part}", field.name());
        let targets = ops::sparse_embedding(self.get(&name("asked"))?, batch.target_rows[index].clone())?;
        let u = (self.linear(states, &name("in"))? + targets)?;
        let normed = ops::rms_norm(&u, self.get(&name("norm"))?)?;
        let active = ops::swiglu(&self.linear(&normed, &name("forward.in"))?)?;
        let u = (u + self.linear(&active, &name("forward.out"))?)?;
        let z = ops::rms_norm(&u, self.get(&name("out.norm"))?)?;
        let mut logits = self.linear(&z, &name("out"))?.broadcast_add(self.get(&name("out.bias"))?)?;
        let turned = ops::turn(&self.linear(&z, &name("copy"))?, batch.copy_angles[index].clone())?;
        let gates = self.linear(&z, &name("gate"))?.broadcast_add(self.get(&name("gate.bias"))?)?;
        for (copy, copied) in batch.copied[index].iter().enumerate() {
            let part = |which: usize| turned.narrow(1, (2 * copy + which) * HEAD_DIM, HEAD_DIM);
            let copies = ops::copy_attention(&part(0)?, &part(1)?, copied.clone())?;
            logits = (logits + copies.broadcast_mul(&gates.narrow(1, copy, 1)?)?)?;
        }
        Ok(logits)
    }

    /// The logits of every field of every example, (rows, symbols) each, by field.
    ///
    /// # Errors
    /// Where candle fails.
    pub fn logits(&self, batch: &Batch) -> Result<Vec<Tensor>> {
        let states = self.trunk(batch)?;
        Field::of_model(&self.config).iter().map(|&field| self.head(field, &states, batch)).collect()
    }

    /// Nats of every field of every target, (rows) each, by field; zero where it does not count.
    ///
    /// # Errors
    /// Where candle fails.
    pub fn nats(&self, batch: &Batch) -> Result<Vec<Tensor>> {
        let logits = self.logits(batch)?;
        let nats = |(logits, targets): (&Tensor, &std::sync::Arc<[Option<u32>]>)| {
            ops::cross_entropy(logits, targets.clone())
        };
        logits.iter().zip(&batch.targets).map(nats).collect()
    }
}
