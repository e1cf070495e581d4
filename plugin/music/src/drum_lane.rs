//! Kinds of drums, as pictures show them.

use crate::Key;

/// A lane of a picture that all drums of a kind share, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DrumLane {
    /// Bass drums.
    Kick,
    /// Snares, side stick and claps.
    Snare,
    /// Toms.
    Toms,
    /// Hi-hats, open or not.
    Hats,
    /// Crash, ride and splash.
    Cymbals,
    /// Everything else that is struck or shaken.
    Other,
}

impl DrumLane {
    /// All of them, the lowest first.
    pub const ALL: [Self; 6] = [Self::Kick, Self::Snare, Self::Toms, Self::Hats, Self::Cymbals, Self::Other];

    /// The lane of a General MIDI drum.
    pub const fn of(key: Key) -> Self {
        match key {
            35 | 36 => Self::Kick,
            37..=40 => Self::Snare,
            41 | 43 | 45 | 47 | 48 | 50 => Self::Toms,
            22 | 26 | 42 | 44 | 46 => Self::Hats,
            49 | 51 | 52 | 53 | 55 | 57 | 59 => Self::Cymbals,
            _ => Self::Other,
        }
    }

    /// What a player calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kick => "kick",
            Self::Snare => "snare",
            Self::Toms => "toms",
            Self::Hats => "hats",
            Self::Cymbals => "cymbals",
            Self::Other => "other",
        }
    }
}
