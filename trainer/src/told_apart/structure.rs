//! The group *structure*: how bars come again.

use std::collections::BTreeSet;

use segue_music::{Key, Tick};

use super::groups::words;
use super::heard::Heard;
use super::numbers::mean;
use crate::likeness::RUN;
use crate::ngrams;
use crate::record::VoicedNote;

/// A sixteenth.
const SIXTEENTH: Tick = 12;
/// How many bars back a bar is compared with.
const BACK: [usize; 4] = [1, 2, 4, 8];

/// Likeness of bars to those before, in notes and in rhythm alone; the best likeness to any earlier
/// bar; runs of eight notes from the prompt and from itself; pitch contours that come again.
pub fn numbers(heard: &Heard) -> Vec<f64> {
    let bars: Vec<BTreeSet<(Tick, Key)>> =
        heard.lines.iter().zip(heard.bars()).map(|(&line, notes)| struck(line, notes)).collect();
    let rhythms: Vec<BTreeSet<(Tick, Key)>> =
        bars.iter().map(|bar| bar.iter().map(|&(place, _)| (place, 0)).collect()).collect();
    let mut numbers: Vec<f64> =
        BACK.iter().flat_map(|&back| [likeness(&bars, back), likeness(&rhythms, back)]).collect();
    numbers.push(best(&bars));
    numbers.push(best(&rhythms));
    numbers.push(ngrams::copied(&heard.prompt, &heard.notes, RUN));
    numbers.push(ngrams::looped(&heard.notes, RUN));
    numbers.push(ngrams::looped(&heard.notes, RUN / 2));
    numbers
}

/// What the numbers are.
pub fn labels() -> Vec<String> {
    let back = BACK.iter().flat_map(|back| {
        [format!("like the bar {back} before"), format!("like the bar {back} before in rhythm")]
    });
    let others = [
        "like the likest bar before",
        "like the likest bar before in rhythm",
        "runs of eight from the prompt",
        "runs of eight from itself",
        "runs of four from itself",
    ];
    back.chain(words(others)).collect()
}

fn struck(line: Tick, notes: &[VoicedNote]) -> BTreeSet<(Tick, Key)> {
    notes.iter().map(|note| ((note.onset - line + SIXTEENTH / 2) / SIXTEENTH, note.key)).collect()
}

fn alike(one: &BTreeSet<(Tick, Key)>, other: &BTreeSet<(Tick, Key)>) -> f64 {
    one.intersection(other).count() as f64 / one.union(other).count().max(1) as f64
}

fn likeness(bars: &[BTreeSet<(Tick, Key)>], back: usize) -> f64 {
    let pairs = bars.iter().skip(back).zip(bars);
    mean(&pairs.map(|(bar, before)| alike(bar, before)).collect::<Vec<_>>())
}

fn best(bars: &[BTreeSet<(Tick, Key)>]) -> f64 {
    let best =
        |place: usize| bars[..place].iter().map(|before| alike(&bars[place], before)).fold(0.0, f64::max);
    mean(&(1..bars.len()).map(best).collect::<Vec<_>>())
}
