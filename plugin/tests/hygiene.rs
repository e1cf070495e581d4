//! Every on has its off, whatever happens: stop, seek, loop, bypass, reset, floods and nonsense.

mod rig;

use rig::{Cut, OURS, Rig, Song, control, hygiene, notes, off, on, phrase};
use segue::between::message::{Event, Message};
use segue::between::mode::Mode;

const RATE: f64 = 48_000.0;

/// A rig in the middle of an answer, with one of our notes sounding and a key of the player's held
/// over.
fn answering() -> Rig {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    let input = phrase(&rig, 0.0, 120.0);
    rig.run(rig.at(4.5, 120.0) + 600, Cut::Of(512), &input);
    assert_eq!(rig.ours().len(), 1, "one note of the answer has begun");
    assert_eq!(hygiene(&rig.out), 1, "and sounds");
    rig
}

#[test]
fn whatever_ends_it_ends_everything_in_the_next_block() {
    type Change = fn(&mut Rig);
    let changes: [(&str, Change); 13] = [
        ("stop", |rig| rig.move_song(Song::Stands(120.0))),
        ("seek on", |rig| rig.move_song(Song::Plays(100.0, 120.0))),
        ("loop back", |rig| rig.move_song(Song::Plays(0.0, 120.0))),
        ("a loop of a 64th", |rig| rig.move_song(Song::Plays(4.45, 120.0))),
        ("no transport", |rig| rig.move_song(Song::None)),
        ("bypass", |rig| rig.settings.bypass = true),
        ("off", |rig| rig.settings.on = false),
        ("channel", |rig| rig.settings.sound.channel = 9),
        ("state load", |rig| rig.settings.generation += 1),
        ("reset", |rig| rig.processor.reset()),
        ("activation", |rig| rig.processor.activate(44_100.0, false, None)),
        ("panic", |rig| rig.status.panic.store(true, std::sync::atomic::Ordering::Relaxed)),
        ("fall", |rig| {
            let mut out: Vec<Event> = Vec::new();
            rig.processor.silence(&mut out);
            rig.out.extend(out.iter().map(|event| (rig.sample, event.message)));
        }),
    ];
    for (name, change) in changes {
        let mut rig = answering();
        let before = rig.ours().len();
        change(&mut rig);
        rig.block(64, &[]);
        assert_eq!(hygiene(&rig.out), 0, "{name}");
        let end = rig.sample;
        rig.run(end + 48_000, Cut::Of(512), &[]);
        hygiene(&rig.out);
        if name != "fall" {
            assert_eq!(rig.ours().len(), before, "nothing of the old answer comes after {name}");
        }
    }
}

#[test]
fn what_the_player_holds_goes_on_through_a_jump() {
    for song in [Song::Stands(120.0), Song::Plays(40.0, 120.0)] {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
        rig.run(48_000, Cut::Of(512), &[(100, on(60)), (200, on(64))]);
        assert_eq!(hygiene(&rig.out), 2);
        rig.move_song(song);
        rig.block(64, &[]);
        assert_eq!(hygiene(&rig.out), 2);
        rig.block(64, &[Event { time: 3, message: off(60) }]);
        assert_eq!(hygiene(&rig.out), 1, "its own release ends it");
        rig.block(64, &[Event { time: 3, message: off(64) }]);
        assert_eq!(hygiene(&rig.out), 0);
    }
}

#[test]
fn controllers_that_end_everything_do() {
    // Whoever ends all notes means those of a channel where some sound.
    for (controller, channel) in
        [(Message::ALL_SOUND_OFF, 0), (Message::ALL_SOUND_OFF, OURS), (Message::ALL_NOTES_OFF, OURS)]
    {
        let mut rig = answering();
        let end = Message::Control { channel, controller, value: 0.0 };
        rig.block(64, &[Event { time: 5, message: end }]);
        assert_eq!(hygiene(&rig.out), 0);
        assert_eq!(rig.out.last().map(|&(at, message)| (at, message)), Some((rig.sample - 59, end)));
        let before = rig.ours().len();
        rig.run(rig.sample + 96_000, Cut::Of(512), &[]);
        assert_eq!(rig.ours().len(), before);
    }
}

#[test]
fn the_player_is_yielded_to_in_the_same_sample() {
    for frames in [1, 64, 2048] {
        let mut rig = answering();
        let struck = rig.sample + 100;
        let before = rig.ours().len();
        rig.run(struck + 24_000, Cut::Of(frames), &[(struck, on(30)), (struck + 12_000, off(30))]);
        let ends: Vec<u64> = rig.ours().iter().map(|note| note.3).collect();
        assert_eq!(ends.last(), Some(&struck), "blocks of {frames}");
        assert_eq!(rig.ours().len(), before, "nothing more of that answer");
        assert_eq!(hygiene(&rig.out), 0);
        // What the player played since is answered in its turn: released half a beat after the
        // strike, one beat later.
        rig.run(struck + 120_000, Cut::Of(512), &[]);
        assert!(rig.ours().len() > before, "there is another answer");
    }
}

#[test]
fn our_echo_is_neither_heard_nor_passed_on() {
    let mut rig = answering();
    let (at, key, velocity, _) = rig.ours()[0];
    let before = rig.out.len();
    let echo = Message::On { id: None, channel: OURS, key, velocity: f32::from(velocity) / 127.0 };
    rig.block(64, &[Event { time: 0, message: echo }]);
    assert_eq!(rig.out.len(), before, "{at}");
    assert_eq!(rig.status.echoes.load(std::sync::atomic::Ordering::Relaxed), 1);
    assert_eq!(hygiene(&rig.out), 1, "the note goes on: nobody barged in");
    let echo = Message::Off { id: None, channel: OURS, key, velocity: 0.5 };
    rig.block(64, &[Event { time: 0, message: echo }]);
    assert_eq!(rig.out.len(), before);
    // Once only: the next one is the player's.
    let played = Message::On { id: None, channel: OURS, key, velocity: 0.5 };
    rig.block(64, &[Event { time: 7, message: played }]);
    assert_eq!(rig.out.len(), before + 2, "our note ends, the player's begins");
    hygiene(&rig.out);
}

#[test]
fn one_voice_a_channel_and_key() {
    // The player plays on our channel: two ons in a row, then releases that match once.
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    let ours = |message| match message {
        Message::On { id, key, velocity, .. } => Message::On { id, channel: OURS, key, velocity },
        Message::Off { id, key, velocity, .. } => Message::Off { id, channel: OURS, key, velocity },
        other => other,
    };
    let input = [(10, on(60)), (20, on(60)), (30, off(60)), (40, off(60)), (50, off(61))]
        .map(|(at, m)| (at, ours(m)));
    rig.run(480, Cut::Of(64), &input);
    assert_eq!(hygiene(&rig.out), 0);
    let times: Vec<u64> = rig.out.iter().map(|event| event.0).collect();
    assert_eq!(times, [10, 20, 20, 30]);
}

#[test]
fn a_note_on_without_velocity_is_a_release() {
    let mut rig = Rig::new(RATE, Song::None);
    let silent = Message::On { id: None, channel: 0, key: 60, velocity: 0.0 };
    rig.run(480, Cut::Of(64), &[(10, silent), (20, on(60)), (30, silent)]);
    assert_eq!(rig.out.len(), 2);
    assert_eq!(hygiene(&rig.out), 0);
}

#[test]
fn a_thousand_events_in_one_block() {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    let events: Vec<Event> = (0..1000u32)
        .map(|i| {
            let key = (i / 2 % 90) as u8 + 20;
            Event { time: i, message: if i % 2 == 0 { on(key) } else { off(key) } }
        })
        .collect();
    for _ in 0..5 {
        rig.block(1024, &events);
    }
    assert_eq!(rig.out.len(), 5000);
    assert_eq!(hygiene(&rig.out), 0);
    rig.run(rig.sample + 96_000, Cut::Of(1024), &[]);
    assert!(!rig.ours().is_empty(), "and it is answered");
}

#[test]
fn more_than_the_ring_holds_leaves_no_key_held() {
    // The composer does not come to its turn while six thousand notes are struck.
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    let mut composer = rig.composer.take().expect("in line");
    for i in 0..6000u32 {
        let key = (i % 100) as u8 + 10;
        rig.block(16, &[Event { time: 0, message: on(key) }, Event { time: 8, message: off(key) }]);
    }
    while composer.step() {}
    rig.composer = Some(composer);
    rig.run(rig.sample + 24_000, Cut::Of(512), &[(rig.sample + 100, on(60)), (rig.sample + 200, off(60))]);
    let released = rig.sample - 24_000 + 200;
    rig.run(rig.sample + 96_000, Cut::Of(512), &[]);
    let begin = rig.ours()[0].0;
    assert!(begin - released < 24_000 + 6_001, "patience ran from the release: no key is believed held");
    hygiene(&rig.out);
}

#[test]
fn the_flood_of_resting_controllers_is_ignored() {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    let events: Vec<Event> = (0..16u8)
        .flat_map(|channel| {
            (0..130).map(move |controller| {
                let message = match controller {
                    128 => Message::Pressure { channel, value: 0.0 },
                    129 => Message::Bend { channel, value: 0.5 },
                    controller => Message::Control { channel, controller, value: 0.5 },
                };
                Event { time: 0, message }
            })
        })
        .collect();
    assert_eq!(events.len(), 2080);
    rig.block(512, &events);
    assert!(rig.out.iter().all(|(_, message)| !matches!(message, Message::Control { .. })));
    let input = phrase(&rig, 1.0, 120.0);
    rig.run(rig.at(12.0, 120.0), Cut::Of(512), &input);
    let first = rig.out.iter().position(|(_, message)| matches!(message, Message::On { channel: OURS, .. }));
    assert!(first.is_some(), "it plays, and no pedal is believed down");
    assert!(rig.out.iter().all(|(_, message)| !matches!(message, Message::Control { controller: 64, .. })));
}

#[test]
fn a_pedal_down_at_the_hand_over_is_lifted_on_our_channel() {
    for (up_at, lifted) in [(None, true), (Some(3.8), false)] {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
        let mut input = phrase(&rig, 0.0, 120.0);
        input.push((10, control(Message::PEDAL, 1.0)));
        if let Some(beat) = up_at {
            input.push((rig.at(beat, 120.0), control(Message::PEDAL, 0.0)));
        }
        input.sort_by_key(|event| event.0);
        rig.run(rig.at(8.0, 120.0), Cut::Of(512), &input);
        let lift = Message::Control { channel: OURS, controller: Message::PEDAL, value: 0.0 };
        let place = rig.out.iter().position(|&(_, message)| message == lift);
        let first =
            rig.out.iter().position(|(_, message)| matches!(message, Message::On { channel: OURS, .. }));
        assert_eq!(place.is_some(), lifted);
        if let (Some(place), Some(first)) = (place, first) {
            assert!(place < first && rig.out[place].0 == rig.out[first].0);
        }
    }
}

#[test]
fn nonsense_from_the_host_is_survived() {
    for (song, tempo) in
        [(0.0, 0.0), (0.0, f64::NAN), (f64::NAN, 120.0), (-9.0, 120.0), (1e300, 1e300), (3.0, -7.0)]
    {
        let mut rig = Rig::new(RATE, Song::Plays(song, tempo));
        let input = phrase(&rig, 0.0, 120.0);
        rig.run(rig.at(16.0, 120.0), Cut::Of(512), &input);
        hygiene(&rig.out);
        assert_eq!(notes(&rig.out, 0).len(), 4, "{song} {tempo}: the player's notes pass");
    }
    // A negative song position is a position like any other.
    let mut rig = Rig::new(RATE, Song::Plays(-9.0, 120.0));
    let input = phrase(&rig, 1.0, 120.0);
    rig.run(rig.at(16.0, 120.0), Cut::Of(512), &input);
    assert_eq!(rig.ours()[0].0, rig.at(5.5, 120.0));
}

#[test]
fn blocks_without_samples_carry_releases() {
    let mut rig = answering();
    let played = [Event { time: 0, message: on(50) }];
    rig.block(0, &played);
    assert_eq!(hygiene(&rig.out), 1, "ours has ended, the player's has begun");
    rig.block(0, &[Event { time: 9, message: off(50) }]);
    assert_eq!(hygiene(&rig.out), 0);
    rig.block(0, &[]);
    rig.run(rig.sample + 96_000, Cut::Of(512), &[]);
    hygiene(&rig.out);
}

#[test]
fn loops_shorter_than_the_lead_never_stick() {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    let input = phrase(&rig, 0.0, 120.0);
    rig.run(rig.at(4.0, 120.0), Cut::Of(512), &input);
    for _ in 0..200 {
        rig.move_song(Song::Plays(4.0, 120.0));
        rig.run(rig.sample + 1200, Cut::Of(256), &[]);
    }
    assert!(hygiene(&rig.out) <= 2);
    rig.move_song(Song::Stands(120.0));
    rig.block(64, &[]);
    assert_eq!(hygiene(&rig.out), 0);
}

#[test]
fn without_pass_through_only_ours_goes_out() {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    rig.settings.sound.pass = false;
    let mut input = phrase(&rig, 0.0, 120.0);
    input.insert(0, (0, control(1, 0.3)));
    rig.run(rig.at(12.0, 120.0), Cut::Of(512), &input);
    assert!(rig.out.iter().all(|(_, message)| matches!(
        message,
        Message::On { channel: OURS, .. } | Message::Off { channel: OURS, .. }
    )));
    assert!(!rig.ours().is_empty());
}

#[test]
fn all_notes_off_after_the_last_key_is_no_end_of_anything() {
    // Some keyboards send it whenever their last key comes up.
    let end = control(Message::ALL_NOTES_OFF, 0.0);
    let play = |ends: bool, mode: Mode| {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
        rig.settings.mode = mode;
        let mut input = Vec::new();
        for (at, message) in phrase(&rig, 0.0, 120.0) {
            input.push((at, message));
            if ends && matches!(message, Message::Off { .. }) {
                input.push((at, end));
            }
        }
        rig.run(rig.at(20.0, 120.0), Cut::Of(480), &input);
        rig.out.retain(|(_, message)| !matches!(message, Message::Control { .. }));
        rig.out
    };
    for mode in [Mode::Answer, Mode::Duet] {
        let without = play(false, mode);
        assert!(without.len() > 16, "{mode:?}");
        assert!(play(true, mode) == without, "{mode:?}");
    }
}
