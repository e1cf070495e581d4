//! A mode that the host automates.

use anyhow::{Result, ensure};
use bundler::Script;
use segue_music::{Beats, Note, Tempo};
use tests::{Format, PLAYER_CHANNEL, grid_error, parameter, perform_on};

/// Four quarters, each held for half of itself.
fn quarters(from: Beats) -> Vec<Note> {
    let held = Beats::ratio(1, 2);
    let note = |(beat, key)| Note { onset: from + Beats::ratio(beat, 1), key, duration: held, velocity: 90 };
    (0..).zip([60, 64, 67, 72]).map(note).collect()
}

#[test]
fn each_phrase_is_met_in_the_mode_of_its_time() -> Result<()> {
    let (answer, change) = (Beats::ratio(8, 1), Beats::ratio(20, 1));
    for format in Format::ALL {
        // Wherever in the bar: nobody holds the latch, so the first phrase is listened to; the
        // second is answered.
        for hundredth in (0..400).step_by(57) {
            let off = Beats::ratio(hundredth, 100);
            let (first, second) = (Beats::ratio(4, 1) + off, Beats::ratio(24, 1) + off);
            let mut host = format.open()?;
            let mut script = Script::new(Tempo::DEFAULT, Beats::ratio(46, 1))
                .phrase(PLAYER_CHANNEL, &quarters(first))
                .phrase(PLAYER_CHANNEL, &quarters(second));
            for (at, mode) in [(Beats::ZERO, "Continue"), (change, "Answer")] {
                script.messages.push((at, parameter(host.as_mut(), "Mode", mode)?));
            }
            let (_, notes) = perform_on(host.as_mut(), &script)?;
            let released = script.sample_at(second + Beats::ratio(7, 2));
            let latest = script.sample_at(second + Beats::ratio(5, 1) + answer);
            ensure!(!notes.is_empty(), "{format:?}, {hundredth}: no answer");
            for note in &notes {
                ensure!((released..latest).contains(&(note.on as f64)), "{format:?}, {hundredth}: {note:?}");
                let error = grid_error(note.on, Beats::ratio(1, 4), script.tempo, script.sample_rate);
                ensure!(error <= 0.55, "{format:?}, {hundredth}: {note:?} is {error} samples off the grid");
            }
        }
    }
    Ok(())
}
