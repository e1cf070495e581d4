//! A critic: how odd some bars of an answer are after what was heard, beside what people play. Of
//! several ways to go on it chooses the least odd.
//!
//! It holds [numbers](numbers::of) of the answer against those of the music before it, and counts
//! how far each is from people's mean, squared, in their deviations. The weights are those of a
//! logistic regression that tells people's bars from a model's (`trainer critic`), none below zero:
//! where a model is too plain on average, the least odd answer is still better than the oddest.

mod fork;
mod numbers;
mod passage;
mod stretch;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

pub use fork::{Fork, seed_of};
pub use numbers::NAMES;
use serde::{Deserialize, Serialize};
pub use stretch::Stretch;

/// How many deviations from people's mean still count: beyond, odd is odd.
const ODDEST: f64 = 3.0;

/// What the critic knows of one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Weighed {
    /// People's mean.
    pub mean: f64,
    /// Their deviation.
    pub deviation: f64,
    /// What a deviation from the mean counts, squared; not below zero.
    pub weight: f64,
}

/// A critic that has learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Critic {
    /// In the order of [`NAMES`].
    weighed: [Weighed; NAMES.len()],
}

/// A file that holds no critic.
#[derive(Debug, thiserror::Error)]
pub enum CriticError {
    /// It is not JSON of this form.
    #[error("this is no critic: {0}")]
    Form(#[from] serde_json::Error),
    /// A number is missing, or not one.
    #[error("this critic does not weigh \"{0}\"; make it again with `trainer critic`")]
    Number(&'static str),
}

/// The one that this crate brings.
static BUILT_IN: LazyLock<Option<Arc<Critic>>> =
    LazyLock::new(|| Critic::read(include_str!("../../../../../assets/critic.json")).ok().map(Arc::new));

impl Critic {
    /// How many ways to go on it chooses from. Of four, bars with a bass were 90 % where eight have
    /// 92 % and one has 88 %.
    pub const CANDIDATES: u64 = 8;

    /// The one that was learned for the built-in model. It is always there: a test reads it.
    pub fn built_in() -> Option<Arc<Self>> {
        BUILT_IN.clone()
    }

    /// One that weighs the numbers so, in the order of [`NAMES`].
    pub fn new(weighed: [Weighed; NAMES.len()]) -> Self {
        Self { weighed }
    }

    /// From JSON: by name, what is known of a number.
    ///
    /// # Errors
    /// Where a number is missing or not finite.
    pub fn read(text: &str) -> Result<Self, CriticError> {
        let mut by_name: BTreeMap<String, Weighed> = serde_json::from_str(text)?;
        let mut weighed = [Weighed::default(); NAMES.len()];
        for (weighed, name) in weighed.iter_mut().zip(NAMES) {
            let known = by_name.remove(name).ok_or(CriticError::Number(name))?;
            let finite = [known.mean, known.deviation, known.weight].iter().all(|number| number.is_finite());
            if !finite || known.deviation <= 0.0 || known.weight < 0.0 {
                return Err(CriticError::Number(name));
            }
            *weighed = known;
        }
        Ok(Self { weighed })
    }

    /// As JSON, a number a line.
    ///
    /// # Errors
    /// Never: the numbers are finite, and names are text.
    pub fn write(&self) -> Result<String, CriticError> {
        let lines: Result<Vec<String>, serde_json::Error> = NAMES
            .iter()
            .zip(&self.weighed)
            .map(|(name, weighed)| {
                Ok(format!("  {}: {}", serde_json::to_string(name)?, serde_json::to_string(weighed)?))
            })
            .collect();
        Ok(format!("{{\n{}\n}}\n", lines?.join(",\n")))
    }

    /// The higher, the odder. Allocates.
    pub fn oddness(&self, stretch: &Stretch<'_>) -> f64 {
        self.oddness_of(&numbers::of(stretch))
    }

    /// The same of numbers that are known.
    pub fn oddness_of(&self, numbers: &[f64; NAMES.len()]) -> f64 {
        numbers
            .iter()
            .zip(&self.weighed)
            .map(|(&number, weighed)| weighed.weight * weighed.square(number))
            .sum()
    }

    /// The numbers that it weighs, in the order of [`NAMES`].
    pub fn numbers(stretch: &Stretch<'_>) -> [f64; NAMES.len()] {
        numbers::of(stretch)
    }
}

impl Weighed {
    /// How far a number is from people's mean, in deviations, squared.
    pub fn square(&self, number: f64) -> f64 {
        ((number - self.mean) / self.deviation).clamp(-ODDEST, ODDEST).powi(2)
    }
}
