//! A pass forward and back through the whole network.

use candle_core::{Result, bail};
use segue_model::{Config, Field};

use super::attention::Shape;
use super::blocks::{Attention, FeedForward, Normed, Room};
use super::head::{Head, Questions};
use super::rows::cross_entropy;
use super::sized;
use super::table;
use super::weights::{Gradients, Weights};
use crate::batch::Batch;

/// The memory of a pass, kept for the next one: about 100 kB a note of the longest sequence at the
/// standard size.
#[derive(Clone, Debug)]
pub struct Pass {
    config: Config,
    blocks: Vec<(Attention, FeedForward)>,
    last: Normed,
    head: Head,
    room: Room,
    x: Vec<f32>,
    grad: Vec<f32>,
}

impl Pass {
    /// For networks of that size.
    pub fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            blocks: vec![Default::default(); config.layers],
            last: Normed::default(),
            head: Head::default(),
            room: Room::default(),
            x: Vec::new(),
            grad: Vec::new(),
        }
    }

    /// Nats of each field's answers in a batch of one sequence, summed. Adds the gradient of
    /// `Σ scale · nats` over the fields to `gradients`.
    ///
    /// # Errors
    /// Where the weights are of another network, or the batch holds several sequences.
    pub fn learn(
        &mut self,
        weights: &Weights,
        batch: &Batch,
        scales: [f32; Field::COUNT],
        gradients: &mut Gradients,
    ) -> Result<[f64; Field::COUNT]> {
        let shape = self.trunk(weights, batch)?;
        let dim = shape.dim;
        let grad_states = sized(&mut self.grad, shape.length * dim);
        grad_states.fill(0.0);
        let mut nats = [0.0; Field::COUNT];
        for &field in Field::of_model(&self.config) {
            let index = field as usize;
            let (asked, states) = (questions(field, batch), (&self.last.out, &mut *grad_states));
            nats[index] =
                self.head.learn(weights, asked, scales[index], states, gradients, &mut self.room)?;
        }

        // The states' numbers are no longer needed: `x` becomes the gradient of what was in it.
        let x = sized(&mut self.x, shape.length * dim);
        x.fill(0.0);
        self.last.back(weights, "norm", grad_states, x, gradients)?;
        for (layer, (attention, forward)) in self.blocks.iter_mut().enumerate().rev() {
            let (name, gain) = (format!("block.{layer}.forward"), format!("block.{layer}.forward.norm"));
            forward.back((weights, &name, &gain), x, gradients, &mut self.room)?;
            let name = format!("block.{layer}.attention");
            attention.back((weights, &name), shape, &batch.angles, x, gradients, &mut self.room)?;
        }
        table::add(gradients.add_to("steps")?, dim, &batch.steps, x);
        Ok(nats)
    }

    /// Nats of each field's answers in a batch of one sequence, summed.
    ///
    /// # Errors
    /// As for [`Self::learn`].
    pub fn nats(&mut self, weights: &Weights, batch: &Batch) -> Result<[f64; Field::COUNT]> {
        let shape = self.trunk(weights, batch)?;
        let mut nats = [0.0; Field::COUNT];
        for &field in Field::of_model(&self.config) {
            let asked = questions(field, batch);
            let states = (&self.last.out, shape.length);
            let logits = self.head.forward(weights, asked, states, &mut self.room)?;
            let symbols = logits.len() / shape.length;
            nats[field as usize] = cross_entropy(logits, symbols, asked.targets, 0.0);
        }
        Ok(nats)
    }

    /// Calls `each` with the logits of every field in a batch of one sequence, (rows, symbols).
    ///
    /// # Errors
    /// As for [`Self::learn`].
    pub fn logits(
        &mut self,
        weights: &Weights,
        batch: &Batch,
        mut each: impl FnMut(Field, &[f32]),
    ) -> Result<()> {
        let shape = self.trunk(weights, batch)?;
        for &field in Field::of_model(&self.config) {
            let states = (&self.last.out, shape.length);
            each(field, self.head.forward(weights, questions(field, batch), states, &mut self.room)?);
        }
        Ok(())
    }

    /// Up to the trunk's last states.
    fn trunk(&mut self, weights: &Weights, batch: &Batch) -> Result<Shape> {
        let dim = self.config.dim;
        let rows = batch.angles.len();
        if rows != batch.length {
            bail!("a pass takes one sequence at a time");
        }
        let shape = Shape { length: rows, dim, window: self.config.window };
        let x = sized(&mut self.x, rows * dim);
        table::rows(weights.numbers("steps")?, dim, &batch.steps, x);
        for (layer, (attention, forward)) in self.blocks.iter_mut().enumerate() {
            let name = format!("block.{layer}.attention");
            attention.forward((weights, &name), shape, &batch.angles, x, &mut self.room)?;
            let (name, gain) = (format!("block.{layer}.forward"), format!("block.{layer}.forward.norm"));
            forward.forward((weights, &name, &gain), x, &mut self.room)?;
        }
        self.last.forward(weights, "norm", x, &mut self.room.first)?;
        Ok(shape)
    }
}

/// What a batch asks a field's head.
fn questions(field: Field, batch: &Batch) -> Questions<'_> {
    let index = field as usize;
    Questions {
        name: field.name(),
        asked: &batch.target_rows[index],
        angles: &batch.copy_angles[index],
        copied: &batch.copied[index],
        targets: &batch.targets[index],
    }
}
