//! The size of a model.

use serde::{Deserialize, Serialize};

/// Width of one attention head, of the trunk and of the copying heads; the rotary angles are laid
/// out for it.
pub const HEAD_DIM: usize = 64;

/// The size of a model; saved with its weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Width of the trunk; a multiple of [`HEAD_DIM`].
    pub dim: usize,
    /// Transformer blocks.
    pub layers: usize,
    /// Width inside a block's feed-forward part.
    pub hidden: usize,
    /// How many steps a step attends to in the trunk, itself included.
    pub window: usize,
    /// How many earlier predictions the copying heads look at.
    pub copy_window: usize,
    /// Whether it tells parts apart: it predicts which part plays next, and has an alphabet for
    /// drums.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub parts: bool,
    /// Whether it also says what the sustain pedal does; such a model tells parts apart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pedal: bool,
    /// Whether it has learned what follows the end of a turn, and so how one ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ends: bool,
}

impl Config {
    /// The size that ships.
    pub fn standard() -> Self {
        Self { dim: 256, layers: 4, hidden: 704, window: 256, copy_window: 512, ..Self::tiny() }
    }

    /// The smallest one with every part, for tests.
    pub fn tiny() -> Self {
        Self {
            dim: 64,
            layers: 2,
            hidden: 96,
            window: 24,
            copy_window: 40,
            parts: false,
            pedal: false,
            ends: false,
        }
    }

    /// The same, telling parts apart.
    pub fn tiny_ensemble() -> Self {
        Self { parts: true, ..Self::tiny() }
    }

    /// The same, moving the pedal, too.
    pub fn tiny_with_pedal() -> Self {
        Self { pedal: true, ..Self::tiny_ensemble() }
    }

    /// Attention heads of a block.
    pub fn heads(&self) -> usize {
        self.dim / HEAD_DIM
    }

    /// Steps the ring keeps: the longer window, and as many again for truncation without a rebuild.
    pub fn ring(&self) -> usize {
        2 * self.window.max(self.copy_window)
    }

    /// How many notes back a step can see: through the window of every block, and from there
    /// through the copying attention's. Notes before that change no logit.
    pub fn reach(&self) -> usize {
        self.layers * self.window + self.copy_window + 1
    }

    /// Whether the numbers make a model, and a bounded one: a damaged file must not ask for all
    /// memory.
    pub fn is_sound(&self) -> bool {
        let width = self.dim > 0 && self.dim.is_multiple_of(HEAD_DIM) && self.dim <= 2048;
        let depth = (1..=64).contains(&self.layers) && (1..=8192).contains(&self.hidden);
        let fields = self.parts || !self.pedal;
        width
            && depth
            && fields
            && (1..=8192).contains(&self.window)
            && (1..=8192).contains(&self.copy_window)
    }
}
