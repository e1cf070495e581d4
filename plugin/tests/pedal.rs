//! Segue's own pedal: it moves where the player uses one, with its notes, and never stays down.

mod rig;

use rig::band::{BEAT, RATE, TEMPO, model_with_pedal};
use rig::{Cut, OURS, Rig, Song, control, hygiene, off, on, phrase};
use segue::between::message::{Event, Message};
use segue::between::settings::{Mode, Settings, Yield};
use segue::composer::Command;
use segue_music::{Channel, Part, midi_file};

/// Answers, to four quarters of a player who uses the pedal.
fn rig(change: impl Fn(&mut Settings)) -> (Rig, Vec<(u64, Message)>) {
    let mut rig = Rig::of(model_with_pedal(), RATE, Song::Plays(0.0, TEMPO));
    rig.settings.when.bars = 2;
    change(&mut rig.settings);
    let mut input = phrase(&rig, 0.0, TEMPO);
    input.extend([(10, control(Message::PEDAL, 1.0)), (2 * BEAT, control(Message::PEDAL, 0.0))]);
    input.sort_by_key(|&(at, _)| at);
    (rig, input)
}

/// When a channel's pedal went down and up, as the host was told.
fn moves(out: &[(u64, Message)], wanted: Channel) -> Vec<(u64, bool)> {
    let of = |&(at, message): &(u64, Message)| match message {
        Message::Control { channel, controller: Message::PEDAL, value } if channel == wanted => {
            Some((at, value > 0.5))
        }
        _ => None,
    };
    out.iter().filter_map(of).collect()
}

fn is_down(rig: &Rig, channel: Channel) -> bool {
    moves(&rig.out, channel).last().is_some_and(|&(_, down)| down)
}

/// Runs until the pedal is down, and returns the rig.
fn with_pedal_down(change: impl Fn(&mut Settings)) -> Rig {
    let (mut rig, input) = rig(change);
    while !is_down(&rig, OURS) {
        assert!(rig.sample < 16 * BEAT, "it goes down");
        rig.run(rig.sample + 480, Cut::Of(480), &input);
    }
    rig
}

#[test]
fn it_moves_with_the_notes_and_is_up_in_the_end() {
    let (mut rig, input) = rig(|_| ());
    rig.run(24 * BEAT, Cut::Of(480), &input);
    let (moves, notes) = (moves(&rig.out, OURS), rig.ours());
    assert!(moves.len() > 4, "{moves:?}");
    // Down and up by turns; up at first says so to a synthesizer that heard the player's.
    assert!(moves.windows(2).all(|pair| pair[0].1 != pair[1].1), "{moves:?}");
    let again = (BEAT as f64 / 16.0).round() as u64;
    for &(at, down) in &moves[..moves.len() - 1] {
        let with_a_note = notes.iter().any(|note| note.0 == at || (down && note.0 + again == at));
        assert!(with_a_note, "{at} {down}: {notes:?}");
    }
    let &(at, down) = moves.last().expect("some");
    let end = notes.iter().map(|note| note.3).max().expect("some");
    assert!(!down && at <= end.max(14 * BEAT), "{at} {end}");
    assert_eq!(hygiene(&rig.out), 0);
}

#[test]
fn it_stays_up_where_it_is_not_wanted() {
    let (mut rig, input) = rig(|_| ());
    let without: Vec<_> =
        input.into_iter().filter(|(_, message)| !matches!(message, Message::Control { .. })).collect();
    rig.run(24 * BEAT, Cut::Of(480), &without);
    assert!(rig.ours().len() > 4 && moves(&rig.out, OURS).is_empty(), "the player uses none");

    let (mut shared, input) = self::rig(|settings| settings.sound.channel = 0);
    shared.run(24 * BEAT, Cut::Of(480), &input);
    assert_eq!(moves(&shared.out, 0), [(10, true), (2 * BEAT, false)], "the player's alone");

    let (mut follows, input) = self::rig(|settings| settings.sound.follow_pedal = true);
    follows.run(24 * BEAT, Cut::Of(480), &input);
    assert_eq!(moves(&follows.out, OURS), [(10, true), (2 * BEAT, false)], "it follows the player's");
}

#[test]
fn whatever_ends_an_answer_lifts_it_in_the_next_block() {
    type Change = fn(&mut Rig);
    let changes: [(&str, Change); 11] = [
        ("stop", |rig| rig.move_song(Song::Stands(TEMPO))),
        ("seek", |rig| rig.move_song(Song::Plays(100.0, TEMPO))),
        ("bypass", |rig| rig.settings.bypass = true),
        ("off", |rig| rig.settings.on = false),
        ("channel", |rig| rig.settings.sound.channel = 9),
        ("mode", |rig| rig.settings.mode = Mode::Trade),
        ("state load", |rig| rig.settings.generation += 1),
        ("follow", |rig| rig.settings.sound.follow_pedal = true),
        ("reset", |rig| rig.processor.reset()),
        ("activation", |rig| rig.processor.activate(44_100.0, false, None)),
        ("panic", |rig| rig.status.panic.store(true, std::sync::atomic::Ordering::Relaxed)),
    ];
    for (name, change) in changes {
        let mut rig = with_pedal_down(|_| ());
        change(&mut rig);
        rig.block(64, &[]);
        assert!(!is_down(&rig, OURS), "{name}");
    }
    for yields in [Yield::AtOnce, Yield::LetEnd] {
        let mut rig = with_pedal_down(|settings| settings.when.yields = yields);
        let at = rig.sample + 7;
        rig.block(64, &[Event { time: 7, message: on(61) }]);
        assert_eq!(moves(&rig.out, OURS).last(), Some(&(at, false)), "{yields:?}: in that sample");
        rig.block(64, &[Event { time: 7, message: off(61) }]);
    }
}

#[test]
fn a_band_moves_that_of_its_keyboard() {
    let play = |seed, cut| {
        let (mut rig, input) = rig(|settings| {
            (settings.mode, settings.what.seed) = (Mode::Duet, seed);
            settings.what.band.parts = [Part::Keys, Part::Bass].into_iter().collect();
        });
        rig.run(40 * BEAT, cut, &input);
        rig.out
    };
    // An untrained model moves it by chance.
    let plays = (1..=6).map(|seed| play(seed, Cut::Of(512)));
    let busy = |out: &Vec<_>| moves(out, OURS).len();
    let (seed, out) = (1..).zip(plays).max_by_key(|(_, out)| busy(out)).expect("six");
    assert!(busy(&out) > 4, "the keys are on channel 2: seed {seed}, {} moves", busy(&out));
    assert!(moves(&out, rig::band::BASS).is_empty(), "a bass has no pedal");
    assert!(moves(&out, OURS).last().is_some_and(|&(_, down)| !down), "the duet is over");
    for cut in [Cut::Of(64), Cut::Of(2048), Cut::Random] {
        assert!(play(seed, cut) == out, "seed {seed}, {cut:?}");
    }
}

#[test]
fn what_comes_back_from_the_host_is_not_the_players() {
    // A cable from the output to the input: what went out on our channel comes in a block later.
    let (mut rig, input) = rig(|_| ());
    let mut back = Vec::new();
    while rig.sample < 40 * BEAT {
        let (from, until) = (rig.sample, rig.sample + 480);
        let here = input.iter().filter(|(at, _)| (from..until).contains(at));
        let mut events: Vec<Event> =
            here.map(|&(at, message)| Event { time: (at - from) as u32, message }).collect();
        events.append(&mut back);
        events.sort_by_key(|event| event.time);
        let before = rig.out.len();
        rig.block(480, &events);
        let ours = |message: &Message| {
            matches!(message, Message::Control { channel: OURS, .. } | Message::On { channel: OURS, .. })
                || matches!(message, Message::Off { channel: OURS, .. })
        };
        let sent = rig.out[before..].iter().filter(|(_, message)| ours(message));
        back.extend(sent.map(|&(at, message)| Event { time: (at - from) as u32, message }));
    }
    let (mut alone, input) = self::rig(|_| ());
    alone.run(40 * BEAT, Cut::Of(480), &input);
    assert!(moves(&alone.out, OURS).len() > 4);
    assert_eq!(moves(&rig.out, OURS), moves(&alone.out, OURS), "none goes round, and none is missing");
}

#[test]
fn it_sounds_where_a_take_is_played_back() {
    let (mut rig, input) = rig(|_| ());
    rig.run(20 * BEAT, Cut::Of(480), &input);
    let ours = |message: &Message| match *message {
        Message::On { channel, .. } | Message::Off { channel, .. } | Message::Control { channel, .. } => {
            channel == OURS
        }
        _ => false,
    };
    let recorded: Vec<_> = rig.out.iter().filter(|(_, message)| ours(message)).copied().collect();
    let expected = moves(&rig.out, OURS);
    // The song from its beginning again, with what was recorded.
    rig.move_song(Song::Plays(0.0, TEMPO));
    let (start, before) = (rig.sample, rig.out.len());
    let again: Vec<_> = recorded.iter().map(|&(at, message)| (at + start, message)).collect();
    rig.run(start + 20 * BEAT, Cut::Of(480), &again);
    let played: Vec<_> =
        moves(&rig.out[before..], OURS).into_iter().map(|(at, down)| (at - start, down)).collect();
    // Before its first note nobody knows that it is a take.
    let first = recorded.iter().find(|(_, message)| matches!(message, Message::On { .. })).expect("a note").0;
    let after =
        |moves: &[(u64, bool)]| -> Vec<_> { moves.iter().copied().filter(|&(at, _)| at > first).collect() };
    assert_eq!(after(&played), after(&expected));
    assert_eq!(hygiene(&rig.out), 0);
    // What was played back was nobody's: Segue answers with its pedal again.
    let (start, before) = (rig.sample + 8 * BEAT, rig.out.len());
    let input: Vec<_> = input.iter().map(|&(at, message)| (at + start, message)).collect();
    rig.run(start + 20 * BEAT, Cut::Of(480), &input);
    assert!(moves(&rig.out[before..], OURS).len() > 2, "{:?}", moves(&rig.out[before..], OURS));
}

#[test]
fn takes_keep_it() {
    let (mut rig, input) = rig(|_| ());
    rig.run(24 * BEAT, Cut::Of(480), &input);
    let heard = moves(&rig.out, OURS);
    let id = rig.status.takes.list().first().expect("a take").id;
    let take = rig.status.takes.get(id).expect("it is kept");
    let piece = take.piece();
    let ours = piece.tracks.last().expect("two tracks");
    let downs = |moves: &mut dyn Iterator<Item = bool>| moves.filter(|&down| down).count();
    assert!(!ours.pedal.is_empty());
    assert_eq!(
        downs(&mut ours.pedal.iter().map(|&(_, down)| down)),
        downs(&mut heard.iter().map(|&(_, down)| down))
    );
    assert!(ours.pedal.last().is_some_and(|&(_, down)| !down));
}

#[test]
fn where_it_follows_the_players_it_comes_up_with_it() {
    let down = (BEAT, control(Message::PEDAL, 1.0));
    let up = (3 * BEAT, control(Message::PEDAL, 0.0));
    // A note comes in on our channel meanwhile: a second keyboard, or a take.
    let note = |message| (2 * BEAT, message);
    let strange = [
        note(Message::On { id: None, channel: OURS, key: 90, velocity: 0.3 }),
        (2 * BEAT + 500, Message::Off { id: None, channel: OURS, key: 90, velocity: 0.0 }),
    ];
    let (mut rig, _) = rig(|settings| settings.sound.follow_pedal = true);
    let input: Vec<_> = [down].into_iter().chain(strange).chain([up]).collect();
    rig.run(4 * BEAT, Cut::Of(480), &input);
    assert_eq!(moves(&rig.out, OURS), [(BEAT, true), (3 * BEAT, false)]);

    // A project with another channel is loaded meanwhile.
    let (mut rig, _) = self::rig(|settings| settings.sound.follow_pedal = true);
    rig.run(2 * BEAT, Cut::Of(480), &[down]);
    rig.settings.generation += 1;
    rig.settings.sound.channel = 9;
    rig.run(4 * BEAT, Cut::Of(480), &[up]);
    assert_eq!(moves(&rig.out, OURS), [(BEAT, true), (2 * BEAT, false)]);
    assert!(!is_down(&rig, 9));
}

#[test]
fn a_take_of_no_pedal_is_replayed_without_one() {
    // First an answer to a player who does not use the pedal yet.
    let (mut rig, input) = rig(|_| ());
    let mut dry = input.clone();
    dry.retain(|(_, message)| !matches!(message, Message::Control { .. }));
    rig.run(24 * BEAT, Cut::Of(480), &dry);
    let (id, count) = (rig.status.takes.list().first().expect("a take").id, rig.ours().len());
    assert!(moves(&rig.out, OURS).is_empty());
    let later: Vec<_> = input.iter().map(|&(at, message)| (at + 24 * BEAT, message)).collect();
    while !is_down(&rig, OURS) {
        assert!(rig.sample < 40 * BEAT, "it goes down");
        rig.run(rig.sample + 480, Cut::Of(480), &later);
    }
    rig.wish.as_ref().expect("in line").send(Command::Replay(id)).expect("room");
    rig.run(rig.sample + 24 * BEAT, Cut::Of(480), &[]);
    let notes = rig.ours();
    let (at, down) = *moves(&rig.out, OURS).last().expect("some");
    let replayed = notes.iter().filter(|note| note.0 >= at).count();
    assert!(!down && replayed >= count, "up at {at} before {replayed} notes of {count}");
}

#[test]
fn an_exported_jam_lifts_it_where_each_answer_ended() {
    let (mut rig, input) = rig(|_| ());
    let again: Vec<_> = input.iter().map(|&(at, message)| (at + 24 * BEAT, message)).collect();
    rig.run(48 * BEAT, Cut::Of(480), &[input, again].concat());
    let heard = moves(&rig.out, OURS);
    let folder = tempfile::tempdir().expect("a folder");
    let file = rig.status.takes.export_jam(folder.path()).expect("a jam");
    let piece = midi_file::read(&file).expect("written");
    let track = piece.tracks.iter().find(|track| track.name == "Segue").expect("its track");
    let written: Vec<_> =
        track.pedal.iter().map(|&(at, down)| ((at.as_f64() * BEAT as f64).round() as u64, down)).collect();
    // The file begins at the bar line before the first note, which is the song's first. An up where
    // none was down is not written.
    let first = heard.iter().position(|&(_, down)| down).expect("down");
    assert_eq!(written.len(), heard.len() - first, "{written:?}, {:?}", &heard[first..]);
    for (written, heard) in written.iter().zip(&heard[first..]) {
        assert!(written.1 == heard.1 && written.0.abs_diff(heard.0) <= 600, "{written:?}, {heard:?}");
    }
}

#[test]
fn another_answer_has_one_too() {
    let (mut rig, input) = rig(|_| ());
    rig.run(24 * BEAT, Cut::Of(480), &input);
    let (id, before) = (rig.status.takes.list().first().expect("a take").id, rig.out.len());
    rig.wish.as_ref().expect("in line").send(Command::Another(id)).expect("room");
    rig.run(48 * BEAT, Cut::Of(480), &[]);
    let moves = moves(&rig.out[before..], OURS);
    assert!(moves.iter().filter(|&&(_, down)| down).count() > 1, "{moves:?}");
    assert!(!is_down(&rig, OURS));
}
