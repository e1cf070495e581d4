//! The eight groups of numbers that a classifier hears an answer through. Shares, means and ratios,
//! so that answers of any length compare; where it matters, against the prompt.

use segue_music::{Key, TICKS_PER_BEAT, Tick};

use super::heard::{Heard, chords};
use super::numbers::{entropy, histogram, log_ratio, mean, quantile, spread};
use super::{arc, structure};
use crate::likeness::{self, Likeness};
use crate::ngrams::share;
use crate::record::VoicedNote;

/// A group: its name, and its numbers of an answer.
pub type Group = (&'static str, fn(&Heard) -> Vec<f64>);

/// All of them.
pub const GROUPS: [Group; 8] = [
    ("pitch class", pitch_class),
    ("rhythm", rhythm),
    ("register", register),
    ("density", density),
    ("outer voices", outer_voices),
    ("vertical", vertical),
    ("structure", structure::numbers),
    ("arc", arc::numbers),
];

/// Times between chords, and how long notes are, fall between these, in ticks.
const LENGTHS: [Tick; 7] = [7, 14, 20, 30, 42, 60, 110];
/// A sixteenth.
const SIXTEENTH: Tick = TICKS_PER_BEAT / 4;
/// Steps of a voice fall between these, in semitones: it repeats, steps, skips, or leaps.
const STEPS: [i16; 6] = [-7, -2, 0, 1, 3, 8];

/// How often each pitch class comes, counted from the root of the prompt's scale; how many there
/// are, and how like the prompt's they are.
fn pitch_class(heard: &Heard) -> Vec<f64> {
    let root = likeness::root(&heard.prompt);
    let classes = histogram(heard.notes.iter().map(|note| usize::from((note.key + 12 - root) % 12)), 12);
    let likeness = Likeness::of(&heard.prompt, &heard.notes);
    [&classes[..], &[entropy(&classes), likeness.in_key, likeness.cosine]].concat()
}

/// Where in the beat chords begin, how long they are apart, how long notes are, and how much of it
/// comes again at once.
fn rhythm(heard: &Heard) -> Vec<f64> {
    let onsets: Vec<Tick> = heard.chords.iter().map(|chord| chord.onset).collect();
    let gaps: Vec<Tick> = onsets.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let sixteenths =
        histogram(onsets.iter().map(|onset| ((onset + SIXTEENTH / 2) / SIXTEENTH).rem_euclid(4) as usize), 4);
    let off = share(onsets.iter(), |onset| onset.rem_euclid(SIXTEENTH) > 1);
    let bins = |lengths: &mut dyn Iterator<Item = Tick>| {
        let bin = |length: Tick| LENGTHS.partition_point(|&bound| bound <= length);
        histogram(lengths.map(bin), LENGTHS.len() + 1)
    };
    let apart = bins(&mut gaps.iter().copied());
    let long = bins(&mut heard.notes.iter().map(|note| note.duration));
    let again = share(gaps.windows(2), |pair| pair[0] == pair[1]);
    [&sixteenths[..], &apart, &long, &[off, entropy(&apart), entropy(&long), again]].concat()
}

/// How high it lies, in semitones, against the prompt.
fn register(heard: &Heard) -> Vec<f64> {
    let keys = |notes: &[VoicedNote]| -> Vec<f64> {
        let mut keys: Vec<f64> = notes.iter().map(|note| f64::from(note.key)).collect();
        keys.sort_by(f64::total_cmp);
        keys
    };
    let (given, own) = (keys(&heard.prompt), keys(&heard.notes));
    let (low, high) = (quantile(&given, 0.0), quantile(&given, 1.0));
    let at = [0.0, 0.1, 0.5, 0.9, 1.0];
    let mut numbers: Vec<f64> =
        at.iter().map(|&place| quantile(&own, place) - quantile(&given, place)).collect();
    numbers.push(spread(&own) - spread(&given));
    numbers.push(share(own.iter(), |&key| key < low));
    numbers.push(share(own.iter(), |&key| key > high));
    numbers
}

/// How much is played: notes and chords a bar, how that varies, how much sounds at once.
fn density(heard: &Heard) -> Vec<f64> {
    let counts: Vec<f64> = heard.bars().iter().map(|bar| bar.len() as f64).collect();
    let sum = |notes: &[VoicedNote]| notes.iter().map(|note| note.duration as f64).sum::<f64>();
    let length = heard.length() as f64;
    let given = heard.lines.first().copied().unwrap_or(1).max(1) as f64;
    let (own_chords, given_chords) = (heard.chords.len() as f64, chords(&heard.prompt).len() as f64);
    vec![
        log_ratio(heard.notes.len() as f64 / length, heard.prompt.len() as f64 / given),
        log_ratio(own_chords / length, given_chords / given),
        heard.notes.len() as f64 / own_chords.max(1.0),
        log_ratio(sum(&heard.notes) / length, sum(&heard.prompt) / given),
        spread(&counts) / mean(&counts).max(1.0),
        share(counts.iter(), |&count| count == 0.0),
        silence(heard) / length,
        log_ratio(mean(&counts), 8.0),
    ]
}

/// Ticks in which nothing sounds.
fn silence(heard: &Heard) -> f64 {
    let (mut until, mut silent) = (heard.lines.first().copied().unwrap_or(0), 0);
    for note in &heard.notes {
        silent += (note.onset - until).max(0);
        until = until.max(note.onset + note.duration);
    }
    (silent + (heard.lines.last().copied().unwrap_or(until) - until).max(0)) as f64
}

/// How the highest and the lowest notes of chords move, alone and together.
fn outer_voices(heard: &Heard) -> Vec<f64> {
    let line = |end: fn(&[Key]) -> Option<&Key>| -> Vec<i16> {
        heard.chords.iter().filter_map(|chord| end(&chord.keys)).map(|&key| i16::from(key)).collect()
    };
    let (top, low) = (line(<[Key]>::last), line(<[Key]>::first));
    let steps = |line: &[i16]| -> Vec<i16> { line.windows(2).map(|pair| pair[1] - pair[0]).collect() };
    let (up, down) = (steps(&top), steps(&low));
    let bin = |&step: &i16| STEPS.partition_point(|&bound| bound <= step);
    let turns = |steps: &[i16]| share(steps.windows(2), |pair| pair[0].signum() * pair[1].signum() < 0);
    let wide: Vec<f64> = top.iter().zip(&low).map(|(top, low)| f64::from(top - low)).collect();
    let together = |sign: i16| share(up.iter().zip(&down), |(a, b)| a.signum() * b.signum() == sign);
    [
        &histogram(up.iter().map(bin), STEPS.len() + 1)[..],
        &histogram(down.iter().map(bin), STEPS.len() + 1),
        &[turns(&up), turns(&down), together(1), together(-1), mean(&wide), spread(&wide)],
    ]
    .concat()
}

/// What sounds together: intervals between a note that begins and all that sound, how many there
/// are, and how large chords are.
fn vertical(heard: &Heard) -> Vec<f64> {
    let mut intervals = Vec::new();
    let mut together = Vec::new();
    for (place, note) in heard.notes.iter().enumerate() {
        // What sounds on began a little before; four bars are long enough to look back.
        let before = heard.notes[..place].iter().rev().take_while(|other| note.onset - other.onset < 768);
        let with: Vec<&VoicedNote> =
            before.filter(|other| other.onset + other.duration > note.onset + 1).collect();
        intervals.extend(with.iter().map(|other| usize::from(note.key.abs_diff(other.key) % 12)));
        together.push(with.len() as f64);
    }
    let classes = histogram(intervals.into_iter(), 12);
    let sizes = histogram(heard.chords.iter().map(|chord| chord.keys.len().min(5) - 1), 5);
    let close = share(heard.chords.iter().filter(|chord| chord.keys.len() > 1), |chord| {
        chord.keys.windows(2).any(|pair| pair[1] - pair[0] <= 1)
    });
    [&classes[..], &sizes, &[entropy(&classes), mean(&together), spread(&together), close]].concat()
}
