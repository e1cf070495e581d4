//! What the composer tells the audio thread: notes to come.

use segue_music::Note;

use crate::heard::Revision;

/// A note to come, in jam Beats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What is to be played.
    pub note: Note,
    /// Whether it is the first of an answer: the pedal is lifted before it.
    pub opens: bool,
    /// The context it answers; dropped once there is a newer one.
    pub revision: Revision,
}
