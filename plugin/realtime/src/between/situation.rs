//! What a mode decides on: musical time alone, as the composer knows it at a tick.

use segue_music::{Beats, TICK};

use crate::between::entry::Entry;
use crate::between::span::Span;

/// The moment of a decision, and the settings that matter for it.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Where the jam is.
    pub now: Beats,
    /// The lead: nothing can begin sooner than this.
    pub lead: Beats,
    /// How long a silence ends a phrase.
    pub patience: Beats,
    /// Segue begins on a multiple of this; zero for no grid.
    pub grid: Beats,
    /// The length of a bar.
    pub bar: Beats,
    /// A bar line; the others lie whole bars from it.
    pub bar_line: Beats,
    /// The length of an answer or of a turn.
    pub length: Beats,
    /// When Segue comes in, where it plays along.
    pub entry: Entry,
}

impl Terms {
    /// The first position that a decision made now can still reach.
    pub fn reach(&self) -> Beats {
        self.now + self.lead
    }

    /// The first grid line that a decision made now can still reach.
    pub fn earliest(&self) -> Beats {
        self.line(self.reach())
    }

    /// The first bar line at or after a position.
    pub fn next_bar_line(&self, at: Beats) -> Beats {
        self.bar_line + (at - self.bar_line).ceil_to(self.bar)
    }

    /// The first grid line at or after a position.
    pub fn line(&self, at: Beats) -> Beats {
        at.ceil_to(if self.grid > Beats::ZERO { self.grid } else { TICK })
    }
}

/// What the player has done, as far as it matters for when Segue plays.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// The moment.
    pub terms: Terms,
    /// The first onset of the phrase that waits for an answer, if there is one.
    pub begun: Option<Beats>,
    /// The last onset of the phrase that waits for an answer, if there is one.
    pub onset: Option<Beats>,
    /// Where the answer to that phrase begins.
    pub answer: Option<Beats>,
    /// The player's last onset, answered or not.
    pub last_onset: Option<Beats>,
    /// The turn of Segue's that this is, or else the next one; `None` before the player has played.
    pub turn: Option<Span>,
    /// When the latch went down, while it is down.
    pub latched: Option<Beats>,
}
