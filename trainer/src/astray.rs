//! Bass lines that have gone astray, so that a model learns to come back.
//!
//! In training a model always hears the bass that belongs to the song, and going on as the bass
//! went is then a good way to find its next note. Playing along it hears its own, wrong notes
//! included, and goes on with those: to unseen songs it was on root or fifth at 27 % of the
//! changes. So in some examples Segue's bass has played other bars' notes, while what it is asked
//! for stays the song's (learning from one's own mistakes as in DAgger, Ross et al. 2011, with
//! mistakes made up).

use std::collections::BTreeMap;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_music::{ContextNote, Key, Part, Role, Tick};

use crate::record::{Record, VoicedNote};

/// The share of examples in which Segue's bass has gone astray.
const ASTRAY: f64 = 0.5;

/// By onset, the keys that Segue's bass should have played where it did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Astray(BTreeMap<Tick, Key>);

impl Astray {
    /// Leads Segue's bass astray in some bars: each is moved by as much as another bar's first note
    /// lies from its own. `is_bass` says whose notes these are.
    pub fn lead(
        record: &Record,
        notes: &mut [(VoicedNote, Role)],
        is_bass: impl Fn(&VoicedNote, Role) -> bool,
        random: &mut Pcg64Mcg,
    ) -> Self {
        if record.meters.is_empty() || random.random::<f64>() >= ASTRAY {
            return Self::default();
        }
        let share: f64 = random.random();
        let mut firsts = Vec::<(Tick, Key)>::new();
        for (note, _) in notes.iter().filter(|(note, role)| is_bass(note, *role)) {
            let line = record.next_bar_line(note.onset + 1);
            if firsts.last().is_none_or(|&(last, _)| last != line) {
                firsts.push((line, note.key));
            }
        }
        let moves: BTreeMap<Tick, i16> = firsts
            .iter()
            .filter_map(|&(line, key)| {
                let other = firsts[random.random_range(0..firsts.len())].1;
                // To the nearest such note, so that the bass keeps its range.
                let shift = (i16::from(other) - i16::from(key) + 6).rem_euclid(12) - 6;
                (random.random::<f64>() < share && shift != 0).then_some((line, shift))
            })
            .collect();
        let mut should = BTreeMap::new();
        for (note, role) in notes.iter_mut() {
            if !is_bass(note, *role) {
                continue;
            }
            let shift = moves.get(&record.next_bar_line(note.onset + 1));
            let moved = shift.and_then(|&shift| u8::try_from(i16::from(note.key) + shift).ok());
            if let Some(moved) = moved.filter(|&key| key < 128) {
                should.insert(note.onset, note.key);
                note.key = moved;
            }
        }
        Self(should)
    }

    /// The key that should have been played where a note of the context is.
    pub fn should(&self, note: &ContextNote) -> Option<Key> {
        let bass = (note.role, note.part) == (Role::Segue, Some(Part::Bass));
        self.0.get(&note.onset).copied().filter(|_| bass)
    }
}

#[cfg(test)]
mod tests {
    use segue_music::Meter;

    use super::*;

    /// Thirty-two bars of a bass in half notes on the roots of four chords in turn, below a tune.
    fn record() -> Record {
        let mut notes = Vec::new();
        for bar in 0..32_i64 {
            let root = [36, 41, 43, 33][bar as usize % 4];
            for half in 0..2 {
                let onset = 192 * bar + 96 * half;
                let note = |key, voice| VoicedNote { onset, key, duration: 90, velocity: None, voice };
                notes.extend([note(root + 7 * half as u8, 1), note(72, 0)]);
            }
        }
        notes.sort_unstable();
        let parts = vec![Some(Part::Flutes), Some(Part::Bass)];
        Record { notes, parts, meters: vec![(0, Meter::COMMON)], ..Record::default() }
    }

    #[test]
    fn whole_bars_of_the_bass_are_moved_and_nothing_else() {
        let record = record();
        let cast = |note: &VoicedNote| {
            let role = if note.voice == 1 { Role::Segue } else { Role::Player };
            (*note, role)
        };
        let (mut examples, mut moved) = (0, 0);
        for seed in 0..200 {
            let mut notes: Vec<_> = record.notes.iter().map(cast).collect();
            let mut random = Pcg64Mcg::new(seed);
            let astray = Astray::lead(&record, &mut notes, |note, _| note.voice == 1, &mut random);
            examples += usize::from(astray != Astray::default());
            let mut shifts = BTreeMap::new();
            for ((note, role), before) in notes.iter().zip(&record.notes) {
                assert_eq!((note.onset, note.voice, note.duration), (before.onset, before.voice, 90));
                let told = ContextNote {
                    part: record.part(note.voice),
                    ..ContextNote::held(note.onset, note.key, 64, *role)
                };
                let right = astray.should(&told);
                assert_eq!(right.unwrap_or(note.key), before.key, "seed {seed}: what was right is known");
                moved += usize::from(right.is_some());
                if note.voice == 1 {
                    let shift = i16::from(note.key) - i16::from(before.key);
                    assert_eq!(*shifts.entry(note.onset / 192).or_insert(shift), shift, "a bar moves as one");
                    assert!((-6..6).contains(&shift), "seed {seed}: {shift}");
                }
            }
        }
        // Half of the examples, half of their bars, of which one in four finds its own root.
        assert!((70..130).contains(&examples), "{examples} of 200");
        assert!((15..23).contains(&(100 * moved / (200 * 64))), "{moved} of {}", 200 * 64);
    }
}
