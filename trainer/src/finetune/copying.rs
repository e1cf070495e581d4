//! Whether a fine-tuned model plays the pieces it learned from instead of playing like them.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use anyhow::Result;
use segue_model::Model;

use crate::excerpt::{self, Excerpt, Lengths};
use crate::ngrams;
use crate::record::{Record, VoicedNote};
use crate::sampling::Sampling;

/// Notes of a run that nobody plays twice by chance.
const RUN: usize = 16;
/// Prompts that both models answer.
const PROMPTS: usize = 8;
/// A rise of the share by more than this is called copying.
const RISE: f64 = 0.03;

/// Shares of runs of 16 notes that stand in the pieces learned from, in any key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Copying {
    /// In answers of the model before, after, and in how the pieces kept aside go on themselves.
    shares: [f64; 3],
    answers: usize,
}

impl Copying {
    /// Lets both models answer the same prompts, once each.
    pub fn of(
        before: &Arc<Model>,
        after: &Arc<Model>,
        learned: &[Record],
        aside: &[Record],
        seed: u64,
    ) -> Result<Self> {
        let known: HashSet<u64> =
            learned.iter().flat_map(|record| ngrams::transposed(&record.notes, RUN)).collect();
        let share = |answers: &[Vec<VoicedNote>]| {
            let all = answers.iter().flat_map(|answer| ngrams::transposed(answer, RUN));
            ngrams::share(all, |run| known.contains(&run))
        };
        let excerpts = excerpt::choose(aside, Lengths { prompt: 4, answer: 8 }, PROMPTS, Excerpt::of);
        let sampling = Sampling { seed, candidates: 1, ..Sampling::STANDARD };
        let answers = |model: &Arc<Model>| -> Result<Vec<Vec<VoicedNote>>> {
            excerpts.iter().map(|excerpt| excerpt.answer(model, &sampling)).collect()
        };
        let human: Vec<_> = excerpts.iter().map(|excerpt| excerpt.human.clone()).collect();
        let shares = [share(&answers(before)?), share(&answers(after)?), share(&human)];
        Ok(Self { shares, answers: excerpts.len() })
    }

    fn copies(&self) -> bool {
        self.shares[1] > self.shares[0].max(self.shares[2]) + RISE
    }
}

impl fmt::Display for Copying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [before, after, human] = self.shares.map(|share| 100.0 * share);
        if self.answers == 0 {
            return write!(
                f,
                "no piece kept aside is long enough to be continued: whether it copies was not checked"
            );
        }
        write!(
            f,
            "runs of {RUN} notes that stand in the pieces it learned from: {after:.1} % in {} answers, {before:.1} % before; \
             the pieces kept aside have {human:.1} %",
            self.answers
        )?;
        if self.copies() {
            write!(
                f,
                "\nwarning: it has begun to copy; it will play passages of your pieces note by note. \
                 Add more pieces, or learn less with --notes"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_warns_of_a_rise_beyond_what_people_do() {
        // (before, after, human, warns)
        for (shares, warns) in [
            ([0.0, 0.01, 0.0], false),
            ([0.0, 0.2, 0.01], true),
            ([0.0, 0.2, 0.25], false),
            ([0.3, 0.32, 0.0], false),
        ] {
            let said = Copying { shares, answers: 8 }.to_string();
            assert_eq!(said.contains("warning"), warns, "{said}");
        }
        assert!(Copying { shares: [0.0; 3], answers: 0 }.to_string().contains("not checked"));
    }
}
