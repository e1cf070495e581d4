//! Notes as JSON, times in beats.

use std::path::Path;

use segue_model::{Continuation, Wish};
use segue_music::{Beats, Note, Piece, Tempo};
use serde::Serialize;

/// One file's prompt and answer.
#[derive(Serialize)]
pub struct Listing<'a> {
    file: &'a Path,
    output: &'a Path,
    model: &'a str,
    seed: u64,
    temperature: f32,
    top_p: f32,
    /// Zero is off.
    grid: f64,
    /// Quarter notes a minute at the beginning.
    tempo: f64,
    /// The metre in which the answer begins; nothing where the file names none.
    meter: Option<String>,
    start: f64,
    end: f64,
    prompt: Vec<Listed>,
    answer: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    onset: f64,
    duration: f64,
    key: u8,
    velocity: u8,
}

impl From<&Note> for Listed {
    fn from(note: &Note) -> Self {
        let Note { onset, duration, key, velocity } = *note;
        Self { onset: beats(onset), duration: beats(duration), key, velocity }
    }
}

impl<'a> Listing<'a> {
    /// Of a prompt and its answer.
    pub fn of(
        files: (&'a Path, &'a Path),
        model: &'a str,
        wish: &Wish,
        prompt: &Piece,
        answer: &Continuation,
    ) -> Self {
        let meter = prompt
            .meter_at(answer.start)
            .map(|(_, meter)| format!("{}/{}", meter.numerator, meter.denominator));
        Self {
            file: files.0,
            output: files.1,
            model,
            seed: wish.seed,
            temperature: wish.temperature,
            top_p: wish.top_p,
            grid: beats(answer.grid),
            tempo: prompt.tempos.first().map_or(Tempo::DEFAULT, |&(_, tempo)| tempo).bpm(),
            meter,
            start: beats(answer.start),
            end: beats(answer.end),
            prompt: prompt.notes().iter().map(Listed::from).collect(),
            answer: answer.notes.iter().map(Listed::from).collect(),
        }
    }
}

/// To a millionth of a beat, which is below a part: short to read, and nothing is lost.
fn beats(at: Beats) -> f64 {
    (at.as_f64() * 1e6).round() / 1e6
}
