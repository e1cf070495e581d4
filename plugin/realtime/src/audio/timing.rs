//! Which sample it is: where the block starts, when the next tick is due, and the position of each
//! sample.

use crate::audio::clock::{Clock, Transport};
use crate::between::convert;
use crate::between::limits::{LATE_SECONDS, lead_samples, tick_sample, tick_samples};

/// Sample times, counted from the activation or the last reset.
pub struct Timing {
    /// Samples to jam Beats and back.
    pub clock: Clock,
    sample_rate: f64,
    /// The first sample of the block.
    pub block_start: u64,
    /// The first sample of the block before.
    previous: u64,
    /// Samples of the host's block before this one, where a loop's end cuts it in two.
    pub offset: u32,
    /// The sample of the next tick.
    pub next_tick: u64,
    ticks_since_reset: u64,
    /// All ticks so far; never reset.
    pub tick_count: u64,
    /// The lead in samples.
    pub lead: u64,
    /// How many samples a planned note may be late.
    pub latest: u64,
}

impl Timing {
    /// At sample 0.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            clock: Clock::new(sample_rate),
            sample_rate,
            block_start: 0,
            previous: 0,
            offset: 0,
            next_tick: 0,
            ticks_since_reset: 0,
            tick_count: 0,
            lead: lead_samples(sample_rate),
            latest: latest(sample_rate),
        }
    }

    /// Sets the sample rate. The clock follows at the next [`Self::restart`].
    pub fn set_sample_rate(&mut self, sample_rate: f64) {
        self.sample_rate = sample_rate;
        self.lead = lead_samples(sample_rate);
        self.latest = latest(sample_rate);
    }

    /// Starts over at sample 0.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn restart(&mut self) {
        (self.block_start, self.previous) = (0, 0);
        self.next_tick = 0;
        self.ticks_since_reset = 0;
        self.clock = Clock::new(self.sample_rate);
    }

    /// Moves on past a block of `frames` samples.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn pass_block(&mut self, frames: u64) {
        self.previous = self.block_start;
        self.block_start += frames;
    }

    /// At which sample the loop wrapped, if the song went back: at the bar line that it must have
    /// passed since the block before began. If the host reports its loop, the block is cut there,
    /// and the sample is this block's first.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn wrap_sample(&self) -> u64 {
        let line = self.clock.bar_line(self.clock.beats_at(self.block_start));
        let sample = self.clock.sample_at(line);
        if (self.previous..self.block_start).contains(&sample) { sample } else { self.block_start }
    }

    /// How many samples of a block come before the song wraps at the end of the loop that the host
    /// reports, and where it goes on then; `None` if it does not wrap in this block.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn wrap_within(&self, transport: &Transport, frames: usize) -> Option<(usize, f64)> {
        let (begin, end) = transport.cycle.filter(|(begin, end)| begin.is_finite() && begin < end)?;
        let song = transport.song.filter(|song| transport.playing && song.is_finite() && *song < end)?;
        let tempo = transport.tempo.filter(|tempo| tempo.is_finite() && *tempo > 0.0)?;
        let beats = tempo / 60.0 / self.sample_rate;
        let exact = (end - song) / beats;
        // The first sample at or after the end, but for what a float rounds.
        let left = usize::try_from(convert::whole((exact - 1e-6).ceil())).unwrap_or(usize::MAX);
        (left > 0 && left < frames).then(|| (left, begin + (left as f64 - exact).max(0.0) * beats))
    }

    /// A tick happens at a sample: sets when the next one does.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn pass_tick(&mut self, sample: u64) {
        self.tick_count += 1;
        self.ticks_since_reset += 1;
        // At least a sample later, as several ticks at one sample would decide nothing.
        self.next_tick = tick_sample(self.ticks_since_reset, self.sample_rate).max(sample + 1);
    }

    /// Samples between two ticks.
    pub fn tick_samples(&self) -> f64 {
        tick_samples(self.sample_rate)
    }

    /// Milliseconds between two ticks.
    pub fn tick_milliseconds(&self) -> f32 {
        convert::narrow(self.tick_samples() / self.sample_rate * 1000.0)
    }
}

fn latest(sample_rate: f64) -> u64 {
    convert::whole(LATE_SECONDS * sample_rate)
}
