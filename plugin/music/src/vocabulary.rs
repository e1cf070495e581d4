//! The alphabets of the model: which onsets, keys, velocities and durations it can say.

use std::fmt;

use crate::{Beats, Velocity};

/// A position or length in the model's unit of time, 1/48 of a beat: a 32nd is 6, a triplet eighth
/// 16; at 120 BPM one tick is 10.4 ms, below the jitter of free playing.
pub type Tick = i64;

/// Ticks in one beat.
pub const TICKS_PER_BEAT: Tick = 48;

/// One tick as a length.
pub const TICK: Beats = Beats::ratio(1, TICKS_PER_BEAT);

/// The tick nearest to a song position.
pub fn tick_at(at: Beats) -> Tick {
    at.round_to(TICK).div_floor(TICK)
}

/// The song position of a tick.
pub fn beats_at(tick: Tick) -> Beats {
    TICK.times(tick)
}

/// Runs of equally spaced values: (first, last, spacing), in ticks.
const GAPS: &[(Tick, Tick, Tick)] = &[(0, 96, 1), (98, 192, 2), (196, 384, 4), (396, 768, 12)];
const DURATIONS: &[(Tick, Tick, Tick)] =
    &[(1, 48, 1), (50, 96, 2), (100, 192, 4), (204, 384, 12), (408, 768, 24)];

/// A list of lengths in ticks, fine where they are short and coarse where they are long, so that
/// notes of every usual value stand exactly on it: sixteenths and triplets everywhere, 32nds up to
/// a half note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alphabet {
    values: Vec<Tick>,
}

impl Alphabet {
    fn new(runs: &[(Tick, Tick, Tick)]) -> Self {
        let values = runs
            .iter()
            .flat_map(|&(first, last, spacing)| {
                (0..=(last - first) / spacing).map(move |i| first + i * spacing)
            })
            .collect();
        Self { values }
    }

    /// How many symbols there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Always false.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The length a symbol stands for; the longest where there is no such symbol.
    pub fn value(&self, symbol: usize) -> Tick {
        self.values[symbol.min(self.values.len() - 1)]
    }

    /// The symbol nearest to a length, the shorter of two equally near; what is out of range
    /// clamps.
    pub fn symbol(&self, ticks: Tick) -> usize {
        let above = self.values.partition_point(|&value| value < ticks);
        if above == 0 {
            return 0;
        }
        if above == self.values.len() {
            return above - 1;
        }
        if self.values[above] - ticks < ticks - self.values[above - 1] { above } else { above - 1 }
    }

    /// The ticks that this symbol is nearest to: the first and the last. The last symbol's range is
    /// its own value.
    pub fn range(&self, symbol: usize) -> (Tick, Tick) {
        let value = self.value(symbol);
        let first = match symbol.checked_sub(1) {
            // Ties go to the shorter one.
            Some(below) => (self.values[below] + value).div_euclid(2) + 1,
            None => value,
        };
        let last = match self.values.get(symbol + 1) {
            Some(above) => (value + above).div_euclid(2),
            None => value,
        };
        (first, last)
    }

    /// The longest length.
    pub fn longest(&self) -> Tick {
        self.value(self.values.len() - 1)
    }
}

/// The alphabets of the four fields of a note, in the order in which the heads say them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// Time from one onset to the next.
    pub gaps: Alphabet,
    /// How long a note is held.
    pub durations: Alphabet,
}

impl Vocabulary {
    /// Keys, all of MIDI's.
    pub const KEYS: usize = 128;
    /// Velocity levels, four MIDI velocities each.
    pub const VELOCITIES: usize = 32;
    /// Velocities in a level.
    const VELOCITY_SPACING: usize = 4;

    /// The alphabets of this version of Segue.
    pub fn new() -> Self {
        Self { gaps: Alphabet::new(GAPS), durations: Alphabet::new(DURATIONS) }
    }

    /// The level of a velocity, from 0.
    pub fn velocity_symbol(velocity: Velocity) -> usize {
        (usize::from(velocity) / Self::VELOCITY_SPACING).min(Self::VELOCITIES - 1)
    }

    /// The velocity in the middle of a level: 2, 6, ... 126.
    pub fn velocity_value(symbol: usize) -> Velocity {
        let velocity = symbol.min(Self::VELOCITIES - 1) * Self::VELOCITY_SPACING + Self::VELOCITY_SPACING / 2;
        Velocity::try_from(velocity).unwrap_or(127)
    }

    /// A number that differs between vocabularies: the FNV-1a hash of how this one prints itself. A
    /// checkpoint carries it, so that a model is never asked in a language it does not speak.
    pub fn fingerprint(&self) -> u64 {
        self.to_string()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = |runs: &[(Tick, Tick, Tick)]| {
            runs.iter()
                .map(|(first, last, by)| format!("{first}..={last} by {by}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        writeln!(f, "tick      1/{TICKS_PER_BEAT} beat")?;
        writeln!(f, "onset     {} gaps in ticks: {}", self.gaps.len(), runs(GAPS))?;
        writeln!(f, "key       {} MIDI keys", Self::KEYS)?;
        writeln!(f, "velocity  {} levels of {}, and unknown", Self::VELOCITIES, Self::VELOCITY_SPACING)?;
        writeln!(f, "duration  {} lengths in ticks: {}, and held", self.durations.len(), runs(DURATIONS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_the_nearest_of_its_range() {
        let vocabulary = Vocabulary::new();
        for alphabet in [&vocabulary.gaps, &vocabulary.durations] {
            for symbol in 0..alphabet.len() {
                assert_eq!(alphabet.symbol(alphabet.value(symbol)), symbol);
                let (first, last) = alphabet.range(symbol);
                for tick in first..=last {
                    assert_eq!(alphabet.symbol(tick), symbol, "tick {tick}");
                }
            }
            assert_eq!(alphabet.symbol(-5), 0);
            assert_eq!(alphabet.symbol(1_000_000), alphabet.len() - 1);
        }
    }

    #[test]
    fn velocities_stay_in_their_level() {
        for velocity in 0..128 {
            let symbol = Vocabulary::velocity_symbol(velocity);
            assert!(Vocabulary::velocity_value(symbol).abs_diff(velocity) <= 2);
            assert_eq!(Vocabulary::velocity_symbol(Vocabulary::velocity_value(symbol)), symbol);
        }
    }

    #[test]
    fn the_fingerprint_is_this_versions() {
        // A change of alphabet makes every committed checkpoint unreadable: it must be meant.
        assert_eq!(Vocabulary::new().gaps.len(), 225);
        assert_eq!(Vocabulary::new().durations.len(), 128);
        assert_ne!(Vocabulary::new().fingerprint(), 0);
    }
}
