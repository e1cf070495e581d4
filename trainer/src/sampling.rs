//! How answers are drawn: options of the command line.

use std::sync::Arc;

use crate::arguments::{temperature, top_p};
use clap::Args;
use segue_model::{ContinuationOptions, Critic, Guards};
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
    /// How many ways to go on a critic chooses from, phrase by phrase; 1 for none, and a band's are
    /// not chosen
    #[arg(long, default_value_t = Self::STANDARD.candidates, value_parser = clap::value_parser!(u64).range(1..=64))]
    pub candidates: u64,
    /// Who chooses, if not the plugin's critic.
    #[arg(skip)]
    pub critic: Option<Arc<Critic>>,
}

impl Sampling {
    /// As the plugin plays by default: see `trainer sweep`.
    pub const STANDARD: Self = Self {
        temperature: 1.0,
        top_p: 0.95,
        seed: 1,
        guards: Guards::ALL,
        candidates: Critic::CANDIDATES,
        critic: None,
    };

    /// A continuation of this many bars.
    pub fn options(&self, bars: u32) -> ContinuationOptions {
        let critic = self.critic.clone().or_else(Critic::built_in);
        ContinuationOptions {
            bars,
            grid: None,
            temperature: self.temperature,
            top_p: self.top_p,
            seed: self.seed,
            guards: self.guards,
            parts: PartSet::NONE,
            critic: critic.map(|critic| (critic, self.candidates)),
        }
    }
}
