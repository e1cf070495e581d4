//! A critic: what a model's own states say of a phrase. Of several ways to go on it chooses the one
//! that is most like people's.
//!
//! The trunk's last state after each note sums up all that was played before, as the model
//! understands it. Weights over the mean of a phrase's states are those of a logistic regression
//! that tells people's phrases from the model's own (`trainer critic`). So a critic belongs to one
//! model, and lies beside its file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::shape::checkpoint::one_line;

/// A critic that has learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Critic {
    /// By number of a state, (dim).
    weights: Vec<f32>,
}

/// Why a critic cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CriticError {
    /// It is not JSON of this form.
    #[error("this is no critic: {0}; make it again with `trainer critic`, or remove it")]
    Form(String),
    /// It belongs to other weights.
    #[error("this critic is of {0:?}, not of this model; make it again with `trainer critic`, or remove it")]
    OfAnother(String),
    /// It has too few or too many weights, or one that is not finite.
    #[error(
        "this critic does not weigh {0} finite numbers, as its model needs; make it again with `trainer critic`, or remove it"
    )]
    Weights(usize),
}

/// A critic's file.
#[derive(Serialize, Deserialize)]
struct File {
    /// The model's name.
    model: String,
    /// How many notes its training saw.
    notes_seen: u64,
    weights: Vec<f32>,
}

impl Critic {
    /// Of the weights of a model's state, (dim).
    pub fn new(weights: Vec<f32>) -> Self {
        Self { weights }
    }

    /// The place of a model's critic: beside the model's file, by its name.
    pub fn path(model: &Path) -> PathBuf {
        model.with_extension("critic.json")
    }

    /// From the JSON of a file, for a model of this name and training whose states have `dim`
    /// numbers.
    ///
    /// # Errors
    /// Where it is another model's, or damaged.
    pub fn read(text: &str, model: (&str, u64), dim: usize) -> Result<Self, CriticError> {
        let file: File =
            serde_json::from_str(text).map_err(|error| CriticError::Form(one_line(&error.to_string())))?;
        if (file.model.as_str(), file.notes_seen) != model {
            return Err(CriticError::OfAnother(one_line(&file.model)));
        }
        if file.weights.len() != dim || !file.weights.iter().all(|weight| weight.is_finite()) {
            return Err(CriticError::Weights(dim));
        }
        Ok(Self { weights: file.weights })
    }

    /// As the JSON of a file.
    ///
    /// # Errors
    /// Never: numbers and a name are JSON.
    pub fn write(&self, (model, notes_seen): (&str, u64)) -> Result<String, CriticError> {
        let file = File { model: model.to_owned(), notes_seen, weights: self.weights.clone() };
        serde_json::to_string_pretty(&file)
            .map(|text| text + "\n")
            .map_err(|error| CriticError::Form(error.to_string()))
    }

    /// What it thinks of the mean of a phrase's states: the higher, the more like people's. The
    /// scale is that of log odds between two phrases after the same music.
    pub fn score(&self, state: &[f32]) -> f64 {
        self.weights.iter().zip(state).map(|(&weight, &number)| f64::from(weight) * f64::from(number)).sum()
    }
}
