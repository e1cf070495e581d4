//! Tempos that hold or change, as hosts write them down.

use super::*;

/// How a host writes its song position down.
#[derive(Clone, Copy, Debug)]
enum Written {
    Exactly,
    /// To a part of a beat.
    To(f64),
    /// To the part before.
    Floor(f64),
    Float,
}

impl Written {
    fn of(self, song: f64) -> f64 {
        match self {
            Self::Exactly => song,
            Self::To(parts) => (song * parts).round() / parts,
            Self::Floor(parts) => (song * parts).floor() / parts,
            Self::Float => f64::from(convert::narrow(song)),
        }
    }
}

/// A tempo that changes evenly.
#[derive(Clone, Copy, Debug)]
struct Ramp {
    song: f64,
    tempo: f64,
    /// A second.
    change: f64,
}

impl Ramp {
    fn song(self, seconds: f64) -> f64 {
        self.song + (self.tempo * seconds + self.change * seconds * seconds / 2.0) / 60.0
    }

    fn tempo(self, seconds: f64) -> f64 {
        self.tempo + self.change * seconds
    }

    /// When a song position is reached, by halving.
    fn seconds(self, song: f64, until: f64) -> f64 {
        let (mut low, mut high) = (0.0, until);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if self.song(middle) < song { low = middle } else { high = middle }
        }
        low
    }
}

/// By how many samples the sixteenths of this many seconds come later than they should, as
/// scheduled in the block in which they fall. The tempo is told as `told` makes it.
fn errors(ramp: Ramp, written: Written, block: usize, seconds: f64, told: impl Fn(f64) -> f64) -> Vec<f64> {
    let (mut clock, mut errors) = (Clock::new(RATE), Vec::new());
    let mut line = (ramp.song * 4.0).ceil() / 4.0;
    let mut due = ramp.seconds(line, seconds + 1.0) * RATE;
    let mut offset = Beats::ZERO;
    for sample in (0..convert::whole(seconds * RATE)).step_by(block) {
        let now = sample as f64 / RATE;
        let said = Transport {
            tempo: Some(told(ramp.tempo(now))),
            samples: i64::try_from(sample).ok(),
            ..playing(written.of(ramp.song(now)), 0.0)
        };
        let jump = clock.locate(sample, &said);
        assert_eq!(jump.is_some(), sample == 0, "{ramp:?} {written:?} {block} at {now} s: {jump:?}");
        if let Some((_, _, now)) = jump {
            // Bars are counted alike in song and jam, so lines differ by whole bars.
            offset = now - Beats::from_f64(ramp.song(0.0));
            offset = offset.round_to(Meter::COMMON.bar());
        }
        while due < (sample + block as u64) as f64 {
            errors.push(clock.sample_at(Beats::from_f64(line) + offset) as f64 - due);
            line += 0.25;
            due = ramp.seconds(line, seconds + 1.0) * RATE;
        }
    }
    assert!(errors.len() > 20);
    errors
}

#[test]
fn a_steady_tempo_is_even_however_positions_are_written() {
    for written in [
        Written::Exactly,
        Written::To(1920.0),
        Written::To(960.0),
        Written::Floor(1920.0),
        Written::To(480.0),
        Written::Float,
    ] {
        for (song, tempo) in [(0.0, 120.0), (37.3, 133.7), (-4.1, 61.0), (900.2, 240.0), (12.0, 300.0)] {
            for block in [16, 64, 512, 2048] {
                let ramp = Ramp { song, tempo, change: 0.0 };
                let errors = errors(ramp, written, block, 20.0, |tempo| tempo);
                let (least, most) =
                    errors.iter().fold((f64::MAX, f64::MIN), |(a, b), &error| (a.min(error), b.max(error)));
                let case = format!("{written:?}, {tempo} from {song}, blocks of {block}: {least} to {most}");
                // To the nearest sample: half of one to either side.
                assert!(most - least <= 1.05, "{case}");
                let step = match written {
                    Written::Exactly => 0.0,
                    Written::To(parts) => 0.5 / parts,
                    Written::Floor(parts) => 1.0 / parts,
                    Written::Float => song.abs() * f64::from(f32::EPSILON),
                };
                let bias = step * 60.0 / tempo * RATE + 0.55;
                assert!(least.abs().max(most.abs()) <= bias, "{case}, more than {bias}");
            }
        }
    }
}

#[test]
fn samples_make_a_rounded_start_exact() {
    // Ardour: the position is rounded, the tempo has never changed, and the position in samples is
    // told.
    let (start, tempo) = (100_003u64, 133.7);
    let song = |sample: u64| sample as f64 / RATE * tempo / 60.0;
    let mut clock = Clock::new(RATE);
    let said = Transport {
        samples: i64::try_from(start).ok(),
        ..playing(Written::To(1920.0).of(song(start)), tempo)
    };
    let (_, _, now) = clock.locate(0, &said).expect("a start");
    assert!(
        (now % Meter::COMMON.bar() - Beats::from_f64(song(start)) % Meter::COMMON.bar()).abs()
            < Beats::ratio(1, 100_000)
    );
}

#[test]
fn a_tempo_told_rounded_is_followed() {
    for block in [64, 512, 2048] {
        let ramp = Ramp { song: 3.1, tempo: 133.704_9, change: 0.0 };
        let told = |tempo: f64| (tempo * 100.0).round() / 100.0;
        let late = errors(ramp, Written::Exactly, block, 60.0, told);
        assert!(late.iter().all(|error| error.abs() <= 1.0), "{block}: {late:?}");
        // Positions rounded as well: what is not known cannot be followed, but it does not run
        // away.
        let late = errors(ramp, Written::To(1920.0), block, 60.0, told);
        assert!(late.iter().all(|error| error.abs() <= 25.0), "{block}: {late:?}");
    }
}

#[test]
fn ramps_are_followed_within_a_millisecond() {
    for (tempo, change) in [(60.0, 10.0), (200.0, -10.0), (90.0, 45.0), (280.0, -20.0), (120.0, 0.5)] {
        for written in [Written::Exactly, Written::To(1920.0), Written::Float] {
            for block in [1, 64, 512, 2048] {
                let ramp = Ramp { song: 2.3, tempo, change };
                let errors = errors(ramp, written, block, if block == 1 { 4.0 } else { 10.0 }, |tempo| tempo);
                let worst = errors.iter().fold(0.0f64, |worst, error| worst.max(error.abs()));
                assert!(worst / RATE <= 0.001, "{ramp:?} {written:?} {block}: {worst} samples");
            }
        }
    }
}

#[test]
fn positions_without_a_tempo_are_followed() {
    for (tempo, written) in [(140.0, Written::Exactly), (75.0, Written::Exactly), (97.3, Written::To(1920.0))]
    {
        for block in [64, 512, 4096] {
            let (mut clock, mut worst) = (Clock::new(RATE), Beats::ZERO);
            for sample in (0..480_000u64).step_by(block) {
                let song = |sample: u64| sample as f64 / RATE * tempo / 60.0;
                let said = Transport { tempo: None, ..playing(written.of(song(sample)), 0.0) };
                assert_eq!(clock.locate(sample, &said).is_some(), sample == 0, "{tempo} {block} {sample}");
                if sample > 48_000 {
                    let end = sample + block as u64;
                    worst = worst.max((clock.beats_at(end) - Beats::from_f64(song(end))).abs());
                }
            }
            let limit = Beats::from_f64(0.003 * tempo / 60.0);
            assert!(worst < limit, "{tempo}, {written:?}, blocks of {block}: {worst:?}");
        }
    }
}
