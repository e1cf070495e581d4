//! A round of self-play, and what came of it.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::{Checkpoint, Model, Sequence};
use segue_network::Network;
use segue_network::backprop::Arithmetic;
use serde::{Deserialize, Serialize};

use super::pair::{self, Pair};
use super::preference::{Nats, Preference};
use crate::curve;
use crate::excerpt::Lengths;
use crate::measure::Measure;
use crate::optimizer::AdamW;
use crate::parallel::Learner;
use crate::passage::Passage;
use crate::progress_bar::bar;
use crate::record::Record;
use crate::score;
use crate::table::Table;

/// Steps between two saves.
const SAVE_EVERY: usize = 25;
/// Pairs of held-out prompts that a round is judged by.
const JUDGED: usize = 32;
/// Prompts tried until one holds enough notes.
const TRIES: usize = 1000;

/// How a round goes.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Pairs it learns from.
    pub pairs: usize,
    /// Of them in a step.
    pub batch: usize,
    /// Bars of prompts and continuations.
    pub lengths: Lengths,
    /// What is preferred how strongly.
    pub preference: Preference,
    /// The learning rate.
    pub rate: f32,
    /// What chance begins from.
    pub seed: u64,
    /// What matrix products are computed in.
    pub arithmetic: Arithmetic,
    /// How many threads learn.
    pub threads: usize,
}

/// How far a run has come, and its table; saved beside its weights.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Course {
    /// Whole rounds.
    pub round: usize,
    /// Steps of the round under way.
    pub step: usize,
    /// Notes read in all.
    pub notes: u64,
    /// (pairs, loss in nats, a moving mean) while learning.
    losses: Vec<(f64, f64)>,
    rows: Vec<Row>,
}

/// What a model is worth after a round.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    round: usize,
    /// Bits a note of people's music, the mean over kinds.
    bits: f64,
    /// Of held-out pairs, how often people's continuation got likelier by more than the first
    /// model's own; by how many nats a note; and people's nats a note.
    right: f64,
    margin: f64,
    people: f64,
}

impl Round {
    /// Learns from the pairs that are left of this round.
    pub fn run(
        &self,
        reference: Checkpoint,
        (train, valid, watched): (&[Record], &[Record], &[Passage]),
        (network, optimizer, course): (&Network, &mut AdamW, &mut Course),
        mut save: impl FnMut(&Network, &AdamW, &Course) -> Result<()>,
    ) -> Result<()> {
        let number = course.round as u64;
        let mut learner = Learner::new(network, self.arithmetic, self.threads);
        let frozen = Network::with_numbers(&reference.config, &reference.numbers)?;
        let mut judge = Learner::new(&frozen, self.arithmetic, self.threads);
        let model = Arc::new(Model::from_checkpoint(reference)?);
        let held_out = self.held_out(valid, &model)?;
        let before = nats(&mut judge, &frozen, &held_out)?;
        if course.rows.is_empty() {
            course.rows.push(self.row(0, network, &mut learner, watched, (&held_out, &before))?);
        }
        let steps = self.pairs.div_ceil(self.batch);
        let progress =
            bar((steps * self.batch) as u64, "{bar:24} {human_pos}/{human_len} pairs  {msg}  {eta} left");
        while course.step < steps {
            let seed =
                u128::from(self.seed) << 64 | u128::from(number) << 40 | (course.step as u128) << 1 | 1;
            let mut random = Pcg64Mcg::new(seed);
            let pairs: Vec<Pair> =
                (0..self.batch).map(|_| self.pair(train, &model, &mut random)).collect::<Result<_>>()?;
            let (before, now) = (nats(&mut judge, &frozen, &pairs)?, nats(&mut learner, network, &pairs)?);
            let mut weighed = Vec::with_capacity(2 * pairs.len());
            let mut loss = 0.0;
            for (pair, (before, now)) in pairs.iter().zip(before.iter().zip(&now)) {
                let verdict = self.preference.judge(*before, *now);
                loss += verdict.loss / pairs.len() as f64;
                for (sequence, slope) in [&pair.people, &pair.own].into_iter().zip(verdict.slopes) {
                    let weight = slope / (pair::notes(sequence).max(1) * pairs.len()) as f64;
                    weighed.push((sequence, weight as f32));
                    course.notes += sequence.len() as u64;
                }
            }
            learner.learn_weighed(network, &weighed)?;
            optimizer.step(network, learner.gradients(), self.rate, self.threads)?;
            course.step += 1;
            course.learned(self.batch, loss);
            progress.set_position((course.step * self.batch) as u64);
            progress.set_message(format!("loss {:.3} nats", course.losses.last().map_or(0.0, |last| last.1)));
            if course.step.is_multiple_of(SAVE_EVERY) && course.step < steps {
                save(network, optimizer, course)?;
            }
        }
        progress.finish_and_clear();
        let row = self.row(course.round + 1, network, &mut learner, watched, (&held_out, &before))?;
        course.rows.push(row);
        Ok(())
    }

    /// A pair of a random prompt.
    fn pair(&self, records: &[Record], model: &Arc<Model>, random: &mut Pcg64Mcg) -> Result<Pair> {
        for _ in 0..TRIES {
            let Some(excerpt) = pair::draw(records, self.lengths, random) else { continue };
            if let Some(pair) = Pair::of(&excerpt, model, random.random())? {
                return Ok(pair);
            }
        }
        let Lengths { prompt, answer } = self.lengths;
        bail!("no piece in {TRIES} holds {prompt} and then {answer} bars of music; ask for fewer bars")
    }

    /// The same prompts in every round, continued by the round's first model.
    fn held_out(&self, valid: &[Record], model: &Arc<Model>) -> Result<Vec<Pair>> {
        let mut random = Pcg64Mcg::new(11);
        (0..JUDGED).map(|_| self.pair(valid, model, &mut random)).collect()
    }

    fn row(
        &self,
        round: usize,
        network: &Network,
        learner: &mut Learner,
        watched: &[Passage],
        (pairs, before): (&[Pair], &[Nats]),
    ) -> Result<Row> {
        let bits = score::mean_total(&learner.score(network, watched, Measure::Free)?, 500);
        let now = nats(learner, network, pairs)?;
        let margins: Vec<f64> = before
            .iter()
            .zip(&now)
            .map(|(before, now)| self.preference.judge(*before, *now).margin)
            .collect();
        let mean = |numbers: &mut dyn Iterator<Item = f64>| numbers.sum::<f64>() / pairs.len().max(1) as f64;
        Ok(Row {
            round,
            bits,
            right: mean(&mut margins.iter().map(|&margin| f64::from(u8::from(margin > 0.0)))),
            margin: mean(&mut margins.iter().copied()),
            people: mean(&mut now.iter().map(|nats| nats.people)),
        })
    }
}

/// Nats a note of each pair.
fn nats(learner: &mut Learner, network: &Network, pairs: &[Pair]) -> Result<Vec<Nats>> {
    let sequences: Vec<&Sequence> = pairs.iter().flat_map(|pair| [&pair.people, &pair.own]).collect();
    let sums = learner.nats(network, &sequences)?;
    let means: Vec<f64> =
        sequences.iter().zip(sums).map(|(sequence, sum)| sum / pair::notes(sequence).max(1) as f64).collect();
    Ok(means.chunks_exact(2).map(|pair| Nats { people: pair[0], own: pair[1] }).collect())
}

impl Course {
    /// Steps over which the loss is smoothed.
    const SMOOTH: f64 = 20.0;

    fn learned(&mut self, pairs: usize, loss: f64) {
        let (count, mean) = self.losses.last().copied().unwrap_or((0.0, loss));
        self.losses.push((count + pairs as f64, mean + (loss - mean) / Self::SMOOTH));
    }

    /// A model as it was at the beginning, but for its numbers, with the notes that it has seen by
    /// now.
    pub fn of(&self, begun: &Checkpoint) -> Checkpoint {
        Checkpoint { notes_seen: begun.notes_seen + self.notes, ..begun.clone() }
    }

    /// What each round brought.
    pub fn table(&self) -> String {
        let heads =
            vec!["round", "bits a note", "people's preferred", "by nats a note", "people's nats a note"];
        let rows = self.rows.iter().map(|row| {
            vec![
                row.round.to_string(),
                format!("{:.3}", row.bits),
                if row.round == 0 { "-".to_owned() } else { format!("{:.0} %", 100.0 * row.right) },
                if row.round == 0 { "-".to_owned() } else { format!("{:.3}", row.margin) },
                format!("{:.3}", row.people),
            ]
        });
        Table { heads, rows: rows.collect() }.markdown()
    }

    /// Draws the loss.
    pub fn draw(&self, path: &Path) -> Result<()> {
        curve::draw(path, ("Loss in nats", "pairs"), &self.losses, &[])
    }
}
