//! A slow stereo chorus: copies from 9 ms ago that drift by a few cents, left and right in
//! opposition.

use super::sine::{sine, turns};
use crate::between::convert;
use crate::between::prefault;

/// The delay of the copies in seconds, and how far it swings.
const LAG: f32 = 0.009;
const SWING: f32 = 0.0016;

/// Swings per second. With 1.6 ms that is a pitch change of at most 0.6 %, or 10 cents.
const RATE: f32 = 0.6;

/// How much of the copies is added.
const WET: f32 = 0.35;

/// The chorus. Allocates in `new` only.
pub struct Chorus {
    line: Vec<f32>,
    place: usize,
    angle: u32,
    step: u32,
    lag: f32,
    swing: f32,
}

impl Chorus {
    /// At rest, at a sample rate.
    pub fn new(sample_rate: f32) -> Self {
        let longest = convert::place((LAG + SWING) * sample_rate) + 4;
        Self {
            line: prefault::silence(longest.next_power_of_two()),
            place: 0,
            angle: 0,
            step: turns(RATE / sample_rate),
            lag: LAG * sample_rate,
            swing: SWING * sample_rate,
        }
    }

    /// Processes one sample of each side.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    #[inline]
    pub fn next(&mut self, left: f32, right: f32) -> (f32, f32) {
        self.angle = self.angle.wrapping_add(self.step);
        let swing = self.swing * sine(self.angle);
        self.place = self.place.wrapping_add(1);
        let here = self.place & (self.line.len() - 1);
        if let Some(sample) = self.line.get_mut(here) {
            *sample = 0.5 * (left + right);
        }
        (left + WET * self.read(self.lag + swing), right + WET * self.read(self.lag - swing))
    }

    /// The input of this many samples ago.
    #[inline]
    fn read(&self, ago: f32) -> f32 {
        let (whole, part) = (convert::place(ago), ago.fract());
        let at = |ago: usize| {
            let index = self.place.wrapping_sub(ago) & (self.line.len() - 1);
            self.line.get(index).copied().unwrap_or(0.0)
        };
        at(whole) + (at(whole + 1) - at(whole)) * part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copies_come_later_and_apart() {
        for rate in [8_000.0, 48_000.0, 192_000.0] {
            let mut chorus = Chorus::new(rate);
            let out: Vec<_> = (0..convert::place(0.02 * rate))
                .map(|at| chorus.next(if at == 0 { 1.0 } else { 0.0 }, 0.0))
                .collect();
            assert_eq!(out[0].0, 1.0);
            let centre = |side: fn(&(f32, f32)) -> f32| {
                let sum: f32 = out[1..].iter().map(side).sum();
                let moment: f32 = out[1..].iter().enumerate().map(|(at, both)| side(both) * at as f32).sum();
                assert!((sum - WET / 2.0).abs() < 0.05 * WET, "{rate}: {sum}");
                moment / sum / rate
            };
            let (left, right) = (centre(|both| both.0), centre(|both| both.1));
            assert!((0.007..0.011).contains(&left) && (0.007..0.011).contains(&right), "{left} {right}");
            assert_ne!(left, right);
        }
    }
}
