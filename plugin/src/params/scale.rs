//! The scale lock as a parameter: which kind of scale; its root is another.

use nice_plug::prelude::Enum;
use segue_music as music;

use segue_realtime::between::settings::ScaleLock;

/// Which pitch classes Segue may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Scale {
    /// All.
    #[id = "off"]
    Off,
    /// Those of the scale you play in.
    #[id = "follow"]
    #[name = "Follow me"]
    Follow,
    /// C D E F G A B.
    #[id = "major"]
    Major,
    /// C D E♭ F G A♭ B♭.
    #[id = "minor"]
    Minor,
    /// C D E♭ F G A♭ B.
    #[id = "harmin"]
    #[name = "Harmonic minor"]
    HarmonicMinor,
    /// C D E♭ F G A B.
    #[id = "melmin"]
    #[name = "Melodic minor"]
    MelodicMinor,
    /// C D E♭ F G A B♭.
    #[id = "dorian"]
    Dorian,
    /// C D♭ E♭ F G A♭ B♭.
    #[id = "phryg"]
    Phrygian,
    /// C D E F♯ G A B.
    #[id = "lydian"]
    Lydian,
    /// C D E F G A B♭.
    #[id = "mixo"]
    Mixolydian,
    /// C D♭ E♭ F G♭ A♭ B♭.
    #[id = "locr"]
    Locrian,
    /// C D E G A.
    #[id = "majpen"]
    #[name = "Major pentatonic"]
    MajorPentatonic,
    /// C E♭ F G B♭.
    #[id = "minpen"]
    #[name = "Minor pentatonic"]
    MinorPentatonic,
    /// C E♭ F G♭ G B♭.
    #[id = "blues"]
    Blues,
    /// C D E G♭ A♭ B♭.
    #[id = "whole"]
    #[name = "Whole tone"]
    WholeTone,
    /// C D E♭ F G♭ A♭ A B.
    #[id = "dimin"]
    Diminished,
}

impl Scale {
    /// The lock of this kind on a root, 0 to 11 from C.
    pub fn lock(self, root: u8) -> ScaleLock {
        let scale = match self {
            Self::Off => return ScaleLock::Off,
            Self::Follow => return ScaleLock::Follow,
            Self::Major => music::Scale::Major,
            Self::Minor => music::Scale::Minor,
            Self::HarmonicMinor => music::Scale::HarmonicMinor,
            Self::MelodicMinor => music::Scale::MelodicMinor,
            Self::Dorian => music::Scale::Dorian,
            Self::Phrygian => music::Scale::Phrygian,
            Self::Lydian => music::Scale::Lydian,
            Self::Mixolydian => music::Scale::Mixolydian,
            Self::Locrian => music::Scale::Locrian,
            Self::MajorPentatonic => music::Scale::MajorPentatonic,
            Self::MinorPentatonic => music::Scale::MinorPentatonic,
            Self::Blues => music::Scale::Blues,
            Self::WholeTone => music::Scale::WholeTone,
            Self::Diminished => music::Scale::Diminished,
        };
        ScaleLock::To(music::PitchClasses::of(root, scale).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_masks_from_c() {
        // (kind, root, pitch classes)
        let cases = [
            (Scale::Major, 0, 0b1010_1011_0101),
            (Scale::Minor, 9, 0b1010_1011_0101),
            (Scale::MinorPentatonic, 4, 0b1010_1001_0100),
            (Scale::WholeTone, 11, 0b1010_1010_1010),
        ];
        for (scale, root, mask) in cases {
            assert_eq!(scale.lock(root), ScaleLock::To(mask), "{scale:?} on {root}");
        }
        assert_eq!(Scale::Off.lock(3), ScaleLock::Off);
        assert_eq!(Scale::Follow.lock(3), ScaleLock::Follow);
    }
}
