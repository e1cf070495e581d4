//! Metres and tempos.

use serde::{Deserialize, Serialize};

use crate::Beats;

/// A time signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Meter {
    /// Note values in a bar.
    pub numerator: u8,
    /// The note value: 4 is a quarter.
    pub denominator: u8,
}

impl Meter {
    /// Four quarters.
    pub const COMMON: Self = Self { numerator: 4, denominator: 4 };

    /// A metre as a host names it, or `None` where the numbers make none (a zero, a denominator
    /// that is no power of two up to 64).
    pub const fn new(numerator: u8, denominator: u8) -> Option<Self> {
        if numerator == 0 || !denominator.is_power_of_two() || denominator > 64 {
            None
        } else {
            Some(Self { numerator, denominator })
        }
    }

    /// A metre as a MIDI file names it, its denominator 2 to a power; `None` where the numerator is
    /// zero or the denominator above 128, whose bars may be shorter than one of the model's ticks.
    pub const fn of_signature(numerator: u8, power: u8) -> Option<Self> {
        if numerator == 0 || power > 7 { None } else { Some(Self { numerator, denominator: 1 << power }) }
    }

    /// The length of a bar.
    pub const fn bar(self) -> Beats {
        Beats::ratio(4 * self.numerator as i64, self.denominator as i64)
    }

    /// The beat that is counted: in six, nine and twelve eighths three of them at a time.
    pub const fn beat(self) -> Beats {
        let threes = self.denominator >= 8 && self.numerator > 3 && self.numerator.is_multiple_of(3);
        Beats::ratio(if threes { 12 } else { 4 }, self.denominator as i64)
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::COMMON
    }
}

/// A metre as it is saved, before it is believed.
#[derive(Deserialize)]
struct Written {
    numerator: u8,
    denominator: u8,
}

impl TryFrom<Written> for Meter {
    type Error = String;

    fn try_from(Written { numerator, denominator }: Written) -> Result<Self, String> {
        let power = u8::try_from(denominator.trailing_zeros()).ok().filter(|_| denominator.is_power_of_two());
        power
            .and_then(|power| Self::of_signature(numerator, power))
            .ok_or_else(|| format!("{numerator}/{denominator} is no metre"))
    }
}

/// Quarter notes a minute: between 1 and 999 from a host, and whatever a MIDI file says, which is
/// from 3.58 to 60 million.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(from = "f64")]
pub struct Tempo(f64);

/// What a host's tempo is clamped to.
const OF_HOSTS: (f64, f64) = (1.0, 999.0);
/// A quarter note of one microsecond, the shortest a MIDI file can name.
const FASTEST: f64 = 60e6;

impl Tempo {
    /// What is assumed where nobody says.
    pub const DEFAULT: Self = Self(120.0);

    /// A tempo; one that no host should send (zero, negative, not a number) is the default, others
    /// are clamped.
    pub fn new(bpm: f64) -> Self {
        if bpm.is_finite() && bpm > 0.0 { Self(bpm.clamp(OF_HOSTS.0, OF_HOSTS.1)) } else { Self::DEFAULT }
    }

    /// The tempo of a MIDI file, in microseconds a quarter note, as it stands there; `None` for
    /// zero.
    pub fn from_micros(micros: u32) -> Option<Self> {
        (micros > 0).then(|| Self(60e6 / f64::from(micros)))
    }

    /// Microseconds a quarter note, as MIDI files count: 24 bits, so nothing slower than 3.58 BPM.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 24 bits")]
    pub fn micros(self) -> u32 {
        (60e6 / self.0).round().clamp(1.0, f64::from(0xff_ffff)) as u32
    }

    /// Whether it is faster than any tempo a host may set.
    pub fn is_beyond_hosts(self) -> bool {
        self.0 > OF_HOSTS.1
    }

    /// Quarter notes a minute.
    pub const fn bpm(self) -> f64 {
        self.0
    }

    /// How many beats pass in this many seconds.
    pub fn beats_in(self, seconds: f64) -> Beats {
        Beats::from_f64(seconds * self.0 / 60.0)
    }

    /// How many seconds this many beats take.
    pub fn seconds_in(self, beats: Beats) -> f64 {
        beats.as_f64() * 60.0 / self.0
    }
}

impl Default for Tempo {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// As it was saved; what is no tempo is the default.
impl From<f64> for Tempo {
    fn from(bpm: f64) -> Self {
        if bpm > OF_HOSTS.1 && bpm.is_finite() { Self(bpm.min(FASTEST)) } else { Self::new(bpm) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tempo_of_a_file_is_kept_and_one_of_a_host_clamped() {
        assert_eq!(Tempo::new(1e9).bpm(), 999.0);
        for micros in [1, 100, 60_000, 500_000, 0xff_ffff] {
            let tempo = Tempo::from_micros(micros).expect("a tempo");
            assert_eq!(tempo.micros(), micros);
            assert_eq!(Tempo::from(tempo.bpm()), tempo, "as it is saved");
        }
        assert_eq!(Tempo::from_micros(0), None);
        for none in [f64::NAN, f64::INFINITY, 0.0, -3.0] {
            assert_eq!(Tempo::from(none), Tempo::DEFAULT);
        }
    }

    #[test]
    fn what_is_counted_in_a_metre() {
        for (numerator, denominator, beats) in
            [(4, 4, 4), (3, 4, 3), (6, 8, 2), (12, 8, 4), (3, 8, 3), (7, 8, 7), (2, 2, 2), (6, 4, 6)]
        {
            let meter = Meter::new(numerator, denominator).expect("a metre");
            assert_eq!(meter.bar().div_floor(meter.beat()), beats, "{numerator}/{denominator}");
        }
    }

    #[test]
    fn metres_that_are_none_are_refused_when_read() {
        let read = |text: &str| serde_json::from_str::<Meter>(text).ok();
        assert_eq!(read(r#"{"numerator":96,"denominator":128}"#), Meter::of_signature(96, 7));
        for text in [
            r#"{"numerator":4,"denominator":0}"#,
            r#"{"numerator":0,"denominator":4}"#,
            r#"{"numerator":4,"denominator":3}"#,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
