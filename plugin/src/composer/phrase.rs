//! What the player has played since the last answer, and how densely.

use segue_music::{Beats, Key, TICK};

/// What the player has played since the last answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phrase {
    /// The keys that are down, one bit each.
    held: u128,
    /// The first onset; `None` while nothing waits for an answer.
    begun: Option<Beats>,
    /// The last onset; `None` while nothing waits for an answer.
    onset: Option<Beats>,
    /// The last release.
    release: Option<Beats>,
}

impl Phrase {
    /// A key goes down.
    pub fn note_on(&mut self, key: Key, at: Beats) {
        self.held |= 1 << (key % 128);
        self.begun = self.begun.or(Some(at));
        self.onset = Some(at);
    }

    /// A key comes up.
    pub fn note_off(&mut self, key: Key, at: Beats) {
        self.held &= !(1 << (key % 128));
        self.release = Some(at);
    }

    /// Whether something waits for an answer.
    pub fn is_open(&self) -> bool {
        self.onset.is_some()
    }

    /// The first onset; `None` while nothing waits for an answer.
    pub fn begun(&self) -> Option<Beats> {
        self.begun
    }

    /// The last onset; `None` while nothing waits for an answer.
    pub fn onset(&self) -> Option<Beats> {
        self.onset
    }

    /// The last release of what waits for an answer.
    pub fn release(&self) -> Option<Beats> {
        self.release
    }

    /// Whether any key is down.
    pub fn is_held(&self) -> bool {
        self.held != 0
    }

    /// The keys that are down.
    pub fn held(&self) -> impl Iterator<Item = Key> + use<> {
        let held = self.held;
        (0..128).filter(move |key| held >> key & 1 == 1)
    }

    /// Closes the phrase: it is answered, or is not going to be. Keys that are down stay down.
    pub fn close(&mut self) {
        self.begun = None;
        self.onset = None;
        self.release = None;
    }

    /// Reopens an earlier phrase, whose answer never sounded.
    pub fn reopen(&mut self, before: &Self) {
        self.begun = before.begun.or(self.begun);
        self.onset = self.onset.or(before.onset);
        self.release = self.release.or(before.release);
    }

    /// Shifts the phrase by a duration.
    pub fn shift(&mut self, by: Beats) {
        self.begun = self.begun.map(|at| at + by);
        self.onset = self.onset.map(|at| at + by);
        self.release = self.release.map(|at| at + by);
    }
}

/// Distances that are remembered: the last bars of a melody.
const DISTANCES: usize = 16;

/// Onsets closer than this are one chord, arpeggiated or not: 31 ms at 120 BPM.
const CHORD: Beats = Beats::ratio(1, 16);

/// A longer distance is a rest between phrases, and does not count.
const REST: Beats = Beats::ratio(4, 1);

/// The player's own spacing of notes: a phrase of sixteenths ends sooner than one of half notes.
#[derive(Clone, Copy, Debug)]
pub struct Spacing {
    last: Option<Beats>,
    distances: [Beats; DISTANCES],
    count: usize,
}

impl Default for Spacing {
    fn default() -> Self {
        Self { last: None, distances: [Beats::ONE; DISTANCES], count: 0 }
    }
}

impl Spacing {
    /// A key goes down.
    pub fn note_on(&mut self, at: Beats) {
        let distance = self.last.map_or(Beats::MAX, |last| at - last);
        if distance < CHORD {
            return;
        }
        self.last = Some(at);
        if distance <= REST {
            self.distances[self.count % DISTANCES] = distance;
            self.count += 1;
        }
    }

    /// The last onset, rounded to a tick: a duet ends by it, and one more note fitted or not by the
    /// rounding of a sample.
    pub fn last(&self) -> Option<Beats> {
        self.last.map(|at| at.round_to(TICK))
    }

    /// Shifts the last onset by a duration.
    pub fn shift(&mut self, by: Beats) {
        self.last = self.last.map(|at| at + by);
    }

    /// The third quartile of the last distances, so that eighths with some quarter rests count as
    /// quarters. It is kept between half a beat and two beats, and is one beat before three
    /// distances are known.
    pub fn beats(&self) -> Beats {
        let known = self.count.min(DISTANCES);
        if known < 3 {
            return Beats::ONE;
        }
        let mut sorted = self.distances;
        sorted[..known].sort_unstable();
        sorted[known * 3 / 4].max(Beats::ratio(1, 2)).min(Beats::ratio(2, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_answered_once() {
        let beats = |hundredths| Beats::ratio(hundredths, 100);
        let mut phrase = Phrase::default();
        phrase.note_on(60, beats(0));
        phrase.note_on(64, beats(0));
        phrase.note_off(60, beats(50));
        assert_eq!(phrase.held().collect::<Vec<_>>(), [64]);
        phrase.close();
        phrase.note_off(64, beats(600));
        assert!(!phrase.is_open());
        phrase.note_on(62, beats(700));
        assert!(phrase.is_open());
    }

    #[test]
    fn spacing_is_the_players_own() {
        // Onsets in twelfths of a beat -> spacing in twelfths.
        let cases: [(&[i64], i64); 9] = [
            (&[], 12),
            (&[0, 3], 12),
            // Sixteenths count as eighths at least, halves and whole notes as halves.
            (&[0, 3, 6, 9, 12], 6),
            (&[0, 24, 48, 72], 24),
            (&[0, 36, 72, 108], 24),
            (&[0, 6, 12, 18, 24], 6),
            // Eighths with quarters in between.
            (&[0, 6, 18, 24, 36, 42, 54], 12),
            // A chord is one onset.
            (&[0, 0, 0, 12, 12, 24, 24, 36], 12),
            // A rest between phrases does not count.
            (&[0, 8, 16, 24, 124, 132, 140], 8),
        ];
        for (onsets, expected) in cases {
            let mut spacing = Spacing::default();
            for &onset in onsets {
                spacing.note_on(Beats::ratio(onset, 12));
            }
            assert_eq!(spacing.beats(), Beats::ratio(expected, 12), "{onsets:?}");
        }
    }
}
