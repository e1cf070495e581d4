//! The group *arc*: what becomes of an answer from its beginning to its end.

use super::groups::words;
use super::heard::{Chord, Heard, chords};
use super::numbers::{log_ratio, mean, spread};
use crate::likeness::Likeness;
use crate::record::VoicedNote;

/// From the first to the second and to the third of its thirds: notes, chords, height, width,
/// length of notes and share in the prompt's scale; then its last bar and its last note.
pub fn numbers(heard: &Heard) -> Vec<f64> {
    let thirds = heard.thirds().map(|notes| Third::of(heard, &notes));
    let mut numbers: Vec<f64> = thirds[1..].iter().flat_map(|third| third.since(&thirds[0])).collect();
    let counts: Vec<f64> = heard.bars().iter().map(|bar| bar.len() as f64).collect();
    let last = counts.last().copied().unwrap_or(0.0);
    numbers.push(log_ratio(last + 1.0, mean(&counts) + 1.0));
    let end = heard.lines.last().copied().unwrap_or(0);
    let until = heard.notes.iter().map(|note| note.onset + note.duration).max().unwrap_or(end);
    numbers.push((end - until).max(0) as f64 / heard.length() as f64);
    let longest = heard.chords.last().map_or(0, |chord: &Chord| end - chord.onset);
    numbers.push(longest as f64 / 192.0);
    numbers
}

/// What the numbers are.
pub fn labels() -> Vec<String> {
    let what = ["notes", "chords", "height", "width", "lengths", "in the prompt's scale"];
    let third = |third| what.iter().map(move |what| format!("{what}, from the first third to the {third}"));
    let others = ["notes in the last bar", "silence at the end", "the last chord's length"];
    third("second").chain(third("last")).chain(words(others)).collect()
}

/// A third of an answer.
struct Third {
    notes: f64,
    chords: f64,
    height: f64,
    width: f64,
    length: f64,
    in_scale: f64,
}

impl Third {
    fn of(heard: &Heard, notes: &[VoicedNote]) -> Self {
        let keys: Vec<f64> = notes.iter().map(|note| f64::from(note.key)).collect();
        let lengths: Vec<f64> = notes.iter().map(|note| note.duration as f64).collect();
        Self {
            notes: notes.len() as f64 + 1.0,
            chords: chords(notes).len() as f64 + 1.0,
            height: if keys.is_empty() { 60.0 } else { mean(&keys) },
            width: spread(&keys),
            length: mean(&lengths) + 1.0,
            in_scale: Likeness::of(&heard.prompt, notes).in_key,
        }
    }

    fn since(&self, first: &Self) -> [f64; 6] {
        [
            log_ratio(self.notes, first.notes),
            log_ratio(self.chords, first.chords),
            self.height - first.height,
            self.width - first.width,
            log_ratio(self.length, first.length),
            self.in_scale - first.in_scale,
        ]
    }
}
