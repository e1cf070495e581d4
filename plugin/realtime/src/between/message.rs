//! What comes in from the host and goes out to it, without a type of any framework.

use segue_music::{Channel, Key};

/// A kind of per-note expression; passed through, not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expression {
    /// Gain.
    Volume,
    /// Stereo position.
    Pan,
    /// Semitones.
    Tuning,
    /// Vibrato.
    Vibrato,
    /// Expression.
    Expression,
    /// Brightness.
    Brightness,
}

/// One message. Velocities and values are 0 to 1, as hosts give them; `id` is the host's name of a note, if it has one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Message {
    /// A key goes down.
    On {
        /// The host's note.
        id: Option<i32>,
        /// Where it is addressed.
        channel: Channel,
        /// Which key.
        key: Key,
        /// How hard.
        velocity: f32,
    },
    /// A key comes up.
    Off {
        /// The host's note.
        id: Option<i32>,
        /// Where it is addressed.
        channel: Channel,
        /// Which key.
        key: Key,
        /// How fast.
        velocity: f32,
    },
    /// Every voice at an address ends; nothing there means any.
    Choke {
        /// Where.
        channel: Option<Channel>,
        /// Which key.
        key: Option<Key>,
    },
    /// A controller moves.
    Control {
        /// Where it is addressed.
        channel: Channel,
        /// Its number; 64 is the sustain pedal.
        controller: u8,
        /// Where to.
        value: f32,
    },
    /// The pitch wheel moves; 0.5 is its middle.
    Bend {
        /// Where it is addressed.
        channel: Channel,
        /// Where to.
        value: f32,
    },
    /// All keys are pressed harder.
    Pressure {
        /// Where it is addressed.
        channel: Channel,
        /// How hard.
        value: f32,
    },
    /// A key is pressed harder.
    KeyPressure {
        /// The host's note.
        id: Option<i32>,
        /// Where it is addressed.
        channel: Channel,
        /// Which key.
        key: Key,
        /// How hard.
        value: f32,
    },
    /// Another program.
    Program {
        /// Where it is addressed.
        channel: Channel,
        /// Which.
        program: u8,
    },
    /// A note is expressed.
    Expression {
        /// How.
        kind: Expression,
        /// The host's note.
        id: Option<i32>,
        /// Where it is addressed; nothing is any.
        channel: Option<Channel>,
        /// Which key; nothing is any.
        key: Option<Key>,
        /// How much.
        value: f32,
    },
}

impl Message {
    /// The sustain pedal.
    pub const PEDAL: u8 = 64;
    /// All sound off.
    pub const ALL_SOUND_OFF: u8 = 120;
    /// Controllers back to rest.
    pub const RESET_CONTROLLERS: u8 = 121;
    /// All notes off.
    pub const ALL_NOTES_OFF: u8 = 123;

    /// Whether it ends notes: such a message is never left out.
    pub fn ends_notes(&self) -> bool {
        match self {
            Self::Off { .. } | Self::Choke { .. } => true,
            Self::On { velocity, .. } => *velocity <= 0.0,
            Self::Control { controller, .. } => {
                matches!(*controller, Self::ALL_SOUND_OFF | Self::ALL_NOTES_OFF | Self::RESET_CONTROLLERS)
            }
            _ => false,
        }
    }
}

/// A message and its place in the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Samples from the start of the block.
    pub time: u32,
    /// What happens there.
    pub message: Message,
}

/// Where output goes.
pub trait Sink {
    /// Sends a message, later or at the same time as the one before; false where the host has no room for it.
    fn send(&mut self, time: u32, message: Message) -> bool;
}

impl Sink for Vec<Event> {
    fn send(&mut self, time: u32, message: Message) -> bool {
        self.push(Event { time, message });
        true
    }
}
