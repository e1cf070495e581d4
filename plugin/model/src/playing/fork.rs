//! Where in an answer a critic chooses, and among what.

use segue_music::Beats;

/// How many bars are chosen at once: a phrase.
const PHRASE: i64 = 4;
/// The answer's first beats are never chosen: they have to be on their way.
const FIRST: Beats = Beats::ratio(2, 1);
/// Fewer bars are too few to judge; they belong to those before.
const FEWEST: i64 = 2;

/// How many ways to go on a critic chooses from.
pub const CANDIDATES: u64 = 8;

/// A place at which an answer goes on in several ways, to choose one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fork {
    /// From here on the critic judges.
    pub from: Beats,
    /// From the first note here or later on they differ.
    pub at: Beats,
    /// Up to here the critic judges.
    pub judged: Beats,
    /// Up to here they are played.
    pub until: Beats,
}

impl Fork {
    /// The first of an answer from `from` to `until`, whose bar lines lie at `line` and whole bars
    /// from it; `None` for one that is too short.
    pub fn first((from, until): (Beats, Beats), line: Beats, bar: Beats) -> Option<Self> {
        let at = line + (from + FIRST - line).ceil_to(bar);
        Self::at((from, at, until), bar)
    }

    /// The one after it in an answer that ends at `until`.
    pub fn next(&self, until: Beats, bar: Beats) -> Option<Self> {
        Self::at((self.until, self.until, until), bar)
    }

    fn at((from, at, end): (Beats, Beats, Beats), bar: Beats) -> Option<Self> {
        let fewest = bar.times(FEWEST);
        let until = at + bar.times(PHRASE);
        let until = if end - until < fewest { end } else { until };
        // How an answer closes is not judged: what people play in the middle of a piece goes on.
        let judged = if until == end { until - bar } else { until };
        (until - at >= fewest).then_some(Self { from, at, judged, until })
    }
}

/// The seed of one of the ways to go on; that of the first is the seed itself.
pub fn seed_of(seed: u64, candidate: u64) -> u64 {
    seed.wrapping_add(candidate.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bars of a fork: from, at, judged, until.
    type Bars = (f64, f64, f64, f64);

    /// The forks of an answer of some bars.
    fn bars(length: i64) -> Vec<Bars> {
        let bar = Beats::ratio(4, 1);
        let span = (bar.times(8), bar.times(8 + length));
        let first = Fork::first(span, Beats::ZERO, bar);
        let all = std::iter::successors(first, |fork| fork.next(span.1, bar));
        let place = |at: Beats| at.as_f64() / 4.0 - 8.0;
        all.map(|fork| (place(fork.from), place(fork.at), place(fork.judged), place(fork.until))).collect()
    }

    #[test]
    fn phrases_are_chosen_one_after_the_other() {
        // (bars of the answer, what is chosen)
        let cases: [(i64, &[Bars]); 7] = [
            (1, &[]),
            (2, &[]),
            (3, &[(0.0, 1.0, 2.0, 3.0)]),
            (4, &[(0.0, 1.0, 3.0, 4.0)]),
            (6, &[(0.0, 1.0, 5.0, 6.0)]),
            (8, &[(0.0, 1.0, 5.0, 5.0), (5.0, 5.0, 7.0, 8.0)]),
            (
                16,
                &[
                    (0.0, 1.0, 5.0, 5.0),
                    (5.0, 5.0, 9.0, 9.0),
                    (9.0, 9.0, 13.0, 13.0),
                    (13.0, 13.0, 15.0, 16.0),
                ],
            ),
        ];
        for (length, expected) in cases {
            assert_eq!(bars(length), expected, "{length}");
        }
    }

    #[test]
    fn an_answer_that_begins_anywhere_is_chosen_from_a_bar_line_on() {
        let bar = Beats::ratio(4, 1);
        for beats in 0..16 {
            let from = Beats::ratio(beats, 2);
            let fork = Fork::first((from, from + bar.times(4)), Beats::ZERO, bar).unwrap();
            assert!(fork.at % bar == Beats::ZERO && fork.at - from >= FIRST, "{fork:?}");
            assert!(fork.at - from < FIRST + bar && fork.until <= from + bar.times(4), "{fork:?}");
        }
    }
}
