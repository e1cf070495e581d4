//! The notes of prompt and answer as JSON, with times in beats.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use segue_model::{Continuation, ContinuationOptions};
use segue_music::{Beats, Note, Part, Piece, Tempo};
use serde::Serialize;

/// The prompt and the answer of one file.
#[derive(Serialize)]
pub struct Listing<'a> {
    file: Cow<'a, str>,
    output: Cow<'a, str>,
    model: &'a str,
    seed: u64,
    temperature: f32,
    top_p: f32,
    /// 0 is off.
    grid: f64,
    /// Quarter notes a minute at the start.
    tempo: f64,
    /// The metre in which the answer begins; `None` if the file has none.
    meter: Option<String>,
    start: f64,
    end: f64,
    prompt: Vec<Listed>,
    answer: Vec<Listed>,
    /// The answer's notes by part; empty where no parts were asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    band: BTreeMap<&'static str, Vec<Listed>>,
}

#[derive(Serialize)]
struct Listed {
    onset: f64,
    duration: f64,
    key: u8,
    velocity: u8,
}

fn listed_part((part, notes): &(Part, Vec<Note>)) -> (&'static str, Vec<Listed>) {
    (part.name(), notes.iter().map(Listed::from).collect())
}

impl From<&Note> for Listed {
    fn from(note: &Note) -> Self {
        let Note { onset, duration, key, velocity } = *note;
        Self { onset: beats(onset), duration: beats(duration), key, velocity }
    }
}

impl<'a> Listing<'a> {
    /// Lists a prompt, its answer and the settings it was made with.
    pub fn of(
        [file, output]: [&'a Path; 2],
        model: &'a str,
        wish: &ContinuationOptions,
        prompt: &Piece,
        answer: &Continuation,
    ) -> Self {
        let meter = prompt
            .meter_at(answer.start)
            .map(|(_, meter)| format!("{}/{}", meter.numerator, meter.denominator));
        Self {
            file: file.to_string_lossy(),
            output: output.to_string_lossy(),
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
            band: answer.band.iter().map(listed_part).collect(),
        }
    }
}

/// Rounded to a millionth of a beat, which is finer than a part of [`Beats`]: short, and exact.
fn beats(at: Beats) -> f64 {
    (at.as_f64() * 1e6).round() / 1e6
}
