//! When Segue answers: pure logic on musical time.

use segue_music::{Beats, Key, TICK};

use crate::limits::HELD_PATIENCE;

/// What the player has played since the last answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phrase {
    /// A bit a key that is down.
    held: u128,
    /// The last key struck; nothing while there is nothing to answer.
    onset: Option<Beats>,
    /// The last key released.
    release: Option<Beats>,
}

impl Phrase {
    /// A key goes down.
    pub fn strike(&mut self, key: Key, at: Beats) {
        self.held |= 1 << (key % 128);
        self.onset = Some(at);
    }

    /// A key comes up.
    pub fn lift(&mut self, key: Key, at: Beats) {
        self.held &= !(1 << (key % 128));
        self.release = Some(at);
    }

    /// Whether there is something to answer.
    pub fn is_open(&self) -> bool {
        self.onset.is_some()
    }

    /// The keys that are down.
    pub fn held(&self) -> impl Iterator<Item = Key> + use<> {
        let held = self.held;
        (0..128).filter(move |key| held >> key & 1 == 1)
    }

    /// It has been answered, or is not to be; what is held stays held.
    pub fn close(&mut self) {
        self.onset = None;
        self.release = None;
    }

    /// The answer to what it was before never sounded: it is still to be answered.
    pub fn reopen(&mut self, before: &Self) {
        self.onset = self.onset.or(before.onset);
        self.release = self.release.or(before.release);
    }

    /// Everything in it happened so much later.
    pub fn shift(&mut self, by: Beats) {
        self.onset = self.onset.map(|at| at + by);
        self.release = self.release.map(|at| at + by);
    }
}

/// What decides when an answer begins.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Silence that ends a phrase.
    pub patience: Beats,
    /// The answer begins on a multiple of this; zero is free.
    pub grid: Beats,
    /// Nothing begins nearer to now than this.
    pub lead: Beats,
}

/// Where the answer to a phrase begins, once that can be said.
///
/// With all keys up that is at once: the first grid line at or after the last release plus the patience. People hold
/// their last chord, so while keys are down the patience is four times as long and runs from the last onset; only
/// shortly before it ends is an answer begun, as a release would still change it.
pub fn begins(phrase: &Phrase, now: Beats, terms: &Terms) -> Option<Beats> {
    let onset = phrase.onset?;
    let released = phrase.release.map_or(onset, |release| release.max(onset)) + terms.patience;
    let due =
        if phrase.held == 0 { released } else { released.max(onset + terms.patience.times(HELD_PATIENCE)) };
    if phrase.held != 0 && now + terms.lead + terms.lead < due {
        return None;
    }
    // To the tick first: a release on a line is heard some parts of a beat off it, by the rounding of its sample.
    let due = due.round_to(TICK).max(now + terms.lead);
    Some(due.ceil_to(if terms.grid > Beats::ZERO { terms.grid } else { TICK }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hundredths of a beat.
    fn beats(hundredths: i64) -> Beats {
        Beats::ratio(hundredths, 100)
    }

    #[test]
    fn answers_begin_on_the_next_line_after_the_patience() {
        let grid = 25;
        // (last onset, last release, a key held, now) -> begin; all in hundredths of a beat, patience 1 beat
        let cases = [
            (Some(300), Some(350), false, 350, Some(450)),
            (Some(300), Some(352), false, 360, Some(475)),
            (Some(300), Some(350), false, 500, Some(525)),
            // Not moved by a decision that comes later, as long as there is time.
            (Some(300), Some(350), false, 420, Some(450)),
            // Within half a tick of a line is on it.
            (Some(300), Some(350), false, 351, Some(450)),
            // Held: four beats from the onset, said shortly before.
            (Some(300), None, true, 350, None),
            (Some(300), None, true, 675, None),
            (Some(300), None, true, 681, Some(700)),
            (Some(310), Some(200), true, 700, Some(725)),
            // A release while another key is held: whichever is longer.
            (Some(300), Some(660), true, 681, None),
            (Some(300), Some(660), true, 745, Some(775)),
            // Nothing was played since the last answer.
            (None, None, false, 400, None),
            (None, None, true, 400, None),
        ];
        for (onset, release, held, now, expected) in cases {
            let phrase =
                Phrase { held: u128::from(held), onset: onset.map(beats), release: release.map(beats) };
            let terms = Terms { patience: beats(100), grid: beats(grid), lead: beats(10) };
            let begin = begins(&phrase, beats(now), &terms);
            assert_eq!(begin, expected.map(beats), "{onset:?} {release:?} {held} {now}");
        }
    }

    #[test]
    fn a_rounded_release_on_a_line_counts_as_on_it() {
        for off in [-9000, -1, 0, 1, 9000] {
            let mut phrase = Phrase::default();
            phrase.strike(60, beats(300));
            phrase.lift(60, beats(400) + Beats::from_parts(off));
            for grid in [beats(100), beats(50), beats(25), Beats::ratio(1, 3), Beats::ratio(1, 6)] {
                let terms = Terms { patience: beats(100), grid, lead: beats(10) };
                assert_eq!(begins(&phrase, beats(401), &terms), Some(beats(500)), "{off} {grid}");
            }
        }
    }

    #[test]
    fn a_phrase_is_answered_once() {
        let mut phrase = Phrase::default();
        phrase.strike(60, beats(0));
        phrase.strike(64, beats(0));
        phrase.lift(60, beats(50));
        assert_eq!(phrase.held().collect::<Vec<_>>(), [64]);
        phrase.close();
        phrase.lift(64, beats(600));
        assert!(!phrase.is_open());
        phrase.strike(62, beats(700));
        assert!(phrase.is_open());
    }
}
