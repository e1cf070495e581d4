//! A take as a list shows it.

use segue_realtime::between::settings::Mode;

/// One take in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its id; never used again.
    pub id: u64,
    /// The number of the answer, from 1. Candidates for the same prompt share it.
    pub number: usize,
    /// The mode in which it was played.
    pub mode: Mode,
    /// How many notes.
    pub notes: usize,
    /// Its length in beats, from its first onset to its last end.
    pub beats: f64,
    /// A for the first answer to a prompt, B and so on for the ones asked for later.
    pub letter: char,
    /// The same for all candidates for one prompt.
    pub group: u64,
    /// The player has starred it.
    pub starred: bool,
    /// It is undone.
    pub undone: bool,
    /// It is being replayed.
    pub replaying: bool,
}
