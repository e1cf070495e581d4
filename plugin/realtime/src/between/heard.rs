//! What the audio thread tells the composer. All positions are jam Beats (see [`crate::audio::clock`]).

use segue_music::{Beats, Key, Meter, Velocity};

use crate::between::settings::Settings;
use crate::between::survival::Survives;

/// Which context a plan answers: each note-on of the player, and whatever else ends our notes, begins a new one.
pub type Revision = u32;

/// How the song position moved other than by playing on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// The transport started, or the host began to say where it is.
    Started,
    /// It stopped.
    Stopped,
    /// A seek, the end of a loop, or another metre.
    Moved,
}

/// A moment at which the composer decides: every 11.6 ms of audio ([`crate::between::limits::tick_sample`]), whatever the blocks are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// Running number, never reset.
    pub number: u64,
    /// Now.
    pub at: Beats,
    /// How far away is the nearest moment that a decision made now may touch.
    pub lead: Beats,
    /// How far away the next tick is.
    pub step: Beats,
    /// The same in milliseconds.
    pub milliseconds: f32,
    /// The length of a bar.
    pub bar: Beats,
    /// The metre, while the host's transport gives one; nothing is free playing.
    pub meter: Option<Meter>,
    /// The parameters.
    pub settings: Settings,
    /// The newest revision.
    pub revision: Revision,
}

/// One message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    /// The player strikes a key.
    On {
        /// When.
        at: Beats,
        /// Which.
        key: Key,
        /// How hard.
        velocity: Velocity,
        /// What of ours goes on all the same.
        survives: Survives,
        /// The revision that begins here.
        revision: Revision,
    },
    /// The player releases a key.
    Off {
        /// When.
        at: Beats,
        /// Which.
        key: Key,
    },
    /// The sustain pedal.
    Pedal {
        /// When.
        at: Beats,
        /// Whether it went down.
        down: bool,
    },
    /// The song position jumped. Our notes have ended, and what the player held is told as released, before this.
    Jump {
        /// Jam position up to which was played.
        from: Beats,
        /// The jam position that follows it.
        to: Beats,
        /// How.
        jump: Jump,
        /// What of ours goes on all the same: at a seamless loop the plans, from here on.
        survives: Survives,
        /// The revision that begins here.
        revision: Revision,
    },
    /// What was planned is not wanted.
    Cut {
        /// When.
        at: Beats,
        /// Whether what sounds has ended too.
        survives: Survives,
        /// The revision that begins here.
        revision: Revision,
    },
    /// The host reset us: nothing was ever played, and the jam begins again.
    Reset {
        /// The revision that begins here.
        revision: Revision,
    },
    /// Messages were lost, as the ring was full: this is what the player holds now.
    Lost {
        /// When there was room again.
        at: Beats,
        /// A bit a key.
        held: u128,
    },
    /// Decide.
    Tick(Tick),
}
