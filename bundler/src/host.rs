//! What a plugin host is to us, whatever the plugin format: blocks of events and audio in and out,
//! parameters, state.

use anyhow::Result;
use segue_music::{Beats, Channel, Key, Meter, Velocity};

/// What goes into a plugin or comes out of it at one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Message {
    /// A key goes down.
    On {
        /// Where it is addressed.
        channel: Channel,
        /// Which key.
        key: Key,
        /// How hard.
        velocity: Velocity,
    },
    /// A key comes up.
    Off {
        /// Where it is addressed.
        channel: Channel,
        /// Which key.
        key: Key,
    },
    /// A MIDI controller, 64 being the sustain pedal.
    Control {
        /// Where it is addressed.
        channel: Channel,
        /// Which controller.
        controller: u8,
        /// 0 to 127.
        value: u8,
    },
    /// A parameter of the plugin, in the host's unit; only ever sent, never heard.
    Parameter {
        /// The host's number of the parameter.
        id: u32,
        /// As [`Host::parse`] gives it.
        value: f64,
    },
}

/// A message at a sample: of the block where it is sent, of the whole performance if it says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub sample: u64,
    /// What.
    pub message: Message,
}

/// How blocks will come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setup {
    /// Samples a second.
    pub sample_rate: f64,
    /// The longest block.
    pub block: usize,
    /// Whether the host says that it renders offline, so that the plugin may take its time.
    pub offline: bool,
}

/// The host's clock as it stands at the first sample of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transport {
    /// Whether the song runs.
    pub playing: bool,
    /// The song position in quarter notes.
    pub beats: f64,
    /// Seconds since the song's start.
    pub seconds: f64,
    /// Quarter notes a minute; anything, since hosts send anything.
    pub tempo: f64,
    /// The time signature.
    pub meter: Meter,
}

impl Transport {
    /// Where the bar of this position begins, in quarter notes, and its number from zero.
    pub fn bar(&self) -> (f64, i32) {
        let bar = self.meter.bar();
        let number = Beats::from_f64(self.beats).div_floor(bar);
        (bar.times(number).as_f64(), i32::try_from(number).unwrap_or_default())
    }
}

/// One block to process.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Samples processed before it, since activation.
    pub start: u64,
    /// How many samples.
    pub frames: usize,
    /// The clock; `None` if the host has none.
    pub transport: Option<Transport>,
    /// What is sent, in time order, samples counted from the block's first.
    pub events: &'a [Event],
}

/// What a plugin gave for one block.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// In the order in which the plugin sent it, samples counted from the block's first.
    pub events: Vec<Event>,
    /// Left and right.
    pub audio: [Vec<f32>; 2],
}

/// A parameter as the host sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The host's number of it.
    pub id: u32,
    /// Its display name.
    pub name: String,
    /// Its value now, in the host's unit.
    pub value: f64,
    /// Its value as the plugin writes it.
    pub text: String,
}

/// One instance of a plugin, loaded by a host.
pub trait Host {
    /// Makes the plugin ready for blocks.
    fn activate(&mut self, setup: Setup) -> Result<()>;
    /// Ends the blocks; does nothing if there were none.
    fn deactivate(&mut self);
    /// Tells the plugin that the next block does not follow the last one.
    fn reset(&mut self) -> Result<()>;
    /// Runs one block, at most as long as the setup says. `output` is overwritten.
    fn process(&mut self, block: &Block<'_>, output: &mut Output) -> Result<()>;
    /// The parameters a user sees.
    fn parameters(&mut self) -> Result<Vec<Parameter>>;
    /// The value a text stands for, in the host's unit.
    fn parse(&mut self, id: u32, text: &str) -> Result<f64>;
    /// The plugin's state as a project would keep it.
    fn save(&mut self) -> Result<Vec<u8>>;
    /// Gives a kept state back.
    fn load(&mut self, state: &[u8]) -> Result<()>;
}
