//! The program's transport: tempo, metre, song position, and the beats of the metronome.
//!
//! As in the plugin's clock, the beat of a sample is computed from an anchor and never summed over
//! blocks. Clicks and Segue's notes are rounded to samples in the same way, so both fall on the
//! same sample where they fall on the same beat.

#[cfg(test)]
mod tests;

use segue_music::{Beats, Meter, Tempo, Timeline};

use super::tap_tempo::TapTempo;

/// A beat of the metronome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Click {
    /// Samples from the start of the block.
    pub time: u32,
    /// Whether it is the first beat of a bar.
    pub is_downbeat: bool,
}

/// What a host tells its plugin about the song at the start of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SongPosition {
    /// Whether the song is playing.
    pub playing: bool,
    /// Quarter notes a minute.
    pub tempo: Tempo,
    /// The time signature.
    pub meter: Meter,
    /// The position, in quarter notes.
    pub beats: f64,
    /// The start of the current bar, in quarter notes.
    pub bar_start: f64,
}

/// The transport's clock. It is stopped until it is started.
#[derive(Clone, Debug)]
pub struct TransportClock {
    /// Maps samples after the anchor to beats, at one tempo.
    timeline: Timeline,
    /// The sample at which the timeline has its origin.
    anchor: u64,
    /// Samples played before the current block.
    sample: u64,
    meter: Meter,
    /// The position from which bars are counted.
    bar_origin: Beats,
    playing: bool,
    /// The sample at which it will start to play, once it has been started or counted in.
    starts_at: Option<u64>,
    taps: TapTempo,
}

impl TransportClock {
    /// A stopped clock, at the start of the song. The sample rate is in Hz.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            timeline: Timeline { origin: Beats::ZERO, tempo: Tempo::DEFAULT, sample_rate },
            anchor: 0,
            sample: 0,
            meter: Meter::COMMON,
            bar_origin: Beats::ZERO,
            playing: false,
            starts_at: None,
            taps: TapTempo::default(),
        }
    }

    /// Continues at another sample rate, from the same position. Only between blocks.
    pub fn set_sample_rate(&mut self, sample_rate: f64) {
        self.move_anchor_here();
        self.timeline.sample_rate = sample_rate;
        self.starts_at = None;
        self.taps = TapTempo::default();
    }

    /// Quarter notes a minute.
    pub fn tempo(&self) -> Tempo {
        self.timeline.tempo
    }

    /// The time signature.
    pub fn meter(&self) -> Meter {
        self.meter
    }

    /// The beat of the bar, counted from 1; `None` while the clock is stopped.
    pub fn beat(&self) -> Option<u8> {
        let into_bar = (self.position() - self.bar_origin) % self.meter.bar();
        let beat = u8::try_from(into_bar.div_floor(self.beat_length()) + 1).unwrap_or(1);
        self.playing.then_some(beat)
    }

    /// Continues from here at another tempo.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn set_tempo(&mut self, tempo: Tempo) {
        self.move_anchor_here();
        self.timeline.tempo = tempo;
    }

    /// Changes the metre. The current bar, from its start on, is the first in the new metre.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn set_meter(&mut self, meter: Meter) {
        if meter != self.meter {
            let position = self.position();
            self.bar_origin = position - (position - self.bar_origin) % self.meter.bar();
            self.meter = meter;
        }
    }

    /// Starts from the beginning of the song, which is a bar line, `time` samples after the start
    /// of the block. Has no effect while the clock is playing.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn start_in(&mut self, time: u32) {
        if !self.playing {
            self.starts_at = Some(self.sample + u64::from(time));
        }
    }

    /// Stops at the current position.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn stop(&mut self) {
        self.move_anchor_here();
        self.playing = false;
        self.starts_at = None;
        self.taps = TapTempo::default();
    }

    /// A tap, `time` samples after the start of the block; negative if it came before it. Two taps
    /// set the tempo. While the clock is stopped, a bar of taps counts in and the clock starts on
    /// the beat that follows.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn tap(&mut self, time: i64) {
        let at = self.sample as f64 + time as f64;
        let (count, tempo) = self.taps.tap(at / self.timeline.sample_rate);
        let Some(tempo) = tempo else { return };
        // A tap is a beat of the metre; a tempo counts quarter notes.
        let tempo = Tempo::new(tempo.bpm() * self.beat_length().as_f64());
        self.set_tempo(tempo);
        if !self.playing && count >= usize::from(self.meter.numerator).max(2) {
            let beat = tempo.seconds_in(self.beat_length()) * self.timeline.sample_rate;
            self.starts_at = Some((at + beat).round().max(self.sample as f64) as u64);
        }
    }

    /// How many of the next `frames` samples can be processed in one go. A pending start splits
    /// the block, so that the plugin sees the song start on the exact sample.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn next_segment(&mut self, frames: usize) -> usize {
        let Some(start) = self.starts_at else { return frames };
        let until = usize::try_from(start.saturating_sub(self.sample)).unwrap_or(frames);
        if until == 0 {
            self.starts_at = None;
            self.playing = true;
            self.timeline.origin = Beats::ZERO;
            self.bar_origin = Beats::ZERO;
            self.anchor = self.sample;
            return frames;
        }
        until.min(frames)
    }

    /// What to tell the plugin about the song.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn song_position(&self) -> SongPosition {
        let Timeline { origin, tempo, sample_rate } = self.timeline;
        // As precise as a host's own: not rounded to parts of a beat.
        let played = (self.sample - self.anchor) as f64 / sample_rate * tempo.bpm() / 60.0;
        let beats = origin.as_f64() + if self.playing { played } else { 0.0 };
        let bar = self.meter.bar().as_f64();
        let bar_origin = self.bar_origin.as_f64();
        let bar_start = bar_origin + ((beats - bar_origin) / bar).floor() * bar;
        SongPosition { playing: self.playing, tempo, meter: self.meter, beats, bar_start }
    }

    /// The clicks of the next `frames` samples, in order.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn clicks(&self, frames: usize) -> impl Iterator<Item = Click> + '_ {
        let (unit, end) = (self.beat_length(), self.sample + frames as u64);
        // Begin one beat early: its sample may be rounded up into this block.
        let first = (self.position() - self.bar_origin).parts().div_euclid(unit.parts()) - 1;
        let last = if self.playing { i64::MAX } else { first };
        (first..last)
            .map(move |beat| (beat, self.sample_of(self.bar_origin + unit.times(beat))))
            .take_while(move |&(_, sample)| sample < end)
            .filter(move |&(beat, sample)| sample >= self.sample && beat >= 0)
            .map(move |(beat, sample)| Click {
                time: (sample - self.sample) as u32,
                is_downbeat: beat % i64::from(self.meter.numerator) == 0,
            })
    }

    /// Moves on by the samples that have been played.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn advance(&mut self, frames: usize) {
        self.sample += frames as u64;
    }

    /// The song position at the start of the block.
    fn position(&self) -> Beats {
        if self.playing {
            self.timeline.beats_at((self.sample - self.anchor) as f64)
        } else {
            self.timeline.origin
        }
    }

    /// The beat that players count: a quarter in x/4, an eighth in x/8.
    fn beat_length(&self) -> Beats {
        Beats::ratio(4, i64::from(self.meter.denominator))
    }

    /// The sample of a song position, rounded as the plugin's clock rounds it.
    fn sample_of(&self, at: Beats) -> u64 {
        (self.anchor as f64 + self.timeline.sample_at(at)).round().max(0.0) as u64
    }

    /// Puts the anchor at the start of the block, so that tempo or rate can change from there.
    fn move_anchor_here(&mut self) {
        self.timeline.origin = self.position();
        self.anchor = self.sample;
    }
}
