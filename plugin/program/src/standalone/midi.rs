//! MIDI: messages, the queues between the audio thread and MIDI ports, and the system's ports.
//!
//! The audio thread uses [`message`] and its ends of the [`queues`]. [`ports`], with an
//! [`input_device`] for the player and one for other tracks, runs on threads of the system's MIDI
//! library and on one of our own.

pub mod input_device;
pub mod message;
pub mod ports;
pub mod queues;
