//! Pieces that are in the corpus more than once: other editions, parts beside their score, the same
//! roll scanned again. A model learns by heart what it sees twice, and a piece on both sides of the
//! split makes a score look better than it is.

use std::collections::HashMap;

use crate::record::Record;

/// Intervals of a shingle: nine notes in a row, as no two pieces share by chance.
const INTERVALS: usize = 8;

/// One shingle in eight is kept, chosen by its hash, so that every copy keeps the same ones (Broder
/// 1997, "On the resemblance and containment of documents").
const KEPT: u64 = 8;

/// A piece of which so much is in another one is a copy of it.
const COPY: f64 = 0.5;

/// Pieces with fewer shingles are never called copies.
const LEAST: usize = 8;

/// The pieces seen so far.
#[derive(Default)]
pub struct Library {
    /// The first piece in which a shingle was seen.
    shingles: HashMap<u64, u32>,
    names: Vec<String>,
}

impl Library {
    /// Adds a piece, unless it is a copy. Of a copy, returns the name of the piece that holds most
    /// of it, and the share.
    pub fn add(&mut self, record: &Record) -> Option<(&str, f64)> {
        let shingles = shingles(record);
        let mut shared = HashMap::<u32, usize>::new();
        for owner in shingles.iter().filter_map(|shingle| self.shingles.get(shingle)) {
            *shared.entry(*owner).or_default() += 1;
        }
        // The lowest number where two have as much, so that the answer is always the same.
        let most = shared.into_iter().max_by_key(|&(owner, count)| (count, std::cmp::Reverse(owner)));
        if let Some((owner, count)) = most
            && shingles.len() >= LEAST
            && count as f64 >= COPY * shingles.len() as f64
        {
            let name = self.names.get(owner as usize).map_or("", String::as_str);
            return Some((name, count as f64 / shingles.len() as f64));
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(record.name.clone());
        for shingle in shingles {
            self.shingles.entry(shingle).or_insert(number);
        }
        None
    }
}

/// The shingles of a piece, voice by voice, so that a part is found in its score, in any key and at
/// any tempo.
fn shingles(record: &Record) -> Vec<u64> {
    let voices = record.notes.iter().map(|note| note.voice).max().unwrap_or(0);
    let mut kept = Vec::new();
    for voice in 0..=voices {
        let keys: Vec<u8> =
            record.notes.iter().filter(|note| note.voice == voice).map(|note| note.key).collect();
        let intervals: Vec<u8> = keys.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
        let hashes =
            intervals.windows(INTERVALS).filter(|run| run.iter().any(|&interval| interval != 0)).map(hash);
        kept.extend(hashes.filter(|hash| hash % KEPT == 0));
    }
    kept.sort_unstable();
    kept.dedup();
    kept
}

/// FNV-1a, then mixed so that its low bits depend on every interval.
fn hash(run: &[u8]) -> u64 {
    let hash = run.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ mixed >> 33
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::VoicedNote;
    use rand::RngExt;
    use rand_pcg::Pcg64Mcg;

    fn piece(name: &str, seed: u128, notes: usize) -> Record {
        let mut random = Pcg64Mcg::new(seed << 1 | 1);
        let note = |place: usize| VoicedNote {
            onset: 12 * place as i64,
            key: random.random_range(48..72),
            duration: 12,
            velocity: None,
            voice: (place % 2) as u8,
        };
        Record { name: name.into(), notes: (0..notes).map(note).collect(), ..Record::default() }
    }

    #[test]
    fn copies_are_found_in_any_key_and_at_any_tempo() {
        let original = piece("original", 1, 400);
        let edit = |change: &dyn Fn(usize, &mut VoicedNote)| {
            let mut copy = original.clone();
            copy.notes.iter_mut().enumerate().for_each(|(place, note)| change(place, note));
            copy
        };
        let part = {
            let mut part = original.clone();
            part.notes.retain(|note| note.voice == 1);
            part
        };
        let excerpt = Record { notes: original.notes[100..300].to_vec(), ..original.clone() };
        // (piece, is it a copy)
        let cases = [
            ("the same", original.clone(), true),
            ("transposed", edit(&|_, note| note.key += 5), true),
            ("slower", edit(&|_, note| note.onset *= 2), true),
            ("a misprint now and then", edit(&|place, note| note.key += u8::from(place % 50 == 7)), true),
            ("a part of the score", part, true),
            ("an excerpt", excerpt, true),
            ("every fifth note is another", edit(&|place, note| note.key += u8::from(place % 5 == 1)), false),
            ("another piece", piece("another", 2, 400), false),
            ("too short to tell", Record { notes: original.notes[..20].to_vec(), ..original.clone() }, false),
        ];
        for (what, record, copy) in cases {
            let mut library = Library::default();
            assert_eq!(library.add(&original), None);
            let found = library.add(&record).map(|(name, _)| name.to_owned());
            assert_eq!(found.as_deref(), copy.then_some("original"), "{what}");
        }
    }

    #[test]
    fn repeated_notes_make_no_copy() {
        let drone = |name: &str| {
            let mut drone = piece(name, 3, 200);
            drone.notes.iter_mut().for_each(|note| note.key = 60);
            drone
        };
        let mut library = Library::default();
        assert_eq!(library.add(&drone("one")), None);
        assert_eq!(library.add(&drone("two")), None);
    }
}
