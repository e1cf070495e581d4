//! Swing: where the off-beats of the written music are heard.

use segue_music::Tick;

use super::dice::Dice;
use super::style::{Feel, StyleFile};

/// Late off-beats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swing {
    /// Ticks of a pair: a beat of eighths, half a beat of sixteenths.
    pair: Tick,
    /// Where the second of a pair begins.
    second: Tick,
}

impl Swing {
    /// The swing of a song, on a tick; a 24th of a beat is two ticks, and files on 24ths are read
    /// as written music.
    pub fn draw(dice: &mut Dice, file: &StyleFile) -> Self {
        let [low, high] = file.swing;
        let share = (low + (high - low) * dice.unit()) / 100.0;
        let pair = match file.feel {
            Feel::Straight => return Self { pair: 2, second: 1 },
            Feel::SwungEighths => 48,
            Feel::SwungSixteenths => 24,
        };
        let second = 2 * (share * pair as f64 / 2.0).round() as Tick;
        Self { pair, second: second.clamp(pair / 2, pair * 3 / 4) }
    }

    /// Where a written tick is heard.
    pub fn heard(self, at: Tick) -> Tick {
        let (start, within) = (at.div_euclid(self.pair) * self.pair, at.rem_euclid(self.pair));
        let half = self.pair / 2;
        let moved = if within < half {
            (within * self.second + half / 2) / half
        } else {
            self.second + ((within - half) * (self.pair - self.second) + half / 2) / half
        };
        start + moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_stay_and_off_beats_come_late() {
        let triplets = Swing { pair: 48, second: 32 };
        for (at, heard) in [(0, 0), (24, 32), (48, 48), (72, 80), (12, 16), (36, 40), (-24, -16)] {
            assert_eq!(triplets.heard(at), heard, "{at}");
        }
        let straight = Swing { pair: 2, second: 1 };
        assert!((-50..50).all(|at| straight.heard(at) == at));
        assert!((0..96).map(|at| triplets.heard(at)).is_sorted());
    }
}
