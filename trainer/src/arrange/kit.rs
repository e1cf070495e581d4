//! The drum kit: its pieces, grooves and fills.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use segue_music::Tick;
use serde::Deserialize;

use super::pattern::Row;

/// A bar of drums: a row of strokes for each piece of the kit.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Groove(pub BTreeMap<Piece, Row>);

/// The end of a bar in which the drums lead to the next section.
#[derive(Clone, Debug, Deserialize)]
pub struct Fill {
    /// The step at which the groove gives way.
    pub from: Tick,
    /// The strokes.
    #[serde(flatten)]
    pub rows: BTreeMap<Piece, Row>,
}

/// The pieces of a drum kit, by their names in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Piece {
    Kick,
    Snare,
    Rim,
    Clap,
    Hat,
    PedalHat,
    OpenHat,
    Crash,
    Ride,
    RideBell,
    HighTom,
    MidTom,
    LowTom,
    Cowbell,
    Claves,
    MuteConga,
    OpenConga,
    LowConga,
    Maracas,
    Tambourine,
    Agogo,
    Cabasa,
    Timbale,
}

impl Piece {
    /// Its key in General MIDI.
    pub fn key(self) -> u8 {
        match self {
            Self::Kick => 36,
            Self::Snare => 38,
            Self::Rim => 37,
            Self::Clap => 39,
            Self::Hat => 42,
            Self::PedalHat => 44,
            Self::OpenHat => 46,
            Self::Crash => 49,
            Self::Ride => 51,
            Self::RideBell => 53,
            Self::HighTom => 50,
            Self::MidTom => 47,
            Self::LowTom => 45,
            Self::Cowbell => 56,
            Self::Claves => 75,
            Self::MuteConga => 62,
            Self::OpenConga => 63,
            Self::LowConga => 64,
            Self::Maracas => 70,
            Self::Tambourine => 54,
            Self::Agogo => 67,
            Self::Cabasa => 69,
            Self::Timbale => 65,
        }
    }
}

/// Refuses rows of another length than the bar's.
pub fn rows(field: &str, rows: &BTreeMap<Piece, Row>, steps: Tick) -> Result<()> {
    for (piece, row) in rows {
        let length = row.0.len();
        ensure!(
            length as Tick == steps,
            "{field}.{piece:?}: {length} strokes and rests, and the bar has {steps} steps"
        );
    }
    Ok(())
}
