//! The steps of a bar.

use segue_music::{Meter, TICKS_PER_BEAT, Tick};

/// A metre cut into steps: the unit in which styles write their patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The metre.
    pub meter: Meter,
    /// Steps in a bar.
    pub steps: Tick,
    /// Ticks in a step.
    pub step: Tick,
}

impl Grid {
    /// A metre in this many steps a bar, if they are of whole ticks and of whole number to a beat.
    pub fn new(meter: Meter, steps: u8) -> Option<Self> {
        let bar = Tick::from(meter.numerator) * 4 * TICKS_PER_BEAT / Tick::from(meter.denominator);
        let steps = Tick::from(steps);
        let grid = Self { meter, steps, step: bar.checked_div(steps)? };
        let whole = grid.step > 0 && grid.step * steps == bar && grid.beat() % grid.step == 0;
        whole.then_some(grid)
    }

    /// Ticks in a bar.
    pub fn bar(self) -> Tick {
        self.steps * self.step
    }

    /// Ticks in a felt beat: a dotted quarter in 6/8 and its like.
    pub fn beat(self) -> Tick {
        let of = 4 * TICKS_PER_BEAT / Tick::from(self.meter.denominator);
        let compound = self.meter.denominator == 8 && self.meter.numerator.is_multiple_of(3);
        if compound { 3 * of } else { of }
    }

    /// Felt beats in a bar.
    pub fn beats(self) -> Tick {
        self.bar() / self.beat()
    }

    /// Steps in a felt beat.
    pub fn steps_a_beat(self) -> Tick {
        self.beat() / self.step
    }

    /// How heavy a position is: 3 on the bar line, 2 in the middle of a bar of even beats, 1 on a
    /// beat, 0 off it.
    pub fn weight(self, at: Tick) -> i32 {
        let at = at.rem_euclid(self.bar());
        match at {
            0 => 3,
            _ if self.beats() % 2 == 0 && at == self.bar() / 2 => 2,
            _ if at % self.beat() == 0 => 1,
            _ => 0,
        }
    }

    /// Where the chords of a bar begin, of this many that share it.
    pub fn chord_starts(self, chords: usize) -> Vec<Tick> {
        let beats = self.beats();
        let starts: &[Tick] = match (chords, beats) {
            (0 | 1, _) => &[0],
            (2, 3) => &[0, 2],
            (2, _) => &[0, beats / 2],
            (3, 4) => &[0, 2, 3],
            _ => {
                return (0..chords as Tick)
                    .map(|place| place * beats / chords as Tick * self.beat())
                    .collect();
            }
        };
        starts.iter().map(|beat| beat * self.beat()).collect()
    }
}
