//! Bar lines of a piece.

use segue_music::{Beats, Meter, Piece};

/// The first bar line at or after a position. Where the file names no metre it is four quarters, as MIDI has it.
pub fn line_from(piece: &Piece, at: Beats) -> Beats {
    let (from, meter) = meter_at(piece, at);
    let line = from + (at - from).ceil_to(meter.bar());
    next_change(piece, at).map_or(line, |change| line.min(change))
}

/// The bar line so many bars after one.
pub fn lines_later(piece: &Piece, line: Beats, bars: u32) -> Beats {
    (0..bars).fold(line, |line, _| line_from(piece, line + Beats::from_parts(1)))
}

fn meter_at(piece: &Piece, at: Beats) -> (Beats, Meter) {
    piece.meter_at(at).unwrap_or((Beats::ZERO, Meter::COMMON))
}

/// A new metre begins a new bar.
fn next_change(piece: &Piece, at: Beats) -> Option<Beats> {
    piece.meters.iter().map(|&(change, _)| change).find(|&change| change >= at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_follow_the_metre() {
        let beat = |count| Beats::ONE.times(count);
        let meter = |numerator, denominator| Meter { numerator, denominator };
        // Two bars of 3/4, then 6/8 from the middle of what would be a third one on.
        let changing =
            Piece { meters: vec![(beat(0), meter(3, 4)), (beat(8), meter(6, 8))], ..Piece::default() };
        let none = Piece::default();
        let late = Piece { meters: vec![(beat(6), meter(5, 4))], ..Piece::default() };
        // (piece, position, its bar line, bars, the line so many bars later), in quarters of a beat
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
            assert_eq!(line_from(piece, quarter(at)), quarter(line), "{at}");
            assert_eq!(lines_later(piece, quarter(line), bars), quarter(later), "{bars} bars from {at}");
        }
    }
}
