//! Metres and tempos.

use serde::{Deserialize, Serialize};

use crate::Beats;

/// A time signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Meter {
    /// Note values in a bar.
    pub numerator: u8,
    /// The note value: 4 is a quarter.
    pub denominator: u8,
}

impl Meter {
    /// Four quarters.
    pub const COMMON: Self = Self { numerator: 4, denominator: 4 };

    /// A metre, or nothing where the numbers make none (a zero, a denominator that is no power of two up to 64).
    pub const fn new(numerator: u8, denominator: u8) -> Option<Self> {
        if numerator == 0 || !denominator.is_power_of_two() || denominator > 64 {
            None
        } else {
            Some(Self { numerator, denominator })
        }
    }

    /// The length of a bar.
    pub const fn bar(self) -> Beats {
        Beats::ratio(4 * self.numerator as i64, self.denominator as i64)
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::COMMON
    }
}

/// Quarter notes a minute; always between 1 and 999.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Tempo(f64);

impl Tempo {
    /// What is assumed where nobody says.
    pub const DEFAULT: Self = Self(120.0);

    /// A tempo; one that no host should send (zero, negative, not a number) is the default, others are clamped.
    pub fn new(bpm: f64) -> Self {
        if bpm.is_finite() && bpm > 0.0 { Self(bpm.clamp(1.0, 999.0)) } else { Self::DEFAULT }
    }

    /// Quarter notes a minute.
    pub const fn bpm(self) -> f64 {
        self.0
    }

    /// How many beats pass in so many seconds.
    pub fn beats_in(self, seconds: f64) -> Beats {
        Beats::from_f64(seconds * self.0 / 60.0)
    }

    /// How many seconds so many beats take.
    pub fn seconds_in(self, beats: Beats) -> f64 {
        beats.as_f64() * 60.0 / self.0
    }
}

impl Default for Tempo {
    fn default() -> Self {
        Self::DEFAULT
    }
}
