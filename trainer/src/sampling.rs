//! How answers are drawn: options of the command line.

use crate::arguments::{temperature, top_p};
use clap::Args;
use segue_model::{CANDIDATES, ContinuationOptions, Guards};
use segue_music::PartSet;

/// How answers are drawn.
#[derive(Args, Clone, Debug)]
pub struct Sampling {
    /// Above 1 bolder, below 1 more careful.
    #[arg(long, default_value_t = Self::STANDARD.temperature, value_parser = temperature)]
    pub temperature: f32,
    /// The share of probability that is kept, the likeliest first.
    #[arg(long, default_value_t = Self::STANDARD.top_p, value_parser = top_p)]
    pub top_p: f32,
    /// Another seed, another answer.
    #[arg(long, default_value_t = Self::STANDARD.seed)]
    pub seed: u64,
    /// Which soft guards act.
    #[arg(skip)]
    pub guards: Guards,
    /// From how many ways to go on the model's critic chooses, phrase by phrase; 1 for no choice,
    /// and a band's are not chosen
    #[arg(long, default_value_t = Self::STANDARD.candidates, value_parser = clap::value_parser!(u64).range(1..=64))]
    pub candidates: u64,
}

impl Sampling {
    /// As the plugin plays by default: see `trainer sweep`.
    pub const STANDARD: Self =
        Self { temperature: 1.0, top_p: 0.95, seed: 1, guards: Guards::ALL, candidates: CANDIDATES };

    /// A continuation of this many bars.
    pub fn options(&self, bars: u32) -> ContinuationOptions {
        ContinuationOptions {
            bars,
            grid: None,
            temperature: self.temperature,
            top_p: self.top_p,
            seed: self.seed,
            guards: self.guards,
            parts: PartSet::NONE,
            candidates: self.candidates,
        }
    }
}
