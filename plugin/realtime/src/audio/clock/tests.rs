//! Hosts of every kind, as tables: here those that jump, below those that play on.

#[cfg(test)]
mod tempo;

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

/// A host that loops: song position and tempo at each block, blocks cut at the loop's end and where
/// the tempo changes.
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
        let frames = convert::whole(((until - song) * a_beat).round()).clamp(1, block);
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
        let now = clock.beats_at(block * 512);
        let place = now - clock.bar_line(now);
        let apart = (place - Beats::from_f64(song - bar)) % meter.bar();
        assert!(apart.min(meter.bar() - apart) < Beats::ratio(1, 10_000), "{song}");
        assert!((now - Beats::from_f64(song)).abs() < Beats::ratio(1, 10_000), "time goes on: {song}");
    }
    assert_eq!(jumps.len(), 1, "the start alone: {jumps:?}");
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
