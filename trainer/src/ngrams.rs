//! Runs of notes, to find what was copied.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use segue_music::Key;

use crate::record::VoicedNote;

/// Runs with fewer different steps are nobody's: scales, trills, repeated notes, a broken chord.
const DIFFERENT_STEPS: usize = 6;

/// N-grams of keys, by hash, in order. Transposed ones are the same; those that anybody plays are
/// left out.
pub fn transposed(notes: &[VoicedNote], length: usize) -> Vec<u64> {
    let keys = keys(notes);
    let steps: Vec<i16> = keys.windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0])).collect();
    let own = |run: &&[i16]| run.iter().collect::<HashSet<_>>().len() >= DIFFERENT_STEPS;
    if length < 2 { Vec::new() } else { steps.windows(length - 1).filter(own).map(hash).collect() }
}

/// The share of an answer's runs of this many keys that come in the prompt.
pub fn copied(prompt: &[VoicedNote], answer: &[VoicedNote], length: usize) -> f64 {
    let known: HashSet<u64> = keys(prompt).windows(length).map(hash).collect();
    share(keys(answer).windows(length), |run| known.contains(&hash(run)))
}

/// The share of an answer's runs of this many keys that came before in the answer.
pub fn looped(answer: &[VoicedNote], length: usize) -> f64 {
    let mut known = HashSet::new();
    share(keys(answer).windows(length), |run| !known.insert(hash(run)))
}

/// The share of these runs that are known.
pub fn share<T>(runs: impl Iterator<Item = T>, mut known: impl FnMut(T) -> bool) -> f64 {
    let (mut count, mut all) = (0, 0);
    for run in runs {
        count += usize::from(known(run));
        all += 1;
    }
    count as f64 / f64::from(all.max(1))
}

fn keys(notes: &[VoicedNote]) -> Vec<Key> {
    notes.iter().map(|note| note.key).collect()
}

fn hash<T: Hash>(run: &[T]) -> u64 {
    let mut hasher = DefaultHasher::new();
    run.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::line;

    #[test]
    fn copies_loops_and_transpositions_are_found() {
        let prompt = line(40..60);
        let loops = line((0..40).map(|place| 40 + place % 10));
        assert_eq!(copied(&prompt, &prompt, 8), 1.0);
        assert_eq!(copied(&prompt, &line((40..60).rev()), 8), 0.0);
        assert_eq!(looped(&prompt, 8), 0.0);
        assert!((looped(&loops, 8) - 23.0 / 33.0).abs() < 1e-9, "all but the first ten of 33");
        let tune = [0, 2, 4, 0, 5, 4, 2, 7, 5, 4, 9, 7, 5, 12, 11, 9, 7, 2];
        let (here, there) = (tune.map(|step| 50 + step), tune.map(|step| 53 + step));
        assert_eq!(transposed(&line(here), 16), transposed(&line(there), 16));
        assert_eq!((transposed(&line(here), 16).len(), transposed(&prompt, 16).len()), (3, 0));
        assert_eq!((transposed(&line([60]), 16).len(), copied(&prompt, &[], 8)), (0, 0.0));
    }
}
