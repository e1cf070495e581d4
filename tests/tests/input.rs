//! Input as fingers, cables and hosts really send it.

use anyhow::{Context, Result, ensure};
use bundler::{Clock, Cue, Message, Script};
use segue_music::{Beats, Key, Note, Tempo};
use tests::{ANSWER_CHANNEL, Format, PLAYER_CHANNEL, grid_error, perform, phrase};

fn on(at: Beats, key: Key) -> (Beats, Message) {
    (at, Message::On { channel: PLAYER_CHANNEL, key, velocity: 80 })
}

fn off(at: Beats, key: Key) -> (Beats, Message) {
    (at, Message::Off { channel: PLAYER_CHANNEL, key })
}

fn eighths(count: i64) -> Beats {
    Beats::ratio(count, 2)
}

#[test]
fn broken_phrases_are_answered_too() -> Result<()> {
    let held: Vec<_> = [60, 64, 67].map(|key| on(eighths(2), key)).to_vec();
    let orphans: Vec<_> = (0..8)
        .flat_map(|i| [off(eighths(i), 50 + i as Key), on(eighths(i), 70), off(eighths(i + 1), 70)])
        .collect();
    let twice: Vec<_> = (0..6)
        .flat_map(|i| [on(eighths(i), 60), on(eighths(i), 60)])
        .chain([off(eighths(8), 60), off(eighths(8), 60)])
        .collect();
    let clusters: Vec<_> = (0..4)
        .flat_map(|i| {
            (0..10).flat_map(move |key| {
                [on(eighths(2 * i), 40 + 5 * key), off(eighths(2 * i + 1), 40 + 5 * key)]
            })
        })
        .collect();
    // A thousand events a second: one every 1/500 beat at 120, on ten keys in turn.
    let flood: Vec<_> = (0..1000)
        .map(|i| {
            let (at, key) = (Beats::ratio(i, 500), 60 + (i / 2 % 10) as Key);
            if i % 2 == 0 { on(at, key) } else { off(at, key) }
        })
        .collect();
    let cases = [
        ("a chord that is never let go", held),
        ("releases of what was never played", orphans),
        ("a key struck while it is down", twice),
        ("ten-note chords", clusters),
        ("a flood", flood),
    ];
    for format in Format::ALL {
        for (name, messages) in &cases {
            let script =
                Script { messages: messages.clone(), ..Script::new(Tempo::DEFAULT, Beats::ratio(24, 1)) };
            let (_, answer) = perform(format, &script).with_context(|| format!("{format:?}: {name}"))?;
            ensure!(!answer.is_empty(), "{format:?}: {name}: no answer");
        }
    }
    Ok(())
}

#[test]
fn silence_and_controllers_alone_are_not_answered() -> Result<()> {
    // Ardour restores the parameters that stand for controllers all in one block, at half of their range.
    let controllers: Vec<_> = (0..16)
        .flat_map(|channel| {
            (0..120).map(move |controller| Message::Control { channel, controller, value: 64 })
        })
        .map(|message| (Beats::ratio(1, 10), message))
        .collect();
    for format in Format::ALL {
        for messages in [Vec::new(), controllers.clone()] {
            let script = Script { messages, ..Script::new(Tempo::DEFAULT, Beats::ratio(12, 1)) };
            let (_, answer) = perform(format, &script)?;
            assert_eq!(answer, [], "{format:?}");
        }
    }
    Ok(())
}

#[test]
fn a_pedal_down_at_the_hand_over_is_lifted_on_our_channel() -> Result<()> {
    for format in Format::ALL {
        let mut script = Script::new(Tempo::DEFAULT, Beats::ratio(20, 1)).phrase(PLAYER_CHANNEL, &phrase());
        script
            .messages
            .push((Beats::ONE, Message::Control { channel: PLAYER_CHANNEL, controller: 64, value: 127 }));
        let (performance, answer) = perform(format, &script)?;
        let first = answer.first().with_context(|| format!("{format:?}: no answer"))?;
        let lifted = performance.events.iter().any(|event| {
            let lifts = Message::Control { channel: ANSWER_CHANNEL, controller: 64, value: 0 };
            event.message == lifts && event.sample <= first.on
        });
        assert!(lifted, "{format:?}");
    }
    Ok(())
}

#[test]
fn segue_answers_when_the_song_stands_and_when_there_is_no_clock() -> Result<()> {
    let cases = [
        // A standing host still tells its tempo; free running counts beats at 120.
        ("stands", Clock::Stands(Beats::ratio(13, 2)), Tempo::new(90.0), Tempo::new(90.0)),
        ("absent", Clock::Absent, Tempo::new(90.0), Tempo::DEFAULT),
    ];
    for format in Format::ALL {
        for (name, clock, played, counted) in cases {
            let mut script = Script::new(played, Beats::ratio(24, 1)).phrase(PLAYER_CHANNEL, &phrase());
            script.cues = vec![(Beats::ZERO, Cue::Clock(clock))];
            let (performance, answer) =
                perform(format, &script).with_context(|| format!("{format:?} {name}"))?;
            ensure!(!answer.is_empty(), "{format:?} {name}: no answer");
            for note in &answer {
                // Where its clock began is its own affair; the grid within it is not. Two roundings may add up.
                let apart =
                    grid_error(note.on - answer[0].on, Beats::ratio(1, 4), counted, script.sample_rate);
                ensure!(apart <= 1.1, "{format:?} {name}: {note:?} is {apart} samples off");
            }
            ensure!(performance.peak(answer[0].on, answer[0].off) > 0.001, "{format:?} {name}: silent");
        }
    }
    Ok(())
}

#[test]
fn what_comes_back_in_is_not_heard() -> Result<()> {
    // The host feeds our output back in, as a careless routing does: the answer plus the same notes 3 ms later.
    let plain = Script::new(Tempo::DEFAULT, Beats::ratio(20, 1)).phrase(PLAYER_CHANNEL, &phrase());
    for format in Format::ALL {
        let (_, answer) = perform(format, &plain)?;
        let mut script = plain.clone();
        let beats = |sample: u64| plain.tempo.beats_in(sample as f64 / plain.sample_rate + 0.003);
        let echo: Vec<Note> = answer
            .iter()
            .map(|note| Note {
                onset: beats(note.on),
                key: note.key,
                duration: beats(note.off) - beats(note.on),
                velocity: note.velocity,
            })
            .collect();
        script = script.phrase(ANSWER_CHANNEL, &echo);
        let (_, heard) = perform(format, &script).with_context(|| format!("{format:?}"))?;
        assert_eq!(heard, answer, "{format:?}: the echo changed the answer");
    }
    Ok(())
}
