//! Hosts of every kind, as tables.

use super::*;

const RATE: f64 = 48_000.0;

fn playing(song: f64, tempo: f64) -> Transport {
    Transport {
        playing: true,
        tempo: Some(tempo),
        meter: Some(Meter::COMMON),
        song: Some(song),
        ..Default::default()
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
            Self::Float => f64::from(song as f32),
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

/// By how many samples the sixteenths of so many seconds come later than they should, as scheduled in the block in which
/// they fall. The tempo is told as `told` makes it.
fn errors(ramp: Ramp, written: Written, block: u64, seconds: f64, told: impl Fn(f64) -> f64) -> Vec<f64> {
    let (mut clock, mut errors) = (Clock::new(RATE), Vec::new());
    let mut line = (ramp.song * 4.0).ceil() / 4.0;
    let mut due = ramp.seconds(line, seconds + 1.0) * RATE;
    let mut offset = Beats::ZERO;
    for sample in (0..(seconds * RATE) as u64).step_by(block as usize) {
        let now = sample as f64 / RATE;
        let said = Transport {
            tempo: Some(told(ramp.tempo(now))),
            samples: Some(sample as i64),
            ..playing(written.of(ramp.song(now)), 0.0)
        };
        let jump = clock.locate(sample, &said);
        assert_eq!(jump.is_some(), sample == 0, "{ramp:?} {written:?} {block} at {now} s: {jump:?}");
        if let Some((_, _, now)) = jump {
            // Bars are counted alike in song and jam, so lines differ by whole bars.
            offset = now - Beats::from_f64(ramp.song(0.0));
            offset = offset.round_to(Meter::COMMON.bar());
        }
        while due < (sample + block) as f64 {
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
    // Ardour: the position is rounded, the tempo has never changed, and the position in samples is told.
    let (start, tempo) = (100_003u64, 133.7);
    let song = |sample: u64| sample as f64 / RATE * tempo / 60.0;
    let mut clock = Clock::new(RATE);
    let said =
        Transport { samples: Some(start as i64), ..playing(Written::To(1920.0).of(song(start)), tempo) };
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
        // Positions rounded as well: what is not known cannot be followed, but it does not run away.
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

/// A host that loops: song position and tempo at each block, blocks cut at the loop's end and where the tempo changes.
fn looping(
    from: f64,
    to: f64,
    change: (f64, f64, f64),
    block: u64,
    blocks: usize,
) -> Vec<(u64, f64, f64, u64)> {
    let (at, before, after) = change;
    let (mut sample, mut song) = (0, from);
    let mut said = Vec::new();
    for _ in 0..blocks {
        let (tempo, until) = if song < at - 1e-9 { (before, at.min(to)) } else { (after, to) };
        let a_beat = 60.0 / tempo * RATE;
        let frames = (((until - song) * a_beat).round() as u64).clamp(1, block);
        said.push((sample, song, tempo, frames));
        song += frames as f64 / a_beat;
        sample += frames;
        if (song - at).abs() * a_beat < 0.5 {
            song = at;
        }
        if (song - to).abs() * a_beat < 0.5 {
            song = from;
        }
    }
    said
}

#[test]
fn loops_jump_once_a_turn_and_only_there() {
    // (from, to, a change of tempo at, before, after, block)
    let cases = [
        (0.0, 4.0, (2.0, 120.0, 90.0), 512),
        (4.0, 8.0, (5.5, 80.0, 200.0), 64),
        (0.0, 3.0, (1.0, 120.0, 120.0), 256),
        (-2.0, 1.0, (0.0, 100.0, 140.0), 128),
        // Shorter than the lead of 46 ms, which is 0.093 beats at 120.
        (1.0, 1.0625, (9.0, 120.0, 120.0), 64),
        (1.0, 1.0625, (9.0, 120.0, 120.0), 1),
        (1.0, 1.015_625, (9.0, 120.0, 120.0), 64),
        (0.5, 0.503, (9.0, 120.0, 120.0), 16),
    ];
    for (from, to, change, block) in cases {
        let case = format!("{from} to {to}, {change:?}, blocks of {block}");
        let (mut clock, mut last, mut before) = (Clock::new(RATE), Beats::MIN, f64::MAX);
        for (sample, song, tempo, frames) in looping(from, to, change, block, 4000) {
            let jump = clock.locate(sample, &playing(song, tempo));
            assert_eq!(jump.is_some(), song < before, "{case}: {song} after {before}");
            before = song;
            let now = clock.beats_at(sample);
            assert!(now >= last - Beats::ratio(1, 100_000), "{case}: {now} after {last}");
            last = clock.beats_at(sample + frames);
            let bar = Meter::COMMON.bar();
            let apart = (now - Beats::from_f64(song)) % bar;
            assert!(
                apart.min(bar - apart) < Beats::ratio(1, 10_000),
                "{case}: {now} is not at {song}'s place in the bar"
            );
        }
    }
}

#[test]
fn bars_are_counted_from_where_the_host_says() {
    let meter = |numerator, denominator| Meter::new(numerator, denominator).expect("a metre");
    // (metre, song position, where its bar began, the place in the jam's bar)
    let cases = [
        (meter(4, 4), -5.5, Some(-8.0), 2.5),
        (meter(4, 4), -5.5, None, 2.5),
        (meter(3, 4), 11.0, Some(10.0), 1.0),
        (meter(3, 4), 11.0, None, 2.0),
        (meter(7, 8), 20.25, Some(17.5), 2.75),
        // A host that always sends zero says nothing.
        (meter(3, 4), 11.0, Some(0.0), 2.0),
        (meter(6, 8), 1.5, Some(0.0), 1.5),
        (meter(4, 4), 5.0, Some(f64::NAN), 1.0),
        (meter(4, 4), 5.0, Some(6.0), 1.0),
    ];
    for (meter, song, bar, place) in cases {
        let mut clock = Clock::new(RATE);
        clock.locate(0, &playing(0.3, 120.0));
        let said = Transport { meter: Some(meter), bar, ..playing(song, 120.0) };
        let (jump, from, to) = clock.locate(64, &said).expect("a jump");
        assert_eq!(jump, Jump::Moved);
        assert!(to >= from && to - from < meter.bar() + Beats::ratio(1, 1000), "{meter:?} {song}");
        let apart = (to % clock.bar() - Beats::from_f64(place)).abs();
        assert!(apart < Beats::ratio(1, 10_000), "{meter:?} {song} {bar:?}: {to}");
        assert_eq!(clock.meter(), Some(meter));
        // It stays where it is while the song plays on.
        let song = song + 64.0 / RATE * 2.0;
        assert_eq!(
            clock.locate(128, &Transport { song: Some(song), ..said }),
            None,
            "{meter:?} {song} {bar:?}"
        );
    }
}

#[test]
fn a_metre_that_changes_within_a_bar_moves_the_bars_once() {
    let mut clock = Clock::new(RATE);
    let mut jumps = Vec::new();
    for block in 0..2000u64 {
        let song = block as f64 * 512.0 / RATE * 2.0;
        // From beat 10, which is no bar line of four, bars have three beats.
        let (meter, bar) = if song < 10.0 {
            (Meter::COMMON, (song / 4.0).floor() * 4.0)
        } else {
            (Meter { numerator: 3, denominator: 4 }, 10.0 + ((song - 10.0) / 3.0).floor() * 3.0)
        };
        let said = Transport { meter: Some(meter), bar: Some(bar), ..playing(song, 120.0) };
        if clock.locate(block * 512, &said).is_some() {
            jumps.push(song);
        }
        let apart = (clock.beats_at(block * 512) - Beats::from_f64(song - bar)) % meter.bar();
        assert!(apart.min(meter.bar() - apart) < Beats::ratio(1, 10_000), "{song}");
    }
    assert_eq!(jumps.len(), 2, "{jumps:?}");
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

#[test]
fn starts_stops_and_seeks_are_jumps() {
    let stands = Transport { playing: false, tempo: Some(120.0), song: Some(4.0), ..Default::default() };
    let steps = [
        (stands, None),
        (playing(4.0, 120.0), Some(Jump::Started)),
        (playing(4.0 + 512.0 / 24_000.0, 120.0), None),
        (playing(64.0, 120.0), Some(Jump::Moved)),
        (playing(64.0 + 512.0 / 24_000.0, 120.0), None),
        (playing(-8.0, 90.0), Some(Jump::Moved)),
        (playing(-8.0 + 512.0 / 32_000.0, 90.0), None),
        (stands, Some(Jump::Stopped)),
        (stands, None),
        (Transport { playing: true, ..Default::default() }, None),
        (playing(0.0, 120.0), Some(Jump::Started)),
    ];
    let (mut clock, mut last) = (Clock::new(RATE), Beats::ZERO);
    for (block, (said, expected)) in (0..).zip(steps) {
        let jump = clock.locate(block * 512, &said);
        assert_eq!(jump.map(|(jump, ..)| jump), expected, "block {block}");
        assert!(clock.beats_at(block * 512) >= last, "block {block}");
        last = clock.beats_at(block * 512);
    }
}
