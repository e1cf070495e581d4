//! The parameters as plain numbers, copied once a block for the audio thread and the composer.

use segue_music::{Beats, Channel, Key, Part, PitchClasses, Velocity};

pub use crate::between::band::{Band, PartLimits, PartSound};
pub use crate::between::entry::Entry;
pub use crate::between::mode::Mode;
pub use crate::between::yielding::Yield;

/// Which pitch classes Segue may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScaleLock {
    /// All of them.
    #[default]
    Off,
    /// Those of the scale that the player's notes fit best.
    Follow,
    /// These, one bit per pitch class, C lowest.
    To(u16),
}

/// A key or controller of the player that is a command and not music.
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
    /// Lowest and highest key, both included.
    pub keys: (Key, Key),
    /// Lowest and highest velocity, both included.
    pub velocities: (Velocity, Velocity),
    /// The most notes that sound at once, at least 1.
    pub polyphony: u8,
    /// The most notes per beat; infinite for no limit.
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
    /// Whether a note is within the limits of key, velocity and a given scale. Only the composer
    /// knows the scale that *follow* means, and the density.
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
    /// The latch of [`Mode::Continue`], as its parameter is set.
    pub latch: bool,
    /// What our notes do when the player comes in.
    pub yields: Yield,
    /// The trigger that holds the latch down.
    pub latch_trigger: Option<Trigger>,
    /// The trigger that steps through the modes.
    pub mode_trigger: Option<Trigger>,
    /// The silence before an answer, as a multiple of the player's own spacing of notes.
    pub patience: f32,
    /// When Segue comes in, in a duet.
    pub entry: Entry,
    /// Bars of an answer or a turn; in a duet, how long Segue goes on alone.
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
            entry: Entry::NextBar,
            bars: 2,
        }
    }
}

/// What Segue plays. If any of it changes, the composer plans again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct What {
    /// Onsets lie on multiples of this; zero for no grid.
    pub grid: Beats,
    /// How much of the player's deviation from the grid is removed: 1 is straight, 0 keeps the
    /// groove.
    pub quantise: f32,
    /// The limits of what it plays.
    pub bounds: Bounds,
    /// The parts that it plays.
    pub band: Band,
    /// Sampling temperature: below 1, likely notes become likelier.
    pub temperature: f32,
    /// Nucleus sampling: only the likeliest choices of this total probability are kept.
    pub top_p: f32,
    /// Seeds the random choices.
    pub seed: u64,
    /// The style, by its index in the model; `None` for none.
    pub style: Option<u8>,
}

impl Default for What {
    fn default() -> Self {
        Self {
            grid: Beats::ratio(1, 4),
            quantise: 1.0,
            bounds: Bounds::default(),
            band: Band::default(),
            temperature: 1.0,
            top_p: 0.95,
            seed: 1,
            style: None,
        }
    }
}

impl What {
    /// Whether a note of a part may be played, as far as the audio thread knows: see
    /// [`Bounds::allow`]. A drum has no pitch to be limited.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn allows(&self, part: Option<Part>, key: Key, velocity: Velocity) -> bool {
        match part {
            None => self.bounds.allow(key, velocity),
            Some(part) => {
                let (softest, hardest) = self.bounds.velocities;
                let pitched = part != Part::Drums;
                self.band.parts.contains(part)
                    && self.band.allows(part, key)
                    && (!pitched || self.bounds.allow(key, velocity))
                    && (softest..=hardest).contains(&velocity)
            }
        }
    }
}

/// Where Segue's notes go, and how they sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sound {
    /// Whether the player's sustain pedal also moves on our channel.
    pub follow_pedal: bool,
    /// The MIDI channel of our notes that are of no part, from 0.
    pub channel: Channel,
    /// Where the notes of each part go, by index.
    pub parts: [PartSound; Part::COUNT],
    /// The MIDI channel that the player is on, from 0; `None` for any. What comes in on the others
    /// is then other tracks.
    pub player: Option<Channel>,
    /// Whether the input is passed on to the output.
    pub pass: bool,
    /// Gain of the built-in sound for the player's notes; 0 is silent.
    pub level: f32,
    /// The same for Segue's notes.
    pub segue_level: f32,
}

impl Default for Sound {
    fn default() -> Self {
        Self {
            follow_pedal: false,
            channel: 1,
            parts: Part::ALL.map(PartSound::usual),
            player: None,
            pass: true,
            level: 0.25,
            segue_level: 0.25,
        }
    }
}

impl Sound {
    /// The channel of our notes of a part.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn channel_of(&self, part: Option<Part>) -> Channel {
        part.map_or(self.channel, |part| self.parts[part.index()].channel)
    }

    /// Whether notes of a part go out.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn is_heard(&self, part: Option<Part>) -> bool {
        part.is_none_or(|part| self.parts[part.index()].heard)
    }
}

/// A snapshot of the parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Whether Segue plays at all.
    pub on: bool,
    /// Whether the host bypasses the plugin. The input then passes through, and nothing is heard.
    pub bypass: bool,
    /// The mode.
    pub mode: Mode,
    /// When Segue plays.
    pub when: When,
    /// What it plays.
    pub what: What,
    /// Where its notes go.
    pub sound: Sound,
    /// Counts the loaded states, so that loading one is noticed.
    pub generation: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            on: true,
            bypass: false,
            mode: Mode::default(),
            when: When::default(),
            what: What::default(),
            sound: Sound::default(),
            generation: 0,
        }
    }
}
