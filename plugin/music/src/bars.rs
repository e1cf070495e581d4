//! Bar lines of a piece.

use crate::{Beats, Meter, Piece, TICK};

/// Where a form begins whose first note is this one, in bars of which one begins at `line`: on the
/// line before, or on the next one after an upbeat in the last quarter of a bar.
pub fn form_begins(first: Beats, line: Beats, bar: Beats) -> Beats {
    let upbeat = Beats::from_parts(bar.parts() / 4);
    line + (first - line + upbeat - TICK).floor_to(bar)
}

impl Piece {
    /// The first bar line at or after a position. Where the file names no metre it is four
    /// quarters, as MIDI has it.
    pub fn bar_line_from(&self, at: Beats) -> Beats {
        let (from, meter) = self.meter_at(at).unwrap_or((Beats::ZERO, Meter::COMMON));
        let line = from + (at - from).ceil_to(meter.bar());
        // A new metre begins a new bar.
        let change = self.meters.iter().map(|&(change, _)| change).find(|&change| change >= at);
        change.map_or(line, |change| line.min(change))
    }

    /// Where the form begins of a piece whose first note is this one.
    pub fn form_from(&self, first: Beats) -> Beats {
        let (from, meter) = self.meter_at(first).unwrap_or((Beats::ZERO, Meter::COMMON));
        form_begins(first, from, meter.bar())
    }

    /// The bar line this many bars after one. Lines less than a tick apart, which only a broken
    /// file has, count as one: a bar always holds a tick.
    pub fn bar_lines_later(&self, line: Beats, bars: u32) -> Beats {
        (0..bars).fold(line, |line, _| self.bar_line_from(line + TICK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upbeat_belongs_to_the_form_after_it() {
        let (quarter, bar) = (|count| Beats::ratio(count, 4), Beats::ONE.times(3));
        // (first note, one of the bar lines, where the form begins), in quarters of a beat
        for (first, line, form) in [
            (0, 0, 0),
            (1, 0, 0),
            (9, 0, 0),
            (10, 0, 12),
            (11, 0, 12),
            (12, 0, 12),
            (14, 24, 12),
            (-1, 12, 0),
        ] {
            assert_eq!(form_begins(quarter(first), quarter(line), bar), quarter(form), "{first}");
        }
    }

    #[test]
    fn bars_follow_the_metre() {
        let beat = |count| Beats::ONE.times(count);
        let meter = |numerator, denominator| Meter { numerator, denominator };
        // Two bars of 3/4, then 6/8 from the middle of what would be a third one on.
        let changing =
            Piece { meters: vec![(beat(0), meter(3, 4)), (beat(8), meter(6, 8))], ..Piece::default() };
        let none = Piece::default();
        let late = Piece { meters: vec![(beat(6), meter(5, 4))], ..Piece::default() };
        // (piece, position, its bar line, bars, the line this many bars later), in quarters of a
        // beat
        for (piece, at, line, bars, later) in [
            (&none, 0, 0, 2, 32),
            (&none, 1, 16, 1, 32),
            (&none, 16, 16, 1, 32),
            (&changing, 11, 12, 1, 24),
            (&changing, 13, 24, 1, 32),
            (&changing, 25, 32, 2, 56),
            (&changing, 33, 44, 1, 56),
            (&late, 4, 16, 1, 24),
            (&late, 17, 24, 2, 64),
        ] {
            let quarter = |count| Beats::ratio(count, 4);
            assert_eq!(piece.bar_line_from(quarter(at)), quarter(line), "{at}");
            assert_eq!(piece.bar_lines_later(quarter(line), bars), quarter(later), "{bars} bars from {at}");
        }
    }
}
