//! Audio: the instrument, and the drivers that call for blocks of it.
//!
//! Everything an audio callback reaches is real-time safe: [`instrument`], [`host_context`],
//! [`metronome`] and the callbacks of the drivers neither allocate, lock nor wait. Opening and
//! closing a driver is for other threads.

pub mod driver;
pub mod host_context;
pub mod instrument;
#[cfg(target_os = "linux")]
pub mod jack;
pub mod metronome;
pub mod sound_card;
pub mod timer_driver;
