//! The ways to play together, and everything that differs between them.
//!
//! No `match` on a mode has a wildcard, here or elsewhere. A new mode does not compile until each
//! of these questions has an answer.

use segue_music::Beats;

use crate::between::choice::choice;
use crate::between::doing::Doing;
use crate::between::entry::Entry;
use crate::between::limits::{BAND_HOLDS, DUET_HORIZON, HORIZON, OPENING, TURN_AHEAD};
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
        /// The player and Segue take turns of equal length, on the bars of the song.
        Trade: "trade", "Trade";
        /// Segue takes over while the latch is down.
        Continue: "continue", "Continue";
        /// Segue plays along.
        Duet: "duet", "Duet";
    }
}

/// Bars of a stretch that lasts as long as the latch.
const ENDLESS: i64 = 4096;

impl Mode {
    /// Which of our notes survive a note-on of the player. Where Segue answers, that is what the
    /// yield setting lets end. In a duet, and during the player's turn, plans up to the commit
    /// point survive as well, and later ones are made again. `our_turn` says whether the note falls
    /// into Segue's time.
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

    /// How long plans hold that the player's next note could change. A rhythm section does not turn
    /// round at every note; what is further away is planned again.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn holds(self, has_band: bool) -> Beats {
        match self {
            Self::Duet if has_band => BAND_HOLDS,
            Self::Answer | Self::Trade | Self::Continue | Self::Duet => Beats::ZERO,
        }
    }

    /// Whether Segue's time ends when the latch comes up.
    pub fn ends_with_latch(self) -> bool {
        match self {
            Self::Continue => true,
            Self::Answer | Self::Trade | Self::Duet => false,
        }
    }

    /// The next stretch that is Segue's, as far as it is known now. It may still move until a lead
    /// before it begins.
    pub fn span(self, situation: &Situation) -> Option<Span> {
        let Situation { terms, begun, onset, answer, last_onset, turn, latched } = *situation;
        match self {
            Self::Answer => {
                let from = answer?;
                Some(Span { from, until: from + terms.length })
            }
            Self::Trade => trade(onset?, answer?, turn?, &terms),
            Self::Continue => {
                // At once; or, if the player has played since, when the player stops again.
                let latched = latched?;
                let from = match onset {
                    Some(onset) if onset > latched => answer?,
                    _ => terms.earliest(),
                };
                Some(Span { from, until: from + terms.bar.times(ENDLESS) })
            }
            Self::Duet => {
                // On the one, as a player comes in who has listened for a moment.
                let from = entrance(begun?, &terms);
                let until = last_onset? + terms.length;
                (from < until).then_some(Span { from, until })
            }
        }
    }

    /// Whether Segue plays for as long as the player does, plus the length of an answer.
    pub fn lasts_with_player(self) -> bool {
        match self {
            Self::Duet => true,
            Self::Answer | Self::Trade | Self::Continue => false,
        }
    }

    /// The position up to which notes are planned ahead. In a duet it is near, as the player
    /// changes the plan all the time. Otherwise it includes at least the opening of an answer that
    /// has not started.
    pub fn horizon(self, now: Beats, from: Beats) -> Beats {
        match self {
            Self::Duet => now + DUET_HORIZON,
            Self::Answer | Self::Trade | Self::Continue => (now + HORIZON).max(from + OPENING),
        }
    }

    /// Whether Segue plays a part of its own, rather than imitate the player's range and texture.
    pub fn has_own_part(self) -> bool {
        match self {
            Self::Duet => true,
            Self::Answer | Self::Trade | Self::Continue => false,
        }
    }

    /// Whether only the player's silence decides when Segue begins. Then held keys put it off, and
    /// it can begin late.
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

    /// What Segue does during the player's turn, of which `left` remains; `None` in modes without
    /// turns.
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
    // After its first bar line, the player has played into the turn, or a jump cut it.
    let from = if turn.from >= terms.reach() {
        turn.from
    } else if onset < turn.from {
        terms.earliest()
    } else {
        answer
    };
    (from + Beats::ratio(1, 4) <= turn.until).then_some(Span { from, until: turn.until })
}

/// Where Segue comes in, in a duet, after a phrase that began at a position.
fn entrance(begun: Beats, terms: &Terms) -> Beats {
    let next = terms.next_bar_line(terms.reach());
    let after = |bars| next.max(terms.next_bar_line(begun) + terms.bar.times(bars));
    match terms.entry {
        // What is counted is the beginning of its stretch.
        Entry::NextBar | Entry::CountIn => next,
        Entry::AfterOne => after(1),
        Entry::AfterTwo => after(2),
        Entry::FirstNote => terms.earliest(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_in_where_it_is_asked_to() {
        let beats = |tenths| Beats::ratio(tenths, 10);
        // (begun, now) -> next bar, after one, after two, first note, count-in; in tenths of a beat
        for (begun, now, expected) in [
            (0, 0, [40, 40, 80, 5, 40]),
            (0, 38, [40, 40, 80, 40, 40]),
            (0, 79, [80, 80, 80, 80, 80]),
            (5, 6, [40, 80, 120, 10, 40]),
            (38, 39, [40, 80, 120, 40, 40]),
            (5, 200, [240, 240, 240, 205, 240]),
        ] {
            let terms = Terms {
                now: beats(now),
                lead: beats(1),
                patience: beats(10),
                grid: beats(5),
                bar: beats(40),
                bar_line: Beats::ZERO,
                length: beats(80),
                entry: Entry::NextBar,
            };
            let entries = Entry::ALL.map(|entry| entrance(beats(begun), &Terms { entry, ..terms }));
            assert_eq!(entries, expected.map(beats), "begun {begun}, now {now}");
        }
    }
}
