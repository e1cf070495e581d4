//! How answers are drawn: options of the command line.

use clap::Args;
use segue_model::{ContinuationOptions, Guards};
use segue_music::PartSet;

/// How answers are drawn.
#[derive(Args, Clone, Copy, Debug)]
pub struct Sampling {
    /// Above 1 bolder, below 1 more careful.
    #[arg(long, default_value_t = Self::STANDARD.temperature)]
    pub temperature: f32,
    /// The share of probability that is kept, the likeliest first.
    #[arg(long, default_value_t = Self::STANDARD.top_p)]
    pub top_p: f32,
    /// Another seed, another answer.
    #[arg(long, default_value_t = Self::STANDARD.seed)]
    pub seed: u64,
    /// Which soft guards act.
    #[arg(skip)]
    pub guards: Guards,
}

impl Sampling {
    /// As the plugin plays by default: see `trainer sweep`.
    pub const STANDARD: Self = Self { temperature: 1.0, top_p: 0.95, seed: 1, guards: Guards::ALL };

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
        }
    }
}
