//! Messages from and to the host, without a type of any framework.

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
    /// What controller 11 is for a channel.
    Expression,
    /// Brightness.
    Brightness,
}

/// One message. Velocities and values are 0 to 1, as hosts give them. `id` is the host's id of a
/// note, if it has one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Message {
    /// A key goes down.
    On {
        /// The host's id of the note.
        id: Option<i32>,
        /// The MIDI channel, from 0.
        channel: Channel,
        /// The key.
        key: Key,
        /// How hard, 0 to 1.
        velocity: f32,
    },
    /// A key comes up.
    Off {
        /// The host's id of the note.
        id: Option<i32>,
        /// The MIDI channel, from 0.
        channel: Channel,
        /// The key.
        key: Key,
        /// How fast, 0 to 1.
        velocity: f32,
    },
    /// Every voice at an address ends; `None` means any.
    Choke {
        /// The MIDI channel.
        channel: Option<Channel>,
        /// The key.
        key: Option<Key>,
    },
    /// A controller moves.
    Control {
        /// The MIDI channel, from 0.
        channel: Channel,
        /// Its number; 64 is the sustain pedal.
        controller: u8,
        /// Its value, 0 to 1.
        value: f32,
    },
    /// The pitch wheel moves; 0.5 is its middle.
    Bend {
        /// The MIDI channel, from 0.
        channel: Channel,
        /// Its value, 0 to 1.
        value: f32,
    },
    /// Channel pressure.
    Pressure {
        /// The MIDI channel, from 0.
        channel: Channel,
        /// How hard, 0 to 1.
        value: f32,
    },
    /// Pressure on one key.
    KeyPressure {
        /// The host's id of the note.
        id: Option<i32>,
        /// The MIDI channel, from 0.
        channel: Channel,
        /// The key.
        key: Key,
        /// How hard, 0 to 1.
        value: f32,
    },
    /// Program change.
    Program {
        /// The MIDI channel, from 0.
        channel: Channel,
        /// Its number.
        program: u8,
    },
    /// A note expression.
    Expression {
        /// Which expression.
        kind: Expression,
        /// The host's id of the note.
        id: Option<i32>,
        /// The MIDI channel; `None` is any.
        channel: Option<Channel>,
        /// The key; `None` is any.
        key: Option<Key>,
        /// Its value.
        value: f32,
    },
}

impl Message {
    /// The sustain pedal.
    pub const PEDAL: u8 = 64;
    /// All sound off.
    pub const ALL_SOUND_OFF: u8 = 120;
    /// Reset all controllers.
    pub const RESET_CONTROLLERS: u8 = 121;
    /// All notes off.
    pub const ALL_NOTES_OFF: u8 = 123;

    /// The channel it is on; `None` where it may mean several.
    pub fn channel(&self) -> Option<Channel> {
        match *self {
            Self::On { channel, .. }
            | Self::Off { channel, .. }
            | Self::Control { channel, .. }
            | Self::Bend { channel, .. }
            | Self::Pressure { channel, .. }
            | Self::KeyPressure { channel, .. }
            | Self::Program { channel, .. } => Some(channel),
            Self::Choke { channel, .. } | Self::Expression { channel, .. } => channel,
        }
    }

    /// Whether it ends notes. Such a message is never dropped.
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

/// A message and its time in the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Samples from the start of the block.
    pub time: u32,
    /// The message.
    pub message: Message,
}

/// Where the output goes.
pub trait Sink {
    /// Sends a message, no earlier than the one before it. Returns false if the host has no room.
    fn send(&mut self, time: u32, message: Message) -> bool;
}

impl Sink for Vec<Event> {
    fn send(&mut self, time: u32, message: Message) -> bool {
        self.push(Event { time, message });
        true
    }
}
