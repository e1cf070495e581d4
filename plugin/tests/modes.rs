//! The four ways to play together, both ways to yield, and the commands from the keyboard: MIDI in,
//! MIDI out.

mod rig;

use rig::{Cut, OURS, Rig, Song, control, hygiene, notes, off, on};
use segue::between::message::Message;
use segue::between::meters::Doing;
use segue::between::settings::{Bounds, Mode, Settings, Trigger, Yield};

const RATE: f64 = 48_000.0;
const TEMPO: f64 = 120.0;
/// Samples in a beat.
const BEAT: u64 = 24_000;

/// Quarters from one beat to another, each held for 0.9 beats, up and down a C major chord.
fn quarters(from: u64, until: u64) -> Vec<(u64, Message)> {
    held(from, until, BEAT * 9 / 10)
}

/// The same, each held for this many samples.
fn held(from: u64, until: u64, length: u64) -> Vec<(u64, Message)> {
    let keys = [60, 64, 67, 72, 67, 64];
    let mut played: Vec<_> = (from..until)
        .zip(keys.into_iter().cycle())
        .flat_map(|(beat, key)| [(beat * BEAT, on(key)), (beat * BEAT + length, off(key))])
        .collect();
    played.sort_by_key(|(at, _)| *at);
    played
}

fn rig(change: impl Fn(&mut Settings)) -> Rig {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, TEMPO));
    change(&mut rig.settings);
    rig
}

/// Our notes' first and last sample in a stretch of beats.
fn within(rig: &Rig, from: u64, until: u64) -> Vec<(u64, u64)> {
    let ours = rig.ours().into_iter().map(|note| (note.0, note.3));
    ours.filter(|&(at, _)| (from * BEAT..until * BEAT).contains(&at)).collect()
}

#[test]
fn trading_keeps_to_the_bar_lines() {
    for cut in [Cut::Of(64), Cut::Of(480), Cut::Random] {
        let mut rig = rig(|settings| (settings.mode, settings.when.bars) = (Mode::Trade, 2));
        let mut input = quarters(0, 8);
        input.extend(quarters(16, 24));
        rig.run(34 * BEAT, cut, &input);
        for (from, until) in [(8, 16), (24, 32)] {
            let turn = within(&rig, from, until);
            assert_eq!(turn[0].0, from * BEAT, "{cut:?}: on the line, though the player played up to it");
            assert!(turn.iter().all(|&(_, end)| end <= until * BEAT), "{cut:?} {turn:?}");
        }
        assert_eq!(within(&rig, 0, 8), []);
        assert_eq!(within(&rig, 16, 24), []);
        assert_eq!(within(&rig, 32, 34), []);
        assert_eq!(rig.status.late_starts.load(std::sync::atomic::Ordering::Relaxed), 0);
        assert_eq!(hygiene(&rig.out), 0);
    }
}

#[test]
fn playing_into_a_turn_takes_it_and_gives_it_back() {
    let mut rig = rig(|settings| (settings.mode, settings.when.bars) = (Mode::Trade, 2));
    let mut input = quarters(0, 8);
    input.extend([(10 * BEAT + 5, on(60)), (11 * BEAT, off(60))]);
    rig.run(17 * BEAT, Cut::Of(480), &input);
    for (at, end) in within(&rig, 8, 17) {
        assert!(end <= 10 * BEAT + 5 || at >= 12 * BEAT, "{at} to {end}");
    }
    assert_eq!(within(&rig, 12, 16)[0].0, 12 * BEAT, "a beat after the release");
    assert!(within(&rig, 16, 17).is_empty());
    hygiene(&rig.out);
}

#[test]
fn a_player_who_stops_trading_is_left_in_peace() {
    let mut rig = rig(|settings| (settings.mode, settings.when.bars) = (Mode::Trade, 1));
    rig.run(20 * BEAT, Cut::Of(480), &quarters(0, 4));
    assert!(!within(&rig, 4, 8).is_empty());
    assert_eq!(within(&rig, 8, 20), []);
    // A pickup belongs to the bar it leads into.
    let pickup =
        [(23 * BEAT + BEAT * 3 / 4, on(60)), (24 * BEAT, off(60)), (25 * BEAT, on(64)), (26 * BEAT, off(64))];
    rig.run(33 * BEAT, Cut::Of(480), &pickup);
    assert_eq!(within(&rig, 20, 33)[0].0, 28 * BEAT);
}

#[test]
fn the_latch_takes_over_and_hands_back() {
    for yields in [Yield::AtOnce, Yield::LetEnd] {
        let mut rig = rig(|settings| (settings.mode, settings.when.yields) = (Mode::Continue, yields));
        let input = quarters(0, 3);
        rig.run(3 * BEAT + 7_300, Cut::Of(100), &input);
        assert_eq!(rig.ours(), [], "nothing before the latch");
        rig.settings.when.latch = true;
        rig.run(12 * BEAT, Cut::Of(100), &[]);
        // The next sixteenth that is a lead away: 3.30 beats and 2,230 samples are 3.40.
        assert_eq!(rig.ours()[0].0, 3 * BEAT + BEAT / 2, "{yields:?}");
        rig.settings.when.latch = false;
        rig.run(30 * BEAT, Cut::Of(100), &[]);
        let ours = rig.ours();
        assert!(ours.iter().all(|note| note.0 <= 12 * BEAT), "{ours:?}");
        let after = ours.iter().filter(|note| note.3 > 12 * BEAT + 100).count();
        assert!(yields == Yield::LetEnd || after == 0, "{after} went on");
        assert_eq!(hygiene(&rig.out), 0);
    }
}

#[test]
fn the_player_can_play_into_a_takeover() {
    let mut rig = rig(|settings| (settings.mode, settings.when.latch) = (Mode::Continue, true));
    let mut input = quarters(0, 3);
    input.extend([(9 * BEAT + 11, on(62)), (10 * BEAT, off(62))]);
    rig.run(20 * BEAT, Cut::Of(480), &input);
    assert!(!within(&rig, 3, 9).is_empty());
    for (at, end) in within(&rig, 0, 20) {
        assert!(end <= 9 * BEAT + 11 || at >= 11 * BEAT, "{at} to {end}");
    }
    assert!(!within(&rig, 11, 20).is_empty(), "it goes on after the player has ended");
}

#[test]
fn a_duet_goes_on_while_the_player_plays() {
    let mut rig = rig(|settings| (settings.mode, settings.when.bars) = (Mode::Duet, 1));
    rig.run(24 * BEAT, Cut::Of(480), &held(0, 16, BEAT * 5 / 4));
    let ours = within(&rig, 0, 24);
    assert!(ours.iter().all(|&(at, _)| at >= 4 * BEAT), "it listens for a bar first");
    assert!(within(&rig, 4, 15).len() > 4, "{ours:?}");
    // The last onset is on beat 15, and it goes on for a bar.
    assert!(ours.iter().all(|&(_, end)| end <= 19 * BEAT), "{ours:?}");
    // Some note of ours sounds on through a note of the player's.
    let through =
        (4..16).any(|beat| ours.iter().any(|&(at, end)| at < beat * BEAT && end > beat * BEAT + 10));
    assert!(through, "{ours:?}");
    assert_eq!(hygiene(&rig.out), 0);
}

#[test]
fn notes_that_are_let_end_end_by_themselves() {
    let run = |yields, barge: bool| {
        let mut rig = rig(|settings| settings.when.yields = yields);
        let mut input = quarters(0, 4);
        if barge {
            input.extend([(8 * BEAT + 50, on(50)), (8 * BEAT + 100, off(50))]);
        }
        rig.run(9 * BEAT, Cut::Of(64), &input);
        within(&rig, 0, 9)
    };
    let barge = 8 * BEAT + 50;
    let whole: Vec<_> = run(Yield::LetEnd, false).into_iter().filter(|&(at, _)| at < barge).collect();
    assert_eq!(run(Yield::LetEnd, true), whole, "what sounded ended as if nothing had been");
    let cut: Vec<_> = whole.iter().map(|&(at, end)| (at, end.min(barge))).collect();
    assert_eq!(run(Yield::AtOnce, true), cut);
}

#[test]
fn commands_are_not_music() {
    let latch = Some(Trigger::Note(30));
    let step = Some(Trigger::Control(20));
    let mut rig = rig(|settings| {
        (settings.mode, settings.when.latch_trigger, settings.when.mode_trigger) =
            (Mode::Continue, latch, step);
    });
    let mut input = quarters(0, 3);
    input.extend([(3 * BEAT, on(30)), (10 * BEAT, off(30))]);
    rig.run(12 * BEAT, Cut::Of(480), &input);
    assert!(!within(&rig, 3, 10).is_empty(), "the key held the latch");
    assert!(rig.ours().iter().all(|note| note.3 <= 10 * BEAT), "and let it go");
    // A quarter of the controller's range is a mode.
    for (value, mode) in [(0.0, Mode::Answer), (0.3, Mode::Trade), (0.6, Mode::Continue), (1.0, Mode::Duet)] {
        rig.block(64, &[segue::between::message::Event { time: 3, message: control(20, value) }]);
        assert_eq!(rig.status.mode(), mode);
    }
    let commanded = |message: &Message| {
        matches!(
            message,
            Message::On { key: 30, .. }
                | Message::Off { key: 30, .. }
                | Message::Control { controller: 20, .. }
        )
    };
    assert!(!rig.out.iter().any(|(_, message)| commanded(message)), "commands are not passed on");
    // The parameter takes the word back.
    rig.settings.mode = Mode::Trade;
    rig.block(64, &[]);
    assert_eq!(rig.status.mode(), Mode::Trade);
    // So does a project that is loaded, though its parameter is the same, and whatever else happens
    // in that block.
    for reset in [false, true] {
        rig.block(64, &[segue::between::message::Event { time: 3, message: control(20, 1.0) }]);
        assert_eq!(rig.status.mode(), Mode::Duet);
        rig.settings.generation += 1;
        if reset {
            rig.processor.reset();
        }
        rig.block(64, &[]);
        assert_eq!(rig.status.mode(), Mode::Trade, "with a reset: {reset}");
    }
}

#[test]
fn a_key_is_learnt_once() {
    let mut rig = rig(|_| ());
    rig.status.learn.store(true, std::sync::atomic::Ordering::Relaxed);
    rig.run(BEAT, Cut::Of(64), &[(100, on(40)), (200, off(40)), (300, on(41)), (400, off(41))]);
    assert_eq!(rig.status.take_learned(), Some(40));
    assert_eq!(rig.status.take_learned(), None);
    assert_eq!(notes(&rig.out, 0).len(), 1, "the key that was learnt is not passed on, the next one is");
    rig.status.learn.store(true, std::sync::atomic::Ordering::Relaxed);
    rig.run(2 * BEAT, Cut::Of(64), &[(BEAT + 100, control(7, 0.4))]);
    assert_eq!(rig.status.take_learned(), Some(128 + 7));
}

#[test]
fn blocks_matter_in_no_mode() {
    for mode in Mode::ALL {
        for (yields, quantise) in [(Yield::AtOnce, 1.0), (Yield::LetEnd, 0.3)] {
            let run = |cut| {
                let mut rig = rig(|settings| {
                    (settings.mode, settings.when.yields, settings.what.quantise) = (mode, yields, quantise);
                    (settings.when.bars, settings.when.latch) = (1, true);
                });
                let mut input = quarters(0, 7);
                input.iter_mut().for_each(|(at, _)| *at += *at % 977);
                input.extend(quarters(10, 12));
                input.extend(quarters(15, 20));
                rig.run(24 * BEAT, cut, &input);
                rig.out
            };
            let whole = run(Cut::Of(512));
            assert!(notes(&whole, OURS).len() >= 3, "{mode:?} {whole:?}");
            for cut in [Cut::Of(7), Cut::Of(64), Cut::Of(2048), Cut::Random] {
                assert!(run(cut) == whole, "{mode:?} {yields:?} {cut:?}");
            }
        }
    }
}

#[test]
fn bounds_hold_in_every_mode() {
    let bounds = Bounds {
        keys: (60, 72),
        velocities: (40, 50),
        polyphony: 1,
        density: 2.0,
        scale: segue::between::settings::ScaleLock::To(0b1010_1011_0101),
    };
    for mode in Mode::ALL {
        let mut rig = rig(|settings| {
            (settings.mode, settings.what.bounds, settings.when.latch, settings.what.temperature) =
                (mode, bounds, true, 1.5);
        });
        rig.run(32 * BEAT, Cut::Of(480), &quarters(0, 8));
        let ours = rig.ours();
        assert!(ours.len() >= 3, "{mode:?}: {ours:?}");
        for pair in ours.windows(2) {
            assert!(pair[0].3 <= pair[1].0, "{mode:?}: one voice: {pair:?}");
        }
        for triple in ours.windows(3) {
            assert!(triple[2].0 - triple[0].0 >= BEAT, "{mode:?}: two notes a beat: {triple:?}");
        }
        for (_, key, velocity, _) in ours {
            assert!(
                (60..=72).contains(&key) && [0, 2, 4, 5, 7, 9, 11].contains(&(key % 12)),
                "{mode:?}: {key}"
            );
            assert!((40..=50).contains(&velocity), "{mode:?}: {velocity}");
        }
    }
}

#[test]
fn limits_that_leave_no_note_are_said() {
    let mut rig = rig(|settings| settings.what.bounds.scale = segue::between::settings::ScaleLock::To(0));
    rig.run(6 * BEAT, Cut::Of(480), &quarters(0, 4));
    assert_eq!(rig.ours(), []);
    assert_eq!(rig.status.doing().0, Doing::Resting);
    assert!(rig.status.notice().is_some_and(|notice| notice.contains("scale")), "{:?}", rig.status.notice());
}

#[test]
fn a_moved_parameter_is_heard_soon() {
    let mut rig = rig(|_| ());
    rig.run(8 * BEAT, Cut::Of(480), &quarters(0, 4));
    rig.settings.what.bounds.keys = (90, 100);
    rig.run(20 * BEAT, Cut::Of(480), &[]);
    let after: Vec<_> = rig.ours().into_iter().filter(|note| note.0 > 8 * BEAT + BEAT / 4).collect();
    assert!(!after.is_empty() && after.iter().all(|note| note.1 >= 90), "{after:?}");
}

#[test]
fn the_pedal_is_followed_where_that_is_wanted() {
    for follow in [false, true] {
        let mut rig = rig(|settings| settings.sound.follow_pedal = follow);
        let mut input = quarters(0, 2);
        input.extend([(100, control(64, 1.0)), (BEAT * 3, control(64, 0.0))]);
        input.sort_by_key(|(at, _)| *at);
        rig.run(4 * BEAT, Cut::Of(480), &input);
        let ours =
            |message: &Message| matches!(message, Message::Control { channel: OURS, controller: 64, .. });
        let moved: Vec<_> = rig.out.iter().filter(|(_, message)| ours(message)).map(|(at, _)| *at).collect();
        assert_eq!(moved, if follow { vec![100, BEAT * 3] } else { vec![] });
    }
}

#[test]
fn what_was_lost_is_found_again() {
    let mut rig = rig(|_| ());
    // The composer stands still while two thousand keys are struck and released, and one is held.
    let composer = rig.composer.take();
    let mut input: Vec<_> = (0..2200u64)
        .flat_map(|i| [(i * 10, on((i % 60) as u8 + 30)), (i * 10 + 5, off((i % 60) as u8 + 30))])
        .collect();
    input.extend([(23_000, on(100)), (23_400, on(101)), (23_500, off(101))]);
    rig.run(BEAT, Cut::Of(480), &input);
    rig.composer = composer;
    rig.run(2 * BEAT, Cut::Of(480), &[]);
    rig.run(9 * BEAT, Cut::Of(480), &[(2 * BEAT + 10, off(100))]);
    // It was known to be held: the patience ran from its release.
    let first = rig.ours()[0].0;
    assert!(first > 2 * BEAT + 10 && first <= 2 * BEAT + 10 + 2 * BEAT + BEAT / 4, "{first}");
    hygiene(&rig.out);
}

#[test]
fn a_seamless_loop_goes_on_as_planned() {
    // A loop of two bars, in the middle of the answer.
    let mut rig = rig(|settings| (settings.when.bars, settings.what.seed) = (2, 2));
    rig.run(8 * BEAT, Cut::Of(480), &quarters(0, 4));
    rig.move_song(Song::Plays(0.0, TEMPO));
    rig.run(14 * BEAT, Cut::Of(480), &[]);
    let straight = {
        let mut rig = self::rig(|settings| (settings.when.bars, settings.what.seed) = (2, 2));
        rig.run(14 * BEAT, Cut::Of(480), &quarters(0, 4));
        rig.ours()
    };
    let looped = rig.ours();
    let onsets =
        |notes: &[(u64, u8, u8, u64)]| notes.iter().map(|note| (note.0, note.1, note.2)).collect::<Vec<_>>();
    let until = 9 * BEAT;
    let early = |notes: &[(u64, u8, u8, u64)]| {
        onsets(notes).into_iter().filter(|note| note.0 < until).collect::<Vec<_>>()
    };
    assert_eq!(early(&looped), early(&straight), "the beat after the loop is as it was planned");
    assert!(looped.iter().all(|note| note.0 >= 8 * BEAT || note.3 <= 8 * BEAT), "what sounded has ended");
    assert!(looped.len() > 2, "{looped:?}");
    hygiene(&rig.out);
}

#[test]
fn a_groove_brings_no_more_voices_together_than_there_may_be() {
    // The player rushes the beats and drags the eighths, and so does what is planned: ends and
    // beginnings cross.
    let mut rig = rig(|settings| {
        (settings.mode, settings.what.quantise, settings.what.bounds.polyphony) = (Mode::Duet, 0.0, 1);
        settings.what.grid = segue_music::Beats::ratio(1, 2);
    });
    let mut input: Vec<_> = (0..32u64)
        .flat_map(|eighth| {
            let at = 4_800 + eighth * BEAT / 2;
            let at = if eighth % 2 == 0 { at - 3_000 } else { at + 3_000 };
            [(at, on(60 + (eighth % 5) as u8)), (at + 7_000, off(60 + (eighth % 5) as u8))]
        })
        .collect();
    input.sort_by_key(|(at, _)| *at);
    rig.run(18 * BEAT, Cut::Of(480), &input);
    let mut sounding = 0_i32;
    for (at, message) in &rig.out {
        match message {
            Message::On { channel: OURS, .. } => sounding += 1,
            Message::Off { channel: OURS, .. } => sounding -= 1,
            _ => {}
        }
        assert!(sounding <= 1, "{sounding} voices at {at}");
    }
    assert!(rig.ours().len() > 8, "{:?}", rig.ours());
}

#[test]
fn what_is_forgotten_is_not_played_either() {
    let mut rig = rig(|settings| settings.when.bars = 4);
    rig.run(6 * BEAT, Cut::Of(480), &quarters(0, 4));
    assert!(!rig.ours().is_empty());
    let wish = rig.wish.as_ref().expect("in line");
    wish.send(segue::composer::Command::Forget).expect("it listens");
    rig.run(6 * BEAT + 480, Cut::Of(480), &[]);
    let before = rig.ours().len();
    rig.run(16 * BEAT, Cut::Of(480), &[]);
    assert_eq!(rig.ours().len(), before, "there is nothing to go on from");
    assert_eq!(hygiene(&rig.out), 0);
    // And then it answers what is new.
    let again: Vec<_> = quarters(16, 20);
    rig.run(28 * BEAT, Cut::Of(480), &again);
    assert!(rig.ours().len() > before);
}
