//! The ways to play together, and all that is different between them.
//!
//! No `match` on a mode has a wildcard, here or elsewhere: a new one does not compile until each of these questions has its
//! answer.

use segue_music::Beats;

use crate::between::choice::choice;
use crate::between::doing::Doing;
use crate::between::limits::{DUET_HORIZON, HORIZON, OPENING, TURN_AHEAD};
use crate::between::situation::{Situation, Terms};
use crate::between::span::Span;
use crate::between::survival::Survives;
use crate::between::yielding::Yield;

choice! {
    /// A way to play together.
    pub enum Mode {
        /// Segue answers the player's silence.
        #[default]
        Answer: "answer", "Answer";
        /// So many bars the player, as many Segue, on the bars of the song.
        Trade: "trade", "Trade";
        /// While the latch is down Segue takes over.
        Continue: "continue", "Continue";
        /// Segue plays along.
        Duet: "duet", "Duet";
    }
}

/// Time without an end: as long as the latch holds. In bars.
const ENDLESS: i64 = 4096;

impl Mode {
    /// What of ours goes on when the player strikes a key. Where Segue answers, only what the player lets end. Where it plays
    /// along, and while it is the player's turn, also what is planned up to the commit point; what is planned for later is
    /// planned anew. `our_turn` says whether the key falls into Segue's time.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn survival_on_note_on(self, yields: Yield, our_turn: bool, commit: Beats) -> Survives {
        match self {
            Self::Answer | Self::Continue => yields.survival(),
            Self::Trade if our_turn => yields.survival(),
            Self::Trade | Self::Duet => Survives::Until(commit),
        }
    }

    /// Whether Segue's time ends when the latch comes up.
    pub fn ends_with_latch(self) -> bool {
        match self {
            Self::Continue => true,
            Self::Answer | Self::Trade | Self::Duet => false,
        }
    }

    /// The next stretch that is Segue's, as far as that can be said now; it may still move until a lead before it begins.
    pub fn span(self, situation: &Situation) -> Option<Span> {
        let Situation { terms, onset, answer, last_onset, turn, latched } = *situation;
        match self {
            Self::Answer => {
                let from = answer?;
                Some(Span { from, until: from + terms.length })
            }
            Self::Trade => trade(onset?, answer?, turn?, &terms),
            Self::Continue => {
                // From where you are, at once; after you have played into it, when you have ended again.
                let latched = latched?;
                let from = match onset {
                    Some(onset) if onset > latched => answer?,
                    _ => terms.earliest(),
                };
                Some(Span { from, until: from + terms.bar.times(ENDLESS) })
            }
            Self::Duet => {
                onset?;
                // On the one, as a player comes in who has listened for a moment.
                let from = terms.reach().ceil_to(terms.bar);
                let until = last_onset? + terms.length;
                (from < until).then_some(Span { from, until })
            }
        }
    }

    /// Whether Segue's time lasts as long as the player goes on, and an answer's length more.
    pub fn lasts_with_player(self) -> bool {
        match self {
            Self::Duet => true,
            Self::Answer | Self::Trade | Self::Continue => false,
        }
    }

    /// Up to where notes are planned: so far ahead of now, and at least the opening of an answer that is still to begin. Where
    /// both play, what is further away is planned anew before it sounds.
    pub fn horizon(self, now: Beats, from: Beats) -> Beats {
        match self {
            Self::Duet => now + DUET_HORIZON,
            Self::Answer | Self::Trade | Self::Continue => (now + HORIZON).max(from + OPENING),
        }
    }

    /// Whether Segue has a part of its own, and does not imitate how densely or in what range the player plays.
    pub fn has_own_part(self) -> bool {
        match self {
            Self::Duet => true,
            Self::Answer | Self::Trade | Self::Continue => false,
        }
    }

    /// Whether the player's silence alone decides when Segue begins: held keys put it off, and a beginning can be late.
    pub fn begins_on_silence(self) -> bool {
        match self {
            Self::Answer => true,
            Self::Trade | Self::Continue | Self::Duet => false,
        }
    }

    /// What Segue does while it plays.
    pub fn activity(self) -> Doing {
        match self {
            Self::Answer | Self::Trade | Self::Continue => Doing::Answering,
            Self::Duet => Doing::Alongside,
        }
    }

    /// What Segue does while the player plays, given how long the player's turn still lasts; `None` where time is not divided
    /// into turns.
    pub fn turn(self, left: Option<Beats>) -> Option<(Doing, Beats)> {
        match self {
            Self::Trade => left.map(|left| (Doing::YourTurn, left)),
            Self::Answer | Self::Continue | Self::Duet => None,
        }
    }
}

fn trade(onset: Beats, answer: Beats, turn: Span, terms: &Terms) -> Option<Span> {
    if terms.now + TURN_AHEAD < turn.from {
        return None;
    }
    // Where its line has passed, you played into the turn, or it was cut by a jump.
    let from = if turn.from >= terms.reach() {
        turn.from
    } else if onset < turn.from {
        terms.earliest()
    } else {
        answer
    };
    (from + Beats::ratio(1, 4) <= turn.until).then_some(Span { from, until: turn.until })
}
