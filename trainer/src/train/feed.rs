//! Batches that other threads make while a card computes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use anyhow::{Context as _, Result};
use segue_model::{Field, Sequence};
use segue_network::{Batch, Network};

/// A batch, and what its loss is counted by.
pub struct Prepared {
    pub batch: Batch,
    /// By field: how many answers count.
    pub scored: [usize; Field::COUNT],
    /// Notes of all sequences.
    pub notes: u64,
}

impl Prepared {
    pub fn new(network: &Network, sequences: &[Sequence]) -> Self {
        let scored = |field| sequences.iter().map(|sequence| sequence.scored(field)).sum();
        Self {
            batch: Batch::new(sequences, network.config(), network.vocabulary()),
            scored: Field::WITH_PEDAL.map(scored),
            notes: sequences.iter().map(|sequence| sequence.len() as u64).sum(),
        }
    }
}

/// The batches of one step after another, in their order, however many threads make them.
pub struct Feed {
    made: Receiver<(u64, Prepared)>,
    early: BTreeMap<u64, Prepared>,
    next: u64,
}

impl Feed {
    /// Lets so many threads make the batches from step `first` on, for as long as `learn` takes
    /// them.
    pub fn run<R>(
        threads: usize,
        first: u64,
        make: impl Fn(u64) -> Prepared + Sync,
        learn: impl FnOnce(&mut Self) -> Result<R>,
    ) -> Result<R> {
        let step = AtomicU64::new(first);
        let (give, made) = sync_channel(2 * threads);
        thread::scope(|scope| {
            for _ in 0..threads {
                let (give, step, make) = (give.clone(), &step, &make);
                scope.spawn(move || {
                    loop {
                        let step = step.fetch_add(1, Ordering::Relaxed);
                        if give.send((step, make(step))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(give);
            // Dropped before the threads are waited for, which ends them.
            let mut feed = Self { made, early: BTreeMap::new(), next: first };
            learn(&mut feed)
        })
    }

    /// The batch of the next step.
    pub fn take(&mut self) -> Result<Prepared> {
        let step = self.next;
        self.next += 1;
        loop {
            if let Some(prepared) = self.early.remove(&step) {
                return Ok(prepared);
            }
            let (step, prepared) = self.made.recv().context("a thread that makes batches ended early")?;
            self.early.insert(step, prepared);
        }
    }
}
