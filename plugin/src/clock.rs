//! The jam clock: musical time that only ever moves on, made from the host's transport.
//!
//! While the transport plays, jam = song + offset, and the offset stays until the song position jumps. At a jump the jam
//! moves on to the next position whose place in the bar is the song's, so that bar lines and grid lines of the song
//! are always bar lines and grid lines of the jam: its bars begin at multiples of a bar. While the transport stands,
//! or where there is none, the jam goes on by samples.
//!
//! The Beats of a sample come from an anchor and never from a sum over blocks, so no block size can change them. The
//! anchor moves only where the host's own account differs from it, by more than its rounding.

use segue_music::{Beats, Meter, Tempo, Timeline};

use crate::heard::Jump;

/// What the host says of its clock at the start of a block. What it does not say is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Transport {
    /// Whether the song goes on.
    pub playing: bool,
    /// Quarter notes a minute.
    pub tempo: Option<f64>,
    /// The time signature.
    pub meter: Option<Meter>,
    /// The song position in quarter notes.
    pub song: Option<f64>,
    /// The song position at which the bar began. Ignored where it cannot be: some hosts always send zero.
    pub bar: Option<f64>,
}

/// Deviation, in samples, from which on we follow the host's account rather than our anchor.
const DRIFT_SAMPLES: f64 = 0.25;

/// Deviation from playing on at any tempo between the last two that is still rounding: 8 ms at 120 BPM.
const ROUNDING: Beats = Beats::ratio(1, 64);

/// The bijection between samples since the activation and jam Beats.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Straight from here on.
    timeline: Timeline,
    /// The sample at which the timeline has its origin.
    anchor: u64,
    /// Jam minus song, while we follow the host.
    offset: Option<Beats>,
    /// Where bars begin in the song, modulo a bar.
    phase: Beats,
    meter: Meter,
    known: bool,
    /// The start of the block before, and the song position there.
    block: (u64, Beats),
}

impl Clock {
    /// At sample 0 the jam is at 0, and the host has said nothing.
    pub fn new(sample_rate: f64) -> Self {
        let sample_rate = if sample_rate.is_finite() && sample_rate > 0.0 { sample_rate } else { 44_100.0 };
        Self {
            timeline: Timeline { origin: Beats::ZERO, tempo: Tempo::DEFAULT, sample_rate },
            anchor: 0,
            offset: None,
            phase: Beats::ZERO,
            meter: Meter::COMMON,
            known: false,
            block: (0, Beats::ZERO),
        }
    }

    /// The jam position of a sample.
    pub fn beats_at(&self, sample: u64) -> Beats {
        self.timeline.beats_at(sample as f64 - self.anchor as f64)
    }

    /// The sample nearest to a jam position; the first one where that lies before it.
    pub fn sample_at(&self, at: Beats) -> u64 {
        (self.anchor as f64 + self.timeline.sample_at(at)).round().max(0.0) as u64
    }

    /// How many beats so many samples take now.
    pub fn length_of(&self, samples: u64) -> Beats {
        self.timeline.beats_at(samples as f64) - self.timeline.origin
    }

    /// The metre of the playing transport; nothing while it stands.
    pub fn meter(&self) -> Option<Meter> {
        self.known.then_some(self.meter)
    }

    /// The length of a bar.
    pub fn bar(&self) -> Beats {
        self.meter.bar()
    }

    /// Takes the host's account at the start of the block that begins at `sample`. After a jump the jam positions
    /// before and after it are returned.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn locate(&mut self, sample: u64, transport: &Transport) -> Option<(Jump, Beats, Beats)> {
        let tempo = Tempo::new(transport.tempo.unwrap_or(Tempo::DEFAULT.bpm()));
        let meter = transport.meter.unwrap_or(Meter::COMMON);
        let song = transport.song.filter(|song| transport.playing && song.is_finite()).map(Beats::from_f64);
        let predicted = self.beats_at(sample);
        let metre_changed = meter != self.meter;
        let phase = match song.and_then(|song| phase(song, transport.bar, meter.bar())) {
            Some(phase) => phase,
            None if metre_changed => Beats::ZERO,
            None => self.phase,
        };
        self.known = transport.playing;
        self.meter = meter;
        let jump = match (self.offset, song) {
            (None, None) => None,
            (Some(_), None) => Some(Jump::Stopped),
            (None, Some(_)) => Some(Jump::Started),
            (Some(_), Some(song)) => {
                let moved = metre_changed || phase != self.phase || !self.continues(sample, song, tempo);
                moved.then_some(Jump::Moved)
            }
        };
        let now = match (jump, song, self.offset) {
            (Some(_), Some(song), _) => predicted + (song - phase - predicted) % meter.bar(),
            (None, Some(song), Some(offset)) => song + offset,
            _ => predicted,
        };
        let drift = self.timeline.tempo.beats_in(DRIFT_SAMPLES / self.timeline.sample_rate);
        if jump.is_some() || tempo != self.timeline.tempo || (now - predicted).abs() > drift {
            self.timeline = Timeline { origin: now, tempo, ..self.timeline };
            self.anchor = sample;
        }
        self.phase = phase;
        if jump.is_some() {
            self.offset = song.map(|song| now - song);
        }
        self.block = (sample, song.unwrap_or(Beats::ZERO));
        jump.map(|jump| (jump, predicted, now))
    }

    /// Whether the song can have played on from the last block to here, at any tempo between the last and this one.
    fn continues(&self, sample: u64, song: Beats, tempo: Tempo) -> bool {
        let (then, was) = self.block;
        let seconds = sample.saturating_sub(then) as f64 / self.timeline.sample_rate;
        let (a, b) = (self.timeline.tempo.beats_in(seconds), tempo.beats_in(seconds));
        let moved = song - was;
        moved >= a.min(b) - ROUNDING && moved <= a.max(b) + ROUNDING
    }
}

/// Where bars begin in the song, modulo a bar, if what the host says can be: that its bar began less than a bar ago.
fn phase(song: Beats, bar_start: Option<f64>, bar: Beats) -> Option<Beats> {
    let start = Beats::from_f64(bar_start.filter(|start| start.is_finite())?);
    let into = song - start;
    // Rounded, as a host's rounding must not look like another phase.
    (into >= -ROUNDING && into < bar + ROUNDING).then(|| start.round_to(segue_music::TICK) % bar)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    fn playing(song: f64, tempo: f64) -> Transport {
        Transport {
            playing: true,
            tempo: Some(tempo),
            meter: Some(Meter::COMMON),
            song: Some(song),
            bar: None,
        }
    }

    #[test]
    fn block_size_does_not_move_it() {
        let song_at = |sample: u64| 3.7 + sample as f64 / RATE * 133.7 / 60.0;
        let mut whole = Clock::new(RATE);
        whole.locate(0, &playing(song_at(0), 133.7));
        for size in [1, 16, 64, 512, 2048] {
            let mut clock = Clock::new(RATE);
            for sample in (0..48_000).step_by(size) {
                let jump = clock.locate(sample, &playing(song_at(sample), 133.7));
                assert_eq!(jump.is_some(), sample == 0, "{sample}");
                assert_eq!(clock.beats_at(sample), whole.beats_at(sample));
            }
        }
    }

    #[test]
    fn a_jump_moves_on_to_the_songs_place_in_the_bar() {
        // (song position before, after)
        for (before, after) in [(7.9, 4.0), (0.5, 100.25), (12.0, -3.5), (2.0, 0.0), (2.0, 1.99)] {
            let mut clock = Clock::new(RATE);
            clock.locate(0, &playing(before, 120.0));
            let (jump, from, to) = clock.locate(480, &playing(after, 120.0)).expect("a jump");
            assert_eq!(jump, Jump::Moved);
            assert!(to >= from && to - from < Meter::COMMON.bar(), "{from} {to}");
            let bar = Meter::COMMON.bar();
            assert_eq!(to % bar, Beats::from_f64(after) % bar);
            assert_eq!(clock.sample_at(to), 480);
        }
    }

    #[test]
    fn tempo_changes_do_not_jump() {
        let (mut clock, mut song, mut sample) = (Clock::new(RATE), 0.0, 0);
        for block in 0..200 {
            let tempo = 60.0 + block as f64;
            assert_eq!(clock.locate(sample, &playing(song, tempo)).is_some(), block == 0);
            assert!((clock.beats_at(sample).as_f64() - song).abs() < 1e-5);
            song += 1024.0 / RATE * (tempo + 0.5) / 60.0;
            sample += 1024;
        }
    }

    #[test]
    fn nonsense_is_survived() {
        let cases = [
            Transport { playing: true, tempo: Some(0.0), song: Some(f64::NAN), ..Default::default() },
            Transport { playing: true, tempo: Some(f64::NAN), song: Some(-7.25), ..Default::default() },
            Transport {
                playing: true,
                tempo: Some(f64::INFINITY),
                song: Some(f64::INFINITY),
                ..Default::default()
            },
            Transport {
                playing: true,
                tempo: Some(-120.0),
                song: Some(1e300),
                bar: Some(-1e300),
                ..Default::default()
            },
            Transport::default(),
        ];
        let (mut clock, mut sample, mut last) = (Clock::new(RATE), 0, Beats::ZERO);
        for transport in cases.iter().chain(cases.iter().rev()) {
            clock.locate(sample, transport);
            assert!(clock.beats_at(sample) >= last, "{transport:?}");
            last = clock.beats_at(sample);
            sample += 64;
        }
    }

    #[test]
    fn without_a_transport_it_runs_at_120() {
        let mut clock = Clock::new(RATE);
        assert_eq!(clock.locate(0, &Transport::default()), None);
        assert_eq!(clock.beats_at(24_000), Beats::ONE);
        assert_eq!(clock.meter(), None);
    }
}
