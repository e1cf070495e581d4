//! At the pace of a sound card, where nobody waits for the composer. How well it keeps up is
//! measured elsewhere; here it must only be the same job.

use anyhow::{Context, Result, bail, ensure};
use bundler::{Clock, Cue, Message, Script};
use segue_music::{Beats, Meter, Note, Tempo};
use tests::{Format, PLAYER_CHANNEL, Watch, grid_error, perform, phrase};

#[test]
fn a_phrase_is_answered_in_real_time() -> Result<()> {
    // 200 BPM: six seconds. Large blocks, so that a loaded machine catches up.
    let notes: Vec<_> = phrase().into_iter().take(6).collect();
    let script = Script::new(Tempo::new(200.0), Beats::ratio(20, 1)).phrase(PLAYER_CHANNEL, &notes);
    let script = Script { offline: false, blocks: vec![1024], ..script };
    for format in Format::ALL {
        let (_, answer) = perform(format, &script)?;
        ensure!(!answer.is_empty(), "{format:?}: no answer");
        for note in &answer {
            let error = grid_error(note.on, Beats::ratio(1, 4), script.tempo, script.sample_rate);
            ensure!(error <= 0.55, "{format:?}: {note:?} is {error} samples off the grid");
        }
    }
    Ok(())
}

/// What a host and a player do to an instance that plays, a second apart: it all has to go without
/// an allocation, a lock or a wait, where somebody watches for them. Parameters are left alone:
/// what the framework does with those is its own.
#[test]
fn nothing_that_happens_in_real_time_leaves_a_note_behind() -> Result<()> {
    let beat = |count| Beats::ratio(count, 1);
    let notes: Vec<_> = phrase().into_iter().take(6).collect();
    let mut script = Script::new(Tempo::new(200.0), beat(36)).phrase(PLAYER_CHANNEL, &notes);
    let later = |at: Beats| notes.iter().map(move |note| Note { onset: note.onset + at, ..*note });
    script = script.phrase(PLAYER_CHANNEL, &later(beat(11)).chain(later(beat(24))).collect::<Vec<_>>());
    for at in 8..20 {
        let value = if at % 2 == 0 { 127 } else { 0 };
        script.messages.push((beat(at), Message::Control { channel: PLAYER_CHANNEL, controller: 64, value }));
    }
    // Unmatched, all at once, and the end of everything.
    script.messages.extend((0..128).map(|key| (beat(20), Message::Off { channel: PLAYER_CHANNEL, key })));
    script.messages.push((beat(21), Message::Control { channel: PLAYER_CHANNEL, controller: 123, value: 0 }));
    let three = Meter::new(3, 4).context("a metre")?;
    script.cues.extend([
        (beat(7), Cue::Tempo(180.0)),
        (beat(9), Cue::Clock(Clock::Plays(beat(1)))),
        (beat(15), Cue::Meter(three)),
        (beat(17), Cue::Clock(Clock::Stands(beat(3)))),
        (beat(19), Cue::Clock(Clock::Absent)),
        (beat(22), Cue::Reset),
        (beat(23), Cue::Clock(Clock::Plays(beat(-5)))),
        (beat(23), Cue::Tempo(f64::NAN)),
        (beat(24), Cue::Tempo(200.0)),
    ]);
    let script = Script { offline: false, blocks: vec![1024, 64, 7, 512], ..script };
    let check = |format: Format| -> Result<()> {
        let (performance, answer) = perform(format, &script)?;
        ensure!(!answer.is_empty(), "{format:?}: no answer");
        performance.notes(PLAYER_CHANNEL).with_context(|| format!("{format:?}"))?;
        Ok(())
    };
    // Side by side: it takes as long as it sounds.
    std::thread::scope(|scope| {
        let threads = Format::ALL.map(|format| {
            scope.spawn({
                let check = &check;
                move || check(format)
            })
        });
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| bail!("a thread panicked")))
    })
}

#[test]
#[ignore = "ends the process where RealtimeSanitizer watches, as it should; `.ci/run` asks for it"]
fn what_allocates_under_watch_ends_the_process() {
    assert!(Watch::is_kept(), "nobody watches");
    let watch = Watch::begin();
    drop(std::hint::black_box(vec![1u8; 100]));
    drop(watch);
}
