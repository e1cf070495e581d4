//! What one player plays, on the written beat.

use segue_music::Tick;

/// A note of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Struck {
    /// When it begins, in ticks from the song's start, before the feel moves it.
    pub at: Tick,
    /// How long it lasts.
    pub length: Tick,
    /// Its key.
    pub key: i32,
    /// How hard; what is out of range is clamped when it is written.
    pub velocity: i32,
}

/// A part.
#[derive(Clone, Debug)]
pub struct Part {
    /// The track's name.
    pub name: &'static str,
    /// Its General MIDI program; `None` for drums, which are on channel 10.
    pub program: Option<u8>,
    /// Its notes, in any order.
    pub notes: Vec<Struck>,
    /// Changes of the sustain pedal.
    pub pedal: Vec<(Tick, bool)>,
}

impl Part {
    /// A silent part.
    pub fn new(name: &'static str, program: Option<u8>) -> Self {
        Self { name, program, notes: Vec::new(), pedal: Vec::new() }
    }

    /// Adds a note.
    pub fn add(&mut self, at: Tick, length: Tick, key: i32, velocity: i32) {
        self.notes.push(Struck { at, length, key, velocity });
    }
}
