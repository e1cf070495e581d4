//! How like its prompt an answer is, and how it would be if it were bad.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_music::{Key, Tick};

use crate::excerpt::Excerpt;
use crate::ngrams;
use crate::record::VoicedNote;

/// Notes of a run that is called copied from the prompt.
pub const RUN: usize = 8;

/// The numbers of one answer.
#[derive(Clone, Copy, Debug)]
pub struct Likeness {
    /// Notes of it.
    pub notes: usize,
    /// The share of its notes that lie in the prompt's scale.
    pub in_key: f64,
    /// The cosine of its pitch classes to the prompt's.
    pub cosine: f64,
    /// The share of its eight-note runs that come in the prompt.
    pub copied: f64,
    /// The share of its eight-note runs that came before in itself.
    pub looped: f64,
}

impl Likeness {
    /// Of an answer to a prompt.
    pub fn of(prompt: &[VoicedNote], answer: &[VoicedNote]) -> Self {
        let scale = scale(prompt);
        Self {
            notes: answer.len(),
            in_key: ngrams::share(answer.iter(), |note| scale & 1 << (note.key % 12) != 0),
            cosine: cosine(&classes(prompt), &classes(answer)),
            copied: ngrams::copied(prompt, answer, RUN),
            looped: ngrams::looped(answer, RUN),
        }
    }
}

/// The major or harmonic minor scale that holds most of the notes, as a set of pitch classes, and
/// its root.
fn scale_and_root(notes: &[VoicedNote]) -> (u16, u8) {
    const SCALES: [u16; 2] = [0b1010_1011_0101, 0b1001_1010_1101];
    let classes = classes(notes);
    let held =
        |scale: u16| (0..12).filter(|&class| scale & 1 << class != 0).map(|class| classes[class]).sum();
    let turned = SCALES.iter().flat_map(|&scale: &u16| {
        (0..12).map(move |root| ((scale << root | scale >> (12 - root)) & 0xfff, root))
    });
    turned.max_by(|a, b| f64::total_cmp(&held(a.0), &held(b.0))).unwrap_or((0xfff, 0))
}

fn scale(notes: &[VoicedNote]) -> u16 {
    scale_and_root(notes).0
}

/// The root of the scale that holds most of the notes, as a pitch class.
pub fn root(notes: &[VoicedNote]) -> Key {
    scale_and_root(notes).1
}

fn classes(notes: &[VoicedNote]) -> [f64; 12] {
    let mut classes = [0.0; 12];
    for note in notes {
        classes[usize::from(note.key % 12)] += 1.0;
    }
    classes
}

fn cosine(a: &[f64; 12], b: &[f64; 12]) -> f64 {
    let dot = |a: &[f64; 12], b: &[f64; 12]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(f64::MIN_POSITIVE)
}

/// The human continuation with its pitches in another order.
pub fn shuffled(human: &[VoicedNote], random: &mut Pcg64Mcg) -> Vec<VoicedNote> {
    let mut notes = human.to_vec();
    for place in (1..notes.len()).rev() {
        let other = random.random_range(0..=place);
        (notes[place].key, notes[other].key) = (notes[other].key, notes[place].key);
    }
    notes.sort_unstable();
    notes
}

/// The human continuation with every tenth note, by chance, up to a tritone off.
pub fn wrong(human: &[VoicedNote], random: &mut Pcg64Mcg) -> Vec<VoicedNote> {
    let mut notes = human.to_vec();
    for note in &mut notes {
        if random.random::<f64>() < 0.1 {
            let off = random.random_range(1..=6_u8);
            note.key = if random.random() {
                note.key.saturating_add(off).min(108)
            } else {
                note.key.saturating_sub(off).max(21)
            };
        }
    }
    notes.sort_unstable();
    notes
}

/// The prompt again and again.
pub fn looped(excerpt: &Excerpt) -> Vec<VoicedNote> {
    let times = excerpt.answer.div_euclid(excerpt.bar_line.max(1)) + 1;
    let again = (1..=times).flat_map(|time: Tick| {
        let later = time * excerpt.bar_line;
        excerpt.prompt.iter().map(move |note| VoicedNote { onset: note.onset + later, ..*note })
    });
    again.filter(|note| note.onset < excerpt.bar_line + excerpt.answer).collect()
}

/// How far apart two sets of numbers lie: the mean distance between them when both are sorted (the
/// earth mover's distance).
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    const STEPS: usize = 200;
    let quantile = |sorted: &[f64], step: usize| {
        sorted[((step as f64 + 0.5) / STEPS as f64 * sorted.len() as f64) as usize]
    };
    let sorted = |numbers: &[f64]| {
        let mut numbers = numbers.to_vec();
        numbers.sort_by(f64::total_cmp);
        numbers
    };
    let (a, b) = (sorted(a), sorted(b));
    if a.is_empty() || b.is_empty() {
        return f64::NAN;
    }
    (0..STEPS).map(|step| (quantile(&a, step) - quantile(&b, step)).abs()).sum::<f64>() / STEPS as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::line;

    #[test]
    fn scales_are_found_in_every_key() {
        for root in 0..12 {
            let major: Vec<u8> = [0, 2, 4, 5, 7, 9, 11, 12].iter().map(|step| 60 + root + step).collect();
            let minor: Vec<u8> = [0, 2, 3, 5, 7, 8, 11, 12].iter().map(|step| 60 + root + step).collect();
            for keys in [major, minor] {
                let likeness = Likeness::of(&line(keys.clone()), &line(keys.clone()));
                assert_eq!((likeness.in_key, likeness.notes), (1.0, 8), "{keys:?}");
                assert!((likeness.cosine - 1.0).abs() < 1e-9);
                let raised: Vec<u8> = keys.iter().map(|key| key + 1).collect();
                assert!(Likeness::of(&line(keys.clone()), &line(raised)).in_key < 0.5, "{keys:?}");
            }
        }
    }

    #[test]
    fn bad_answers_keep_what_they_should() {
        let human: Vec<VoicedNote> = line((0..60_u32).map(|place| 60 + (place * 7 % 24) as u8));
        let mut random = Pcg64Mcg::new(3);
        let classes_of = |notes: &[VoicedNote]| classes(notes);
        assert_eq!(classes_of(&shuffled(&human, &mut random)), classes_of(&human));
        let off = wrong(&human, &mut random).iter().zip(&human).filter(|(a, b)| a.key != b.key).count();
        assert!((1..20).contains(&off), "{off} of 60 are wrong");
    }

    #[test]
    fn the_distance_is_in_the_unit_of_the_numbers() {
        let numbers: Vec<f64> = (0..500).map(f64::from).collect();
        let later: Vec<f64> = numbers.iter().map(|number| number + 2.5).collect();
        assert_eq!(distance(&numbers, &numbers), 0.0);
        assert!((distance(&numbers, &later) - 2.5).abs() < 1e-9);
        assert!(distance(&numbers, &[]).is_nan());
    }
}
