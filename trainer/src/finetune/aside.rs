//! Which pieces are kept aside.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ngrams;
use crate::record::Record;

/// One piece in this many is kept aside, and no fewer than the least.
const SHARE: usize = 6;
const LEAST: usize = 2;
/// Pieces that share this much of their 16-note runs, in any key, are one work: another take or
/// edition.
const SAME: f64 = 0.2;

/// The pieces to learn from, and those kept aside. Takes of one work stay together.
pub fn split(records: Vec<Record>) -> (Vec<Record>, Vec<Record>) {
    let works = works(&records);
    let mut sizes = BTreeMap::<usize, usize>::new();
    works.iter().for_each(|&work| *sizes.entry(work).or_default() += 1);
    let wanted = (records.len() / SHARE).max(LEAST);
    // Small works first, evenly over the folder: holding out a work of many takes would leave
    // little to learn from.
    let mut order: Vec<usize> = sizes.keys().copied().collect();
    let stride = (order.len() / wanted).max(1);
    let number: HashMap<usize, usize> =
        order.iter().enumerate().map(|(number, &work)| (work, number)).collect();
    order.sort_by_key(|work| (sizes[work] > 2, !(number[work] + 1).is_multiple_of(stride), number[work]));
    let (mut aside, mut count) = (HashSet::new(), 0);
    for work in order {
        let fits = count + sizes[&work] <= (records.len() / 2).max(LEAST);
        if count < wanted && fits {
            aside.insert(work);
            count += sizes[&work];
        }
    }
    let (mut kept, mut learned) = (Vec::new(), Vec::new());
    for (record, work) in records.into_iter().zip(works) {
        if aside.contains(&work) { kept.push(record) } else { learned.push(record) }
    }
    (learned, kept)
}

/// The work that each piece is of, by the number of its first piece.
fn works(records: &[Record]) -> Vec<usize> {
    let mut works: Vec<usize> = (0..records.len()).collect();
    let mut owners = HashMap::<u64, Vec<usize>>::new();
    for (piece, record) in records.iter().enumerate() {
        let runs: HashSet<u64> = ngrams::transposed(&record.notes, 16).into_iter().collect();
        let mut shared = BTreeMap::<usize, usize>::new();
        for run in &runs {
            let owners = owners.entry(*run).or_default();
            owners.iter().for_each(|&other| *shared.entry(other).or_default() += 1);
            owners.push(piece);
        }
        for (other, count) in shared {
            if count as f64 > SAME * runs.len() as f64 {
                let (from, to) = (works[piece], works[other]);
                works.iter_mut().filter(|work| **work == from).for_each(|work| *work = to);
            }
        }
    }
    works
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::VoicedNote;

    fn piece(seed: u64, up: u8) -> Record {
        let mut state = seed.wrapping_mul(77) + 1;
        let note = |place: i64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let key = 40 + up + (state >> 60) as u8;
            VoicedNote { onset: 12 * place, key, duration: 12, velocity: None, voice: 0 }
        };
        Record { name: seed.to_string(), notes: (0..100).map(note).collect(), ..Record::default() }
    }

    #[test]
    fn takes_of_a_work_stay_together() {
        let records: Vec<Record> = (0..12).flat_map(|seed| [piece(seed, 0), piece(seed, 3)]).collect();
        let (learned, aside) = split(records);
        assert_eq!((learned.len(), aside.len()), (20, 4));
        let names =
            |records: &[Record]| records.iter().map(|record| record.name.clone()).collect::<HashSet<_>>();
        assert!(names(&learned).is_disjoint(&names(&aside)), "{aside:?}");
    }

    #[test]
    fn something_is_left_on_both_sides() {
        for count in 2..40 {
            let (learned, aside) = split((0..count).map(|seed| piece(seed, 0)).collect());
            assert!(!learned.is_empty() || count <= 2, "{count}");
            assert!(
                aside.len() >= LEAST && aside.len() <= (count as usize / 2).max(LEAST),
                "{count}: {}",
                aside.len()
            );
        }
        // With one work only, none can be held out.
        let (learned, aside) = split((0..8).map(|up| piece(1, up)).collect());
        assert_eq!((learned.len(), aside.len()), (8, 0));
    }
}
