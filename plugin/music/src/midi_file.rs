//! Standard MIDI files in and out.
//!
//! A file is read whole or refused with one line that says why: no music is lost silently. What is only sloppy (a
//! missing end of track, running status across meta events, notes that nobody ends) is read as sequencers read it.

mod chunks;
mod error;
mod read;
mod voice;
mod write;

pub use error::MidiError;
pub use read::{parse, read};
pub use write::{to_bytes, to_bytes_marked, write, write_marked};

use crate::Beats;

/// The latest position a file may name: 35 hours at 120 BPM. Beyond it lies damage, not music; and up to it every
/// distance fits MIDI's 28 bits at the 960 ticks a beat in which files are written.
pub const LONGEST: Beats = Beats::ONE.times(250_000);
