//! Which sample it is: where the block begins, when the composer decides next, and what position a sample has.

use crate::audio::clock::Clock;
use crate::between::limits::{LATE_SECONDS, lead_samples, tick_sample, tick_samples};

/// Samples, counted from the activation or the last reset.
pub struct Timing {
    /// Samples to jam Beats and back.
    pub clock: Clock,
    sample_rate: f64,
    /// The first sample of the block.
    pub block_start: u64,
    /// The sample of the next tick.
    pub next_tick: u64,
    ticks_since_reset: u64,
    /// All ticks, never reset.
    pub tick_count: u64,
    /// Samples from a tick to the nearest moment that what is decided at it may touch.
    pub lead: u64,
    /// Samples by which a planned note may be late at most.
    pub latest: u64,
}

impl Timing {
    /// At the first sample.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            clock: Clock::new(sample_rate),
            sample_rate,
            block_start: 0,
            next_tick: 0,
            ticks_since_reset: 0,
            tick_count: 0,
            lead: lead_samples(sample_rate),
            latest: latest(sample_rate),
        }
    }

    /// The host begins anew with this sample rate; the clock follows at the next [`Self::restart`].
    pub fn set_sample_rate(&mut self, sample_rate: f64) {
        self.sample_rate = sample_rate;
        self.lead = lead_samples(sample_rate);
        self.latest = latest(sample_rate);
    }

    /// From the first sample again.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn restart(&mut self) {
        self.block_start = 0;
        self.next_tick = 0;
        self.ticks_since_reset = 0;
        self.clock = Clock::new(self.sample_rate);
    }

    /// A tick happens at a sample: sets when the next one does.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn pass_tick(&mut self, sample: u64) {
        self.tick_count += 1;
        self.ticks_since_reset += 1;
        // In a pile of ticks at one sample nobody could decide anything.
        self.next_tick = tick_sample(self.ticks_since_reset, self.sample_rate).max(sample + 1);
    }

    /// Samples between two ticks.
    pub fn tick_samples(&self) -> f64 {
        tick_samples(self.sample_rate)
    }

    /// Milliseconds between two ticks.
    pub fn tick_milliseconds(&self) -> f32 {
        (self.tick_samples() / self.sample_rate * 1000.0) as f32
    }
}

fn latest(sample_rate: f64) -> u64 {
    (LATE_SECONDS * sample_rate) as u64
}
