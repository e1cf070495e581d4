//! Several ways to go on from one place of an answer.

use segue_model::{Fork, Generator, seed_of};
use segue_music::{Beats, tick_at};

/// The ways to go on from one place of an answer, as far as they were tried.
pub struct Rehearsal {
    /// Where they part.
    pub fork: Fork,
    /// The seed of the answer where they fork.
    pub seed: u64,
    /// How many were tried to their end.
    pub tried: u64,
    /// The one that is being tried: its generator, and where its last note begins.
    pub trying: Option<(Box<Generator>, Beats)>,
    /// The best so far: what the critic thinks of it, and its seed.
    pub best: Option<(Option<f64>, u64)>,
}

impl Rehearsal {
    /// Of nothing yet.
    pub fn new(fork: Fork, seed: u64) -> Self {
        Self { fork, seed, tried: 0, trying: None, best: None }
    }

    /// The seed of the one that is tried next.
    pub fn candidate(&self) -> u64 {
        seed_of(self.seed, self.tried)
    }

    /// The one that was tried has come to its end in this generator. Silence is liked least.
    pub fn judge(&mut self, generator: &mut Generator) {
        let score = generator.score(tick_at(self.fork.from), tick_at(self.fork.judged));
        if self.best.is_none_or(|(highest, _)| score > highest) {
            self.best = Some((score, self.candidate()));
        }
        self.tried += 1;
    }
}
