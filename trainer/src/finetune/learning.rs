//! Learning until what was kept aside gets no likelier.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Result, ensure};
use rand_pcg::Pcg64Mcg;
use segue_network::Network;

use super::bits;
use crate::example::Examples;
use crate::optimizer::AdamW;
use crate::parallel::Learner;
use crate::passage::Passage;
use crate::precision::Arithmetics;
use crate::progress_bar::bar;
use crate::score::BitsPerNote;

/// Notes of a sequence.
pub const LENGTH: usize = 512;
/// Sequences of a step.
const BATCH: usize = 2;
/// One for each of them.
const THREADS: usize = BATCH;
/// Notes between two evaluations on the held-out pieces, and how many in a row may fail to improve.
const LOOK: u64 = 16_000;
const PATIENCE: usize = 5;
/// Less than this many bits is no better.
const BETTER: f64 = 1e-3;
/// The states evaluated lie this far on the line from the first weights to the current ones. On the
/// way they often predict the held-out pieces better (Wortsman et al. 2022, arXiv 2109.01903), and
/// copy less.
const WAYS: [f32; 3] = [0.3, 0.6, 1.0];

/// How much, how long, how fast.
#[derive(Clone, Copy, Debug)]
pub struct Learning {
    /// Notes at most.
    pub notes: u64,
    /// Not later than this.
    pub until: Instant,
    /// The highest learning rate.
    pub rate: f64,
    /// What chance begins from.
    pub seed: u64,
}

/// The best state so far, judged by what was kept aside.
#[derive(Debug)]
pub struct Best {
    /// Its bits per note.
    pub bits: BitsPerNote,
    /// Its parameters, by name.
    pub numbers: BTreeMap<String, Vec<f32>>,
    /// How many notes it had learned from; 0 where no state was better than the first.
    pub notes: u64,
    /// How often it was looked at in all.
    pub looks: usize,
}

impl Learning {
    /// Learns, and returns the best state the network was in.
    pub fn run(
        &self,
        network: &Network,
        examples: &Examples<'_>,
        judged: &[Passage],
        before: &BitsPerNote,
    ) -> Result<Best> {
        ensure!(!examples.is_empty(), "these pieces hold no notes to learn from");
        let mut optimizer = AdamW::default();
        let mut learner = Learner::new(network, Arithmetics::default().arithmetic()?, THREADS);
        let begun = network.numbers()?;
        let mut best = Best { bits: before.clone(), numbers: begun.clone(), notes: 0, looks: 0 };
        let (mut seen, mut step, mut next_look, mut in_vain) = (0, 0_u64, LOOK, 0);
        let progress = bar(self.notes, "{bar:24} {human_pos}/{human_len} notes  {msg}  {eta} left");
        progress.set_message(format!("{:.3} bits a note aside", before.total));
        while in_vain < PATIENCE && seen < self.notes && Instant::now() < self.until {
            let mut random = Pcg64Mcg::new(u128::from(self.seed) << 64 | u128::from(step) << 1 | 1);
            let sequences: Vec<_> = (0..BATCH).map(|_| examples.draw(&mut random)).collect();
            learner.learn(network, &sequences)?;
            optimizer.step(network, learner.gradients(), self.rate_at(seen) as f32, THREADS)?;
            seen += sequences.iter().map(|sequence| sequence.len() as u64).sum::<u64>();
            step += 1;
            progress.set_position(seen.min(self.notes));
            if seen < next_look && seen < self.notes && Instant::now() < self.until {
                continue;
            }
            next_look = seen + LOOK;
            in_vain += 1;
            let mut said = Vec::new();
            for way in WAYS {
                let numbers = between(&begun, &network.numbers()?, way);
                let now = bits(&Network::with_numbers(network.config(), &numbers)?, judged)?;
                best.looks += 1;
                said.push(format!("{:.3}", now.total));
                if now.total < best.bits.total - BETTER {
                    in_vain = 0;
                    best = Best { bits: now, numbers, notes: seen, ..best };
                }
            }
            progress.set_message(format!("{:.3} bits a note aside at best", best.bits.total));
            let said = said.join(", ");
            progress.suspend(|| {
                say!("{seen:>9} notes  {said} bits a note aside, near to far from the beginning")
            });
        }
        progress.finish_and_clear();
        Ok(best)
    }

    /// Up in the first 8,000 notes, and down along a straight line to a fiftieth.
    fn rate_at(&self, seen: u64) -> f64 {
        let up = ((seen as f64 + 1000.0) / 8000.0).min(1.0);
        let left = 1.0 - seen as f64 / self.notes.max(1) as f64;
        self.rate * up * left.clamp(0.02, 1.0)
    }
}

/// Parameters on the way from some to others.
fn between(
    from: &BTreeMap<String, Vec<f32>>,
    to: &BTreeMap<String, Vec<f32>>,
    way: f32,
) -> BTreeMap<String, Vec<f32>> {
    let mix = |(name, to): (&String, &Vec<f32>)| {
        let mixed = from[name].iter().zip(to).map(|(from, to)| from + way * (to - from)).collect();
        (name.clone(), mixed)
    };
    to.iter().map(mix).collect()
}
