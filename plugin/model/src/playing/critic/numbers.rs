//! What the critic knows of an answer, in numbers.

use std::collections::BTreeSet;

use segue_music::{Key, TICKS_PER_BEAT, Tick, heard_scale};

use super::passage::{Passage, mean, share, spread};
use super::stretch::Stretch;

/// A sixteenth, on which bars are compared.
const SIXTEENTH: Tick = TICKS_PER_BEAT / 4;
/// A bar has a bass if its lowest note lies at most so many semitones above where bars had theirs:
/// a fourth.
const NEAR: f64 = 5.0;

/// Something of a passage that is held against the same of the music before.
type Trait = (&'static str, fn(&Passage) -> f64);

/// The first numbers are the differences of these.
const TRAITS: [Trait; 21] = [
    ("notes a bar", |passage| (passage.notes.len() as f64 / passage.bars() + 0.25).log2()),
    ("chords a bar", |passage| (passage.chords.len() as f64 / passage.bars() + 0.25).log2()),
    ("notes a chord", |passage| passage.notes.len() as f64 / passage.chords.len().max(1) as f64),
    ("height", |passage| mean(&keys(passage))),
    ("width", |passage| spread(&keys(passage))),
    ("low end", |passage| quantile(keys(passage), 0.1)),
    ("high end", |passage| quantile(keys(passage), 0.9)),
    ("length of notes", |passage| {
        mean(&passage.notes.iter().map(|note| ((note.end - note.onset) as f64).log2()).collect::<Vec<_>>())
    }),
    ("silence", Passage::silence),
    ("same keys again", |passage| {
        share(&passage.chords.windows(2).collect::<Vec<_>>(), |pair| pair[0].1 == pair[1].1)
    }),
    ("on the beat", |passage| passage.on(TICKS_PER_BEAT)),
    ("on the eighth", |passage| passage.on(TICKS_PER_BEAT / 2)),
    ("on the sixteenth", |passage| passage.on(SIXTEENTH)),
    ("unevenness of bars", |passage| spread(&passage.counts()) / mean(&passage.counts()).max(1.0)),
    ("steps of the top", |passage| mean_size(&passage.steps(<[Key]>::last))),
    ("leaps of the top", |passage| share(&passage.steps(<[Key]>::last), |step| step.abs() > 7)),
    ("rest of the top", |passage| share(&passage.steps(<[Key]>::last), |step| *step == 0)),
    ("steps of the bass", |passage| mean_size(&passage.steps(<[Key]>::first))),
    ("close chords", |passage| {
        share(&passage.chords, |(_, keys)| keys.windows(2).any(|pair| pair[1] - pair[0] <= 1))
    }),
    ("harshness", Passage::harshness),
    ("variety of times", |passage| {
        let times: Vec<Tick> = passage.chords.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        entropy(&times)
    }),
];

/// What relates an answer to the music before, or its end to its beginning.
const RELATIONS: usize = 9;

/// The names of all numbers.
pub const NAMES: [&str; TRAITS.len() + RELATIONS] = {
    let mut names = [""; TRAITS.len() + RELATIONS];
    let mut place = 0;
    while place < TRAITS.len() {
        names[place] = TRAITS[place].0;
        place += 1;
    }
    let relations: [&str; RELATIONS] = [
        "in the scale",
        "pitch classes",
        "like the bar before",
        "rhythm like the bar before",
        "like four bars before",
        "rhythm like four bars before",
        "bars without bass",
        "gets denser",
        "gets higher",
    ];
    let mut relation = 0;
    while relation < RELATIONS {
        names[place + relation] = relations[relation];
        relation += 1;
    }
    names
};

/// Of a stretch, in the order of [`NAMES`].
pub fn of(stretch: &Stretch<'_>) -> [f64; NAMES.len()] {
    let (given, own) = (stretch.given(), stretch.own());
    let mut numbers = [0.0; NAMES.len()];
    for (number, (_, of)) in numbers.iter_mut().zip(TRAITS) {
        *number = if own.notes.is_empty() || given.notes.is_empty() { 0.0 } else { of(&own) - of(&given) };
    }
    numbers[TRAITS.len()..].copy_from_slice(&relations(stretch, &given, &own));
    numbers
}

fn relations(stretch: &Stretch<'_>, given: &Passage, own: &Passage) -> [f64; RELATIONS] {
    let scale = heard_scale(stretch.before());
    let [one, four] = [1, 4].map(|back| like(stretch, own, back));
    let middle = (own.from + own.until) / 2;
    let half = own.notes.partition_point(|note| note.onset < middle);
    let (first, second) = own.notes.split_at(half);
    let height = |notes: &[_]| mean(&notes.iter().map(key).collect::<Vec<_>>());
    let rises = if first.is_empty() || second.is_empty() { 0.0 } else { height(second) - height(first) };
    [
        share(&own.notes, |note| scale.contains(note.key % 12)),
        cosine(&given.classes(), &own.classes()),
        one[0],
        one[1],
        four[0],
        four[1],
        without_bass(given, own),
        ((second.len() as f64 + 1.0) / (first.len() as f64 + 1.0)).log2(),
        rises,
    ]
}

/// How like bars are to those so many before, in notes and in rhythm.
fn like(stretch: &Stretch<'_>, own: &Passage, back: i64) -> [f64; 2] {
    let notes = || stretch.notes.iter();
    let bars = ((own.until - own.from) / own.bar).max(1);
    let mut sums = [0.0; 2];
    for bar in 0..bars {
        let from = own.from + bar * own.bar;
        let now = Passage::of(own_notes(stretch), (from, from + own.bar), own.bar);
        let before = from - back * own.bar;
        let before = Passage::of(notes(), (before, before + own.bar), own.bar);
        let struck = |passage: &Passage, keys: bool| -> BTreeSet<(Tick, Key)> {
            let place = |onset: Tick| (onset - passage.from + SIXTEENTH / 2).div_euclid(SIXTEENTH);
            passage.notes.iter().map(|note| (place(note.onset), if keys { note.key } else { 0 })).collect()
        };
        for (sum, keys) in sums.iter_mut().zip([true, false]) {
            *sum += alike(&struck(&now, keys), &struck(&before, keys));
        }
    }
    sums.map(|sum| sum / bars as f64)
}

fn own_notes<'a>(stretch: &Stretch<'a>) -> impl Iterator<Item = &'a segue_music::ContextNote> {
    stretch.notes.iter().filter(|note| note.role == segue_music::Role::Segue)
}

fn alike(one: &BTreeSet<(Tick, Key)>, other: &BTreeSet<(Tick, Key)>) -> f64 {
    one.intersection(other).count() as f64 / one.union(other).count().max(1) as f64
}

/// The share of bars in which nothing as low sounds as in most bars before.
fn without_bass(given: &Passage, own: &Passage) -> f64 {
    let lowest = |passage: &Passage| -> Vec<Option<f64>> {
        let bars = ((passage.until - passage.from) / passage.bar).max(1);
        let lowest = |bar: i64| {
            let (from, to) = (passage.from + bar * passage.bar, passage.from + (bar + 1) * passage.bar);
            let sounding = passage.notes.iter().filter(|note| note.onset < to && note.end > from);
            sounding.map(|note| note.key).min().map(f64::from)
        };
        (0..bars).map(lowest).collect()
    };
    let reach = quantile(lowest(given).into_iter().flatten().collect(), 0.5) + NEAR;
    share(&lowest(own), |key| key.is_none_or(|key| key > reach))
}

fn key(note: &super::passage::Sounding) -> f64 {
    f64::from(note.key)
}

fn keys(passage: &Passage) -> Vec<f64> {
    passage.notes.iter().map(key).collect()
}

fn quantile(mut numbers: Vec<f64>, place: f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len().saturating_sub(1) as f64;
    numbers.get((place * last).round() as usize).copied().unwrap_or(0.0)
}

fn mean_size(steps: &[i16]) -> f64 {
    mean(&steps.iter().map(|step| f64::from(step.abs())).collect::<Vec<_>>())
}

fn cosine(a: &[f64; 12], b: &[f64; 12]) -> f64 {
    let dot = |a: &[f64; 12], b: &[f64; 12]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(f64::MIN_POSITIVE)
}

/// Of times between chords, in sixteenths, in bits.
fn entropy(times: &[Tick]) -> f64 {
    const MOST: usize = 17;
    let mut counts = [0.0; MOST];
    for time in times {
        counts[((time + SIXTEENTH / 2) / SIXTEENTH).clamp(0, MOST as Tick - 1) as usize] += 1.0;
    }
    let all = f64::max(times.len() as f64, 1.0);
    let bits = |count: &f64| if *count > 0.0 { -(count / all) * (count / all).log2() } else { 0.0 };
    counts.iter().map(bits).sum()
}
