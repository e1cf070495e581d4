//! Trading: whose turn it is.

use segue_music::Beats;
use segue_realtime::between::span::Span;

/// A first note this little before a bar line is a pickup to the next bar.
const PICKUP: Beats = Beats::ratio(1, 2);

/// Cycles of two turns of equal length, the player's first, counted from a bar line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turns {
    origin: Option<Beats>,
    /// The player's last onset.
    last: Option<Beats>,
}

impl Turns {
    /// The player strikes a key; `line` is any bar line. The first note sets where turns are
    /// counted from: the line of its bar. So does one after a whole cycle in which the player was
    /// silent.
    pub fn note_on(&mut self, at: Beats, line: Beats, bar: Beats, length: Beats) {
        let silent = self.last.is_none_or(|last| at - last > length.times(2));
        if self.origin.is_none() || silent {
            self.origin = Some(line + (at + PICKUP - line).floor_to(bar));
        }
        self.last = Some(at);
    }

    /// Starts a new count at the next note.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// The turn of Segue's that a position lies in, or else the next one; `None` before the player
    /// has played.
    pub fn ours(&self, at: Beats, length: Beats) -> Option<Span> {
        let turn = self.number(at, length)?.max(0);
        let from = self.origin? + length.times(turn + 1 - turn.rem_euclid(2));
        Some(Span { from, until: from + length })
    }

    /// How long the player's turn lasts from a position on; `None` in Segue's turn.
    pub fn left_to_player(&self, at: Beats, length: Beats) -> Option<Beats> {
        let ours = self.ours(at, length)?;
        (at < ours.from).then(|| ours.from - at)
    }

    fn number(&self, at: Beats, length: Beats) -> Option<i64> {
        (length > Beats::ZERO).then_some((at - self.origin?).div_floor(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beats(tenths: i64) -> Beats {
        Beats::ratio(tenths, 10)
    }

    #[test]
    fn turns_are_counted_from_the_bar_of_the_first_note() {
        // (first note, asked at) -> Segue's turn; bars of 4 beats, turns of 8; all in tenths of a
        // beat
        let cases = [
            (41, 45, 120),
            (79, 79, 160),
            (75, 75, 160),
            (74, 75, 120),
            (41, 119, 120),
            (41, 120, 120),
            (41, 199, 120),
            (41, 200, 280),
            (41, 300, 280),
            (-39, -30, 40),
        ];
        for (first, at, from) in cases {
            let mut turns = Turns::default();
            turns.note_on(beats(first), Beats::ZERO, beats(40), beats(80));
            let ours = turns.ours(beats(at), beats(80));
            assert_eq!(ours, Some(Span { from: beats(from), until: beats(from + 80) }), "{first} {at}");
            let left = (at < from).then(|| beats(from - at));
            assert_eq!(turns.left_to_player(beats(at), beats(80)), left, "{first} {at}");
        }
        assert_eq!(Turns::default().ours(beats(10), beats(80)), None);
    }

    #[test]
    fn a_cycle_without_the_player_begins_anew() {
        let mut turns = Turns::default();
        for (at, from) in [(1, 80), (100, 80), (161, 80), (400, 480), (560, 480), (999, 1080)] {
            turns.note_on(beats(at), Beats::ZERO, beats(40), beats(80));
            // The turn after the first note, counted from where it was then.
            let origin = beats(from) - beats(80);
            assert_eq!(turns.origin, Some(origin), "{at}");
        }
        turns.reset();
        assert_eq!(turns.ours(beats(0), beats(80)), None);
    }
}
