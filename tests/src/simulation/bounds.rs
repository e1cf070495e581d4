//! Whether our notes are within the bounds that are set, as they are heard.

use std::collections::VecDeque;

use segue::between::limits::{REPLAN_TICKS, lead_samples, tick_sample};
use segue::between::settings::Bounds;
use segue_music::{Beats, Key, Part, Velocity};

/// Watches the notes of one instance.
#[derive(Debug)]
pub struct BoundsWatch {
    bounds: Bounds,
    /// From which sample on the density and the voices hold of every note: what is planned before
    /// the commit point stays. Keys, velocities and a given scale hold at once.
    from: u64,
    /// Onsets since then, where they were planned.
    onsets: VecDeque<Beats>,
}

impl BoundsWatch {
    /// Nothing was played yet.
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, from: 0, onsets: VecDeque::new() }
    }

    /// A block begins with these bounds.
    pub fn set(&mut self, bounds: Bounds, sample: u64, rate: f64) {
        if bounds != self.bounds {
            self.bounds = bounds;
            self.wait(sample, rate);
        }
    }

    /// The composer needs its time to plan anew: the limits moved, or it is behind.
    pub fn wait(&mut self, sample: u64, rate: f64) {
        self.from = sample + tick_sample(REPLAN_TICKS + 2, rate) + lead_samples(rate);
        self.onsets.clear();
    }

    /// The jam begins anew: what was counted is over.
    pub fn restart(&mut self) {
        self.onsets.clear();
    }

    /// A key that is allowed, if any is.
    fn any_key(&self) -> Option<Key> {
        let soft = self.bounds.velocities.0;
        (self.bounds.keys.0..=self.bounds.keys.1).find(|&key| self.bounds.allow(key, soft))
    }

    /// One of our notes begins, as one of this many that sound.
    pub fn check(
        &mut self,
        sample: u64,
        (part, key, velocity): (Option<Part>, Key, Velocity),
        onset: Beats,
        sounding: usize,
    ) -> Result<(), String> {
        // A drum has no pitch to be limited.
        let pitch = if part == Some(Part::Drums) { self.any_key() } else { Some(key) };
        if pitch.is_some_and(|key| !self.bounds.allow(key, velocity)) {
            return Err(format!("key {key} with velocity {velocity} is outside of {:?}", self.bounds));
        }
        if sample < self.from {
            return Ok(());
        }
        let Bounds { polyphony, density, .. } = self.bounds;
        if sounding > usize::from(polyphony) {
            return Err(format!("{sounding} of our notes sound, of {polyphony} at most"));
        }
        self.onsets.push_back(onset);
        if self.onsets.len() > 256 {
            self.onsets.pop_front();
        }
        if density.is_finite() {
            let (count, span) = if density >= 1.0 {
                (density as usize, Beats::ONE)
            } else {
                (1, Beats::from_f64(1.0 / f64::from(density)))
            };
            let before = self.onsets.iter().rev().nth(count);
            // Half a tick of tolerance: onsets are whole ticks, the span need not be.
            if let Some(&before) = before
                && onset - before + Beats::ratio(1, 96) < span
            {
                return Err(format!("onsets at {before} and {onset}, with a density of {density}"));
            }
        }
        Ok(())
    }
}
