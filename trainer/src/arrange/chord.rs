//! Chords: a root, a quality and sometimes another bass.

use std::fmt;

use segue_music::PitchClasses;

/// Names of the pitch classes as a lead sheet spells them most often.
const NAMES: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

/// Symbol, and semitones above the root: third, fifth and seventh stand second to fourth where
/// there are.
const QUALITIES: [(&str, &[i32]); 28] = [
    ("", &[0, 4, 7]),
    ("m", &[0, 3, 7]),
    ("7", &[0, 4, 7, 10]),
    ("maj7", &[0, 4, 7, 11]),
    ("m7", &[0, 3, 7, 10]),
    ("m7b5", &[0, 3, 6, 10]),
    ("dim", &[0, 3, 6]),
    ("dim7", &[0, 3, 6, 9]),
    ("aug", &[0, 4, 8]),
    ("aug7", &[0, 4, 8, 10]),
    ("sus4", &[0, 5, 7]),
    ("sus2", &[0, 2, 7]),
    ("7sus4", &[0, 5, 7, 10]),
    ("6", &[0, 4, 7, 9]),
    ("m6", &[0, 3, 7, 9]),
    ("9", &[0, 4, 7, 10, 14]),
    ("maj9", &[0, 4, 7, 11, 14]),
    ("m9", &[0, 3, 7, 10, 14]),
    ("13", &[0, 4, 7, 10, 14, 21]),
    ("7b9", &[0, 4, 7, 10, 13]),
    ("7#9", &[0, 4, 7, 10, 15]),
    ("add9", &[0, 4, 7, 14]),
    ("69", &[0, 4, 7, 9, 14]),
    ("mmaj7", &[0, 3, 7, 11]),
    ("5", &[0, 7]),
    ("m11", &[0, 3, 7, 10, 17]),
    ("maj7#11", &[0, 4, 7, 11, 18]),
    ("madd9", &[0, 3, 7, 14]),
];

/// What a chord is made of above its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality(usize);

impl Quality {
    /// By the symbol that follows the root's name in a lead sheet: "", "m7b5", "13".
    pub fn of(symbol: &str) -> Option<Self> {
        QUALITIES.iter().position(|(name, _)| *name == symbol).map(Self)
    }

    /// The symbol.
    pub fn symbol(self) -> &'static str {
        QUALITIES[self.0].0
    }

    /// Semitones above the root.
    pub fn tones(self) -> &'static [i32] {
        QUALITIES[self.0].1
    }
}

/// A chord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    /// The root's pitch class, 0 to 11.
    pub root: i32,
    /// The tones above it.
    pub quality: Quality,
    /// The bass's pitch class, where it is not the root.
    pub bass: Option<i32>,
}

impl Chord {
    /// A chord over its root.
    pub fn new(root: i32, quality: Quality) -> Self {
        Self { root: root.rem_euclid(12), quality, bass: None }
    }

    /// The same, this many semitones higher.
    #[must_use]
    pub fn up(self, semitones: i32) -> Self {
        let moved = |class: i32| (class + semitones).rem_euclid(12);
        Self { root: moved(self.root), bass: self.bass.map(moved), ..self }
    }

    /// The pitch class of the bass.
    pub fn low(self) -> i32 {
        self.bass.unwrap_or(self.root)
    }

    /// Its pitch classes in the order of its tones.
    pub fn classes(self) -> impl Iterator<Item = i32> {
        self.quality.tones().iter().map(move |tone| (self.root + tone).rem_euclid(12))
    }

    /// The first `count` tones as a set.
    pub fn set(self, count: usize) -> PitchClasses {
        self.classes().take(count).fold(PitchClasses::NONE, |set, class| set.with(class as u8))
    }

    /// Semitones from the root to the third, or to what stands for it.
    pub fn third(self) -> i32 {
        if self.quality.tones().len() > 2 { self.quality.tones()[1] } else { 7 }
    }

    /// Semitones from the root to the fifth.
    pub fn fifth(self) -> i32 {
        self.quality.tones().get(2).copied().unwrap_or(7)
    }

    /// Semitones from the root to the seventh; to the sixth where the chord has none.
    pub fn seventh(self) -> i32 {
        self.quality.tones().get(3).copied().filter(|&tone| tone < 12).unwrap_or(9)
    }

    /// Whether its third is minor.
    pub fn is_minor(self) -> bool {
        self.third() == 3
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", NAMES[self.root as usize % 12], self.quality.symbol())?;
        match self.bass {
            Some(bass) => write!(out, "/{}", NAMES[bass as usize % 12]),
            None => Ok(()),
        }
    }
}
