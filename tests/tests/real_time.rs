//! At the pace of a sound card, where nobody waits for the composer. How well it keeps up is measured elsewhere; here it
//! must only be the same job.

use anyhow::{Result, ensure};
use bundler::Script;
use segue_music::{Beats, Tempo};
use tests::{Format, PLAYER_CHANNEL, grid_error, perform, phrase};

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
