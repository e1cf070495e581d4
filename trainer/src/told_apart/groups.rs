//! The eight groups of numbers that a classifier hears an answer through. Shares, means and ratios,
//! so that answers of any length compare; where it matters, against the prompt.

use std::fmt::Display;

use segue_music::{Key, TICKS_PER_BEAT, Tick};

use super::heard::{Heard, chords};
use super::numbers::{entropy, histogram, log_ratio, mean, quantile, spread};
use super::{arc, structure};
use crate::likeness::{self, Likeness};
use crate::ngrams::share;
use crate::record::VoicedNote;

/// A group: its name, its numbers of an answer, and what each of them is.
pub type Group = (&'static str, fn(&Heard) -> Vec<f64>, fn() -> Vec<String>);

/// All of them.
pub const GROUPS: [Group; 8] = [
    ("pitch class", pitch_class, of_pitch_class),
    ("rhythm", rhythm, of_rhythm),
    ("register", register, of_register),
    ("density", density, of_density),
    ("outer voices", outer_voices, of_outer_voices),
    ("vertical", vertical, of_vertical),
    ("structure", structure::numbers, structure::labels),
    ("arc", arc::numbers, arc::labels),
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

fn of_pitch_class() -> Vec<String> {
    let classes = (0..12).map(|class| format!("{class} semitones above the root"));
    classes.chain(words(["pitch classes, bits", "in the prompt's scale", "likeness to the prompt"])).collect()
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

fn of_rhythm() -> Vec<String> {
    let sixteenths = (1..=4).map(|sixteenth| format!("on sixteenth {sixteenth} of the beat"));
    let others =
        ["off the sixteenths", "times between chords, bits", "lengths, bits", "the same time between again"];
    sixteenths
        .chain(between("apart", &LENGTHS, "ticks"))
        .chain(between("long", &LENGTHS, "ticks"))
        .chain(words(others))
        .collect()
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

fn of_register() -> Vec<String> {
    words([
        "lowest key, against the prompt's",
        "a tenth are below, against the prompt's",
        "middle key, against the prompt's",
        "a tenth are above, against the prompt's",
        "highest key, against the prompt's",
        "spread of keys, against the prompt's",
        "below the prompt's lowest",
        "above the prompt's highest",
    ])
    .collect()
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

fn of_density() -> Vec<String> {
    words([
        "notes a bar, against the prompt's",
        "chords a bar, against the prompt's",
        "notes a chord",
        "sound a bar, against the prompt's",
        "how bars differ in notes",
        "empty bars",
        "silence",
        "notes a bar",
    ])
    .collect()
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

fn of_outer_voices() -> Vec<String> {
    let others = [
        "the top turns",
        "the bottom turns",
        "both the same way",
        "each another way",
        "from bottom to top",
        "how that differs",
    ];
    between("top moves", &STEPS, "semitones")
        .chain(between("bottom moves", &STEPS, "semitones"))
        .chain(words(others))
        .collect()
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

fn of_vertical() -> Vec<String> {
    let intervals = (0..12).map(|interval| format!("interval of {interval}"));
    let sizes = (1..=5).map(|size| format!("chords of {size}{}", if size == 5 { " or more" } else { "" }));
    let others = ["intervals, bits", "sound on", "how that differs", "chords with a second"];
    intervals.chain(sizes).chain(words(others)).collect()
}

/// As owned text.
pub fn words<const N: usize>(words: [&'static str; N]) -> impl Iterator<Item = String> {
    words.into_iter().map(str::to_owned)
}

/// What falls between bounds, the upper one of each excluded.
fn between<T: Display>(what: &str, bounds: &[T], unit: &str) -> impl Iterator<Item = String> {
    let bin = |place: usize| match (place.checked_sub(1).map(|place| &bounds[place]), bounds.get(place)) {
        (None, Some(to)) => format!("{what}: below {to} {unit}"),
        (Some(from), Some(to)) => format!("{what}: {from} to below {to} {unit}"),
        (Some(from), None) => format!("{what}: {from} {unit} or more"),
        (None, None) => what.to_owned(),
    };
    (0..=bounds.len()).map(bin).collect::<Vec<_>>().into_iter()
}
