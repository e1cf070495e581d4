//! Scales, as sets of pitch classes.

use crate::Key;

/// A set of pitch classes, a bit each, C lowest; bits above the twelfth mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PitchClasses(pub u16);

impl PitchClasses {
    /// All twelve: no lock.
    pub const ALL: Self = Self(0xfff);
    /// None: nothing can be played.
    pub const NONE: Self = Self(0);

    /// Those of a scale on a root, of which only the pitch class counts.
    pub const fn of(root: Key, scale: Scale) -> Self {
        Self(scale.on_c()).up(root)
    }

    /// Whether a key's pitch class is among them.
    pub const fn contains(self, key: Key) -> bool {
        self.0 >> (key % 12) & 1 == 1
    }

    /// With a key's pitch class.
    #[must_use]
    pub const fn with(self, key: Key) -> Self {
        Self(self.0 | 1 << (key % 12))
    }

    /// How many there are.
    pub const fn count(self) -> u32 {
        (self.0 & Self::ALL.0).count_ones()
    }

    /// All of them, this many semitones higher.
    #[must_use]
    pub const fn up(self, semitones: u8) -> Self {
        let (bits, by) = ((self.0 & Self::ALL.0) as u32, semitones % 12);
        let turned = bits << by | bits >> (12 - by);
        // Twelve bits fit: what was turned beyond the twelfth is among the lowest.
        Self((turned & 0xfff) as u16)
    }
}

impl Default for PitchClasses {
    fn default() -> Self {
        Self::ALL
    }
}

/// A kind of scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scale {
    /// All twelve pitch classes.
    #[default]
    Chromatic,
    /// Ionian.
    Major,
    /// Natural minor, aeolian.
    Minor,
    /// Minor with the leading note.
    HarmonicMinor,
    /// Minor with the sixth and the seventh raised, whichever way it goes.
    MelodicMinor,
    /// Minor with the sixth raised.
    Dorian,
    /// Minor with the second lowered.
    Phrygian,
    /// Major with the fourth raised.
    Lydian,
    /// Major with the seventh lowered.
    Mixolydian,
    /// Minor with the second and the fifth lowered.
    Locrian,
    /// Five notes of the major scale.
    MajorPentatonic,
    /// Five notes of the minor scale.
    MinorPentatonic,
    /// The minor pentatonic and the note between its fourth and fifth.
    Blues,
    /// Six whole tones.
    WholeTone,
    /// Whole tones and semitones in turn.
    Diminished,
}

impl Scale {
    /// All of them, in the order of a parameter.
    pub const ALL: [Self; 15] = [
        Self::Chromatic,
        Self::Major,
        Self::Minor,
        Self::HarmonicMinor,
        Self::MelodicMinor,
        Self::Dorian,
        Self::Phrygian,
        Self::Lydian,
        Self::Mixolydian,
        Self::Locrian,
        Self::MajorPentatonic,
        Self::MinorPentatonic,
        Self::Blues,
        Self::WholeTone,
        Self::Diminished,
    ];

    /// Its name, for display.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chromatic => "chromatic",
            Self::Major => "major",
            Self::Minor => "minor",
            Self::HarmonicMinor => "harmonic minor",
            Self::MelodicMinor => "melodic minor",
            Self::Dorian => "dorian",
            Self::Phrygian => "phrygian",
            Self::Lydian => "lydian",
            Self::Mixolydian => "mixolydian",
            Self::Locrian => "locrian",
            Self::MajorPentatonic => "major pentatonic",
            Self::MinorPentatonic => "minor pentatonic",
            Self::Blues => "blues",
            Self::WholeTone => "whole tone",
            Self::Diminished => "diminished",
        }
    }

    /// Its pitch classes on C, written from B down to C.
    const fn on_c(self) -> u16 {
        match self {
            Self::Chromatic => 0b1111_1111_1111,
            Self::Major => 0b1010_1011_0101,
            Self::Minor => 0b0101_1010_1101,
            Self::HarmonicMinor => 0b1001_1010_1101,
            Self::MelodicMinor => 0b1010_1010_1101,
            Self::Dorian => 0b0110_1010_1101,
            Self::Phrygian => 0b0101_1010_1011,
            Self::Lydian => 0b1010_1101_0101,
            Self::Mixolydian => 0b0110_1011_0101,
            Self::Locrian => 0b0101_0110_1011,
            Self::MajorPentatonic => 0b0010_1001_0101,
            Self::MinorPentatonic => 0b0100_1010_1001,
            Self::Blues => 0b0100_1110_1001,
            Self::WholeTone => 0b0101_0101_0101,
            Self::Diminished => 0b1011_0110_1101,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_hold_the_notes_they_are_known_for() {
        // (scale, root, its keys)
        for (scale, root, keys) in [
            (Scale::Major, 60, &[0, 2, 4, 5, 7, 9, 11][..]),
            (Scale::Major, 62, &[2, 4, 6, 7, 9, 11, 1]),
            (Scale::Minor, 69, &[9, 11, 0, 2, 4, 5, 7]),
            (Scale::HarmonicMinor, 69, &[9, 11, 0, 2, 4, 5, 8]),
            (Scale::MelodicMinor, 69, &[9, 11, 0, 2, 4, 6, 8]),
            (Scale::Dorian, 62, &[2, 4, 5, 7, 9, 11, 0]),
            (Scale::Phrygian, 64, &[4, 5, 7, 9, 11, 0, 2]),
            (Scale::Lydian, 65, &[5, 7, 9, 11, 0, 2, 4]),
            (Scale::Mixolydian, 67, &[7, 9, 11, 0, 2, 4, 5]),
            (Scale::Locrian, 71, &[11, 0, 2, 4, 5, 7, 9]),
            (Scale::MajorPentatonic, 66, &[6, 8, 10, 1, 3]),
            (Scale::MinorPentatonic, 63, &[3, 6, 8, 10, 1]),
            (Scale::Blues, 60, &[0, 3, 5, 6, 7, 10]),
            (Scale::WholeTone, 61, &[1, 3, 5, 7, 9, 11]),
            (Scale::Diminished, 60, &[0, 2, 3, 5, 6, 8, 9, 11]),
            (Scale::Chromatic, 60, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ] {
            let expected = keys.iter().fold(PitchClasses::NONE, |set, &key| set.with(key));
            assert_eq!(PitchClasses::of(root, scale), expected, "{} on {root}", scale.name());
        }
    }

    #[test]
    fn turning_by_an_octave_changes_nothing() {
        for bits in 0..0x1000 {
            let set = PitchClasses(bits);
            assert_eq!(set.up(12), set);
            assert_eq!(set.up(5).up(7), set);
            assert_eq!(set.up(3).count(), set.count());
            assert!((0..12).all(|key| set.contains(key) == set.up(9).contains(key + 9)));
        }
    }
}
