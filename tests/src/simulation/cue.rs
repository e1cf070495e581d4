//! What a host does between two blocks.

use segue::between::settings::Settings;
use segue_music::Meter;

use super::song::{Nonsense, State};

/// What a player may ask for of the takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To hear one again.
    Replay,
    /// Another answer to the same prompt.
    Another,
    /// To stop what is replayed.
    StopReplay,
    /// To undo the last answer.
    Undo,
    /// To redo it.
    Redo,
}

/// One thing.
#[derive(Clone, Debug, PartialEq)]
pub enum Cue {
    /// The transport starts, stops, or is gone.
    Transport(State),
    /// The song goes on from somewhere else.
    Seek(f64),
    /// Another tempo.
    Tempo(f64),
    /// The tempo moves to another, within this many seconds.
    Ramp(f64, f64),
    /// Another metre.
    Meter(Meter),
    /// A loop, or none.
    Cycle(Option<(f64, f64)>),
    /// The host says nonsense, or the truth again.
    Nonsense(Option<Nonsense>),
    /// `reset()`.
    Reset,
    /// Deactivated, and activated at this sample rate.
    Restart(f64),
    /// A saved state is loaded.
    Load,
    /// The editor's panic button.
    Panic,
    /// The editor has everything forgotten.
    Forget,
    /// Another model is there, in the middle of whatever goes on.
    Swap,
    /// The player asks for something of the takes; of which one, counted from the newest.
    Ask(Asked, usize),
    /// Parameters move.
    Settings(Box<Settings>),
    /// The host takes no more than this many events a block from now on.
    Room(usize),
    /// The composer's thread does not run for this many seconds.
    Stall(f64),
}
