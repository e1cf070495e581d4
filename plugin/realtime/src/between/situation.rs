//! What decides when Segue plays: pure musical time, as the composer knows it at a tick.

use segue_music::{Beats, TICK};

use crate::between::span::Span;

/// The moment of a decision, and the settings that bear on it.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Now.
    pub now: Beats,
    /// Nothing begins nearer to now than this.
    pub lead: Beats,
    /// Silence that ends a phrase.
    pub patience: Beats,
    /// What Segue plays begins on a multiple of this; zero is free.
    pub grid: Beats,
    /// The length of a bar; bar lines are its multiples.
    pub bar: Beats,
    /// The length of an answer or of a turn.
    pub length: Beats,
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

    /// The first grid line at or after a position.
    pub fn line(&self, at: Beats) -> Beats {
        at.ceil_to(if self.grid > Beats::ZERO { self.grid } else { TICK })
    }
}

/// What the player has done, as far as it bears on when Segue plays.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// The moment.
    pub terms: Terms,
    /// The last onset of the phrase that is still to be answered; `None` if there is none.
    pub onset: Option<Beats>,
    /// Where the answer to that phrase begins, by the player's silence.
    pub answer: Option<Beats>,
    /// The player's last onset, answered or not.
    pub last_onset: Option<Beats>,
    /// Segue's turn that we are in, or the next one; `None` before the player has played.
    pub turn: Option<Span>,
    /// When the latch went down, while it is down.
    pub latched: Option<Beats>,
}
