//! Hands that are not machines: onsets that drift and strokes that differ, where that is asked for.

use segue_music::{Beats, Tempo, Tick, beats_at};

use super::dice::Dice;

/// One player's hands.
#[derive(Clone, Debug)]
pub struct Hands {
    dice: Dice,
    /// Whether they are hands at all.
    loose: bool,
    /// How late the player is, in seconds.
    late: f64,
    /// Standard deviation of an onset, in seconds.
    spread: f64,
    drift: f64,
    last: (Tick, f64),
}

impl Hands {
    /// Of a player in a song that is played loosely or on the grid.
    pub fn new(dice: &mut Dice, loose: bool, drums: bool) -> Self {
        let mut own = dice.fork();
        let (late, spread) = if drums { (0.0, 0.004) } else { (-0.004 + 0.014 * own.unit(), 0.008) };
        Self { dice: own, loose, late, spread, drift: 0.0, last: (-1, 0.0) }
    }

    /// When a stroke of a tick is heard. Notes of one tick are struck nearly together.
    pub fn onset(&mut self, at: Tick, tempo: f64) -> Beats {
        if !self.loose {
            return beats_at(at);
        }
        if self.last.0 != at {
            self.drift = 0.8 * self.drift + 0.5 * self.spread * self.dice.bell();
            self.last = (at, self.late + self.drift + 0.5 * self.spread * self.dice.bell());
        }
        let seconds = self.last.1 + 0.2 * self.spread * self.dice.bell();
        (beats_at(at) + Tempo::new(tempo).beats_in(seconds)).max(Beats::ZERO)
    }

    /// How hard a stroke becomes.
    pub fn velocity(&mut self, velocity: i32) -> i32 {
        if self.loose { velocity + (4.0 * self.dice.bell()).round() as i32 } else { velocity }
    }
}
