//! How far answers leave their prompts where a model reads its own notes: each number is what one
//! of the soft guards works against.

use segue_music::Tick;
use serde::Serialize;

use crate::excerpt::Excerpt;
use crate::likeness::Likeness;
use crate::ngrams;
use crate::record::VoicedNote;

/// Notes within this many ticks are one chord.
const TOGETHER: Tick = 2;
/// Notes of a passage that may go round, and the longest period that counts.
const PASSAGE: usize = 13;
const PERIOD: usize = 4;
/// Semitones outside the prompt's range that count as far: a fifth.
const FAR: u8 = 7;
/// Silences this many times the prompt's longest count as long.
const LONG: Tick = 2;
/// Four beats, and how many times the notes of the prompt's densest four count as dense.
const SPAN: Tick = 192;
const DENSE: f64 = 1.5;
/// Divisions of the beat, coarse to fine, in ticks.
const PULSES: [Tick; 6] = [48, 24, 16, 12, 8, 6];
/// The share of a prompt's notes that lie on its pulse.
const ON_PULSE: f64 = 0.95;

/// Shares that say how far answers leave their prompts; means over the answers that have notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Drift {
    /// Of passages of 13 notes, those that repeat with a period of at most 4 notes.
    pub turning: f64,
    /// Of notes, those that lie more than a fifth above or below all of the prompt's.
    pub far: f64,
    /// Of chords, those with more notes than any of the prompt's.
    pub thick: f64,
    /// Of times between chords, those more than twice the prompt's longest.
    pub silent: f64,
    /// Of notes, those off the coarsest pulse that holds 95 % of the prompt's. Over prompts that
    /// have one.
    pub off_pulse: f64,
    /// Of notes, those that end four beats with more than 1.5 times the notes of the prompt's
    /// densest four.
    pub dense: f64,
}

impl Drift {
    /// Of answers, each with its prompt.
    pub fn of<'a>(pairs: impl Iterator<Item = (&'a [VoicedNote], &'a [VoicedNote])>) -> Self {
        let (mut sum, mut answers, mut pulses) = (Self::default(), 0, 0);
        for (prompt, answer) in pairs.filter(|(_, answer)| !answer.is_empty()) {
            answers += 1;
            sum.turning += turning(answer);
            sum.far += far(prompt, answer);
            sum.thick += thick(prompt, answer);
            sum.silent += silent(prompt, answer);
            sum.dense += dense(prompt, answer);
            if let Some(pulse) = pulse(prompt) {
                pulses += 1;
                sum.off_pulse += off(answer, pulse);
            }
        }
        let answers = f64::from(answers.max(1));
        Self {
            turning: sum.turning / answers,
            far: sum.far / answers,
            thick: sum.thick / answers,
            silent: sum.silent / answers,
            off_pulse: sum.off_pulse / f64::from(pulses.max(1)),
            dense: sum.dense / answers,
        }
    }
}

/// The same by thirds of the answers, in time: whoever drifts leaves the prompt more and more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Thirds {
    /// Of notes, those in the prompt's scale.
    pub in_scale: [f64; 3],
    /// The rest.
    pub drift: [Drift; 3],
}

impl Thirds {
    /// Of answers, each with its excerpt.
    pub fn of<'a>(pairs: impl Iterator<Item = (&'a Excerpt, &'a [VoicedNote])>) -> Self {
        let thirds: Vec<_> =
            pairs.map(|(excerpt, answer)| (&excerpt.prompt[..], excerpt.thirds(answer))).collect();
        let of = |third: usize| thirds.iter().map(move |(prompt, thirds)| (*prompt, &thirds[third][..]));
        let in_scale = |third: usize| {
            let heard = of(third).filter(|(_, notes)| !notes.is_empty());
            let shares: Vec<f64> = heard.map(|(prompt, notes)| Likeness::of(prompt, notes).in_key).collect();
            shares.iter().sum::<f64>() / shares.len().max(1) as f64
        };
        Self { in_scale: [0, 1, 2].map(in_scale), drift: [0, 1, 2].map(|third| Drift::of(of(third))) }
    }
}

fn turning(answer: &[VoicedNote]) -> f64 {
    ngrams::share(answer.windows(PASSAGE), |passage| {
        let repeats = |period: usize| passage.iter().zip(&passage[period..]).all(|(a, b)| a.key == b.key);
        (1..=PERIOD).any(repeats)
    })
}

fn far(prompt: &[VoicedNote], answer: &[VoicedNote]) -> f64 {
    let lowest = prompt.iter().map(|note| note.key).min().unwrap_or(0);
    let highest = prompt.iter().map(|note| note.key).max().unwrap_or(127);
    let range = lowest.saturating_sub(FAR)..=highest.saturating_add(FAR);
    ngrams::share(answer.iter(), |note| !range.contains(&note.key))
}

/// When each chord begins, and how many notes it has.
fn chords(notes: &[VoicedNote]) -> Vec<(Tick, usize)> {
    let mut chords: Vec<(Tick, usize)> = Vec::new();
    for note in notes {
        match chords.last_mut() {
            Some((onset, size)) if note.onset <= *onset + TOGETHER => *size += 1,
            _ => chords.push((note.onset, 1)),
        }
    }
    chords
}

fn thick(prompt: &[VoicedNote], answer: &[VoicedNote]) -> f64 {
    let largest = chords(prompt).iter().map(|&(_, size)| size).max().unwrap_or(0);
    ngrams::share(chords(answer).into_iter(), |(_, size)| size > largest)
}

fn silent(prompt: &[VoicedNote], answer: &[VoicedNote]) -> f64 {
    let times = |notes: &[VoicedNote]| -> Vec<Tick> {
        chords(notes).windows(2).map(|pair| pair[1].0 - pair[0].0).collect()
    };
    let longest = times(prompt).into_iter().max().unwrap_or(Tick::MAX / LONG);
    ngrams::share(times(answer).into_iter(), |time| time > LONG * longest)
}

/// By note, how many begin in the four beats that end with it.
fn densities(notes: &[VoicedNote]) -> Vec<usize> {
    let first = |end: Tick| notes.partition_point(|note| note.onset <= end - SPAN);
    notes.iter().enumerate().map(|(place, note)| place + 1 - first(note.onset)).collect()
}

fn dense(prompt: &[VoicedNote], answer: &[VoicedNote]) -> f64 {
    let most = DENSE * densities(prompt).into_iter().max().unwrap_or(0) as f64;
    ngrams::share(densities(answer).into_iter(), |density| density as f64 > most)
}

fn off(notes: &[VoicedNote], pulse: Tick) -> f64 {
    ngrams::share(notes.iter(), |note| note.onset.rem_euclid(pulse) != 0)
}

fn pulse(prompt: &[VoicedNote]) -> Option<Tick> {
    PULSES.into_iter().find(|&pulse| off(prompt, pulse) <= 1.0 - ON_PULSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::excerpt::Lengths;
    use crate::record::{Record, line};

    fn drift(answer: &[VoicedNote]) -> Drift {
        // Eighths over an octave.
        let mut prompt = line((0..16).map(|place| 60 + place * 5 % 13));
        prompt.iter_mut().for_each(|note| note.onset *= 2);
        Drift::of([(&prompt[..], answer)].into_iter())
    }

    #[test]
    fn each_share_counts_one_way_of_leaving_the_prompt() {
        let walk = |times: Tick| {
            let mut notes = line((0..40).map(|place| 60 + place * 5 % 13));
            notes.iter_mut().for_each(|note| note.onset *= times);
            notes
        };
        assert_eq!(drift(&walk(2)), Drift::default());
        assert_eq!(drift(&[]), Drift::default());
        let turning = line((0..40).map(|place| 60 + place % 3));
        assert_eq!(drift(&turning).turning, 1.0);
        let far: Vec<_> = walk(2).into_iter().map(|note| VoicedNote { key: note.key + 20, ..note }).collect();
        assert_eq!(drift(&far).far, 1.0);
        let thick: Vec<_> = walk(2).into_iter().flat_map(|note| [note, note]).collect();
        assert_eq!(drift(&thick).thick, 1.0);
        assert_eq!(drift(&walk(5)).silent, 1.0);
        // Sixteenths: every other one lies between the prompt's eighths.
        let fast = drift(&walk(1));
        assert_eq!(fast.off_pulse, 0.5);
        assert!(fast.dense > 0.5 && fast.silent == 0.0, "{fast:?}");
    }

    #[test]
    fn a_third_that_leaves_the_prompt_is_found() {
        // Twenty bars of eighths in C; the answer's last third lies three octaves higher and out of
        // key.
        let mut notes = line((0..160).map(|place| 48 + [0, 4, 7, 12, 11, 7, 5, 2][place % 8]));
        notes.iter_mut().for_each(|note| note.onset *= 2);
        let record = Record { notes, ..Record::default() };
        let excerpt = Excerpt::of(&record, Lengths { prompt: 4, answer: 12 }).unwrap();
        let last = excerpt.bar_line + excerpt.answer * 2 / 3;
        let leaves = |note: &VoicedNote| VoicedNote {
            key: note.key + if note.onset < last { 0 } else { 37 },
            ..*note
        };
        let answer: Vec<VoicedNote> = excerpt.human.iter().map(leaves).collect();
        let thirds = Thirds::of([(&excerpt, &answer[..])].into_iter());
        assert_eq!(thirds.drift.map(|drift| drift.far), [0.0, 0.0, 1.0]);
        let [first, second, third] = thirds.in_scale;
        assert!(first == 1.0 && second == 1.0 && third < 0.6, "{:?}", thirds.in_scale);
    }
}
