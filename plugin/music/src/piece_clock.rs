//! The time of a file, and time as the model counts it.

use crate::{Beats, Piece, Tempo};

/// Music on a grid counts its own beats. Free playing has none: its time is counted in Beats at a
/// fixed 120, as in training, whatever tempo the file names.
#[derive(Clone, Copy, Debug)]
pub struct PieceClock<'a> {
    /// The piece, if it is played freely.
    free: Option<&'a Piece>,
}

impl<'a> PieceClock<'a> {
    /// The piece's own beats.
    pub const BEATS: Self = Self { free: None };

    /// For a piece.
    pub fn of(piece: &'a Piece) -> Self {
        if piece.is_on_grid() { Self::BEATS } else { Self { free: Some(piece) } }
    }

    /// Whether there is no grid.
    pub fn is_free(self) -> bool {
        self.free.is_some()
    }

    /// A position of the file in the model's time.
    pub fn heard(self, at: Beats) -> Beats {
        self.free.map_or(at, |piece| Tempo::DEFAULT.beats_in(piece.seconds_at(at)))
    }

    /// A position of the model's time in the file.
    pub fn written(self, at: Beats) -> Beats {
        self.free.map_or(at, |piece| position_at(piece, Tempo::DEFAULT.seconds_in(at)))
    }
}

/// Where a piece is after this many seconds.
fn position_at(piece: &Piece, seconds: f64) -> Beats {
    let (mut passed, mut from, mut tempo) = (0.0, Beats::ZERO, Tempo::DEFAULT);
    for &(change, next) in &piece.tempos {
        let then = passed + tempo.seconds_in(change - from);
        if then > seconds {
            break;
        }
        (passed, from, tempo) = (then, change, next);
    }
    from + tempo.beats_in(seconds - passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_time_goes_there_and_back() {
        let tempo = |beat, bpm| (Beats::ONE.times(beat), Tempo::new(bpm));
        let piece =
            Piece { tempos: vec![tempo(0, 60.0), tempo(4, 180.0), tempo(5, 97.3)], ..Piece::default() };
        let free = PieceClock { free: Some(&piece) };
        assert_eq!(free.heard(Beats::ONE.times(4)), Beats::ONE.times(8), "four seconds");
        for parts in (0..10_000_000).step_by(54_321) {
            let at = Beats::from_parts(parts);
            assert!((free.written(free.heard(at)) - at).abs() <= Beats::from_parts(2), "{at}");
            assert_eq!(PieceClock::BEATS.written(PieceClock::BEATS.heard(at)), at);
        }
    }
}
