//! The phrase the tests play, and what they ask of an answer.

use anyhow::{Context, Result, ensure};
use bundler::{Host, Message, Performance, PlayedNote, Script};
use segue_music::{Beats, Channel, Note, Tempo};

use crate::Format;

/// The channel the tests play on.
pub const PLAYER_CHANNEL: Channel = 0;
/// The channel Segue answers on unless told otherwise.
pub use bundler::ANSWER_CHANNEL;

/// A two-bar phrase in C, in eighths and quarters, that ends with a held note on the last beat but
/// one.
pub fn phrase() -> Vec<Note> {
    // (eighths from the start, eighths long, key)
    [
        (0, 1, 60),
        (1, 1, 62),
        (2, 2, 64),
        (4, 1, 67),
        (5, 1, 65),
        (6, 2, 64),
        (8, 1, 62),
        (9, 1, 64),
        (10, 2, 65),
        (12, 3, 60),
    ]
    .into_iter()
    .map(|(onset, length, key)| Note {
        onset: Beats::ratio(onset, 2),
        key,
        duration: Beats::ratio(length, 2),
        velocity: 84 + (onset % 4) as u8,
    })
    .collect()
}

/// How far a sample is from the nearest line of a grid of the song, in samples, where the song runs
/// from its start at the first sample.
pub fn grid_error(sample: u64, grid: Beats, tempo: Tempo, sample_rate: f64) -> f64 {
    let line = tempo.seconds_in(grid) * sample_rate;
    let lines = sample as f64 / line;
    (lines - lines.round()).abs() * line
}

/// Plays a script on a new instance of the built plugin, and asks of what came back what must hold
/// of every performance: events in the order of their samples, every note of ours ended, on no key
/// two at once.
pub fn perform(format: Format, script: &Script) -> Result<(Performance, Vec<PlayedNote>)> {
    let mut host = format.open()?;
    perform_on(host.as_mut(), script)
}

/// The same on an instance that is there already, and not active.
pub fn perform_on(host: &mut dyn Host, script: &Script) -> Result<(Performance, Vec<PlayedNote>)> {
    let performance = script.play(host)?;
    ensure!(performance.in_order(), "the events are not in the order of their samples");
    let notes = performance.notes(ANSWER_CHANNEL)?;
    Ok((performance, notes))
}

/// The message that sets the parameter of that name to what a text says.
pub fn parameter(host: &mut dyn Host, name: &str, text: &str) -> Result<Message> {
    let parameters = host.parameters()?;
    let found = parameters.iter().find(|parameter| parameter.name == name).with_context(|| {
        let names: Vec<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        format!("there is no parameter {name} among {}", names.join(", "))
    })?;
    let value = host.parse(found.id, text)?;
    Ok(Message::Parameter { id: found.id, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_from_a_grid_is_to_its_nearest_line() {
        let (grid, tempo) = (Beats::ratio(1, 4), Tempo::DEFAULT);
        for (sample, distance) in [(0, 0.0), (6_000, 0.0), (6_001, 1.0), (11_999, 1.0), (9_000, 3_000.0)] {
            assert!((grid_error(sample, grid, tempo, 48_000.0) - distance).abs() < 1e-6, "{sample}");
        }
    }
}
