//! Other tracks that come in beside the player: which part each channel plays, and which of their
//! keys are down. They are heard, and neither answered nor passed on: they sound where they come
//! from.

use segue_music::{Channel, DRUM_CHANNEL, Part};

use crate::audio::voices::Address;
use crate::between::settings::Sound;

/// The other tracks. Fixed memory.
pub struct Tracks {
    /// What the last program change of each channel stands for.
    programs: [Option<Part>; 16],
    /// For each channel and key that is down, the part that struck it.
    held: Vec<Option<Held>>,
}

/// A key that is down: its part, if that is known.
type Held = Option<Part>;

impl Tracks {
    /// Nothing was heard.
    pub fn new() -> Self {
        Self { programs: [None; 16], held: vec![None; 16 * 128] }
    }

    /// A program change came in.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn program(&mut self, channel: Channel, program: u8) {
        self.programs[usize::from(channel % 16)] = Some(Part::of_program(program % 128));
    }

    /// The part of a channel: drums by the channel, the others by their program, and where none was
    /// sent by the part of ours that is set to that channel.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn part(&self, channel: Channel, sound: &Sound) -> Option<Part> {
        let set = || Part::ALL.into_iter().find(|part| sound.parts[part.index()].channel == channel);
        match channel {
            DRUM_CHANNEL => Some(Part::Drums),
            channel => self.programs[usize::from(channel % 16)].or_else(set),
        }
    }

    /// A key goes down.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn press(&mut self, address: Address, part: Option<Part>) {
        self.held[address.index()] = Some(part);
    }

    /// A key comes up. Returns the part that had struck it; `None` if it was not down.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn release(&mut self, address: Address) -> Option<Option<Part>> {
        self.held[address.index()].take()
    }
}

impl Default for Tracks {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_the_part_that_it_says_or_that_is_set() {
        let mut tracks = Tracks::new();
        tracks.program(4, 40);
        tracks.program(DRUM_CHANNEL, 40);
        let sound = Sound::default();
        // (channel, its part)
        for (channel, part) in [
            (DRUM_CHANNEL, Some(Part::Drums)),
            (4, Some(Part::Strings)),
            (2, Some(Part::Bass)),
            (0, None),
            (15, None),
        ] {
            assert_eq!(tracks.part(channel, &sound), part, "channel {channel}");
        }
        tracks.program(2, 73);
        assert_eq!(tracks.part(2, &sound), Some(Part::Flutes), "what it says counts first");
    }

    #[test]
    fn a_key_comes_up_as_the_part_that_struck_it() {
        let mut tracks = Tracks::new();
        let address = |channel, key| Address { channel, key };
        tracks.press(address(2, 40), Some(Part::Bass));
        tracks.press(address(3, 60), None);
        tracks.program(2, 0);
        assert_eq!(tracks.release(address(2, 40)), Some(Some(Part::Bass)));
        assert_eq!(tracks.release(address(2, 40)), None);
        assert_eq!(tracks.release(address(3, 60)), Some(None));
    }
}
