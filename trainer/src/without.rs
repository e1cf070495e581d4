//! Parts of the model that a training does without, to see what they are worth.

use std::ops::Range;

use anyhow::Result;
use candle_core::{Device, Tensor};
use clap::ValueEnum;
use segue_model::{Facts, Field, Network};

/// A part of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The heads that copy from what was played.
    Copying,
    /// How long notes are, in what a step tells.
    Durations,
    /// Which keys sound, in what a step tells.
    Sounding,
    /// Where in the bar a step lies.
    Metre,
    /// Which pitch classes were heard lately.
    Recent,
    /// The style.
    Style,
}

impl Part {
    fn facts(self) -> Option<Facts> {
        match self {
            Self::Copying => None,
            Self::Durations => Some(Facts::Durations),
            Self::Sounding => Some(Facts::Sounding),
            Self::Metre => Some(Facts::Metre),
            Self::Recent => Some(Facts::Recent),
            Self::Style => Some(Facts::Style),
        }
    }

    /// Sets the numbers of the part to zero, where they say nothing. Done after every step of the optimizer, they never learn to.
    pub fn silence(self, network: &Network) -> Result<()> {
        match self.facts() {
            Some(facts) => zero(network, "steps", &facts.rows(network.vocabulary())),
            None => Field::ALL.into_iter().try_for_each(|field| {
                zero_all(network, &format!("{}.gate", field.name()))?;
                zero_all(network, &format!("{}.gate.bias", field.name()))
            }),
        }
    }
}

fn zero_all(network: &Network, name: &str) -> Result<()> {
    let var = &network.variables()[name];
    Ok(var.set(&var.zeros_like()?)?)
}

fn zero(network: &Network, name: &str, rows: &[Range<usize>]) -> Result<()> {
    let var = &network.variables()[name];
    let (_, dim) = var.dims2()?;
    let mut numbers = var.flatten_all()?.to_vec1::<f32>()?;
    for rows in rows {
        numbers[rows.start * dim..rows.end * dim].fill(0.0);
    }
    Ok(var.set(&Tensor::from_vec(numbers, var.shape(), &Device::Cpu)?)?)
}
