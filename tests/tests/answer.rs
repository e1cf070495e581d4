//! The main job, in both formats: a phrase in tempo goes in, an answer in time comes out.

use anyhow::{Result, ensure};
use bundler::{Event, Message, Performance, Script};
use segue_music::{Beats, Tempo};
use tests::{ANSWER_CHANNEL, Format, PLAYER_CHANNEL, grid_error, parameter, perform, perform_on, phrase};

/// Room for the phrase's four bars with its patience, and an answer of the default two.
const LENGTH: Beats = Beats::ratio(20, 1);
/// Segue's default patience and length.
const PATIENCE: Beats = Beats::ONE;
const ANSWER: Beats = Beats::ratio(8, 1);
/// Half a sample is the rounding to samples; the rest is the rounding of positions to parts of a
/// beat.
const ROUNDING: f64 = 0.55;

fn script(bpm: f64, sample_rate: f64, blocks: &[usize]) -> Script {
    let script = Script::new(Tempo::new(bpm), LENGTH).phrase(PLAYER_CHANNEL, &phrase());
    Script { sample_rate, blocks: blocks.to_vec(), ..script }
}

/// The notes of a channel as they were sent.
fn events(performance: &Performance, channel: u8) -> Vec<Event> {
    let on_channel = |event: &&Event| match event.message {
        Message::On { channel: on, .. } | Message::Off { channel: on, .. } => on == channel,
        _ => false,
    };
    performance.events.iter().filter(on_channel).copied().collect()
}

#[test]
fn an_answer_lies_on_the_grid_to_the_sample() -> Result<()> {
    let cases = [
        (120.0, 48_000.0, 512),
        (120.0, 44_100.0, 256),
        (97.0, 48_000.0, 441),
        (97.3, 44_100.0, 512),
        (201.0, 96_000.0, 1024),
    ];
    for format in Format::ALL {
        for (bpm, sample_rate, block) in cases {
            let case = format!("{format:?} {bpm} {sample_rate} {block}");
            let script = script(bpm, sample_rate, &[block]);
            let (performance, answer) = perform(format, &script)?;

            let released = phrase().iter().map(|note| note.end()).max().unwrap_or_default();
            let (earliest, latest) =
                (released + PATIENCE, (released + PATIENCE).ceil_to(Beats::ratio(1, 4)) + ANSWER);
            ensure!(answer.len() >= 2, "{case}: {} notes", answer.len());
            for note in &answer {
                let error = grid_error(note.on, Beats::ratio(1, 4), script.tempo, sample_rate);
                ensure!(error <= ROUNDING, "{case}: {note:?} is {error} samples off the grid");
                ensure!(note.on as f64 >= script.sample_at(earliest) - ROUNDING, "{case}: {note:?} is early");
                ensure!(
                    (note.on as f64) < script.sample_at(latest),
                    "{case}: {note:?} is beyond the answer's end"
                );
                ensure!(note.off > note.on, "{case}: {note:?} has no length");
            }
            let end = answer.iter().map(|note| note.off).max().unwrap_or_default();
            ensure!(performance.peak(answer[0].on, end) > 0.001, "{case}: the answer is silent");
        }
    }
    Ok(())
}

#[test]
fn what_is_played_passes_through_to_the_sample() -> Result<()> {
    for format in Format::ALL {
        let script = script(97.0, 44_100.0, &[512]);
        let (performance, _) = perform(format, &script)?;
        let mut played: Vec<Event> = script
            .messages
            .iter()
            .map(|&(at, message)| Event { sample: script.sample_at(at).round() as u64, message })
            .collect();
        let mut passed = events(&performance, PLAYER_CHANNEL);
        for events in [&mut played, &mut passed] {
            events.sort_by_key(|event| (event.sample, matches!(event.message, Message::On { .. })));
        }
        assert_eq!(passed, played, "{format:?}");
        assert!(
            performance.peak(0, script.sample_at(Beats::ONE) as u64) > 0.001,
            "{format:?}: the player is not heard"
        );
    }
    Ok(())
}

#[test]
fn offline_an_answer_depends_on_nothing_but_the_input() -> Result<()> {
    let (first, notes) = perform(Format::Clap, &script(120.0, 48_000.0, &[512]))?;
    ensure!(notes.len() >= 2);
    let expected = events(&first, ANSWER_CHANNEL);
    let cases: [(Format, &[usize]); 6] = [
        (Format::Clap, &[512]),
        (Format::Vst3, &[512]),
        (Format::Clap, &[64]),
        (Format::Vst3, &[2048]),
        (Format::Clap, &[1, 700, 33, 1024, 512, 128]),
        (Format::Vst3, &[1, 700, 33, 1024, 512, 128]),
    ];
    for (format, blocks) in cases {
        let (again, _) = perform(format, &script(120.0, 48_000.0, blocks))?;
        assert_eq!(events(&again, ANSWER_CHANNEL), expected, "{format:?} {blocks:?}");
    }
    Ok(())
}

#[test]
fn another_seed_is_another_answer_and_off_is_none() -> Result<()> {
    for format in Format::ALL {
        let play = |setting: Option<(&str, &str)>| {
            let mut host = format.open()?;
            let mut script = script(120.0, 48_000.0, &[512]);
            if let Some((name, text)) = setting {
                script.messages.push((Beats::ZERO, parameter(host.as_mut(), name, text)?));
            }
            perform_on(host.as_mut(), &script)
        };
        let (_, plain) = play(None)?;
        let (_, seeded) = play(Some(("Seed", "7")))?;
        assert!(!seeded.is_empty() && seeded != plain, "{format:?}: the seed changes nothing");
        let (_, off) = play(Some(("Play", "Off")))?;
        assert_eq!(off, [], "{format:?}");
    }
    Ok(())
}

#[test]
fn the_grid_is_the_one_asked_for() -> Result<()> {
    for (text, grid) in [("1/4", Beats::ONE), ("1/8 T", Beats::ratio(1, 3)), ("1/16", Beats::ratio(1, 4))] {
        let mut host = Format::Vst3.open()?;
        let mut script = script(97.0, 48_000.0, &[512]);
        script.messages.push((Beats::ZERO, parameter(host.as_mut(), "Grid", text)?));
        let (_, answer) = perform_on(host.as_mut(), &script)?;
        ensure!(!answer.is_empty(), "{text}: no answer");
        for note in answer {
            let error = grid_error(note.on, grid, script.tempo, script.sample_rate);
            ensure!(error <= ROUNDING, "{text}: {note:?} is {error} samples off");
        }
    }
    Ok(())
}
