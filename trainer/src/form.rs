//! Whether answers hold over many bars: each number compares bars, not notes.

use std::collections::BTreeSet;

use segue_music::{Key, TICKS_PER_BEAT, Tick};
use serde::Serialize;

use crate::excerpt::Excerpt;
use crate::ngrams;
use crate::record::VoicedNote;

/// Notes within so many ticks are one chord.
const TOGETHER: Tick = 2;
/// A bar has a bass if its lowest note lies at most so many semitones above where the prompt's bars
/// have theirs: a fourth.
const NEAR: Key = 5;
/// Thirds of an answer.
const THIRDS: usize = 3;
/// Bars in a row without a bass after which it counts as lost.
const LOST: usize = 4;
/// Times in a row that the same keys are struck after which they count as stuck.
const STUCK: usize = 6;
/// How far back bars are compared: phrases are four bars, or eight.
const PHRASES: [usize; 2] = [4, 8];
/// Onsets in a bar are compared on sixteenths.
const SIXTEENTH: Tick = 12;
/// A note no longer than this is brief: nobody means it.
const BRIEF: Tick = 2;

/// Numbers that say how an answer holds over many bars; means over the answers that have notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Form {
    /// Of bars, those with a bass where the prompt has its own, by thirds of the answer.
    pub bass: [f64; THIRDS],
    /// Of answers, those without a bass for four bars in a row.
    pub lost: f64,
    /// Of answers, those that strike the same keys six times in a row, where the prompt does not.
    pub stuck: f64,
    /// How alike a bar and the bars four and eight before are: of their notes (key and sixteenth),
    /// the share that both have.
    pub likeness: [f64; 2],
    /// Of notes, those of at most two ticks.
    pub brief: f64,
    /// Of answers, those that close: their last onset is on a beat, and what begins there sounds
    /// for a beat or more.
    pub closed: f64,
}

impl Form {
    /// Of answers, each with its excerpt.
    pub fn of<'a>(pairs: impl Iterator<Item = (&'a Excerpt, &'a [VoicedNote])>) -> Self {
        let (mut sum, mut answers) = (Self::default(), 0.0);
        for (excerpt, answer) in pairs.filter(|(_, answer)| !answer.is_empty()) {
            answers += 1.0;
            let early = excerpt.early(answer);
            let earlier = |note: &VoicedNote| VoicedNote { onset: note.onset - early, ..*note };
            let answer: Vec<VoicedNote> = answer.iter().map(earlier).collect();
            let one = Self::of_one(&excerpt.prompt, &answer, &excerpt.bar_lines(), excerpt.bar_line);
            for (sum, bass) in sum.bass.iter_mut().zip(one.bass) {
                *sum += bass;
            }
            sum.lost += one.lost;
            sum.stuck += one.stuck;
            for (sum, likeness) in sum.likeness.iter_mut().zip(one.likeness) {
                *sum += likeness;
            }
            sum.brief += one.brief;
            sum.closed += one.closed;
        }
        let mean = |sum: f64| sum / f64::max(answers, 1.0);
        Self {
            bass: sum.bass.map(mean),
            lost: mean(sum.lost),
            stuck: mean(sum.stuck),
            likeness: sum.likeness.map(mean),
            brief: mean(sum.brief),
            closed: mean(sum.closed),
        }
    }

    fn of_one(prompt: &[VoicedNote], answer: &[VoicedNote], bar_lines: &[Tick], begins: Tick) -> Self {
        let given = bar_lines.partition_point(|&line| line < begins);
        let notes = [prompt, answer].concat();
        let bars: Vec<(Tick, Tick)> = bar_lines.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let lowest: Vec<Option<Key>> = bars.iter().map(|&bar| lowest(&notes, bar)).collect();
        let mut prompts: Vec<Key> = lowest[..given].iter().copied().flatten().collect();
        prompts.sort_unstable();
        let reach = prompts.get(prompts.len() / 2).map_or(127, |&key| key.saturating_add(NEAR));
        let bass: Vec<bool> = lowest[given..].iter().map(|key| key.is_some_and(|key| key <= reach)).collect();
        let sets: Vec<BTreeSet<(Tick, Key)>> = bars.iter().map(|&bar| struck(&notes, bar)).collect();
        let likeness = |phrase: usize| {
            let pairs = (given.max(phrase)..sets.len()).map(|bar| alike(&sets[bar], &sets[bar - phrase]));
            let pairs: Vec<f64> = pairs.flatten().collect();
            pairs.iter().sum::<f64>() / pairs.len().max(1) as f64
        };
        Self {
            bass: std::array::from_fn(|third| {
                let [from, to] = [third, third + 1].map(|third| bass.len() * third / THIRDS);
                ngrams::share(bass[from..to].iter(), |bass| *bass)
            }),
            lost: f64::from(u8::from(bass.windows(LOST).any(|bars| bars.iter().all(|bass| !bass)))),
            stuck: f64::from(u8::from(stuck(answer) && !stuck(prompt))),
            likeness: PHRASES.map(likeness),
            brief: ngrams::share(answer.iter(), |note| note.duration <= BRIEF),
            closed: f64::from(u8::from(closes(answer, |last| {
                bar_lines.iter().rev().find(|&&line| line <= last).copied().unwrap_or(0)
            }))),
        }
    }
}

/// The lowest key that sounds in a bar.
fn lowest(notes: &[VoicedNote], (from, to): (Tick, Tick)) -> Option<Key> {
    let sounds = |note: &&VoicedNote| note.onset < to && note.onset + note.duration > from;
    notes.iter().filter(sounds).map(|note| note.key).min()
}

/// What is struck in a bar: sixteenths from its bar line, and keys.
fn struck(notes: &[VoicedNote], (from, to): (Tick, Tick)) -> BTreeSet<(Tick, Key)> {
    let place = |note: &VoicedNote| (note.onset - from + SIXTEENTH / 2).div_euclid(SIXTEENTH);
    let within = notes.iter().filter(|note| (from..to).contains(&note.onset));
    within.map(|note| (place(note), note.key)).collect()
}

/// The share of notes that both bars have, of all that one of them has; `None` if both are silent.
fn alike(one: &BTreeSet<(Tick, Key)>, other: &BTreeSet<(Tick, Key)>) -> Option<f64> {
    let all = one.union(other).count();
    (all > 0).then(|| one.intersection(other).count() as f64 / all as f64)
}

/// Whether the last onset is on a beat, and what begins there lasts for one. `bar_line` is the one
/// at a tick or before it.
pub fn closes(notes: &[VoicedNote], bar_line: impl Fn(Tick) -> Tick) -> bool {
    let Some(last) = notes.iter().map(|note| note.onset).max() else { return false };
    let off = (last + TOGETHER - bar_line(last + TOGETHER)) % TICKS_PER_BEAT;
    let lasts =
        |note: &&VoicedNote| note.onset >= last - TOGETHER && note.duration >= TICKS_PER_BEAT - SIXTEENTH;
    off <= 2 * TOGETHER && notes.iter().any(|note| lasts(&note))
}

fn stuck(notes: &[VoicedNote]) -> bool {
    let mut chords: Vec<(Tick, BTreeSet<Key>)> = Vec::new();
    for note in notes {
        match chords.last_mut() {
            Some((onset, keys)) if note.onset <= *onset + TOGETHER => {
                keys.insert(note.key);
            }
            _ => chords.push((note.onset, BTreeSet::from([note.key]))),
        }
    }
    chords.windows(STUCK).any(|run| run.iter().all(|(_, keys)| *keys == run[0].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAR: Tick = 192;

    fn note(onset: Tick, key: Key) -> VoicedNote {
        VoicedNote { onset, key, duration: 24, velocity: None, voice: 0 }
    }

    /// A bass note and four of a melody in each of some bars.
    fn bars(numbers: std::ops::Range<Tick>, bass: Key) -> Vec<VoicedNote> {
        let bar = |bar: Tick| {
            let melody = (0..4).map(move |beat| note(BAR * bar + 48 * beat, 72 + (bar % 4 + beat) as Key));
            std::iter::once(note(BAR * bar, bass)).chain(melody)
        };
        numbers.flat_map(bar).collect()
    }

    fn form(answer: &[VoicedNote]) -> Form {
        let lines: Vec<Tick> = (0..=16).map(|bar| BAR * bar).collect();
        Form::of_one(&bars(0..4, 40), answer, &lines, 4 * BAR)
    }

    #[test]
    fn each_number_tells_one_fault() {
        let good = form(&bars(4..16, 40));
        assert_eq!(
            good,
            Form { bass: [1.0; 3], lost: 0.0, stuck: 0.0, likeness: [1.0; 2], brief: 0.0, closed: 0.0 }
        );
        let held = VoicedNote { duration: 48, ..note(BAR * 15 + 144, 60) };
        let off = VoicedNote { onset: held.onset + 12, ..held };
        assert_eq!([held, off].map(|last| form(&[bars(4..15, 40), vec![last]].concat()).closed), [1.0, 0.0]);
        let high = form(&[bars(4..12, 43), bars(12..16, 60)].concat());
        assert_eq!((high.bass, high.lost), ([1.0, 1.0, 0.0], 1.0));
        assert!(high.likeness.iter().all(|likeness| *likeness < 1.0 && *likeness > 0.5), "{high:?}");
        // Twelve bars, each like the one eight before and unlike the one four before.
        let other = |from: Tick| {
            bars(from..from + 4, 40).into_iter().map(|note| VoicedNote { key: note.key + 1, ..note })
        };
        let long: Vec<_> = other(4).chain(bars(8..12, 40)).chain(other(12)).collect();
        assert_eq!(form(&long).likeness, [0.0, 1.0]);
        let hammer: Vec<_> = (16..64).flat_map(|beat| [note(48 * beat, 40), note(48 * beat, 64)]).collect();
        assert_eq!(form(&hammer).stuck, 1.0);
        let brief: Vec<_> =
            bars(4..16, 40).into_iter().map(|note| VoicedNote { duration: 2, ..note }).collect();
        assert_eq!(form(&brief).brief, 1.0);
    }

    #[test]
    fn what_the_prompt_hammers_may_be_hammered() {
        let hammer =
            |beats: std::ops::Range<Tick>| -> Vec<_> { beats.map(|beat| note(48 * beat, 40)).collect() };
        let lines: Vec<Tick> = (0..=16).map(|bar| BAR * bar).collect();
        assert_eq!(Form::of_one(&hammer(0..16), &hammer(16..64), &lines, 4 * BAR).stuck, 0.0);
    }
}
