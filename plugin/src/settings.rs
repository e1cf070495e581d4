//! The parameters as the audio thread and the composer see them: plain numbers, copied once a block.

use segue_music::{Beats, Channel};

/// A snapshot of the parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Whether Segue answers.
    pub on: bool,
    /// Whether the host bypasses us: what comes in goes out, and nothing is heard.
    pub bypass: bool,
    /// How long the player is silent before the answer.
    pub patience: Beats,
    /// Bars of an answer.
    pub bars: u8,
    /// Onsets lie on multiples of this; zero is free.
    pub grid: Beats,
    /// How daring: below 1 the likely gets likelier.
    pub temperature: f32,
    /// The share of probability that is kept, the likeliest first.
    pub top_p: f32,
    /// Another seed, another answer.
    pub seed: u64,
    /// Where our notes go.
    pub channel: Channel,
    /// Whether what comes in also goes out.
    pub pass: bool,
    /// Gain of the built-in sound, 0 is silent.
    pub level: f32,
    /// Counts the states loaded.
    pub generation: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            on: true,
            bypass: false,
            patience: Beats::ONE,
            bars: 2,
            grid: Beats::ratio(1, 4),
            temperature: 0.9,
            top_p: 0.95,
            seed: 1,
            channel: 1,
            pass: true,
            level: 0.25,
            generation: 0,
        }
    }
}
