//! Plans from the composer to the audio thread: notes to come, and changes to those sent before.

use segue_music::{Beats, Key, Note, Part, PedalMove};

use crate::between::heard::Revision;

/// A planned note, in jam Beats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The note, as planned on the grid.
    pub note: Note,
    /// The part it belongs to; `None` where Segue is one voice.
    pub part: Option<Part>,
    /// What the sustain pedal of its channel does as it is struck.
    pub pedal: PedalMove,
    /// How much later than its onset it sounds: the player's groove. Plans are ordered by the
    /// onset.
    pub shift: Beats,
    /// Whether it is the first note of an answer. The pedal is lifted before it.
    pub opens: bool,
    /// The number of the answer that it belongs to.
    pub answer: u32,
    /// It repeats a take as it was heard, so limits do not apply.
    pub as_heard: bool,
}

/// One step of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A stretch of time becomes Segue's.
    Turn {
        /// Its first onset lies here or later.
        from: Beats,
        /// Its last note has ended.
        until: Beats,
    },
    /// A note is to be played.
    Play(Planned),
    /// A note that was sent before ends sooner, because there are not enough voices.
    End {
        /// Its part.
        part: Option<Part>,
        /// The key.
        key: Key,
        /// Where it ends now.
        at: Beats,
    },
    /// Our sustain pedal comes up, if it is down.
    Lift {
        /// Where, at the latest.
        at: Beats,
    },
    /// Every note sent so far that begins at this position or later is dropped.
    Withdraw {
        /// The position.
        from: Beats,
    },
}

/// A step of a plan, and the revision it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What changes.
    pub change: Change,
    /// The revision that it answers. It is stale once a newer one does not let it survive.
    pub revision: Revision,
}
