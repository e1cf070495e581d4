//! What is asked of a generator, and what it answers.

use segue_music::{Beats, Note, Role};

use crate::playing::limits::Limits;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask {
    /// Whose next note.
    pub role: Role,
    /// It begins here or later.
    pub from: Beats,
    /// It begins before this.
    pub until: Beats,
    /// It begins on a multiple of this; zero for anywhere.
    pub grid: Beats,
    /// It begins on the first line of the grid at or after `from` that the limits allow, whatever the model would say of its onset: the
    /// first note of an answer comes when it is due.
    pub at_once: bool,
    /// Above 1 bolder, below 1 more careful; 0, or what is no number, takes the likeliest note.
    pub temperature: f32,
    /// Only the likeliest symbols that together have this probability are drawn from; what is no number is 1.
    pub top_p: f32,
    /// What chance begins from; mixed with the number of the note.
    pub seed: u64,
    /// It is the role's next note whatever the other plays before it, as when playing along. A model that was trained on the very next note
    /// alone answers as if it were that.
    pub skipping: bool,
    /// What it never leaves.
    pub limits: Limits,
}

impl Ask {
    /// For a note within a time, drawn from all that the model says.
    pub fn new(role: Role, from: Beats, until: Beats) -> Self {
        Self {
            role,
            from,
            until,
            grid: Beats::ZERO,
            at_once: false,
            temperature: 1.0,
            top_p: 1.0,
            seed: 0,
            skipping: false,
            limits: Limits::default(),
        }
    }
}

/// A note that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// It.
    pub note: Note,
    /// An earlier note of the role that now ends where this one begins, as it now is: no more may sound at once.
    pub shortened: Option<Note>,
}

/// Why there is no note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rest {
    /// The next one would begin after the time asked for.
    #[error("the next note comes later")]
    After,
    /// Nothing was heard that could be gone on from.
    #[error("nothing was heard yet")]
    Unheard,
    /// A limit allows none in the time asked for.
    #[error("the {0} limit leaves no note; widen it")]
    Limits(&'static str),
    /// The model's numbers are none.
    #[error("the model's numbers are not finite; load another model")]
    NotFinite,
}
