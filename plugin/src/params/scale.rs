//! The scale lock as a parameter: which kind of scale; its root is another.

use nice_plug::prelude::Enum;
use segue_music as music;
use segue_realtime::between::settings::ScaleLock;

/// Which pitch classes Segue may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// All.
    Off,
    /// Those of the scale you play in.
    Follow,
    /// Those of a scale.
    Of(music::Scale),
}

/// The choices that are no scale.
const OTHERS: [Scale; 2] = [Scale::Off, Scale::Follow];

/// The scales on offer: all but the chromatic one, which is *Off*.
const SCALES: usize = music::Scale::ALL.len() - 1;

const COUNT: usize = OTHERS.len() + SCALES;

const IDS: [&str; COUNT] = {
    let mut ids = ["off"; COUNT];
    ids[1] = "follow";
    let mut index = 0;
    while index < SCALES {
        ids[OTHERS.len() + index] = words(music::Scale::ALL[index + 1]).0;
        index += 1;
    }
    ids
};

const NAMES: [&str; COUNT] = {
    let mut names = ["Off"; COUNT];
    names[1] = "Follow me";
    let mut index = 0;
    while index < SCALES {
        names[OTHERS.len() + index] = words(music::Scale::ALL[index + 1]).1;
        index += 1;
    }
    names
};

/// What projects save for a scale, and what hosts show. The first never changes.
const fn words(scale: music::Scale) -> (&'static str, &'static str) {
    match scale {
        music::Scale::Chromatic => ("off", "Off"),
        music::Scale::Major => ("major", "Major"),
        music::Scale::Minor => ("minor", "Minor"),
        music::Scale::HarmonicMinor => ("harmin", "Harmonic minor"),
        music::Scale::MelodicMinor => ("melmin", "Melodic minor"),
        music::Scale::Dorian => ("dorian", "Dorian"),
        music::Scale::Phrygian => ("phryg", "Phrygian"),
        music::Scale::Lydian => ("lydian", "Lydian"),
        music::Scale::Mixolydian => ("mixo", "Mixolydian"),
        music::Scale::Locrian => ("locr", "Locrian"),
        music::Scale::MajorPentatonic => ("majpen", "Major pentatonic"),
        music::Scale::MinorPentatonic => ("minpen", "Minor pentatonic"),
        music::Scale::Blues => ("blues", "Blues"),
        music::Scale::WholeTone => ("whole", "Whole tone"),
        music::Scale::Diminished => ("dimin", "Diminished"),
    }
}

impl Enum for Scale {
    fn variants() -> &'static [&'static str] {
        &NAMES
    }

    fn ids() -> Option<&'static [&'static str]> {
        Some(&IDS)
    }

    fn to_index(self) -> usize {
        match self {
            Self::Off | Self::Of(music::Scale::Chromatic) => 0,
            Self::Follow => 1,
            Self::Of(scale) => OTHERS.len() - 1 + scale as usize,
        }
    }

    fn from_index(index: usize) -> Self {
        match index.checked_sub(OTHERS.len()).and_then(|index| music::Scale::ALL.get(index + 1)) {
            Some(&scale) => Self::Of(scale),
            None => OTHERS.get(index).copied().unwrap_or(Self::Off),
        }
    }
}

impl Scale {
    /// The lock of this kind on a root, 0 to 11 from C.
    pub fn lock(self, root: u8) -> ScaleLock {
        match self {
            Self::Off => ScaleLock::Off,
            Self::Follow => ScaleLock::Follow,
            Self::Of(scale) => ScaleLock::To(music::PitchClasses::of(root, scale).0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_masks_from_c() {
        // (kind, root, pitch classes)
        let cases = [
            (music::Scale::Major, 0, 0b1010_1011_0101),
            (music::Scale::Minor, 9, 0b1010_1011_0101),
            (music::Scale::MinorPentatonic, 4, 0b1010_1001_0100),
            (music::Scale::WholeTone, 11, 0b1010_1010_1010),
        ];
        for (scale, root, mask) in cases {
            assert_eq!(Scale::Of(scale).lock(root), ScaleLock::To(mask), "{scale:?} on {root}");
        }
        assert_eq!(Scale::Off.lock(3), ScaleLock::Off);
        assert_eq!(Scale::Follow.lock(3), ScaleLock::Follow);
    }

    #[test]
    fn identifiers_and_places_are_those_of_saved_projects() {
        let expected = [
            "off", "follow", "major", "minor", "harmin", "melmin", "dorian", "phryg", "lydian", "mixo",
            "locr", "majpen", "minpen", "blues", "whole", "dimin",
        ];
        assert_eq!(Scale::ids(), Some(&expected[..]));
        for index in 0..expected.len() {
            assert_eq!(Scale::from_index(index).to_index(), index);
        }
        assert_eq!(Scale::from_index(5), Scale::Of(music::Scale::MelodicMinor));
        assert_eq!(Scale::variants()[5], "Melodic minor");
        assert_eq!(Scale::from_index(99), Scale::Off);
    }
}
