//! The jam clock: musical time that never goes back, derived from the host's transport.
//!
//! While the transport plays, jam = song + offset, and the offset stays until the song position
//! jumps. At a jump the jam moves on to the next position whose place in the bar is the song's, so
//! that bar lines of the song are always bar lines of the jam. A change of metre is no jump: the
//! bar lines move, and musical time goes on. While the transport stands, or where there is none,
//! the jam goes on by samples.
//!
//! The position of a sample is computed from an anchor, never summed over blocks, so block sizes do
//! not affect it. The anchor moves only if the host's position differs from ours by more than the
//! host rounds ([`account`]). A steady tempo stays even to the sample, while ramps, and tempos that
//! the host rounds, are followed.

mod account;
#[cfg(test)]
mod tests;

use segue_music::{Beats, Meter, Tempo, Timeline};

use crate::between::convert;
use crate::between::heard::Jump;
use account::Account;

/// The host's clock at the start of a block. `None` for what it does not report.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Transport {
    /// Whether the transport plays.
    pub playing: bool,
    /// Quarter notes a minute.
    pub tempo: Option<f64>,
    /// The time signature.
    pub meter: Option<Meter>,
    /// The song position in quarter notes.
    pub song: Option<f64>,
    /// The song position at which the bar began. Ignored if impossible: some hosts always send
    /// zero.
    pub bar: Option<f64>,
    /// Where the song's loop begins and ends, in quarter notes, while one is on.
    pub cycle: Option<(f64, f64)>,
    /// The song position in samples. Used where it makes the one in quarter notes more exact.
    pub samples: Option<i64>,
}

/// Beyond this deviation, in samples, we follow the host and move the anchor.
const DRIFT_SAMPLES: f64 = 0.25;

/// A deviation up to this is not a jump: 8 ms at 120 BPM. It is measured from playing on at any
/// tempo between the last two.
const NO_JUMP: Beats = Beats::ratio(1, 64);

/// Seconds over which a tempo is measured if the host does not report it, at least and at most.
const MEASURED: (f64, f64) = (0.1, 1.0);

/// Converts between samples since the activation and jam Beats.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Linear from the anchor on.
    timeline: Timeline,
    /// The sample at which the timeline has its origin.
    anchor: u64,
    /// Jam minus song, while we follow the host.
    offset: Option<Beats>,
    /// Where bars begin in the song, modulo a bar.
    phase: Beats,
    /// A bar line of the jam; the others lie whole bars from it.
    line: Beats,
    meter: Meter,
    known: bool,
    /// The start of the last block, and the song position there.
    block: (u64, Beats),
    /// Where the measuring of an unreported tempo starts.
    measured: (u64, Beats),
    account: Account,
}

impl Clock {
    /// At sample 0 and jam position 0; the host has reported nothing.
    pub fn new(sample_rate: f64) -> Self {
        let sample_rate = if sample_rate.is_finite() && sample_rate > 0.0 { sample_rate } else { 44_100.0 };
        Self {
            timeline: Timeline { origin: Beats::ZERO, tempo: Tempo::DEFAULT, sample_rate },
            anchor: 0,
            offset: None,
            phase: Beats::ZERO,
            line: Beats::ZERO,
            meter: Meter::COMMON,
            known: false,
            block: (0, Beats::ZERO),
            measured: (0, Beats::ZERO),
            account: Account::new(),
        }
    }

    /// The jam position of a sample.
    pub fn beats_at(&self, sample: u64) -> Beats {
        self.timeline.beats_at(sample as f64 - self.anchor as f64)
    }

    /// The sample nearest to a jam position, or 0 if it is before the first.
    pub fn sample_at(&self, at: Beats) -> u64 {
        convert::whole((self.anchor as f64 + self.timeline.sample_at(at)).round())
    }

    /// Where in the song a sample is; `None` while it does not play.
    pub fn song_at(&self, sample: u64) -> Option<Beats> {
        self.offset.map(|offset| self.beats_at(sample) - offset)
    }

    /// How long a number of samples is at the current tempo.
    pub fn length_of(&self, samples: u64) -> Beats {
        self.timeline.beats_at(samples as f64) - self.timeline.origin
    }

    /// The metre while the transport plays, else `None`.
    pub fn meter(&self) -> Option<Meter> {
        self.known.then_some(self.meter)
    }

    /// The tempo.
    pub fn tempo(&self) -> Tempo {
        self.timeline.tempo
    }

    /// The metre in which bars are counted, whether the transport plays or not.
    pub fn bars(&self) -> Meter {
        self.meter
    }

    /// The length of a bar.
    pub fn bar(&self) -> Beats {
        self.meter.bar()
    }

    /// The last bar line at or before a jam position.
    pub fn bar_line(&self, at: Beats) -> Beats {
        self.line + (at - self.line).floor_to(self.meter.bar())
    }

    /// Updates the clock from the host's transport, at the start of the block that begins at
    /// `sample`. After a jump it returns the jam positions before and after it.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn locate(&mut self, sample: u64, transport: &Transport) -> Option<(Jump, Beats, Beats)> {
        let said = transport.song.filter(|song| transport.playing && song.is_finite());
        let song = said.map(Beats::from_f64);
        let rounding = said.map_or(Beats::ZERO, |song| self.account.hear(song));
        let told = transport.tempo.filter(|tempo| tempo.is_finite() && *tempo > 0.0).map(Tempo::new);
        let tempo = told.unwrap_or_else(|| self.measure(sample, song));
        let meter = transport.meter.unwrap_or(Meter::COMMON);
        let predicted = self.beats_at(sample);
        let metre_changed = meter != self.meter;
        let phase = match song.and_then(|song| phase(song, transport.bar, meter.bar())) {
            Some(phase) => phase,
            // The host does not say where its bars begin: with the first bar of the new metre, if
            // the song plays on.
            None if metre_changed => match (song, self.offset) {
                (Some(_), Some(offset)) => (self.nearest_line(predicted) - offset) % meter.bar(),
                _ => Beats::ZERO,
            },
            None => self.phase,
        };
        self.known = transport.playing;
        self.meter = meter;
        let jump = match (self.offset, song) {
            (None, None) => None,
            (Some(_), None) => Some(Jump::Stopped),
            (None, Some(_)) => Some(Jump::Started),
            (Some(_), Some(song)) => (!self.continues(sample, song, told, rounding)).then_some(Jump::Moved),
        };
        let begins = |song| match jump {
            Some(_) => {
                self.account.refine(song, transport.samples, tempo.bpm() / 60.0 / self.timeline.sample_rate)
            }
            None => song,
        };
        let exact = song.map(begins);
        let now = match (jump, exact, self.offset) {
            (Some(_), Some(song), _) => {
                let (place, here) = (song - phase, predicted - self.line);
                predicted + (place - here) % meter.bar()
            }
            (None, Some(song), Some(offset)) => {
                // The anchor was rounded, too, so it may be off by a whole step. After a change of
                // tempo it no longer counts.
                let slack = if tempo == self.timeline.tempo {
                    rounding
                } else {
                    Beats::from_parts(rounding.parts() / 2)
                };
                let account = song + offset;
                predicted.clamp(account - slack, account + slack)
            }
            _ => predicted,
        };
        let drift = self.timeline.tempo.beats_in(DRIFT_SAMPLES / self.timeline.sample_rate);
        if let (None, Some(song), true) = (jump, exact, metre_changed || phase != self.phase) {
            self.line = now - (song - phase) % meter.bar();
        }
        if jump.is_some() || tempo != self.timeline.tempo || (now - predicted).abs() > drift {
            self.timeline = Timeline { origin: now, tempo, ..self.timeline };
            self.anchor = sample;
        }
        self.phase = phase;
        if jump.is_some() {
            self.offset = exact.map(|song| now - song);
            self.measured = (sample, song.unwrap_or(Beats::ZERO));
        }
        self.block = (sample, song.unwrap_or(Beats::ZERO));
        jump.map(|jump| (jump, predicted, now))
    }

    /// The bar line of the metre so far that is nearest to a jam position.
    fn nearest_line(&self, at: Beats) -> Beats {
        let bar = self.meter.bar();
        self.bar_line(at + Beats::from_parts(bar.parts() / 2))
    }

    /// Whether the song can have played on from the last block to here: at any tempo between the
    /// last and the one that is told, or, where none is, at any. A song that goes back, be it by
    /// little, has jumped.
    fn continues(&self, sample: u64, song: Beats, told: Option<Tempo>, rounding: Beats) -> bool {
        let (then, was) = self.block;
        let seconds = sample.saturating_sub(then) as f64 / self.timeline.sample_rate;
        let moved = song - was;
        let (slowest, fastest) = match told {
            Some(tempo) => {
                let (a, b) = (self.timeline.tempo.beats_in(seconds), tempo.beats_in(seconds));
                (a.min(b), a.max(b))
            }
            None => (Beats::ZERO, Tempo::new(f64::MAX).beats_in(seconds)),
        };
        moved >= -rounding && moved >= slowest - NO_JUMP && moved <= fastest + NO_JUMP
    }

    /// The tempo of a host that reports only positions, or the default if it reports neither.
    fn measure(&mut self, sample: u64, song: Option<Beats>) -> Tempo {
        let Some(song) = song else { return Tempo::DEFAULT };
        let (since, from) = self.measured;
        let seconds = sample.saturating_sub(since) as f64 / self.timeline.sample_rate;
        if self.offset.is_none() || seconds < MEASURED.0 || song <= from {
            return self.timeline.tempo;
        }
        if seconds > MEASURED.1 {
            self.measured = self.block;
        }
        Tempo::new((song - from).as_f64() * 60.0 / seconds)
    }
}

/// Where bars begin in the song, modulo a bar, if the reported start is possible: less than a bar
/// ago.
fn phase(song: Beats, bar_start: Option<f64>, bar: Beats) -> Option<Beats> {
    let start = Beats::from_f64(bar_start.filter(|start| start.is_finite())?);
    let into = song - start;
    // Rounded, so that a host's rounding does not look like a new phase.
    (into >= -NO_JUMP && into < bar + NO_JUMP).then(|| start.round_to(segue_music::TICK) % bar)
}
