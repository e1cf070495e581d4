//! Groups of facts, which a model may do without.

use std::ops::Range;

use segue_music::Vocabulary;

use super::{Rows, StepFact, TargetFact};

/// A group of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facts {
    /// How long notes are: the step's own, and those released since the step before.
    Durations,
    /// Which keys sound, and since when.
    Sounding,
    /// Where in the bar the step lies.
    Metre,
    /// Which pitch classes were heard lately.
    Recent,
    /// The style.
    Style,
    /// Which bar of the form it is, and how much of a turn is left.
    Form,
    /// What was played some bars before.
    Lookback,
    /// Which harmony is to be expected.
    Expected,
}

impl Facts {
    /// Their rows in the table that steps are read with, the parameter `steps`.
    pub fn rows(self, vocabulary: &Vocabulary) -> Vec<Range<usize>> {
        use StepFact as Fact;
        let rows = Rows::new(vocabulary);
        let of = |fact: Fact| rows.step_start(fact)..rows.step_start(fact) + rows.step_len(fact);
        match self {
            Self::Durations => vec![of(Fact::Duration), of(Fact::ReleasedKey), of(Fact::ReleasedDuration)],
            Self::Sounding => vec![of(Fact::SoundingPlayer), of(Fact::SoundingSegue)],
            Self::Metre => vec![of(Fact::Phase), of(Fact::Beat), of(Fact::BeatsInBar)],
            Self::Recent => vec![of(Fact::Recent)],
            Self::Style => vec![of(Fact::Style)],
            Self::Form => vec![of(Fact::BarOfEight), of(Fact::BarOfTwelve)],
            Self::Lookback | Self::Expected => Vec::new(),
        }
    }

    /// Their rows in the tables that tell the heads, the parameters `asked`, of those facts that
    /// heads alone are told.
    pub fn target_rows(self, vocabulary: &Vocabulary) -> Vec<Range<usize>> {
        use TargetFact as Fact;
        let rows = Rows::new(vocabulary);
        let of = |fact: Fact| rows.target_start(fact)..rows.target_start(fact) + rows.target_len(fact);
        match self {
            Self::Form => vec![of(Fact::BarOfEight), of(Fact::BarOfTwelve), of(Fact::Left)],
            Self::Lookback => vec![of(Fact::Lookback), of(Fact::LookbackHarmony)],
            Self::Expected => vec![of(Fact::Expected), of(Fact::ExpectedRoot)],
            _ => Vec::new(),
        }
    }
}
