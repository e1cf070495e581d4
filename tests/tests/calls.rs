//! What a host may call while an instance lives: other rates, other blocks, stops and starts, and
//! in which order.

use anyhow::{Context, Result, ensure};
use bundler::{Block, Cue, Event, Host, Message, Output, PlayedNote, Script, Setup};
use segue_music::{Beats, Tempo};
use tests::{Format, PLAYER_CHANNEL, Vst3Host, built, grid_error, perform, perform_on, phrase};

const LENGTH: Beats = Beats::ratio(20, 1);

fn script(sample_rate: f64, block: usize) -> Script {
    let script = Script::new(Tempo::new(97.3), LENGTH).phrase(PLAYER_CHANNEL, &phrase());
    Script { sample_rate, blocks: vec![block], ..script }
}

/// Onsets and ends in 1/48 beats, with what they play.
fn in_beats(notes: &[PlayedNote], script: &Script) -> Vec<(i64, i64, u8, u8)> {
    let grid = script.sample_at(Beats::ratio(1, 48));
    let at = |sample: u64| (sample as f64 / grid).round() as i64;
    notes.iter().map(|note| (at(note.on), at(note.off), note.key, note.velocity)).collect()
}

#[test]
fn another_sample_rate_is_the_same_music() -> Result<()> {
    for format in Format::ALL {
        let mut host = format.open()?;
        let mut first = None;
        // One instance throughout, as when somebody changes the interface's rate.
        for (sample_rate, block) in [(48_000.0, 512), (44_100.0, 64), (192_000.0, 2048), (48_000.0, 333)] {
            let script = script(sample_rate, block);
            let (_, answer) =
                perform_on(host.as_mut(), &script).with_context(|| format!("{format:?} {sample_rate}"))?;
            ensure!(answer.len() >= 2, "{format:?} {sample_rate}: {} notes", answer.len());
            for note in &answer {
                let error = grid_error(note.on, Beats::ratio(1, 4), script.tempo, sample_rate);
                ensure!(error <= 0.55, "{format:?} {sample_rate}: {note:?} is {error} samples off the grid");
            }
            let music = in_beats(&answer, &script);
            let expected = first.get_or_insert_with(|| music.clone());
            assert_eq!(&music, expected, "{format:?} {sample_rate}");
        }
    }
    Ok(())
}

#[test]
fn real_time_that_keeps_up_and_its_bounce_are_the_same_notes() -> Result<()> {
    // 240 BPM: five seconds. Large blocks, so that a loaded machine keeps up.
    let script = Script { tempo: Tempo::new(240.0), ..script(48_000.0, 1024) };
    for format in Format::ALL {
        let (_, bounced) = perform(format, &script)?;
        let live = Script { offline: false, ..script.clone() };
        let (_, played) = perform(format, &live)?;
        ensure!(!bounced.is_empty(), "{format:?}: no answer");
        // On a machine that did not keep up some are missing; none may be another.
        for note in &played {
            ensure!(
                bounced.iter().any(|bounce| (bounce.on, bounce.key) == (note.on, note.key)),
                "{format:?}: {note:?} is not in the bounce {bounced:?}"
            );
        }
        ensure!(2 * played.len() > bounced.len(), "{format:?}: {} of {} notes", played.len(), bounced.len());
    }
    Ok(())
}

#[test]
fn processing_may_stop_and_start_at_any_time() -> Result<()> {
    for format in Format::ALL {
        for at in [3, 9, 11, 12] {
            let mut script = Script { length: Beats::ratio(44, 1), ..script(48_000.0, 256) };
            let at = Beats::ratio(at, 1);
            script.cues.extend([(at, Cue::Reset), (at, Cue::Reset), (at, Cue::Restart), (at, Cue::Reset)]);
            let later = phrase()
                .into_iter()
                .map(|note| segue_music::Note { onset: note.onset + Beats::ratio(24, 1), ..note });
            script = script.phrase(PLAYER_CHANNEL, &later.collect::<Vec<_>>());
            let (_, answer) = perform(format, &script).with_context(|| format!("{format:?} {at}"))?;
            let last = script.sample_at(Beats::ratio(31, 1)) as u64;
            ensure!(answer.iter().any(|note| note.on > last), "{format:?} {at}: no answer afterwards");
        }
    }
    Ok(())
}

#[test]
fn it_reports_no_delay_and_never_sleeps() -> Result<()> {
    let mut host = Vst3Host::open(&built()?.vst3)?;
    assert_eq!(host.latency_and_tail().0, 0);
    host.activate(Setup { sample_rate: 48_000.0, block: 64, offline: true })?;
    host.process(&Block { start: 0, frames: 64, transport: None, events: &[] }, &mut Output::default())?;
    // An answer comes out of silence: the tail is without end, and there is nothing to compensate.
    assert_eq!(host.latency_and_tail(), (0, u32::MAX));
    Ok(())
}

#[test]
fn calls_out_of_order_leave_it_playing() -> Result<()> {
    let setup = Setup { sample_rate: 48_000.0, block: 512, offline: true };
    let mut host = Vst3Host::open(&built()?.vst3)?;
    host.activate(setup)?;
    host.set_active(true);
    host.set_processing(true);
    let on = Message::On { channel: PLAYER_CHANNEL, key: 60, velocity: 90 };
    let (mut output, mut sounding) = (Output::default(), 0i32);
    let calls: [&dyn Fn(&mut Vst3Host); 6] = [
        &|host| host.set_processing(false),
        &|host| host.set_processing(true),
        &|host| host.set_active(false),
        &|host| host.set_active(true),
        &|host| host.set_active(true),
        &|_| {},
    ];
    for (index, call) in calls.iter().enumerate() {
        let block = Block {
            start: index as u64 * 512,
            frames: 512,
            transport: None,
            events: &[Event { sample: 5, message: on }],
        };
        host.process(&block, &mut output)?;
        for event in &output.events {
            match event.message {
                Message::On { .. } => sounding += 1,
                Message::Off { .. } => sounding -= 1,
                _ => {}
            }
        }
        ensure!((0..=1).contains(&sounding), "{sounding} voices sound before call {index}");
        call(&mut host);
    }
    let (_, answer) = perform_on(&mut host, &script(48_000.0, 512))?;
    ensure!(!answer.is_empty(), "no answer");
    Ok(())
}
