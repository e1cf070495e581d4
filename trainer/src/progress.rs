//! How far a training has come.

use serde::{Deserialize, Serialize};

/// The state of a training run; saved beside its weights.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Steps of the optimizer.
    pub step: u64,
    /// Notes seen.
    pub notes: u64,
    /// Seconds that it took until now.
    #[serde(default)]
    pub seconds: f64,
    /// Training bits per note, a moving mean over about 50 steps.
    pub smooth: f64,
    /// (notes, bits per note) while training.
    pub training: Vec<(f64, f64)>,
    /// (notes, bits per note) at the evaluations.
    pub validation: Vec<(f64, f64)>,
    /// The options that it learns with; empty in runs of versions that did not keep them.
    #[serde(default)]
    pub options: String,
}

impl Progress {
    /// A step was taken.
    pub fn advance(&mut self, notes: u64, bits: f64) {
        self.smooth = if self.step == 0 {
            bits
        } else {
            self.smooth + (bits - self.smooth) / 50.0_f64.min(self.step as f64 + 1.0)
        };
        self.step += 1;
        self.notes += notes;
        // A short run is drawn step by step, a long one every tenth.
        if self.step <= 200 || self.step.is_multiple_of(10) {
            self.training.push((self.notes as f64, self.smooth));
        }
    }

    /// An evaluation came to this many bits per note.
    pub fn evaluated(&mut self, bits: f64) {
        self.validation.push((self.notes as f64, bits));
    }

    /// Whether the last evaluation is the best so far.
    pub fn is_best(&self) -> bool {
        let last = self.validation.last().map_or(f64::INFINITY, |point| point.1);
        self.validation.iter().all(|point| point.1 >= last)
    }
}

/// The learning rate: it rises over the first 100,000 notes, stays constant, and falls along a
/// straight line to a fiftieth in the last fifth, so that a run can be prolonged without a new
/// schedule (Hu et al. 2024, arXiv 2404.06395).
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// The highest.
    pub rate: f64,
    /// Notes of the whole run.
    pub notes: u64,
}

impl Schedule {
    /// After this many notes.
    pub fn at(&self, notes: u64) -> f64 {
        let (seen, all) = (notes as f64, self.notes as f64);
        let up = ((seen + 2000.0) / 100_000.0).min(1.0);
        let down = ((all - seen) / (0.2 * all)).clamp(0.02, 1.0);
        self.rate * up * down
    }
}
