//! The bijection between musical time and samples.

use crate::{Beats, Tempo};

/// A straight piece of the host's clock: at sample 0 it is `origin`, and beats pass at `tempo`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeline {
    /// The song position at sample 0.
    pub origin: Beats,
    /// Quarter notes a minute.
    pub tempo: Tempo,
    /// Samples a second; positive.
    pub sample_rate: f64,
}

impl Timeline {
    /// The song position of a sample, to the nearest part of a beat.
    pub fn beats_at(&self, sample: f64) -> Beats {
        self.origin + self.tempo.beats_in(sample / self.sample_rate)
    }

    /// The sample at which a song position falls, not rounded.
    pub fn sample_at(&self, at: Beats) -> f64 {
        self.tempo.seconds_in(at - self.origin) * self.sample_rate
    }
}
