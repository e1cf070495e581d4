//! The parameters as the audio thread and the composer see them: plain numbers, copied once a block.

use segue_music::{Beats, Channel, Key, PitchClasses, Velocity};

pub use crate::between::mode::Mode;
pub use crate::between::yielding::Yield;

/// Which pitch classes Segue may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScaleLock {
    /// All.
    #[default]
    Off,
    /// Those of the scale that the player's notes fit best.
    Follow,
    /// These: a bit each, C lowest.
    To(u16),
}

/// A note or controller of the player that commands Segue instead of being heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A key, on any channel.
    Note(Key),
    /// A controller, on any channel.
    Control(u8),
}

/// Hard limits of what Segue plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Lowest and highest key.
    pub keys: (Key, Key),
    /// Softest and hardest.
    pub velocities: (Velocity, Velocity),
    /// Notes that sound at once, at most; at least 1.
    pub polyphony: u8,
    /// Notes a beat, at most; infinite for no limit.
    pub density: f32,
    /// Which pitch classes.
    pub scale: ScaleLock,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            keys: (21, 108),
            velocities: (1, 127),
            polyphony: 16,
            density: f32::INFINITY,
            scale: ScaleLock::Off,
        }
    }
}

impl Bounds {
    /// Whether a note is within them: key, velocity, and the scale where that is a given one. What the followed scale is, and how
    /// many notes there may be, only the composer knows.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn allow(&self, key: Key, velocity: Velocity) -> bool {
        let in_scale = match self.scale {
            ScaleLock::To(classes) => PitchClasses(classes).contains(key),
            ScaleLock::Off | ScaleLock::Follow => true,
        };
        let within = (self.keys.0..=self.keys.1).contains(&key);
        within && in_scale && (self.velocities.0..=self.velocities.1).contains(&velocity)
    }
}

/// When Segue plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct When {
    /// The latch of [`Mode::Continue`], as the parameter says it.
    pub latch: bool,
    /// How our notes make way.
    pub yields: Yield,
    /// What holds the latch down from the keyboard.
    pub latch_trigger: Option<Trigger>,
    /// What steps through the modes from the keyboard.
    pub mode_trigger: Option<Trigger>,
    /// How long the player is silent before the answer, as a multiple of the player's own spacing of notes.
    pub patience: f32,
    /// Bars of an answer, or of a turn; in a duet those for which Segue goes on alone.
    pub bars: u8,
}

impl Default for When {
    fn default() -> Self {
        Self {
            latch: false,
            yields: Yield::AtOnce,
            latch_trigger: None,
            mode_trigger: None,
            patience: 1.0,
            bars: 2,
        }
    }
}

/// What Segue plays. Where any of it moves, what is planned is planned anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct What {
    /// Onsets lie on multiples of this; zero is free.
    pub grid: Beats,
    /// On a grid, how much of the player's own deviation from it is taken out: 1 is straight, 0 keeps the player's groove.
    pub quantise: f32,
    /// What Segue never leaves.
    pub bounds: Bounds,
    /// How daring: below 1 the likely gets likelier.
    pub temperature: f32,
    /// The share of probability that is kept, the likeliest first.
    pub top_p: f32,
    /// Another seed, another answer.
    pub seed: u64,
    /// The style asked for, by its number among the model's; `None` is as it hears.
    pub style: Option<u8>,
}

impl Default for What {
    fn default() -> Self {
        Self {
            grid: Beats::ratio(1, 4),
            quantise: 1.0,
            bounds: Bounds::default(),
            temperature: 1.0,
            top_p: 0.95,
            seed: 1,
            style: None,
        }
    }
}

/// Where Segue's notes go, and how they sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sound {
    /// Whether the player's sustain pedal also moves on our channel.
    pub follow_pedal: bool,
    /// Where our notes go.
    pub channel: Channel,
    /// Whether what comes in also goes out.
    pub pass: bool,
    /// Gain of the built-in sound for the player's notes, 0 is silent.
    pub level: f32,
    /// The same for ours.
    pub segue_level: f32,
}

impl Default for Sound {
    fn default() -> Self {
        Self { follow_pedal: false, channel: 1, pass: true, level: 0.25, segue_level: 0.25 }
    }
}

/// A snapshot of the parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Whether Segue answers.
    pub on: bool,
    /// Whether the host bypasses us: what comes in goes out, and nothing is heard.
    pub bypass: bool,
    /// How we play together.
    pub mode: Mode,
    /// When Segue plays.
    pub when: When,
    /// What it plays.
    pub what: What,
    /// Where its notes go.
    pub sound: Sound,
    /// Counts the states loaded.
    pub generation: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            on: true,
            bypass: false,
            mode: Mode::Answer,
            when: When::default(),
            what: What::default(),
            sound: Sound::default(),
            generation: 0,
        }
    }
}
