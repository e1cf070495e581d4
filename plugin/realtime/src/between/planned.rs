//! What the composer tells the audio thread: notes to come, and what becomes of those it told before.

use segue_music::{Beats, Key, Note};

use crate::between::heard::Revision;

/// A note to come, in jam Beats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What is to be played.
    pub note: Note,
    /// It sounds so much later than its onset says, which is where the plan counts it: the player's groove.
    pub shift: Beats,
    /// Whether it is the first of an answer: the pedal is lifted before it.
    pub opens: bool,
    /// The composer's number of the answer it belongs to, by which the takes tell it from others.
    pub answer: u32,
    /// It was heard like this before, and is to be again: no limit of now touches it.
    pub as_heard: bool,
}

/// One step of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// An answer takes the time from one position to another.
    Turn {
        /// Its first onset lies here or later.
        from: Beats,
        /// Its last note has ended.
        until: Beats,
    },
    /// A note is to be played.
    Play(Planned),
    /// A note of ours that was told, and sounds or is still to come, ends sooner: there is no room for so many voices.
    End {
        /// Which.
        key: Key,
        /// When.
        at: Beats,
    },
    /// Every note told so far that begins here or later is not to be played.
    Withdraw {
        /// From where on.
        from: Beats,
    },
}

/// A step and what it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What changes.
    pub change: Change,
    /// The context it answers: stale once there is a newer one that does not let it stay.
    pub revision: Revision,
}
