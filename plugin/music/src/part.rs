//! Parts: the instruments of an ensemble, as far as the model tells them apart.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Channel, Key};

/// A family of instruments that plays one part of the music. The families are General MIDI's,
/// joined where they play alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// Piano, electric piano, harpsichord, clavinet.
    Keys,
    /// Mallets, harp, and what is plucked without frets of a guitar's kind.
    Mallets,
    /// Guitars.
    Guitar,
    /// Basses.
    Bass,
    /// Bowed strings, solo and section.
    Strings,
    /// Voices and choirs.
    Voice,
    /// Brass.
    Brass,
    /// Saxophones, oboe, bassoon, clarinet, and free reeds.
    Reeds,
    /// Flutes and whistles.
    Flutes,
    /// Synthesizers that lead.
    Lead,
    /// Synthesizers that lie beneath.
    Pad,
    /// Organs.
    Organ,
    /// A drum kit: keys are instruments, not pitches.
    Drums,
}

/// General MIDI's channel for drums, counted from 0.
pub const DRUM_CHANNEL: Channel = 9;

/// General MIDI's percussion keys, in the order of the drum alphabet.
const LOWEST_DRUM: Key = 35;
const HIGHEST_DRUM: Key = 81;

impl Part {
    /// All parts, by index. Notes that begin together are in this order.
    pub const ALL: [Self; 13] = [
        Self::Keys,
        Self::Mallets,
        Self::Guitar,
        Self::Bass,
        Self::Strings,
        Self::Voice,
        Self::Brass,
        Self::Reeds,
        Self::Flutes,
        Self::Lead,
        Self::Pad,
        Self::Organ,
        Self::Drums,
    ];

    /// How many parts there are.
    pub const COUNT: usize = Self::ALL.len();
    /// Symbols of the drum alphabet.
    pub const DRUM_KEYS: usize = (HIGHEST_DRUM - LOWEST_DRUM) as usize + 1;

    /// Its place in [`Self::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The part that a General MIDI program plays, programs counted from 0.
    pub const fn of_program(program: u8) -> Self {
        match program {
            0..=7 => Self::Keys,
            16..=20 => Self::Organ,
            21..=23 | 64..=71 | 109 | 111 => Self::Reeds,
            24..=31 => Self::Guitar,
            32..=39 => Self::Bass,
            40..=45 | 48..=51 | 55 | 110 => Self::Strings,
            52..=54 => Self::Voice,
            56..=63 => Self::Brass,
            72..=79 => Self::Flutes,
            80..=87 => Self::Lead,
            88..=103 | 120.. => Self::Pad,
            8..=15 | 46 | 47 | 104..=108 | 112..=119 => Self::Mallets,
        }
    }

    /// The part of a track: drums by their channel, everything else by its program; `None` where it
    /// names no program.
    pub fn of_track(channel: Channel, program: Option<u8>) -> Option<Self> {
        if channel == DRUM_CHANNEL { Some(Self::Drums) } else { program.map(Self::of_program) }
    }

    /// The General MIDI program that plays it in a file, counted from 0. Drums have a channel
    /// instead.
    pub const fn program(self) -> Option<u8> {
        Some(match self {
            Self::Keys => 0,
            Self::Mallets => 11,
            Self::Guitar => 25,
            Self::Bass => 33,
            Self::Strings => 48,
            Self::Voice => 52,
            Self::Brass => 61,
            Self::Reeds => 66,
            Self::Flutes => 73,
            Self::Lead => 80,
            Self::Pad => 89,
            Self::Organ => 16,
            Self::Drums => return None,
        })
    }

    /// The channel of its notes as long as nobody chooses another: keys, bass and drums where
    /// players look for them, the others on those that are left. The first is the player's.
    pub const fn usual_channel(self) -> Channel {
        match self {
            Self::Keys => 1,
            Self::Bass => 2,
            Self::Guitar => 3,
            Self::Strings => 4,
            Self::Mallets => 5,
            Self::Organ => 6,
            Self::Voice => 7,
            Self::Brass => 8,
            Self::Drums => DRUM_CHANNEL,
            Self::Reeds => 10,
            Self::Flutes => 11,
            Self::Lead => 12,
            Self::Pad => 13,
        }
    }

    /// Its name, as a player reads and writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Mallets => "mallets",
            Self::Guitar => "guitar",
            Self::Bass => "bass",
            Self::Strings => "strings",
            Self::Voice => "voice",
            Self::Brass => "brass",
            Self::Reeds => "reeds",
            Self::Flutes => "flutes",
            Self::Lead => "lead",
            Self::Pad => "pad",
            Self::Organ => "organ",
            Self::Drums => "drums",
        }
    }

    /// Whether its keys are pitches.
    pub const fn is_pitched(self) -> bool {
        !matches!(self, Self::Drums)
    }

    /// Lowest and highest key that its instruments reach; of drums, those of General MIDI.
    pub const fn keys(self) -> (Key, Key) {
        match self {
            Self::Keys | Self::Mallets => (21, 108),
            Self::Guitar => (38, 88),
            // From a five-string's low B to where bass lines end.
            Self::Bass => (23, 60),
            Self::Strings => (28, 103),
            Self::Voice => (36, 88),
            Self::Brass => (28, 88),
            Self::Reeds => (34, 96),
            Self::Flutes => (55, 108),
            Self::Lead | Self::Pad | Self::Organ => (24, 108),
            Self::Drums => (LOWEST_DRUM, HIGHEST_DRUM),
        }
    }

    /// Whether it plays one note at a time.
    pub const fn is_monophonic(self) -> bool {
        matches!(self, Self::Bass)
    }

    /// The symbol of a drum in the drum alphabet. Electronic kits send an edge of the hi-hat below
    /// General MIDI's range; what else lies outside of it becomes the nearest key within.
    pub fn drum_symbol(key: Key) -> usize {
        let key = match key {
            22 => 42,
            26 => 46,
            key => key.clamp(LOWEST_DRUM, HIGHEST_DRUM),
        };
        usize::from(key - LOWEST_DRUM)
    }

    /// The key of a symbol of the drum alphabet.
    pub fn drum_key(symbol: usize) -> Key {
        LOWEST_DRUM + Key::try_from(symbol.min(Self::DRUM_KEYS - 1)).unwrap_or(0)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no part's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no part {name:?}; there are {known}", known = names())]
pub struct UnknownPart {
    /// The name.
    name: String,
}

fn names() -> String {
    Part::ALL.map(Part::name).join(", ")
}

impl FromStr for Part {
    type Err = UnknownPart;

    fn from_str(name: &str) -> Result<Self, UnknownPart> {
        let wanted = name.trim();
        let found = Self::ALL.into_iter().find(|part| part.name().eq_ignore_ascii_case(wanted));
        found.ok_or_else(|| UnknownPart { name: wanted.to_owned() })
    }
}

/// Some of the parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PartSet(u16);

impl PartSet {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// Adds one.
    pub fn insert(&mut self, part: Part) {
        self.0 |= 1 << part.index();
    }

    /// The same without one.
    pub const fn without(self, part: Part) -> Self {
        Self(self.0 & !(1 << part.index()))
    }

    /// Whether it holds one.
    pub const fn contains(self, part: Part) -> bool {
        self.0 >> part.index() & 1 == 1
    }

    /// Whether it holds none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those it holds, by index.
    pub fn iter(self) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(move |&part| self.contains(part))
    }
}

impl FromIterator<Part> for PartSet {
    fn from_iter<T: IntoIterator<Item = Part>>(parts: T) -> Self {
        let mut set = Self::NONE;
        parts.into_iter().for_each(|part| set.insert(part));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_parts_share_a_channel_unless_asked_to() {
        let channels = Part::ALL.map(Part::usual_channel);
        let used = channels.iter().fold(0u16, |used, channel| used | 1 << channel);
        assert_eq!(used.count_ones() as usize, Part::COUNT);
        assert_eq!(used & 1, 0, "the first is the player's");
    }

    #[test]
    fn every_program_has_a_part_and_every_part_a_program() {
        for (program, part) in [
            (0, Part::Keys),
            (4, Part::Keys),
            (11, Part::Mallets),
            (22, Part::Reeds),
            (33, Part::Bass),
            (40, Part::Strings),
            (47, Part::Mallets),
            (52, Part::Voice),
            (56, Part::Brass),
            (73, Part::Flutes),
            (127, Part::Pad),
        ] {
            assert_eq!(Part::of_program(program), part, "program {program}");
        }
        for part in Part::ALL {
            assert_eq!(Part::ALL[part.index()], part);
            assert!(part.program().is_none_or(|program| Part::of_program(program) == part), "{part}");
            assert_eq!(part.name().parse(), Ok(part));
            assert!(part.keys().0 < part.keys().1 && part.keys().1 <= 127);
        }
        assert_eq!(Part::of_track(9, Some(0)), Some(Part::Drums));
        assert_eq!(Part::of_track(0, None), None);
        assert!("kazoo".parse::<Part>().is_err_and(|error| error.to_string().contains("bass")));
    }

    #[test]
    fn drums_are_an_alphabet() {
        for symbol in 0..Part::DRUM_KEYS {
            assert_eq!(Part::drum_symbol(Part::drum_key(symbol)), symbol);
        }
        for (key, heard) in [(0, 35), (22, 42), (26, 46), (36, 36), (127, 81)] {
            assert_eq!(Part::drum_key(Part::drum_symbol(key)), heard, "key {key}");
        }
    }

    #[test]
    fn a_set_holds_what_it_was_given() {
        let set: PartSet = [Part::Drums, Part::Bass].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Part::Bass, Part::Drums]);
        assert!(!set.contains(Part::Keys) && !set.is_empty() && PartSet::NONE.is_empty());
    }
}
