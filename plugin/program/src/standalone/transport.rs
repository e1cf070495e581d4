//! The transport: tempo, metre and song position, and how the player controls them.
//!
//! [`clock`] and [`tap_tempo`] belong to the audio thread; [`handle`] is the boundary between it
//! and everybody else. Nothing here knows of audio devices, MIDI or windows.

pub mod clock;
pub mod handle;
mod tap_tempo;
