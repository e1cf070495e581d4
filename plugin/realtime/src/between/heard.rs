//! Messages from the audio thread to the composer. All positions are jam Beats (see
//! [`crate::audio::clock`]).

use segue_music::{Beats, Key, Meter, Part, Velocity};

use crate::between::settings::Settings;
use crate::between::survival::Survives;

/// The number of a revision. Each note-on of the player begins a new one, and so does everything
/// else that ends our notes. A plan belongs to the revision that it answers.
pub type Revision = u32;

/// How the song position moved, other than by playing on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// The transport started, or the host began to report a position.
    Started,
    /// The transport stopped.
    Stopped,
    /// A seek, or the end of a loop.
    Moved,
}

/// A moment at which the composer decides: every 11.6 ms of audio, independent of block sizes (see
/// [`crate::between::limits::tick_sample`]).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// Counts up, and is never reset.
    pub number: u64,
    /// Where the jam is.
    pub at: Beats,
    /// Distance to the nearest moment that a decision made now may affect.
    pub lead: Beats,
    /// Distance to the next tick.
    pub step: Beats,
    /// Distance to the next tick, in milliseconds.
    pub milliseconds: f32,
    /// The length of a bar.
    pub bar: Beats,
    /// The last bar line at or before now.
    pub line: Beats,
    /// The metre, while the host's transport gives one; `None` in free playing.
    pub meter: Option<Meter>,
    /// The parameters.
    pub settings: Settings,
    /// The newest revision.
    pub revision: Revision,
}

/// One message.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "the audio thread cannot put a tick on the heap")]
pub enum Heard {
    /// A key goes down.
    On {
        /// Position in jam Beats.
        at: Beats,
        /// The key.
        key: Key,
        /// How hard it was struck.
        velocity: Velocity,
        /// Which of Segue's notes survive.
        survives: Survives,
        /// The revision that begins here.
        revision: Revision,
    },
    /// A key comes up.
    Off {
        /// Position in jam Beats.
        at: Beats,
        /// The key.
        key: Key,
    },
    /// A note of another track begins. It is heard, and it is not the player's.
    TrackOn {
        /// Position in jam Beats.
        at: Beats,
        /// The part that plays it, if that is known.
        part: Option<Part>,
        /// The key.
        key: Key,
        /// How hard it was struck.
        velocity: Velocity,
    },
    /// A note of another track ends.
    TrackOff {
        /// Position in jam Beats.
        at: Beats,
        /// The part that played it, if that is known.
        part: Option<Part>,
        /// The key.
        key: Key,
    },
    /// The sustain pedal moves.
    Pedal {
        /// Position in jam Beats.
        at: Beats,
        /// Whether it is down now.
        down: bool,
    },
    /// The song position jumped. Our notes have ended before this; keys that the player holds go
    /// on.
    Jump {
        /// The jam position before the jump.
        from: Beats,
        /// The jam position after it.
        to: Beats,
        /// What kind of jump.
        jump: Jump,
        /// Which of Segue's notes survive: at a seamless loop, the plans from here on.
        survives: Survives,
        /// The revision that begins here.
        revision: Revision,
    },
    /// Plans are dropped, though no key went down.
    Cut {
        /// Position in jam Beats.
        at: Beats,
        /// Whether what sounded has ended too.
        survives: Survives,
        /// The revision that begins here.
        revision: Revision,
    },
    /// The host reset the plugin: the jam starts over with an empty history.
    Reset {
        /// The revision that begins here.
        revision: Revision,
    },
    /// Messages were lost because the ring was full. The held keys say where we are now.
    Lost {
        /// Where there was room again.
        at: Beats,
        /// The held keys, one bit per key.
        held: u128,
    },
    /// The composer decides.
    Tick(Tick),
}
