//! Several ways to go on from one place of an answer.

use segue_model::{Critic, Fork, Generator, Stretch, seed_of};
use segue_music::{Beats, ContextNote, tick_at};

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
    /// The best so far: how odd it is, and its seed.
    pub best: Option<(f64, u64)>,
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

    /// The one that was tried has come to its end, with these notes.
    pub fn judge(&mut self, critic: &Critic, notes: &[ContextNote], bar: Beats) {
        let Fork { from, until, .. } = self.fork;
        let [from, until, bar] = [from, until, bar].map(tick_at);
        let oddness = critic.oddness(&Stretch { notes, from, until, bar });
        if self.best.is_none_or(|(lowest, _)| oddness < lowest) {
            self.best = Some((oddness, self.candidate()));
        }
        self.tried += 1;
    }
}
