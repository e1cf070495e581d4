//! A piano roll as a picture.

use std::fmt::Write as _;

use segue_music::{Key, Tick};

use super::listening::Example;
use crate::record::VoicedNote;

/// Pixels: of the whole width, of a semitone, above and below.
const WIDTH: Tick = 900;
const SEMITONE: Tick = 3;
const MARGIN: Tick = 8;

/// Prompt and answer over bar lines, time to the right, pitch upwards.
pub fn svg(example: &Example) -> String {
    let keys = || example.prompt.iter().chain(&example.answer).map(|note| note.key);
    let (low, high) = (keys().min().unwrap_or(60), keys().max().unwrap_or(72));
    let end = example.bars.last().copied().unwrap_or(1).max(1);
    let x = |tick: Tick| tick.min(end) * WIDTH / end;
    let y = |key: Key| MARGIN + (Tick::from(high) - Tick::from(key)) * SEMITONE;
    let height = y(low) + MARGIN;
    let mut lines = String::new();
    for &bar in &example.bars {
        _ = write!(lines, "M{} 0V{height}", x(bar));
    }
    // Each note a stroke; a pixel of air before the next.
    let strokes = |notes: &[VoicedNote]| -> String {
        let stroke = |note: &VoicedNote| {
            let (from, to) = (x(note.onset), x(note.onset + note.duration));
            format!("M{from} {}h{}", y(note.key), (to - from - 1).max(2))
        };
        notes.iter().map(stroke).collect()
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" fill=\"none\" stroke-width=\"{SEMITONE}\">\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/><path stroke=\"#ddd\" stroke-width=\"1\" d=\"{lines}\"/>\
         <path stroke=\"#3c6eb4\" d=\"{}\"/><path stroke=\"#c43c3c\" d=\"{}\"/></svg>\n",
        strokes(&example.prompt),
        strokes(&example.answer)
    )
}
