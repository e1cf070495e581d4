//! The clock of the instrument: tempo, metre, where the song is, and where it clicks.
//!
//! As in the jam clock, the beats of a sample come from an anchor and never from a sum over blocks; clicks and Segue's notes are
//! rounded to samples alike, so that on a beat they fall together.

#[cfg(test)]
mod tests;

use segue_music::{Beats, Meter, Tempo, Timeline};

use super::tap::Taps;

/// A beat of the metronome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Click {
    /// Samples from the start of the block.
    pub time: u32,
    /// Whether a bar begins.
    pub first: bool,
}

/// Where the song is at the start of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Whether it goes on.
    pub playing: bool,
    /// Quarter notes a minute.
    pub tempo: Tempo,
    /// The time signature.
    pub meter: Meter,
    /// The song position in quarter notes.
    pub song: f64,
    /// Where the bar began.
    pub bar: f64,
}

/// The clock. It stands until it is told to go.
#[derive(Clone, Debug)]
pub struct Conductor {
    /// Straight from the anchor on.
    timeline: Timeline,
    /// The sample at which the timeline has its origin.
    anchor: u64,
    /// Samples since the beginning, at the start of the block.
    sample: u64,
    meter: Meter,
    /// Where bars begin.
    phase: Beats,
    playing: bool,
    /// The sample at which it begins to go: taps have counted in.
    upbeat: Option<u64>,
    taps: Taps,
}

impl Conductor {
    /// Stands at the song's start.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            timeline: Timeline { origin: Beats::ZERO, tempo: Tempo::DEFAULT, sample_rate },
            anchor: 0,
            sample: 0,
            meter: Meter::COMMON,
            phase: Beats::ZERO,
            playing: false,
            upbeat: None,
            taps: Taps::default(),
        }
    }

    /// Goes on at another sample rate. Not while it plays a block.
    pub fn set_sample_rate(&mut self, sample_rate: f64) {
        self.settle();
        self.timeline.sample_rate = sample_rate;
        self.upbeat = None;
        self.taps = Taps::default();
    }

    /// Quarter notes a minute.
    pub fn tempo(&self) -> Tempo {
        self.timeline.tempo
    }

    /// The time signature.
    pub fn meter(&self) -> Meter {
        self.meter
    }

    /// The beat of the bar, from 1, while it goes.
    pub fn beat(&self) -> Option<u8> {
        let into = (self.now() - self.phase) % self.meter.bar();
        self.playing.then(|| u8::try_from(into.div_floor(self.unit()) + 1).unwrap_or(1))
    }

    /// Goes on from here at another tempo.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn set_tempo(&mut self, tempo: Tempo) {
        self.settle();
        self.timeline.tempo = tempo;
    }

    /// Another metre: its first bar is the one that is being played.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn set_meter(&mut self, meter: Meter) {
        if meter != self.meter {
            let now = self.now();
            self.phase = now - (now - self.phase) % self.meter.bar();
            self.meter = meter;
        }
    }

    /// Goes from the song's start, a bar line, so many samples from the start of the block. Nothing where it goes already.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn start_in(&mut self, time: u32) {
        if !self.playing {
            self.upbeat = Some(self.sample + u64::from(time));
        }
    }

    /// Stands.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn stop(&mut self) {
        self.settle();
        self.playing = false;
        self.upbeat = None;
        self.taps = Taps::default();
    }

    /// A tap so many samples from the start of the block, before it if negative. Two make a tempo; while the clock stands, a bar
    /// of them counts in, and it goes from the beat after.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn tap(&mut self, time: i64) {
        let at = self.sample as f64 + time as f64;
        let (count, tempo) = self.taps.tap(at / self.timeline.sample_rate);
        let Some(tempo) = tempo else { return };
        // A tap is a beat of the metre; a tempo counts quarters.
        let tempo = Tempo::new(tempo.bpm() * self.unit().as_f64());
        self.set_tempo(tempo);
        if !self.playing && count >= usize::from(self.meter.numerator).max(2) {
            let beat = tempo.seconds_in(self.unit()) * self.timeline.sample_rate;
            self.upbeat = Some((at + beat).round().max(self.sample as f64) as u64);
        }
    }

    /// How much of the block may be played as one piece: up to where the song begins to go.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn piece(&mut self, frames: usize) -> usize {
        let Some(upbeat) = self.upbeat else { return frames };
        let until = usize::try_from(upbeat.saturating_sub(self.sample)).unwrap_or(frames);
        if until == 0 {
            self.upbeat = None;
            self.playing = true;
            self.timeline.origin = Beats::ZERO;
            self.phase = Beats::ZERO;
            self.anchor = self.sample;
            return frames;
        }
        until.min(frames)
    }

    /// Where the song is.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn place(&self) -> Place {
        let Timeline { origin, tempo, sample_rate } = self.timeline;
        // Not rounded to parts of a beat, as a host's would not be.
        let beats = (self.sample - self.anchor) as f64 / sample_rate * tempo.bpm() / 60.0;
        let song = origin.as_f64() + if self.playing { beats } else { 0.0 };
        let bar = self.meter.bar().as_f64();
        let phase = self.phase.as_f64();
        let bar = phase + ((song - phase) / bar).floor() * bar;
        Place { playing: self.playing, tempo, meter: self.meter, song, bar }
    }

    /// The clicks of the next so many samples, in order.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn clicks(&self, frames: usize) -> impl Iterator<Item = Click> + '_ {
        let (unit, end) = (self.unit(), self.sample + frames as u64);
        // One before, as its sample may be rounded up into the block.
        let first = (self.now() - self.phase).parts().div_euclid(unit.parts()) - 1;
        let last = if self.playing { i64::MAX } else { first };
        (first..last)
            .map(move |beat| (beat, self.sample_of(self.phase + unit.times(beat))))
            .take_while(move |&(_, sample)| sample < end)
            .filter(move |&(beat, sample)| sample >= self.sample && beat >= 0)
            .map(move |(beat, sample)| Click {
                time: (sample - self.sample) as u32,
                first: beat % i64::from(self.meter.numerator) == 0,
            })
    }

    /// The samples are played.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn advance(&mut self, frames: usize) {
        self.sample += frames as u64;
    }

    /// The song position at the start of the block.
    fn now(&self) -> Beats {
        if self.playing {
            self.timeline.beats_at((self.sample - self.anchor) as f64)
        } else {
            self.timeline.origin
        }
    }

    /// What the player counts: 4 in x/4 are quarters, 8 in x/8 eighths.
    fn unit(&self) -> Beats {
        Beats::ratio(4, i64::from(self.meter.denominator))
    }

    /// Rounded as the jam clock does it.
    fn sample_of(&self, at: Beats) -> u64 {
        (self.anchor as f64 + self.timeline.sample_at(at)).round().max(0.0) as u64
    }

    /// The anchor is moved to the start of the block.
    fn settle(&mut self) {
        self.timeline.origin = self.now();
        self.anchor = self.sample;
    }
}
