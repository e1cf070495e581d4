//! What a player plays is theirs: no note, pedal or controller of the player is lost, cut or
//! changed by what Segue or the song does.

mod rig;

use rig::{Cut, OURS, Rig, Song, control, hygiene, notes, off, on, phrase};
use segue::between::message::Message;
use segue::between::mode::Mode;
use segue_music::{Channel, Key, Meter};

const RATE: f64 = 48_000.0;
/// Samples of a beat at 120.
const BEAT: u64 = 24_000;

/// A note of the player's on a channel.
fn note(channel: Channel, key: Key, at: u64, length: u64) -> [(u64, Message); 2] {
    [
        (at, Message::On { id: None, channel, key, velocity: 0.7 }),
        (at + length, Message::Off { id: None, channel, key, velocity: 0.0 }),
    ]
}

/// Onsets, keys and lengths on a channel.
fn lengths(rig: &Rig, channel: Channel) -> Vec<(u64, Key, u64)> {
    notes(&rig.out, channel).into_iter().map(|(at, key, _, end)| (at, key, end - at)).collect()
}

#[test]
fn notes_keep_their_length_where_a_block_reaches_over_the_loops_end() {
    let round = 8 * BEAT;
    for told in [true, false] {
        for frames in [64, 700, 2048] {
            let mut rig = Rig::new(RATE, Song::Cycles(8.0, 120.0, told));
            rig.settings.on = false;
            let mut input: Vec<_> = (0..3)
                .flat_map(|k| [note(0, 72, k * round, 12_000), note(0, 74, k * round + 4 * BEAT, 12_000)])
                .flatten()
                // Held over the end of the first round.
                .chain(note(0, 48, 6 * BEAT, 4 * BEAT))
                .collect();
            input.sort_by_key(|&(at, _)| at);
            rig.run(3 * round, Cut::Of(frames), &input);
            for (at, key, length) in lengths(&rig, 0) {
                let meant = if key == 48 { 4 * BEAT } else { 12_000 };
                assert_eq!(length, meant, "key {key} at {at}, told {told}, blocks of {frames}");
            }
            assert_eq!(lengths(&rig, 0).len(), 7);
        }
    }
}

#[test]
fn our_notes_of_the_new_round_are_not_cut_either() {
    for frames in [512, 700] {
        let mut rig = Rig::new(RATE, Song::Cycles(8.0, 120.0, true));
        rig.settings.mode = Mode::Continue;
        rig.settings.when.latch = true;
        let input = phrase(&rig, 0.0, 120.0);
        rig.run(40 * BEAT, Cut::Of(frames), &input);
        let short: Vec<_> = lengths(&rig, OURS).into_iter().filter(|note| note.2 < 700).collect();
        assert!(short.is_empty(), "clicks, in blocks of {frames}: {short:?}");
        hygiene(&rig.out);
    }
}

#[test]
fn a_new_metre_cuts_nothing() {
    for frames in [512, 700] {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
        let mut input: Vec<_> = [note(0, 48, 6 * BEAT, 4 * BEAT), note(0, 72, 8 * BEAT, 12_000)].concat();
        input.sort_by_key(|&(at, _)| at);
        rig.run(8 * BEAT, Cut::Of(frames), &input);
        rig.meter = Meter { numerator: 7, denominator: 8 };
        rig.run(14 * BEAT, Cut::Of(frames), &input);
        let played = lengths(&rig, 0);
        assert_eq!(played, [(6 * BEAT, 48, 4 * BEAT), (8 * BEAT, 72, 12_000)], "blocks of {frames}");
    }
}

#[test]
fn a_new_metre_does_not_end_an_answer() {
    let play = |seed: u64, changes: bool| {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
        rig.settings.what.seed = seed;
        let input = phrase(&rig, 0.0, 120.0);
        rig.run(10 * BEAT, Cut::Of(512), &input);
        if changes {
            rig.meter = Meter { numerator: 7, denominator: 8 };
        }
        rig.run(28 * BEAT, Cut::Of(512), &input);
        assert_eq!(hygiene(&rig.out), 0);
        rig.ours()
    };
    let answers: Vec<_> = (0..8).map(|seed| (play(seed, true), play(seed, false))).collect();
    // Whether a model of chance plays late in its answer is chance.
    let lasts = |notes: &[(u64, Key, u8, u64)]| notes.iter().any(|note| note.0 > 12 * BEAT);
    let lasting = answers.iter().filter(|(_, without)| lasts(without)).count();
    let lasting_on = answers.iter().filter(|(with, without)| lasts(with) && lasts(without)).count();
    assert!(2 * lasting_on > lasting && lasting > 0, "{lasting_on} of {lasting} go on in the new metre");
    // Where a key is struck again, which is planned again, it ends earlier.
    let sounding = |notes: &[(u64, Key, u8, u64)]| -> Vec<(u64, Key)> {
        let over = |note: &&(u64, Key, u8, u64)| note.0 < 10 * BEAT && note.3 > 10 * BEAT;
        notes.iter().filter(over).map(|note| (note.0, note.1)).collect()
    };
    for (seed, (with, without)) in answers.iter().enumerate() {
        assert_eq!(sounding(with), sounding(without), "seed {seed}: what sounds goes on");
    }
    // Two beats were planned ahead in the old metre.
    let soon = |notes: &[(u64, Key, u8, u64)]| -> Vec<_> {
        let soon = 10 * BEAT + BEAT / 4..23 * BEAT / 2;
        notes.iter().filter(|note| soon.contains(&note.0)).copied().collect()
    };
    assert!(
        answers.iter().any(|(with, without)| soon(with) != soon(without)),
        "what is not on its way is planned again"
    );
}

#[test]
fn held_keys_sound_on_through_start_stop_and_seek() {
    let (stands, plays, elsewhere) = (Song::Stands(120.0), Song::Plays(0.0, 120.0), Song::Plays(32.0, 120.0));
    for (name, from, to) in [("start", stands, plays), ("stop", plays, stands), ("seek", plays, elsewhere)] {
        let mut rig = Rig::new(RATE, from);
        let held = note(0, 48, 3 * BEAT, 3 * BEAT);
        rig.run(4 * BEAT, Cut::Of(512), &held);
        rig.move_song(to);
        rig.run(8 * BEAT, Cut::Of(512), &held);
        assert_eq!(lengths(&rig, 0), [(3 * BEAT, 48, 3 * BEAT)], "{name}");
    }
}

#[test]
fn on_one_channel_every_note_of_the_players_leaves() {
    for seed in 0..4 {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
        (rig.settings.mode, rig.settings.what.seed) = (Mode::Duet, seed);
        rig.settings.sound.channel = 0;
        let keys: [Key; 8] = [60, 64, 67, 64, 62, 65, 69, 65];
        let input: Vec<_> = (0..128)
            .flat_map(|i: u64| {
                let late = i * 7919 % 1440;
                note(0, keys[i as usize % 8], i * BEAT / 2 + late, 9600)
            })
            .collect();
        let mut sorted = input.clone();
        sorted.sort_by_key(|&(at, _)| at);
        rig.run(66 * BEAT, Cut::Of(512), &sorted);
        let played = lengths(&rig, 0);
        for pair in input.chunks_exact(2) {
            let Message::On { key, .. } = pair[0].1 else { unreachable!() };
            let meant = (pair[0].0, key, 9600);
            assert!(played.contains(&meant), "seed {seed}: {meant:?} did not leave as it was played");
        }
        hygiene(&rig.out);
    }
}

#[test]
fn on_one_channel_the_players_foot_stays_where_it_is() {
    for follow_pedal in [false, true] {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
        (rig.settings.sound.channel, rig.settings.sound.follow_pedal) = (0, follow_pedal);
        let mut input = phrase(&rig, 0.0, 120.0);
        input.extend([(2 * BEAT, control(64, 1.0)), (20 * BEAT, control(64, 0.0))]);
        input.sort_by_key(|&(at, _)| at);
        rig.run(22 * BEAT, Cut::Of(512), &input);
        assert!(!rig.ours().is_empty() || notes(&rig.out, 0).len() > 4, "it answers");
        let pedals: Vec<u64> = rig
            .out
            .iter()
            .filter(|(_, message)| matches!(message, Message::Control { controller: 64, .. }))
            .map(|&(at, _)| at)
            .collect();
        assert_eq!(pedals, [2 * BEAT, 20 * BEAT], "follow pedal {follow_pedal}");
    }
}

#[test]
fn what_was_passed_comes_back_when_it_no_longer_passes() {
    let bend = |value| Message::Bend { channel: 0, value };
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    rig.run(BEAT, Cut::Of(512), &[(10, control(64, 1.0)), (20, bend(0.75)), (30, control(1, 0.8))]);
    rig.settings.sound.pass = false;
    let later = [(BEAT + 5000, control(64, 0.0)), (BEAT + 5001, bend(0.5)), (BEAT + 5002, control(1, 0.0))];
    rig.run(2 * BEAT, Cut::Of(512), &later);
    let sent: Vec<(u64, Message)> = rig.out.clone();
    for message in [control(64, 0.0), control(1, 0.0), bend(0.5)] {
        assert_eq!(sent.iter().filter(|(_, other)| *other == message).count(), 1, "{message:?}: {sent:?}");
    }
}

#[test]
fn drums_are_neither_keys_nor_the_end_of_a_phrase() {
    let play = |pads: bool| {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
        let mut input = phrase(&rig, 0.0, 120.0);
        if pads {
            input.extend((0..60).flat_map(|i| note(9, [36, 42][i as usize % 2], i * BEAT / 2, 2400)));
            input.sort_by_key(|&(at, _)| at);
        }
        rig.run(30 * BEAT, Cut::Of(512), &input);
        hygiene(&rig.out);
        (rig.ours(), lengths(&rig, 9).len())
    };
    let ((with, strokes), (without, _)) = (play(true), play(false));
    assert!(!without.is_empty());
    assert_eq!(with, without, "the answer is the same");
    assert_eq!(strokes, 60, "every stroke leaves");
}

#[test]
fn a_host_that_takes_no_notes_hears_the_built_in_sound() {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    rig.deaf = true;
    let input = phrase(&rig, 0.0, 120.0);
    rig.run(rig.at(4.2, 120.0), Cut::Of(512), &input);
    rig.peak = 0.0;
    rig.run(rig.at(24.0, 120.0), Cut::Of(512), &[]);
    assert!(rig.peak > 1e-3, "Segue is heard");
    assert!(
        rig.out.iter().all(|(_, message)| !matches!(message, Message::Off { .. })),
        "no off without an on"
    );
    assert_eq!(rig.status.takes.list().len(), 1, "the answer is kept");
    assert!(rig.status.notice().is_some_and(|notice| notice.contains("MIDI")));
}

#[test]
fn releases_go_to_their_own_keys() {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    rig.settings.on = false;
    rig.run(BEAT, Cut::Of(512), &[(0, on(60)), (100, on(64)), (5000, off(64)), (9000, off(60))]);
    assert_eq!(lengths(&rig, 0), [(0, 60, 9000), (100, 64, 4900)]);
}

#[test]
fn a_release_ends_the_note_it_names() {
    let on = |id| Message::On { id: Some(id), channel: 0, key: 60, velocity: 0.7 };
    let off = |id| Message::Off { id: Some(id), channel: 0, key: 60, velocity: 0.0 };
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    rig.settings.on = false;
    // The second note begins while the first is down, and the first is released before it.
    let input = [(0, on(1)), (12_000, on(2)), (24_000, off(1)), (48_000, off(2))];
    rig.run(3 * BEAT, Cut::Of(512), &input);
    assert_eq!(lengths(&rig, 0), [(0, 60, 12_000), (12_000, 60, 36_000)]);
    assert_eq!(hygiene(&rig.out), 0);
}

/// A song from its beginning, in which a phrase is answered; and what went out of us.
fn recorded() -> (Rig, Vec<(u64, Message)>) {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    let input = phrase(&rig, 0.0, 120.0);
    rig.run(32 * BEAT, Cut::Of(512), &input);
    let take = rig.out.clone();
    assert!(rig.ours().len() > 3, "it answers");
    (rig, take)
}

#[test]
fn a_take_that_is_played_back_is_not_answered() {
    for whole in [false, true] {
        let (mut rig, take) = recorded();
        let ours = |message: &Message| {
            matches!(message, Message::On { channel: OURS, .. } | Message::Off { channel: OURS, .. })
        };
        // Segue's part alone, or the whole track, a block late; hosts number what they play.
        let back: Vec<(u64, Message)> = (0..)
            .zip(&take)
            .filter(|(_, (_, message))| whole || ours(message))
            .map(|(_, &(at, message))| (32 * BEAT + at + 512, message))
            .collect();
        rig.move_song(Song::Plays(0.0, 120.0));
        let before = rig.out.len();
        rig.run(64 * BEAT, Cut::Of(512), &back);
        let out: Vec<_> = rig.out[before..].to_vec();
        let sent = |from: &[(u64, Message)]| {
            from.iter().filter(|(_, message)| matches!(message, Message::On { .. })).count()
        };
        assert_eq!(sent(&out), sent(&back), "all of it passes, and nothing else comes: whole {whole}");
        assert_eq!(rig.status.takes.list().len(), 1, "no second answer: whole {whole}");
        assert_eq!(hygiene(&rig.out), 0);
        assert!(rig.status.notice().is_some_and(|notice| notice.contains("take")));
    }
}

#[test]
fn a_phrase_that_comes_round_is_answered_each_time() {
    let (mut rig, _) = recorded();
    rig.move_song(Song::Plays(0.0, 120.0));
    let again: Vec<_> =
        phrase(&rig, 0.0, 120.0).iter().map(|&(at, message)| (at + 32 * BEAT, message)).collect();
    let before = rig.ours().len();
    rig.run(64 * BEAT, Cut::Of(512), &again);
    assert!(rig.ours().len() > before, "the player's clip is the player's");
}

/// A phrase that a generator makes up, from a beat on.
fn made_up(rig: &Rig, seed: u64, from: f64) -> Vec<(u64, Message)> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut one_of = |choices: &[f64]| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        choices[(state >> 33) as usize % choices.len()]
    };
    let mut notes = Vec::new();
    let mut beat = from;
    for _ in 0..one_of(&[4.0, 6.0, 9.0, 12.0]) as usize {
        let (apart, held) = (one_of(&[0.25, 0.5, 0.5, 1.0, 1.5]), one_of(&[0.5, 0.9, 0.98]));
        let key = one_of(&[55.0, 57.0, 59.0, 60.0, 62.0, 64.0, 65.0, 67.0, 69.0, 71.0, 72.0]) as u8;
        notes.push((rig.at(beat, 120.0), on(key)));
        notes.push((rig.at(beat + apart * held, 120.0), off(key)));
        beat += apart;
    }
    notes
}

#[test]
fn a_phrase_played_twice_is_answered_alike_at_every_sample_rate() {
    for (mode, seed) in Mode::ALL.into_iter().flat_map(|mode| (0..3).map(move |seed| (mode, seed))) {
        let played = |rate: f64| {
            let mut rig = Rig::new(rate, Song::Plays(0.0, 120.0));
            (rig.settings.mode, rig.settings.when.latch) = (mode, mode == Mode::Continue);
            let input = [made_up(&rig, seed, 0.0), made_up(&rig, seed, 32.0)].concat();
            rig.run(rig.at(64.0, 120.0), Cut::Of(512), &input);
            // What still sounds at the end is held until then.
            let last = rig.sample;
            let tick = |sample: u64| (sample.min(last) as f64 / rate * 2.0 * 48.0).round() as u64;
            rig.ours().iter().map(|note| (tick(note.0), note.1, note.2, tick(note.3))).collect::<Vec<_>>()
        };
        let reference = played(44_100.0);
        assert!(
            reference.iter().any(|note| note.0 > 32 * 48),
            "{mode:?}, {seed}: both are answered: {reference:?}"
        );
        for rate in [22_050.0, 48_000.0, 96_000.0] {
            assert_eq!(played(rate), reference, "{mode:?}, {seed}, {rate}");
        }
    }
}

#[test]
fn a_held_tone_goes_on_where_nothing_is_passed_and_one_channel_is_for_both() {
    for (mode, seed) in [(Mode::Answer, 0)].into_iter().chain((0..8).map(|seed| (Mode::Duet, seed))) {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
        (rig.settings.mode, rig.settings.what.seed) = (mode, seed);
        (rig.settings.sound.pass, rig.settings.sound.channel) = (false, 0);
        // Every key that an answer may want is held, and struck again while it plays.
        rig.settings.what.bounds.keys = (60, 64);
        let mut input = phrase(&rig, 0.0, 120.0);
        input.extend((60..=64).map(|key| (6 * BEAT, on(key))));
        input.extend((60..=64).map(|key| (40 * BEAT, off(key))));
        rig.run(8 * BEAT, Cut::Of(480), &input);
        let since = rig.out.len();
        // From here on nobody strikes.
        rig.run(14 * BEAT, Cut::Of(480), &input);
        let struck: Vec<_> =
            rig.out[since..].iter().filter(|(_, message)| matches!(message, Message::On { .. })).collect();
        assert!(
            struck.is_empty(),
            "{mode:?}, seed {seed}: struck where the player holds the key: {struck:?}"
        );
        let mut keys: Vec<Key> = rig.processor.tones().collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys, [60, 61, 62, 63, 64], "{mode:?}, seed {seed}");
        assert_eq!(hygiene(&rig.out), 0, "{mode:?}, seed {seed}");
    }
}
