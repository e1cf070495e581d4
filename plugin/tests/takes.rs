//! Takes: every answer as it was heard, played again, made anew, undone. MIDI in, MIDI out.

mod rig;

use rig::{Cut, Rig, Song, hygiene, notes, off, on};
use segue::between::message::Message;
use segue::between::settings::{Bounds, Mode, ScaleLock, Settings, Yield};
use segue::composer::Command;
use segue::status::roll::View;
use segue::takes::{Take, TakeNote};
use segue_music::Role;

const RATE: f64 = 48_000.0;
/// Samples in a beat at 120 BPM.
const BEAT: u64 = 24_000;

/// A note in samples: onset, key, velocity, end.
type Heard = (u64, u8, u8, u64);

fn rig(song: Song, change: impl Fn(&mut Settings)) -> Rig {
    let mut rig = Rig::new(RATE, song);
    rig.settings.when.bars = 1;
    change(&mut rig.settings);
    rig
}

fn ask(rig: &Rig, wish: Command) {
    rig.wish.as_ref().expect("in line").send(wish).expect("it listens");
}

/// Quarters from one beat to another at 120 BPM.
fn quarters(from: u64, until: u64) -> Vec<(u64, Message)> {
    let keys = [60, 64, 67, 72, 67, 64];
    (from..until)
        .zip(keys.into_iter().cycle())
        .flat_map(|(beat, key)| [(beat * BEAT, on(key)), (beat * BEAT + BEAT * 9 / 10, off(key))])
        .collect()
}

fn takes(rig: &Rig) -> Vec<Take> {
    let rows = rig.status.takes.list();
    rows.iter().rev().filter_map(|row| rig.status.takes.get(row.id)).collect()
}

/// Notes counted from the first one's onset, in beats of this many samples, compared as samples.
fn relative(notes: &[Heard]) -> Vec<Heard> {
    let first = notes.iter().map(|note| note.0).min().unwrap_or(0);
    let mut notes: Vec<_> =
        notes.iter().map(|&(at, key, hard, end)| (at - first, key, hard, end - first)).collect();
    notes.sort_unstable();
    notes
}

/// The notes of a take in samples of 120 BPM, from the first one's onset.
fn in_samples(notes: &[TakeNote]) -> Vec<Heard> {
    let sample = |beats: segue_music::Beats| (beats.as_f64() * BEAT as f64).round() as u64;
    let heard =
        |TakeNote { note, .. }: &TakeNote| (sample(note.onset), note.key, note.velocity, sample(note.end()));
    relative(&notes.iter().map(heard).collect::<Vec<_>>())
}

/// Whether two lists are the same to a sample, which is what rounding to samples makes of one
/// spacing.
fn same(one: &[Heard], other: &[Heard]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(a, b)| a.0.abs_diff(b.0) <= 1 && a.3.abs_diff(b.3) <= 1 && (a.1, a.2) == (b.1, b.2))
}

#[test]
fn in_every_mode_a_take_is_what_was_heard() {
    // (mode, what the player plays, the latch is down until, takes)
    let once = quarters(0, 4);
    let twice: Vec<_> = [quarters(0, 4), quarters(12, 16)].concat();
    for (mode, input, expected) in [
        (Mode::Answer, &twice, 2),
        (Mode::Trade, &twice, 2),
        (Mode::Continue, &once, 1),
        (Mode::Duet, &twice, 2),
    ] {
        for yields in [Yield::AtOnce, Yield::LetEnd] {
            let mut rig = rig(Song::Plays(0.0, 120.0), |settings| {
                (settings.mode, settings.when.yields, settings.what.quantise) = (mode, yields, 0.3);
            });
            rig.run(5 * BEAT, Cut::Of(480), input);
            rig.settings.when.latch = mode == Mode::Continue;
            rig.run(20 * BEAT, Cut::Of(480), input);
            rig.settings.when.latch = false;
            rig.run(30 * BEAT, Cut::Of(480), &[]);
            let kept = takes(&rig);
            assert_eq!(kept.len(), expected, "{mode:?} {yields:?}: {kept:?}");
            let (mut ours, mut numbers) = (rig.ours(), Vec::new());
            ours.sort_unstable();
            for take in &kept {
                let mut heard: Vec<_> = ours.drain(..take.notes.len()).collect();
                heard = relative(&heard);
                assert!(same(&in_samples(&take.notes), &heard), "{mode:?} {yields:?}: {take:?} {heard:?}");
                assert_eq!((take.mode, take.tempo.bpm(), take.meter.numerator), (mode, 120.0, 4));
                numbers.push((take.name.number, take.name.letter));
            }
            assert_eq!(ours, [], "{mode:?} {yields:?}: every note is in a take");
            assert_eq!(numbers, [(1, 'A'), (2, 'A')][..expected], "{mode:?}");
            // What it answers: the player's notes that began since the answer before, and before
            // this one.
            let first = &kept[0];
            assert!(!first.prompt.is_empty() && first.prompt.len() <= 4, "{mode:?}: {:?}", first.prompt);
            assert_eq!(first.prompt[0].key, 60, "{mode:?}");
            assert_eq!(first.prompt[0].velocity, 89, "{mode:?}");
        }
    }
}

#[test]
fn a_barge_in_makes_a_take_short() {
    let begin =
        |pass| rig(Song::Plays(0.0, 120.0), |settings| (settings.when.bars, settings.sound.pass) = (4, pass));
    // In the middle of a note of what the answer would be, which is not its last.
    let mut whole = begin(true);
    whole.run(30 * BEAT, Cut::Of(480), &quarters(0, 4));
    let (at, _, _, end) = whole.ours()[1];
    assert!(whole.ours().len() > 2, "{:?}", whole.ours());
    let barge = (at + end) / 2;
    for pass in [true, false] {
        let mut rig = begin(pass);
        let mut input = quarters(0, 4);
        input.extend([(barge, on(50)), (barge + 900, off(50))]);
        rig.run(barge, Cut::Of(480), &input);
        assert_eq!(takes(&rig).len(), 0, "it still goes on");
        rig.run(barge + 2_000, Cut::Of(480), &input);
        let kept = takes(&rig);
        assert_eq!(kept.len(), 1);
        let heard = relative(&rig.ours());
        assert!(same(&in_samples(&kept[0].notes), &heard), "{:?} {heard:?}", kept[0]);
        let end = rig.ours().iter().map(|note| note.3).max();
        assert_eq!(end, Some(barge), "it was cut");
        // What the player played is known though it is not passed on.
        assert_eq!(kept[0].prompt.len(), 4, "{pass}");
        assert_eq!(notes(&rig.out, 0).is_empty(), !pass);
    }
}

#[test]
fn a_replay_is_what_was_heard_whatever_the_settings_are_by_then() {
    // (the song when it is played again, another tempo)
    let songs = [Song::Plays(0.0, 120.0), Song::Plays(0.0, 97.0), Song::Plays(0.0, 201.3), Song::None];
    for song in songs {
        for mode in Mode::ALL {
            let tempo = match song {
                Song::Plays(_, tempo) | Song::Cycles(_, tempo, _) | Song::Stands(tempo) => tempo,
                Song::None => 120.0,
            };
            let beat = RATE * 60.0 / tempo;
            let at = |beats: f64| (beats * beat).round() as u64;
            let mut rig = rig(song, |settings| {
                (settings.mode, settings.what.quantise, settings.what.seed) = (mode, 0.4, 5);
            });
            let input: Vec<_> = (0..6u32)
                .flat_map(|i| {
                    let onset = at(f64::from(i) * 0.5 + f64::from(i % 2) * 0.07);
                    [(onset, on(60 + i as u8)), (onset + at(0.4), off(60 + i as u8))]
                })
                .collect();
            rig.run(at(3.1), Cut::Of(480), &input);
            rig.settings.when.latch = mode == Mode::Continue;
            rig.run(at(8.0), Cut::Of(480), &input);
            rig.settings.when.latch = false;
            rig.run(at(13.0), Cut::Of(480), &[]);
            let first: Vec<_> = relative(&rig.ours());
            let rows = rig.status.takes.list();
            assert_eq!((rows.len(), first.is_empty()), (1, false), "{song:?} {mode:?} {first:?}");
            // Whatever is asked of an answer now says nothing of a replay.
            rig.settings.what.quantise = 1.0;
            rig.settings.on = false;
            rig.settings.what.bounds = Bounds {
                keys: (20, 21),
                velocities: (1, 2),
                polyphony: 1,
                density: 0.5,
                scale: ScaleLock::To(1),
            };
            rig.run(at(13.2), Cut::Of(480), &[]);
            ask(&rig, Command::Replay(rows[0].id));
            let before = rig.ours().len();
            rig.run(at(14.0), Cut::Of(480), &[]);
            assert!(rig.status.takes.list()[0].replaying, "{song:?} {mode:?}");
            rig.run(at(30.0), Cut::Random, &[]);
            let again = &rig.ours()[before..];
            assert!(same(&relative(again), &first), "{song:?} {mode:?}:\n{first:?}\n{again:?}");
            let place = |sample: u64| (sample as f64 / beat) % 4.0;
            let (one, other) = (place(rig.ours()[0].0), place(again[0].0));
            assert!((one - other).abs() < 1e-3, "{song:?} {mode:?}: at {one} and {other} of the bar");
            assert!(again[0].0 <= at(17.3), "at the next bar");
            let rows = rig.status.takes.list();
            assert_eq!((rows.len(), rows[0].replaying), (1, false), "a replay is no take");
            assert_eq!(hygiene(&rig.out), 0);
        }
    }
}

#[test]
fn a_replay_makes_way_as_an_answer_does_and_is_stopped_on_request() {
    // (whether the player plays into it or asks for its end, whether it has begun)
    for (plays, begun) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut rig = rig(Song::Plays(0.0, 120.0), |settings| settings.when.bars = 2);
        rig.run(16 * BEAT, Cut::Of(480), &quarters(0, 4));
        let id = rig.status.takes.list()[0].id;
        let before = rig.ours().len();
        let place = rig.ours()[0].0 % (4 * BEAT);
        ask(&rig, Command::Replay(id));
        rig.run(16 * BEAT + 480, Cut::Of(480), &[]);
        let from = 16 * BEAT + place;
        let at = if begun { from + 5 * BEAT / 4 } else { from - BEAT / 10 };
        let input = [(at, on(50)), (at + 500, off(50))];
        rig.run(at, Cut::Of(480), &[]);
        if plays {
            rig.run(at + 600, Cut::Of(480), &input);
        } else {
            ask(&rig, Command::StopReplay);
            // The composer is asked between blocks, and decides at a tick.
            rig.run(at + 2_000, Cut::Of(480), &[]);
        }
        let until = if plays { at } else { at + 2_000 };
        let again = rig.ours()[before..].to_vec();
        assert_eq!(again.is_empty(), !begun, "{plays} {begun} {again:?}");
        assert!(again.iter().all(|note| note.3 <= until), "{plays} {begun}: {again:?}");
        rig.run(at + 3_000, Cut::Of(480), &[]);
        assert!(rig.status.takes.list().iter().all(|row| !row.replaying));
        assert_eq!(hygiene(&rig.out), 0, "{plays} {begun}");
        // And then it answers as ever.
        let count = rig.ours().len();
        rig.run(40 * BEAT, Cut::Of(480), &quarters(24, 28));
        assert!(rig.ours().len() > count, "{plays} {begun}");
    }
}

#[test]
fn a_replay_goes_on_in_a_duet_and_is_gone_on_from() {
    let mut rig = rig(Song::Plays(0.0, 120.0), |settings| settings.when.bars = 2);
    rig.status.roll.watch(true);
    rig.run(16 * BEAT, Cut::Of(480), &quarters(0, 4));
    let (id, first) = (rig.status.takes.list()[0].id, rig.ours());
    rig.settings.mode = Mode::Duet;
    ask(&rig, Command::Replay(id));
    rig.run(30 * BEAT, Cut::Of(480), &quarters(18, 20));
    let again: Vec<_> = rig.ours()[first.len()..].iter().copied().take(first.len()).collect();
    assert!(same(&relative(&again), &relative(&first)), "{first:?} {again:?}");
    let mut view = View::default();
    rig.status.roll.look(&mut view);
    let ours = view.notes.iter().filter(|note| note.role == Role::Segue).count();
    assert!(ours >= 2 * first.len(), "both are in the context");
}

#[test]
fn another_is_an_answer_to_the_same_prompt() {
    let mut rig = rig(Song::Plays(0.0, 120.0), |_| ());
    rig.run(12 * BEAT, Cut::Of(480), &quarters(0, 4));
    let first = takes(&rig).remove(0);
    let mut until = 12;
    for letter in ['B', 'C'] {
        ask(&rig, Command::Another(first.name.id));
        until += 12;
        rig.run(until * BEAT, Cut::Of(480), &[]);
        let kept = takes(&rig);
        let last = kept.last().expect("one");
        assert_eq!((last.name.number, last.name.group, last.name.letter), (1, first.name.group, letter));
        assert_eq!(last.prompt, first.prompt, "{letter}");
        assert!(!last.notes.is_empty());
        assert_eq!(last.notes[0].note.onset, first.notes[0].note.onset, "{letter}: on its place in the bar");
        for other in &kept[..kept.len() - 1] {
            assert_ne!((other.seed, &other.notes), (last.seed, &last.notes), "{letter}");
        }
    }
    assert_eq!(hygiene(&rig.out), 0);
    // With the settings of now.
    rig.settings.what.bounds.keys = (90, 100);
    ask(&rig, Command::Another(first.name.id));
    rig.run((until + 12) * BEAT, Cut::Of(480), &[]);
    let last = takes(&rig).pop().expect("one");
    assert!(last.name.letter == 'D' && last.notes.iter().all(|own| own.note.key >= 90), "{last:?}");
    // The player's next phrase is answered as ever, with the next number.
    let from = until + 16;
    rig.run((from + 16) * BEAT, Cut::Of(480), &quarters(from, from + 4));
    let last = takes(&rig).pop().expect("one");
    assert_eq!((last.name.number, last.name.letter), (2, 'A'));
}

/// Segue's notes that the composer goes on from.
fn remembered(rig: &mut Rig) -> Vec<(i64, u8, Option<i64>)> {
    let mut view = View::default();
    rig.status.roll.look(&mut view);
    let ours = view.notes.iter().filter(|note| note.role == Role::Segue);
    ours.map(|note| (note.onset, note.key, note.end)).collect()
}

#[test]
fn what_is_undone_was_never_played_until_it_is_redone() {
    let mut rig = rig(Song::Plays(0.0, 120.0), |_| ());
    rig.status.roll.watch(true);
    let input = [quarters(0, 4), quarters(12, 16)].concat();
    rig.run(12 * BEAT, Cut::Of(480), &input);
    let one = remembered(&mut rig);
    rig.run(24 * BEAT, Cut::Of(480), &input);
    let both = remembered(&mut rig);
    assert!(!one.is_empty() && both.len() > one.len());
    let undone = |rig: &Rig| rig.status.takes.list().iter().map(|row| row.undone).collect::<Vec<_>>();
    // (wish, what is remembered then, what is marked, newest first)
    let steps = [
        (Command::Undo, &one, [true, false]),
        (Command::Redo, &both, [false, false]),
        (Command::Redo, &both, [false, false]),
        (Command::Undo, &one, [true, false]),
        (Command::Undo, &Vec::new(), [true, true]),
        (Command::Undo, &Vec::new(), [true, true]),
        (Command::Redo, &one, [true, false]),
        (Command::Redo, &both, [false, false]),
    ];
    let mut sample = 24 * BEAT;
    for (step, (wish, expected, marks)) in steps.into_iter().enumerate() {
        ask(&rig, wish);
        sample += 2_400;
        rig.run(sample, Cut::Of(480), &[]);
        assert_eq!(&remembered(&mut rig), expected, "step {step}");
        assert_eq!(undone(&rig), marks, "step {step}");
    }
    // Undone while it sounds: it ends there, and is marked as soon as it is kept.
    rig.run(28 * BEAT, Cut::Of(480), &[]);
    rig.run(34 * BEAT, Cut::Of(480), &quarters(28, 32));
    assert!(!takes(&rig).is_empty() && rig.ours().iter().any(|note| note.3 > 33 * BEAT));
    ask(&rig, Command::Undo);
    rig.run(36 * BEAT, Cut::Of(480), &[]);
    assert_eq!(undone(&rig), [true, false, false]);
    assert_eq!(remembered(&mut rig), both);
    assert_eq!(hygiene(&rig.out), 0);
    // A new answer comes, and then there is no way back.
    rig.run(52 * BEAT, Cut::Of(480), &quarters(40, 44));
    ask(&rig, Command::Redo);
    rig.run(53 * BEAT, Cut::Of(480), &[]);
    assert_eq!(undone(&rig), [false, true, false, false]);
}

#[test]
fn takes_change_nothing_that_is_played() {
    let run = |watched: bool| {
        let mut rig = rig(Song::Plays(0.0, 120.0), |_| ());
        rig.run(12 * BEAT, Cut::Random, &quarters(0, 4));
        if watched {
            let id = rig.status.takes.list()[0].id;
            rig.status.takes.star(id, true);
            rig.status.takes.remove(id);
            rig.status.takes.clear();
        }
        rig.run(24 * BEAT, Cut::Random, &quarters(12, 16));
        rig.out
    };
    assert!(run(true) == run(false));
}

#[test]
fn another_answer_keeps_the_limits_that_the_jam_has_begun_to_fill() {
    // A note in five beats: the answer's first one leaves no room for another so soon.
    let mut rig = rig(Song::Plays(0.0, 120.0), |settings| settings.what.bounds.density = 0.2);
    let input = [quarters(0, 4), quarters(10, 14)].concat();
    rig.run(15 * BEAT + BEAT / 2, Cut::Of(480), &input);
    let takes = takes(&rig);
    assert!(!takes.is_empty(), "the first answer is over");
    assert!(
        rig.ours().last().is_some_and(|note| note.0 > 14 * BEAT),
        "the second one has begun: {:?}",
        rig.ours()
    );
    ask(&rig, Command::Another(takes[0].name.id));
    rig.run(30 * BEAT, Cut::Of(480), &[]);
    let ours = rig.ours();
    assert!(ours.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 5 * BEAT), "{ours:?}");
    assert_eq!(hygiene(&rig.out), 0);
}

#[test]
fn an_answer_is_undone_however_much_was_played_since() {
    let mut rig = rig(Song::Plays(0.0, 120.0), |_| ());
    // Each of a hundred notes could have been the last, and an answer to each was begun.
    let input = [quarters(0, 4), quarters(12, 130)].concat();
    rig.run(120 * BEAT, Cut::Of(480), &input);
    ask(&rig, Command::Undo);
    rig.run(121 * BEAT, Cut::Of(480), &input);
    assert_eq!(takes(&rig).iter().map(|take| take.undone).collect::<Vec<_>>(), [true]);
    // There is no other, and that is said.
    ask(&rig, Command::Undo);
    rig.run(121 * BEAT + 960, Cut::Of(480), &input);
    assert!(rig.status.notice().is_some_and(|notice| notice.contains("undone")), "{:?}", rig.status.notice());
}
