//! Notes, and who plays them.

use serde::{Deserialize, Serialize};

use crate::Beats;

/// A MIDI key number, 0 to 127; 60 is the middle C.
pub type Key = u8;
/// A MIDI velocity, 1 to 127.
pub type Velocity = u8;
/// A MIDI channel, 0 to 15.
pub type Channel = u8;

/// Who played a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// The musician.
    Player,
    /// The plugin.
    Segue,
}

impl Role {
    /// Both, in the order of their indices.
    pub const ALL: [Self; 2] = [Self::Player, Self::Segue];

    /// 0 for the player, 1 for Segue.
    pub const fn index(self) -> usize {
        match self {
            Self::Player => 0,
            Self::Segue => 1,
        }
    }

    /// Who else plays.
    pub const fn other(self) -> Self {
        match self {
            Self::Player => Self::Segue,
            Self::Segue => Self::Player,
        }
    }
}

/// A note with its whole length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    /// When it begins.
    pub onset: Beats,
    /// Which key.
    pub key: Key,
    /// How long it is held; positive.
    pub duration: Beats,
    /// How hard it is struck.
    pub velocity: Velocity,
}

impl Note {
    /// When it ends.
    pub fn end(&self) -> Beats {
        self.onset + self.duration
    }
}
