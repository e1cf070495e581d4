//! What may come in the way of an answer, in both formats: after each, no note of Segue's sounds
//! on.

use anyhow::{Context, Result, ensure};
use bundler::{Clock, Cue, Message, PlayedNote, Script};
use segue_music::{Beats, Meter, Tempo};
use tests::{ANSWER_CHANNEL, Format, PLAYER_CHANNEL, perform, perform_on, phrase};

const BLOCK: usize = 256;
const TEMPO: f64 = 110.0;

fn script(length: Beats) -> Script {
    let script = Script::new(Tempo::new(TEMPO), length).phrase(PLAYER_CHANNEL, &phrase());
    Script { blocks: vec![BLOCK], ..script }
}

/// A moment, in script time, in the middle of an answer's longest note, and that answer.
fn mid_answer(format: Format) -> Result<(Beats, Vec<PlayedNote>)> {
    let script = script(Beats::ratio(20, 1));
    let (_, answer) = perform(format, &script)?;
    let longest = answer.iter().max_by_key(|note| note.off - note.on).context("there is no answer")?;
    let seconds = (longest.on + longest.off) as f64 / 2.0 / script.sample_rate;
    Ok((script.tempo.beats_in(seconds), answer))
}

/// Nothing that began before `at` sounds longer than a block after it.
fn ends_by(answer: &[PlayedNote], at: f64) -> Result<()> {
    let mut ended = 0;
    for note in answer.iter().filter(|note| (note.on as f64) < at) {
        ensure!(note.off as f64 <= at + BLOCK as f64, "{note:?} sounds on after {at}");
        ended += usize::from(note.off as f64 >= at - 1.0);
    }
    ensure!(ended > 0, "nothing sounded at {at}, so nothing was shown");
    Ok(())
}

#[test]
fn segue_yields_to_the_player_at_once() -> Result<()> {
    for format in Format::ALL {
        let (at, undisturbed) = mid_answer(format)?;
        let mut script = script(at + Beats::ratio(16, 1));
        let on = Message::On { channel: PLAYER_CHANNEL, key: 72, velocity: 90 };
        script.messages.push((at, on));
        script.messages.push((at + Beats::ONE, Message::Off { channel: PLAYER_CHANNEL, key: 72 }));
        let (_, answer) = perform(format, &script).with_context(|| format!("{format:?}"))?;

        let sample = script.sample_at(at).round();
        ends_by(&answer, sample).with_context(|| format!("{format:?}"))?;
        // It was the same answer until then, keeps silent while the player plays, and answers
        // again.
        let before = |notes: &[PlayedNote]| -> Vec<(u64, u8)> {
            notes.iter().filter(|note| (note.on as f64) < sample).map(|note| (note.on, note.key)).collect()
        };
        assert_eq!(before(&answer), before(&undisturbed), "{format:?}");
        let again = script.sample_at(at + Beats::ratio(2, 1));
        let while_playing =
            answer.iter().find(|note| note.on as f64 >= sample && (note.on as f64) < again - 1.0);
        assert_eq!(while_playing, None, "{format:?}");
        assert!(answer.iter().any(|note| note.on as f64 >= again - 1.0), "{format:?}: no second answer");
    }
    Ok(())
}

#[test]
fn whatever_the_host_does_no_note_is_left_sounding() -> Result<()> {
    for format in Format::ALL {
        let (at, _) = mid_answer(format)?;
        let state = format.open()?.save()?;
        let three = Meter::new(3, 4).context("a metre")?;
        let cues: [(&str, Vec<Cue>); 7] = [
            ("stop", vec![Cue::Clock(Clock::Stands(at))]),
            ("seek", vec![Cue::Clock(Clock::Plays(Beats::ratio(101, 3)))]),
            ("loop", vec![Cue::Clock(Clock::Plays(Beats::ZERO))]),
            ("reset", vec![Cue::Reset]),
            ("restart", vec![Cue::Restart]),
            ("load", vec![Cue::Load(state)]),
            (
                "metre and back before the song",
                vec![Cue::Meter(three), Cue::Clock(Clock::Plays(Beats::ratio(-9, 2)))],
            ),
        ];
        for (name, cues) in cues {
            let mut script = script(at + Beats::ratio(8, 1));
            script.cues.extend(cues.into_iter().map(|cue| (at, cue)));
            let (_, answer) = perform(format, &script).with_context(|| format!("{format:?} {name}"))?;
            // The block that does not begin before the cue is the first that knows of it.
            let told = (script.sample_at(at) / BLOCK as f64).ceil() * BLOCK as f64;
            ends_by(&answer, told).with_context(|| format!("{format:?} {name}"))?;
        }
    }
    Ok(())
}

#[test]
fn all_sound_off_ends_everything() -> Result<()> {
    for format in Format::ALL {
        let (at, _) = mid_answer(format)?;
        // All Notes Off means a channel on which something sounds.
        for (controller, channel) in [(120, PLAYER_CHANNEL), (123, ANSWER_CHANNEL)] {
            let mut script = script(at + Beats::ratio(8, 1));
            script.messages.push((at, Message::Control { channel, controller, value: 0 }));
            let case = || format!("{format:?}, controller {controller}");
            let (performance, answer) = perform(format, &script).with_context(case)?;
            ends_by(&answer, script.sample_at(at).round()).with_context(case)?;
            assert_eq!(performance.sounding(ANSWER_CHANNEL), 0);
        }
    }
    Ok(())
}

#[test]
fn a_tempo_that_changes_or_is_none_leaves_every_note_ended() -> Result<()> {
    for format in Format::ALL {
        for bpm in [180.0, 0.0, f64::NAN, -5.0, 1e9] {
            let mut script = script(Beats::ratio(24, 1));
            script
                .cues
                .extend([(Beats::ratio(9, 1), Cue::Tempo(bpm)), (Beats::ratio(11, 1), Cue::Tempo(TEMPO))]);
            let mut host = format.open()?;
            perform_on(host.as_mut(), &script).with_context(|| format!("{format:?} {bpm}"))?;
            // And it is still there for the next phrase.
            let (_, answer) = perform_on(host.as_mut(), &self::script(Beats::ratio(20, 1)))?;
            ensure!(!answer.is_empty(), "{format:?} {bpm}: no answer afterwards");
        }
    }
    Ok(())
}
