//! The sequences of a batch on several threads.
//!
//! Every sequence is learned by itself, and its gradients are added in one of a few lanes that do
//! not depend on the number of threads. Lanes are added up in their order, so that a run gives the
//! same bits on any number of threads.

use std::sync::Mutex;

use anyhow::Result;
use segue_model::{Field, Sequence};
use segue_network::backprop::{Arithmetic, Gradients, Pass, Weights};
use segue_network::{Batch, Network};

use crate::measure::Measure;
use crate::passage::Passage;
use crate::score::{self, Bits, ByKind};

/// Sums of gradients that are kept apart, and the most threads that a step can use.
pub const LANES: usize = 4;

/// Works at tasks on as many threads as there are workers; the results are in the tasks' order. A
/// thread takes the next task when it is done with one.
pub fn spread<W: Send, T: Send, R: Send>(
    workers: &mut [W],
    tasks: Vec<T>,
    work: impl Fn(&mut W, T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    if let [worker] = workers {
        return tasks.into_iter().map(|task| work(worker, task)).collect();
    }
    let done: Mutex<Vec<(usize, Result<R>)>> = Mutex::new(Vec::with_capacity(tasks.len()));
    let count = tasks.len();
    let tasks = Mutex::new(tasks.into_iter().enumerate());
    let next = || tasks.lock().map_or(None, |mut tasks| tasks.next());
    std::thread::scope(|scope| {
        for worker in workers.iter_mut().take(count) {
            scope.spawn(|| {
                while let Some((place, task)) = next() {
                    let result = work(worker, task);
                    if let Ok(mut done) = done.lock() {
                        done.push((place, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Finds gradients on the CPU, batch by batch.
pub struct Learner {
    weights: Weights,
    passes: Vec<Pass>,
    lanes: Vec<Gradients>,
}

impl Learner {
    /// For networks of this one's size.
    pub fn new(network: &Network, arithmetic: Arithmetic, threads: usize) -> Self {
        let threads = threads.clamp(1, LANES);
        Self {
            weights: Weights::new(arithmetic),
            passes: (0..threads).map(|_| Pass::new(network.config())).collect(),
            lanes: Vec::new(),
        }
    }

    /// How many threads it uses.
    pub fn threads(&self) -> usize {
        self.passes.len()
    }

    /// Bits a note of a batch, the sum of each field's mean over the answers that count, and in
    /// [`Self::gradients`] its gradient.
    pub fn learn(&mut self, network: &Network, sequences: &[Sequence]) -> Result<f64> {
        self.read(network)?;
        let lanes = sequences.len().clamp(1, LANES);
        self.lanes.truncate(lanes);
        self.lanes.resize_with(lanes, || Gradients::new(network));
        self.lanes.iter_mut().for_each(Gradients::clear);
        let scales = Field::WITH_PEDAL.map(|field| {
            let count: usize = sequences.iter().map(|sequence| sequence.scored(field)).sum();
            1.0 / count.max(1) as f32
        });
        let weights = &self.weights;
        let tasks = self.lanes.iter_mut().enumerate().collect();
        let nats = spread(&mut self.passes, tasks, |pass, (lane, gradients)| {
            let mut nats = 0.0;
            for sequence in sequences.iter().skip(lane).step_by(lanes).filter(|sequence| !sequence.is_empty())
            {
                let batch =
                    Batch::new(std::slice::from_ref(sequence), network.config(), network.vocabulary());
                let sums = pass.learn(weights, &batch, scales, gradients)?;
                nats += sums.iter().zip(scales).map(|(sum, scale)| sum * f64::from(scale)).sum::<f64>();
            }
            Ok(nats)
        })?;
        Ok(nats.iter().sum::<f64>() / std::f64::consts::LN_2)
    }

    /// Nats of each sequence's answers, all fields together.
    pub fn nats(&mut self, network: &Network, sequences: &[&Sequence]) -> Result<Vec<f64>> {
        self.read(network)?;
        let weights = &self.weights;
        spread(&mut self.passes, sequences.to_vec(), |pass, sequence| {
            if sequence.is_empty() {
                return Ok(0.0);
            }
            let batch = Batch::new(std::slice::from_ref(sequence), network.config(), network.vocabulary());
            Ok(pass.nats(weights, &batch)?.iter().sum())
        })
    }

    /// Leaves in [`Self::gradients`] that of the sum of the sequences' nats, each times its weight,
    /// which may be negative.
    pub fn learn_weighed(&mut self, network: &Network, sequences: &[(&Sequence, f32)]) -> Result<()> {
        self.read(network)?;
        let lanes = sequences.len().clamp(1, LANES);
        self.lanes.truncate(lanes);
        self.lanes.resize_with(lanes, || Gradients::new(network));
        self.lanes.iter_mut().for_each(Gradients::clear);
        let weights = &self.weights;
        let tasks = self.lanes.iter_mut().enumerate().collect();
        spread(&mut self.passes, tasks, |pass, (lane, gradients)| {
            let own = sequences.iter().skip(lane).step_by(lanes);
            for &(sequence, weight) in own.filter(|(sequence, _)| !sequence.is_empty()) {
                let sequences = std::slice::from_ref(sequence);
                let batch = Batch::new(sequences, network.config(), network.vocabulary());
                pass.learn(weights, &batch, [weight; Field::COUNT], gradients)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    fn read(&mut self, network: &Network) -> Result<()> {
        spread(&mut self.passes, self.weights.readings(network), |_, reading| Ok(reading.run()?))?;
        Ok(())
    }

    /// Sequences of a batch, drawn each by its number.
    pub fn draw(&mut self, batch: usize, draw: impl Fn(usize) -> Sequence + Sync) -> Result<Vec<Sequence>> {
        spread(&mut self.passes, (0..batch).collect(), |_, number| Ok(draw(number)))
    }

    /// Bits of passages by kind, as [`score::score`] counts them, in the arithmetic that learns.
    pub fn score(&mut self, network: &Network, passages: &[Passage], measure: Measure) -> Result<ByKind> {
        self.read(network)?;
        let (weights, values) = (&self.weights, measure.values_of(network.config()));
        let bits = spread(&mut self.passes, passages.iter().collect(), |pass, passage: &Passage| {
            let mut bits = Bits::default();
            if passage.sequence.is_empty() {
                return Ok(bits);
            }
            let sequences = std::slice::from_ref(&passage.sequence);
            let batch = Batch::new(sequences, network.config(), network.vocabulary());
            pass.logits(weights, &batch, |field, logits| {
                let rows = logits.chunks_exact(logits.len() / passage.sequence.len());
                score::answers_of(passage, &values, field, rows, |field, probabilities, value| {
                    bits.add(field, score::nats(probabilities[value]));
                });
            })?;
            Ok(bits)
        })?;
        let mut kinds = ByKind::new();
        for (passage, bits) in passages.iter().zip(bits) {
            kinds.entry(passage.kind.clone()).or_default().merge(&bits);
        }
        Ok(kinds)
    }

    /// The gradients of the last batch: the sum of the lanes.
    pub fn gradients(&mut self) -> &mut [Gradients] {
        &mut self.lanes
    }
}
