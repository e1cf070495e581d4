//! One period of a sine, indexed by a 32-bit phase that wraps around.

use crate::between::convert;

/// Points of the table, as a power of two. Linear interpolation between 2,048 points has an error
/// of 1.2e-6 (-118 dB).
const BITS: u32 = 11;

/// Phase steps between two points.
const STEP: u32 = 1 << (32 - BITS);

/// The table. Allocates in `new` only.
pub struct Sine {
    /// A value, and the difference to the next one.
    points: Vec<(f32, f32)>,
}

impl Sine {
    /// One period.
    pub fn new() -> Self {
        let at = |index: u32| {
            convert::narrow((f64::from(index) / f64::from(1 << BITS) * std::f64::consts::TAU).sin())
        };
        Self { points: (0..1 << BITS).map(|index| (at(index), at(index + 1) - at(index))).collect() }
    }

    /// Without points: zero everywhere.
    pub const NONE: Self = Self { points: Vec::new() };

    /// The sine of a phase in units of 2^-32 turns.
    ///
    /// # Real-time safety
    /// Reads a table of 16 KiB.
    #[inline]
    pub fn at(&self, angle: u32) -> f32 {
        let part = (angle % STEP) as f32 * (1.0 / STEP as f32);
        self.points.get((angle / STEP) as usize).map_or(0.0, |(value, rise)| value + rise * part)
    }
}

/// A phase of this many turns; whole turns are dropped.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a phase wraps around")]
pub fn turns(turns: f32) -> u32 {
    (turns * 4_294_967_296.0) as i64 as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_sine_at_every_angle() {
        let sine = Sine::new();
        for step in -4000..4000 {
            let angle = step as f32 / 1234.5;
            let expected = convert::narrow((f64::from(angle) * std::f64::consts::TAU).sin());
            let read = sine.at(turns(angle));
            assert!((read - expected).abs() < 5e-6, "{angle}: {read} for {expected}");
        }
    }
}
