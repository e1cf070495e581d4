//! The parts of a band, as the parameters set them: which of them Segue plays, within which limits,
//! and where their notes go.

use segue_music::{Channel, Key, Part, PartSet};

/// What each part may play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// The parts that Segue plays. With none it is one voice of no part.
    pub parts: PartSet,
    /// The limits of each part, by index; beside those of all.
    pub limits: [PartLimits; Part::COUNT],
}

/// The limits of one part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartLimits {
    /// Lowest and highest key, both included. Drums know no such limit.
    pub keys: (Key, Key),
    /// The most notes per beat; infinite for no limit.
    pub density: f32,
}

/// Where the notes of a part go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartSound {
    /// The MIDI channel, from 0.
    pub channel: Channel,
    /// Gain of the built-in sound, beside that of all of Segue's notes.
    pub level: f32,
    /// Whether its notes go out: it is not muted, and no other part alone is to be heard. What is
    /// not heard is planned all the same, so that the others play what they would have played.
    pub heard: bool,
}

impl Band {
    /// Whether a key is within the limits of its part.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn allows(&self, part: Part, key: Key) -> bool {
        let (lowest, highest) = self.limits[part.index()].keys;
        part == Part::Drums || (lowest..=highest).contains(&key)
    }
}

impl Default for Band {
    fn default() -> Self {
        let limits = |part: Part| PartLimits { keys: part.keys(), density: f32::INFINITY };
        Self { parts: PartSet::NONE, limits: Part::ALL.map(limits) }
    }
}

impl PartSound {
    /// As long as nobody chooses anything else.
    pub const fn usual(part: Part) -> Self {
        Self { channel: part.usual_channel(), level: 1.0, heard: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drums_have_no_range() {
        let mut band = Band::default();
        band.limits.iter_mut().for_each(|limits| limits.keys = (40, 50));
        for (part, key, allowed) in [
            (Part::Bass, 39, false),
            (Part::Bass, 40, true),
            (Part::Bass, 51, false),
            (Part::Drums, 36, true),
        ] {
            assert_eq!(band.allows(part, key), allowed, "{part} {key}");
        }
    }
}
