//! A take as a list shows it.

use segue_realtime::between::settings::Mode;

/// One take in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name for whoever asks for it, never used again.
    pub id: u64,
    /// Which answer it is, counted from 1; candidates for the same prompt share it.
    pub number: usize,
    /// How it was played.
    pub mode: Mode,
    /// How many notes.
    pub notes: usize,
    /// From its first onset to its last end.
    pub beats: f64,
    /// A is the answer that was given; what was asked for in its place is B and so on.
    pub letter: char,
    /// The same for all candidates for one prompt.
    pub group: u64,
    /// The player wants to keep it.
    pub starred: bool,
    /// Segue does not go on from it.
    pub undone: bool,
    /// It is played again right now.
    pub replaying: bool,
}
