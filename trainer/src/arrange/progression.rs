//! Chord progressions and endings, in roman numerals.

use anyhow::{Result, ensure};
use serde::Deserialize;

use super::harmony::Bar;
use super::numeral;
use super::scale::Mode;

/// Bars of chords in the key of C.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progression {
    /// The mode whose tonic I or i is.
    pub mode: Mode,
    /// How often it is chosen, beside the others.
    #[serde(default = "one")]
    pub weight: f64,
    /// Its bars.
    pub chords: Chords,
}

fn one() -> f64 {
    1.0
}

/// `I V vi IV`: a chord a bar; with bar lines as many as stand between them: `ii7 V7 | Imaj7`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Chords(pub Vec<Bar>);

impl TryFrom<String> for Chords {
    type Error = anyhow::Error;

    fn try_from(text: String) -> Result<Self> {
        let bars: Vec<Vec<&str>> = if text.contains('|') {
            text.split('|').map(|bar| bar.split_whitespace().collect()).collect()
        } else {
            text.split_whitespace().map(|name| vec![name]).collect()
        };
        ensure!(
            !bars.is_empty() && bars.iter().all(|bar| !bar.is_empty()),
            "{text:?} has a bar without a chord"
        );
        let bar = |names: &Vec<&str>| names.iter().map(|name| numeral::parse(name)).collect();
        Ok(Self(bars.iter().map(bar).collect::<Result<_>>()?))
    }
}

impl Progression {
    /// Its bars, this many semitones above C, as often as it takes to fill `count`.
    pub fn filling(&self, count: usize, up: i32) -> Vec<Bar> {
        self.bars(up).into_iter().cycle().take(count).collect()
    }

    /// Its bars, this many semitones above C.
    pub fn bars(&self, up: i32) -> Vec<Bar> {
        let moved = |bar: &Bar| bar.iter().map(|chord| chord.up(up)).collect();
        self.chords.0.iter().map(moved).collect()
    }

    /// The same with two of its bars in one, if each has one chord.
    pub fn at_double_time(&self) -> Option<Self> {
        let single = self.chords.0.len().is_multiple_of(2) && self.chords.0.iter().all(|bar| bar.len() == 1);
        let bars = self.chords.0.chunks(2).map(|pair| pair.concat()).collect();
        single.then(|| Self { chords: Chords(bars), ..self.clone() })
    }
}
