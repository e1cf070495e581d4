//! A phrase goes in, an answer comes out: MIDI in, MIDI out, at the sample.

mod rig;

use rig::{Cut, OURS, Rig, Song, hygiene, notes, phrase};
use segue::between::settings::{Bounds, ScaleLock, Settings};
use segue_music::{Beats, tick_at};

/// Plays the phrase at the start of the song and runs for this many beats.
fn answered(rate: f64, song: Song, tempo: f64, cut: Cut, beats: f64, change: impl Fn(&mut Settings)) -> Rig {
    let mut rig = Rig::new(rate, song);
    change(&mut rig.settings);
    let input = phrase(&rig, 0.0, tempo);
    rig.run(rig.at(beats, tempo), cut, &input);
    rig
}

#[test]
fn the_answer_lies_on_the_grid_to_the_sample() {
    let (quarter, eighth) = (Beats::ONE, Beats::ratio(1, 2));
    let sixteenth_triplet = Beats::ratio(1, 6);
    // (sample rate, song, tempo, patience, grid) -> beat of the first note; the last release is at
    // 3.5
    let cases = [
        (48_000.0, Song::Plays(0.0, 120.0), 120.0, 1.0, Beats::ratio(1, 4), 4.5),
        (48_000.0, Song::Plays(0.0, 120.0), 120.0, 1.0, quarter, 5.0),
        (44_100.0, Song::Plays(0.0, 133.7), 133.7, 1.0, Beats::ratio(1, 4), 4.5),
        (44_100.0, Song::Plays(16.0, 97.3), 97.3, 1.25, eighth, 5.0),
        (96_000.0, Song::Plays(4.0, 61.0), 61.0, 0.75, sixteenth_triplet, 4.0 + 1.0 / 3.0),
        (44_100.0, Song::Plays(0.0, 300.0), 300.0, 1.0, Beats::ratio(1, 8), 4.5),
        (48_000.0, Song::Stands(90.0), 90.0, 1.0, Beats::ratio(1, 4), 4.5),
        (48_000.0, Song::None, 120.0, 1.0, Beats::ratio(1, 4), 4.5),
    ];
    for (rate, song, tempo, patience, grid, begin) in cases {
        let rig = answered(rate, song, tempo, Cut::Of(256), 24.0, |settings| {
            settings.when.patience = patience;
            settings.what.grid = grid;
        });
        let ours = rig.ours();
        assert!(!ours.is_empty(), "{song:?} {grid}");
        assert_eq!(ours[0].0, rig.at(begin, tempo), "{song:?} {grid}");
        let step = grid.as_f64();
        let end = rig.at((begin + 16.0).ceil(), tempo);
        for (at, key, _, off) in ours {
            let beat = at as f64 / rate * tempo / 60.0;
            let line = (beat / step).round() * step;
            assert_eq!(at, rig.at(line, tempo), "{song:?} {grid} key {key} at {beat}");
            assert!(off > at && off <= end, "{key} ends at {off}, the answer at {end}");
        }
        assert_eq!(hygiene(&rig.out), 0);
        assert!(rig.peak > 0.01 && rig.peak < 1.0, "it sounds: {}", rig.peak);
    }
}

#[test]
fn it_answers_each_phrase_once() {
    let mut rig = Rig::new(48_000.0, Song::Plays(0.0, 120.0));
    rig.settings.when.bars = 1;
    let mut input = phrase(&rig, 0.0, 120.0);
    input.extend(phrase(&rig, 20.0, 120.0));
    rig.run(rig.at(40.0, 120.0), Cut::Of(512), &input);
    let beats: Vec<f64> = rig.ours().iter().map(|note| note.0 as f64 / 24_000.0).collect();
    assert!(beats.contains(&4.5) && beats.contains(&24.5), "{beats:?}");
    assert!(beats.iter().all(|beat| (4.5..8.5).contains(beat) || (24.5..28.5).contains(beat)), "{beats:?}");
}

#[test]
fn a_phrase_before_the_end_of_a_loop_is_answered_after_it() {
    // (beat at which the song goes back to its start) -> beat of the answer, counted through; due
    // at 4.5
    for (end, begin) in [(4.0, 4.5), (4.25, 4.5), (4.5, 4.75)] {
        let mut rig = Rig::new(48_000.0, Song::Plays(0.0, 120.0));
        let input = phrase(&rig, 0.0, 120.0);
        rig.run(rig.at(end, 120.0), Cut::Of(480), &input);
        rig.move_song(Song::Plays(0.0, 120.0));
        rig.run(rig.at(end + 8.0, 120.0), Cut::Of(480), &[]);
        let first = rig.ours()[0].0 as f64 / 24_000.0;
        // In the song, the answer lies on a line again.
        assert_eq!((first - end) % 0.25, 0.0, "{first}");
        assert!(first >= begin && first <= begin + 0.25, "loop at {end}: {first}");
        hygiene(&rig.out);
    }
}

#[test]
fn held_keys_are_waited_for_four_times_as_long() {
    let mut rig = Rig::new(48_000.0, Song::Plays(0.0, 120.0));
    let input = [(0, rig::on(60)), (24_000, rig::on(64))];
    rig.run(rig.at(24.0, 120.0), Cut::Of(64), &input);
    assert_eq!(rig.ours()[0].0, rig.at(5.0, 120.0), "four beats after the last onset");
}

#[test]
fn blocks_do_not_matter() {
    let song = Song::Plays(0.0, 120.0);
    let run = |cut| answered(44_100.0, song, 120.0, cut, 12.0, |_| {}).out;
    let whole = run(Cut::Of(512));
    assert!(notes(&whole, OURS).len() >= 2, "{whole:?}");
    for cut in [Cut::Of(1), Cut::Of(16), Cut::Of(64), Cut::Of(2048), Cut::Random] {
        assert_eq!(run(cut), whole, "{cut:?}");
    }
}

#[test]
fn sample_rates_do_not_matter() {
    for (song, tempo) in [(Song::Plays(0.0, 120.0), 120.0), (Song::Plays(0.0, 133.7), 133.7)] {
        let run = |rate: f64| {
            let rig = answered(rate, song, tempo, Cut::Of(512), 24.0, |_| {});
            let tick = |sample: u64| tick_at(Beats::from_f64(sample as f64 / rate * tempo / 60.0));
            rig.ours().iter().map(|note| (tick(note.0), note.1, note.2, tick(note.3))).collect::<Vec<_>>()
        };
        let reference = run(44_100.0);
        assert!(reference.len() >= 2);
        for rate in [48_000.0, 96_000.0] {
            assert_eq!(run(rate), reference, "{rate} at {tempo}");
        }
    }
}

#[test]
fn another_seed_is_another_answer_and_the_same_one_the_same() {
    let run = |seed| {
        answered(48_000.0, Song::Plays(0.0, 120.0), 120.0, Cut::Of(512), 20.0, |settings| {
            settings.what.seed = seed
        })
        .ours()
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}

#[test]
fn switched_off_it_is_silent() {
    let rig = answered(48_000.0, Song::Plays(0.0, 120.0), 120.0, Cut::Of(512), 16.0, |settings| {
        settings.on = false
    });
    assert_eq!(rig.ours(), []);
    assert_eq!(notes(&rig.out, 0).len(), 4, "the player's notes pass through");
}

#[test]
fn a_ramp_keeps_within_a_millisecond() {
    // From 90 to 150 BPM over 24 beats, told at each block of 512 samples.
    let rate = 48_000.0;
    let mut rig = Rig::new(rate, Song::None);
    let (mut song, mut blocks) = (0.0, Vec::new());
    while song < 24.0 {
        let tempo = 90.0 + song * 2.5;
        blocks.push((song, tempo));
        song += 512.0 / rate * tempo / 60.0;
    }
    let sample_of = |beat: f64| {
        let index = blocks.partition_point(|&(song, _)| song <= beat) - 1;
        let (song, tempo) = blocks[index];
        (index * 512) as f64 + (beat - song) * 60.0 / tempo * rate
    };
    let mut input: Vec<_> = [60u8, 64, 67, 72]
        .iter()
        .zip(0..)
        .flat_map(|(&key, i)| [(f64::from(i), rig::on(key)), (f64::from(i) + 0.5, rig::off(key))])
        .map(|(beat, message)| (sample_of(beat).round() as u64, message))
        .collect();
    for (index, &(song, tempo)) in blocks.iter().enumerate() {
        rig.move_song(Song::Plays(song, tempo));
        let rest = input.split_off(input.partition_point(|&(at, _)| at < (index as u64 + 1) * 512));
        rig.run((index as u64 + 1) * 512, Cut::Of(512), &input);
        input = rest;
    }
    let ours = rig.ours();
    assert!(ours.len() >= 2, "{ours:?}");
    for (at, ..) in ours {
        let beat = (0..24 * 4).map(|i| f64::from(i) / 4.0).min_by(|a, b| {
            let off = |beat: f64| (sample_of(beat) - at as f64).abs();
            off(*a).total_cmp(&off(*b))
        });
        let error = (sample_of(beat.expect("some")) - at as f64).abs() / rate;
        assert!(error <= 0.001, "{error} s off");
    }
}

#[test]
fn a_limit_that_moves_holds_at_once_though_the_composer_stands_still() {
    type Move = fn(&mut Bounds);
    type Within = fn(u8, u8) -> bool;
    let limits: [(&str, Move, Within); 4] = [
        ("keys", |bounds| bounds.keys = (60, 108), |key, _| key >= 60),
        ("velocities", |bounds| bounds.velocities = (1, 60), |_, velocity| velocity <= 60),
        (
            "scale",
            |bounds| bounds.scale = ScaleLock::To(0b1010_1011_0101),
            |key, _| 0b1010_1011_0101 >> (key % 12) & 1 == 1,
        ),
        ("nothing left", |bounds| bounds.keys = (90, 60), |_, _| false),
    ];
    let mut outside = 0;
    for (name, change, within) in limits {
        for changes in [false, true] {
            let mut rig = answered(48_000.0, Song::Plays(0.0, 120.0), 120.0, Cut::Of(64), 5.0, |_| ());
            let moved = rig.sample;
            rig.composer = None;
            if changes {
                change(&mut rig.settings.what.bounds);
            }
            rig.run(rig.at(9.0, 120.0), Cut::Of(64), &[]);
            let ours = rig.ours();
            let later = ours.iter().filter(|note| note.0 >= moved);
            let beyond: Vec<_> = later.filter(|&&(_, key, velocity, _)| !within(key, velocity)).collect();
            if changes {
                assert!(beyond.is_empty(), "{name}: {beyond:?}");
            } else {
                outside += beyond.len();
            }
        }
    }
    assert!(outside > 0, "the plans would have been outside");
}
