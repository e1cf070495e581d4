//! Requests to a generator, and its answers.

use segue_music::{Beats, Note, Part, PartSet, PedalMove, Role};

use crate::playing::guards::{Guard, Guards};
use crate::playing::limits::Limits;
use crate::playing::sampler::Sampler;

/// A request for one note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoteRequest {
    /// Whose next note.
    pub role: Role,
    /// It begins here or later.
    pub from: Beats,
    /// It begins before this.
    pub until: Beats,
    /// It begins on a multiple of this; zero for anywhere.
    pub grid: Beats,
    /// It begins on the first grid line at or after `from` that the limits allow, whatever the
    /// model predicts: the first note of an answer comes when it is due.
    pub at_once: bool,
    /// Above 1 bolder, below 1 more careful; 0 or NaN takes the likeliest note.
    pub temperature: f32,
    /// Only the likeliest symbols that together have this probability are drawn from; NaN is 1.
    pub top_p: f32,
    /// Seeds the random numbers, together with the number of the note.
    pub seed: u64,
    /// Asks for the role's next note whatever the other plays before it, as in a duet. A model that
    /// was trained on the very next note alone answers as if it were that.
    pub ignore_other_role: bool,
    /// The parts it may belong to. Empty asks for a keyboard's note, of no part; so does any set
    /// where the model knows of no parts.
    pub parts: PartSet,
    /// Whether a keyboard's sustain pedal may move with it. It does where the player uses one.
    pub pedal: bool,
    /// Where the role's turn ends, if that is known: the music leads there.
    pub end: Option<Beats>,
    /// What no note ever leaves.
    pub limits: Limits,
    /// Which soft guards act.
    pub guards: Guards,
}

impl NoteRequest {
    /// For a note within a time, drawn from the whole distribution, with all guards and no limits
    /// but a piano's keys.
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
            ignore_other_role: false,
            parts: PartSet::NONE,
            pedal: false,
            end: None,
            limits: Limits::default(),
            guards: Guards::ALL,
        }
    }

    /// How keys and velocities are drawn.
    pub(crate) fn sampler(&self) -> Sampler {
        Sampler { temperature: self.temperature, top_p: self.top_p }
    }

    /// How times are drawn. Without top-p: unlikely times are long ones, and music would get dense.
    pub(crate) fn time_sampler(&self) -> Sampler {
        Sampler { top_p: 1.0, ..self.sampler() }
    }

    /// The guards that act on it, in order.
    pub(crate) fn acting_guards(&self) -> impl Iterator<Item = &'static dyn Guard> {
        self.guards.acting(self.ignore_other_role, !self.parts.is_empty())
    }
}

/// The answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// The note.
    pub note: Note,
    /// The part it belongs to, if parts were asked for.
    pub part: Option<Part>,
    /// What its sustain pedal does as it is struck.
    pub pedal: PedalMove,
    /// An earlier note of the role that now ends where this one begins, because no more may sound
    /// at once, and its part.
    pub shortened: Option<(Option<Part>, Note)>,
}

/// Why there is no note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rest {
    /// It would begin after the time asked for.
    #[error("the next note comes later")]
    After,
    /// No note was heard that could be continued.
    #[error("nothing was heard yet")]
    Unheard,
    /// A limit allows none in the time asked for.
    #[error("the {0} limit leaves no note; widen it")]
    Limits(&'static str),
    /// The logits are NaN or infinite.
    #[error("the model's numbers are not finite; load another model")]
    NotFinite,
}
