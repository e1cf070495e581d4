//! Why a MIDI file was refused.

use std::io;
use std::path::{Path, PathBuf};

use super::LONGEST;
use crate::one_line;

/// Why a MIDI file could not be read or written, as one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MidiError {
    /// What is wrong with the file of that name.
    #[error("{}: {error}", one_line(&path.to_string_lossy()))]
    In {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: Box<Self>,
    },
    /// The system does not let it be read.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// The system does not let it be written.
    #[error("cannot be written: {0}")]
    Unwritable(io::Error),
    /// There is nothing in it.
    #[error("is empty")]
    Empty,
    /// It holds something else.
    #[error("is not a MIDI file: it does not begin with MThd")]
    NotMidi,
    /// It is a clip of MIDI 2.0, another format.
    #[error(
        "is a MIDI 2.0 clip file (SMF2CLIP), which Segue does not read; export it as a Standard MIDI File (.mid)"
    )]
    Clip,
    /// It ends in the middle.
    #[error("is cut off: {0}; copy or export it again")]
    Truncated(String),
    /// Its bytes make no sense.
    #[error("is damaged: {0}; export it again")]
    Damaged(String),
    /// Its times are frames of film.
    #[error(
        "counts time in SMPTE frames, which have no beats; export it again with ticks per quarter note (PPQ) as its time base"
    )]
    Smpte,
    /// A note lies before the song's start.
    #[error("a note at beat {0} lies before the start, which no MIDI file can hold")]
    BeforeStart(crate::Beats),
    /// A position lies beyond [`LONGEST`].
    #[error("a position lies beyond beat {}, longer than any music", LONGEST.div_floor(crate::Beats::ONE))]
    TooLong,
    /// More tracks than a file can count.
    #[error("{0} tracks are more than a MIDI file can hold (65,535)")]
    TooManyTracks(usize),
}

impl MidiError {
    /// The same, naming the file.
    pub(super) fn of(self, path: &Path) -> Self {
        Self::In { path: path.to_owned(), error: Box::new(self) }
    }
}
