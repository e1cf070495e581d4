//! Musical time as an integer.
//!
//! Positions come from files, hosts and saved states, so no arithmetic here overflows: it
//! saturates.

use std::fmt;
use std::ops::{Add, AddAssign, Neg, Rem, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// A song position, or a length, in quarter notes, as a fixed-point integer.
///
/// One beat is [`Beats::UNIT`] = 967,680 = 2^10 · 3^3 · 5 · 7 parts (half a microsecond at 120
/// BPM), which every usual MIDI division (24, 48, 96, 120, 192, 384, 480, 960, 1024, 1920, 15360)
/// divides without a remainder, so a file read and written again is the same file.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Beats(i64);

impl Beats {
    /// Parts of one beat.
    pub const UNIT: i64 = 967_680;
    /// No time at all; the song's start.
    pub const ZERO: Self = Self(0);
    /// One quarter note.
    pub const ONE: Self = Self(Self::UNIT);
    /// Later than anything that is played.
    pub const MAX: Self = Self(i64::MAX / 4);
    /// Earlier than anything that is played.
    pub const MIN: Self = Self(i64::MIN / 4);

    /// From parts of a beat.
    pub const fn from_parts(parts: i64) -> Self {
        Self(parts)
    }

    /// In parts of a beat.
    pub const fn parts(self) -> i64 {
        self.0
    }

    /// `numerator / denominator` of a beat, to the nearest part; what is out of range is clamped.
    ///
    /// # Panics
    /// Where `denominator` is zero.
    #[expect(clippy::cast_possible_truncation, reason = "clamped to what fits")]
    pub const fn ratio(numerator: i64, denominator: i64) -> Self {
        let scaled = numerator as i128 * Self::UNIT as i128;
        let half = denominator as i128 / 2;
        let parts = (scaled + half).div_euclid(denominator as i128);
        if parts > i64::MAX as i128 {
            Self(i64::MAX)
        } else if parts < i64::MIN as i128 {
            Self(i64::MIN)
        } else {
            Self(parts as i64)
        }
    }

    /// From a real number of beats, to the nearest part. Not-a-number is zero; what is out of range
    /// is clamped.
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and the result is clamped")]
    pub fn from_f64(beats: f64) -> Self {
        let parts = (beats * Self::UNIT as f64).round();
        // A float cast saturates and maps NaN to zero.
        Self((parts as i64).clamp(Self::MIN.0, Self::MAX.0))
    }

    /// As a real number of beats.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / Self::UNIT as f64
    }

    /// The latest multiple of `grid` that is not after `self`; `self` where the grid is not
    /// positive.
    pub const fn floor_to(self, grid: Self) -> Self {
        if grid.0 <= 0 { self } else { Self(self.0.div_euclid(grid.0).saturating_mul(grid.0)) }
    }

    /// The earliest multiple of `grid` that is not before `self`; `self` where the grid is not
    /// positive.
    pub const fn ceil_to(self, grid: Self) -> Self {
        Self(self.0.saturating_neg()).floor_to(grid).negated()
    }

    /// The nearest multiple of `grid`, the later of two equally near; `self` where the grid is not
    /// positive.
    pub const fn round_to(self, grid: Self) -> Self {
        if grid.0 <= 0 { self } else { Self(self.0.saturating_add(grid.0 / 2)).floor_to(grid) }
    }

    /// How many whole times `unit` fits before `self`, rounding down; zero where the unit is not
    /// positive.
    pub const fn div_floor(self, unit: Self) -> i64 {
        if unit.0 <= 0 { 0 } else { self.0.div_euclid(unit.0) }
    }

    /// `self` times a whole number.
    pub const fn times(self, count: i64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// The absolute length.
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Add for Beats {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Beats {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Beats {
    type Output = Self;
    fn neg(self) -> Self {
        self.negated()
    }
}

impl AddAssign for Beats {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Beats {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

/// Euclidean: the remainder is never negative. Zero where the divisor is not positive.
impl Rem for Beats {
    type Output = Self;
    fn rem(self, unit: Self) -> Self {
        if unit.0 <= 0 { Self::ZERO } else { Self(self.0.rem_euclid(unit.0)) }
    }
}

impl fmt::Display for Beats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.as_f64())
    }
}

impl fmt::Debug for Beats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4}b", self.as_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_division_is_exact() {
        for division in [24, 48, 96, 120, 192, 240, 384, 480, 960, 1024, 1920, 15360] {
            assert_eq!(Beats::UNIT % division, 0, "{division}");
        }
    }

    #[test]
    fn grids_round_towards_the_named_side() {
        let sixteenth = Beats::ratio(1, 4);
        // (beats in 1/100, floor, ceil, round), in sixteenths
        for (at, floor, ceil, round) in [
            (0, 0, 0, 0),
            (1, 0, 1, 0),
            (13, 0, 1, 1),
            (25, 1, 1, 1),
            (-1, -1, 0, 0),
            (-13, -1, 0, -1),
            (-25, -1, -1, -1),
        ] {
            let at = Beats::ratio(at, 100);
            assert_eq!(at.floor_to(sixteenth), sixteenth.times(floor), "{at}");
            assert_eq!(at.ceil_to(sixteenth), sixteenth.times(ceil), "{at}");
            assert_eq!(at.round_to(sixteenth), sixteenth.times(round), "{at}");
        }
    }

    /// The tests of this package look for arithmetic that overflows; optimised as it is, that must
    /// still be seen.
    #[test]
    #[cfg(debug_assertions)]
    fn overflow_is_seen() {
        let more = std::panic::catch_unwind(|| std::hint::black_box(i64::MAX) + std::hint::black_box(1));
        assert!(more.is_err());
    }

    #[test]
    fn arithmetic_saturates() {
        let extremes = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX].map(Beats::from_parts);
        for a in extremes {
            let _ = (-a, a.abs(), a.times(i64::MAX), a.times(i64::MIN), format!("{a} {a:?}"));
            for b in extremes {
                let _ = (a + b, a - b, a % b, a.div_floor(b), a.floor_to(b), a.ceil_to(b), a.round_to(b));
            }
        }
        for numerator in [i64::MIN, i64::MAX] {
            assert_eq!(Beats::ratio(numerator, 1), Beats::from_parts(numerator));
        }
    }

    #[test]
    fn reals_that_are_no_number_are_zero() {
        assert_eq!(Beats::from_f64(f64::NAN), Beats::ZERO);
        assert_eq!(Beats::from_f64(f64::INFINITY), Beats::MAX);
        assert_eq!(Beats::from_f64(-0.5), -Beats::ratio(1, 2));
    }
}
