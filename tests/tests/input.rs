//! Input as fingers, cables and hosts really send it.

use anyhow::{Context, Result, ensure};
use bundler::{Clock, Cue, Event, Message, Script};
use segue_music::{Beats, Key, Note, Tempo};
use tests::{
    ANSWER_CHANNEL, Format, PLAYER_CHANNEL, Vst3Host, built, grid_error, perform, perform_on, phrase,
};

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
    // Ardour restores the parameters that stand for controllers all in one block, at half of their
    // range.
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
                // Where its clock began is its own affair; the grid within it is not. Two roundings
                // may add up.
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
    // The host feeds our output back in, as a careless routing does: the answer plus the same notes
    // 3 ms later.
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

/// Every hidden parameter that stands for a controller, all at one moment, at one value.
fn controller_flood(host: &mut Vst3Host, value: f64) -> Result<Vec<Message>> {
    let controllers = host.controllers()?;
    ensure!(controllers.len() == 16 * 130, "{} hidden parameters", controllers.len());
    ensure!(controllers.iter().all(|&(_, rests)| rests == 0.5), "they do not rest at 0.5");
    Ok(controllers.into_iter().map(|(id, _)| Message::Parameter { id, value }).collect())
}

#[test]
fn controllers_restored_by_a_vst3_host_do_nothing() -> Result<()> {
    // Ardour restores the parameters that stand for controllers as its session loads: all 2,080 in
    // one block, at 0.5, which is a pedal half down on 16 channels.
    for at in [Beats::ZERO, eighths(5), eighths(14)] {
        let plain = Script::new(Tempo::DEFAULT, Beats::ratio(20, 1)).phrase(PLAYER_CHANNEL, &phrase());
        let (undisturbed, _) = perform(Format::Vst3, &plain)?;
        let mut host = Vst3Host::open(&built()?.vst3)?;
        let mut script = plain.clone();
        script.messages.extend(controller_flood(&mut host, 0.5)?.into_iter().map(|message| (at, message)));
        let (flooded, _) = perform_on(&mut host, &script)?;
        assert_eq!(flooded.events, undisturbed.events, "flooded at {at}");
    }
    Ok(())
}

#[test]
fn no_flood_of_controllers_starts_or_sticks_anything() -> Result<()> {
    for value in [0.0, 0.25, 1.0, f64::NAN, -1.0] {
        let mut host = Vst3Host::open(&built()?.vst3)?;
        let flood = controller_flood(&mut host, value)?;
        // Three times, before a phrase, and the pedals up again: what a controller does is the
        // player's wish.
        let mut script = Script::new(Tempo::DEFAULT, Beats::ratio(32, 1));
        for at in 0..3 {
            script.messages.extend(flood.iter().map(|&message| (eighths(at), message)));
        }
        let lifted = (0..16).map(|channel| Message::Control { channel, controller: 64, value: 0 });
        script.messages.extend(lifted.map(|message| (eighths(4), message)));
        let later = phrase().into_iter().map(|note| Note { onset: note.onset + eighths(8), ..note });
        script = script.phrase(PLAYER_CHANNEL, &later.collect::<Vec<_>>());
        let (performance, answer) = perform_on(&mut host, &script).with_context(|| format!("at {value}"))?;

        let first = script.sample_at(eighths(8)) as u64;
        let early = performance.events.iter().filter(|event| event.sample < first);
        let (controls, others): (Vec<&Event>, Vec<&Event>) =
            early.partition(|event| matches!(event.message, Message::Control { .. }));
        ensure!(others.is_empty(), "at {value}: {others:?}");
        ensure!(controls.len() <= 3 * flood.len() + 16, "at {value}: {} controllers", controls.len());
        ensure!(!answer.is_empty(), "at {value}: no answer to what came after");
    }
    Ok(())
}
