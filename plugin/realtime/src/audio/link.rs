//! Reports to the composer what the audio thread hears, and recovers after messages were lost.

use segue_music::Beats;

use crate::between::boundary::AudioEnd;
use crate::between::heard::{Heard, Tick};

/// The link to the composer.
pub struct Link {
    /// The audio thread's end of the rings.
    pub end: AudioEnd,
    /// Messages were lost. Our notes end in the next block, as the composer does not know what they
    /// answer.
    overrun: bool,
    /// The latest position that was reported. Reports never go back.
    pub reported_until: Beats,
}

impl Link {
    /// No report yet.
    pub fn new(end: AudioEnd) -> Self {
        Self { end, overrun: false, reported_until: Beats::ZERO }
    }

    /// Sends a message. `held` are the keys held after it, one bit each.
    ///
    /// # Real-time safety
    /// Wait-free, except in offline rendering.
    pub fn send(&mut self, heard: Heard, held: u128) {
        // The held keys before this message.
        match heard {
            Heard::On { at, key, .. } => self.recover(at, held & !(1 << key)),
            Heard::Off { at, key } => self.recover(at, held | 1 << key),
            _ => {}
        }
        self.overrun |= !self.end.send(heard);
    }

    /// Sends a tick. `held` are the held keys, one bit each.
    ///
    /// # Real-time safety
    /// Wait-free, except in offline rendering.
    pub fn tick(&mut self, tick: Tick, held: u128) {
        self.recover(tick.at, held);
        self.end.tick(tick);
    }

    /// Whether messages were lost since the last call.
    pub fn take_overrun(&mut self) -> bool {
        std::mem::take(&mut self.overrun)
    }

    /// Sends the held keys if messages were lost and there is room again.
    fn recover(&mut self, at: Beats, held: u128) {
        if self.end.can_recover() {
            self.end.recover(at, held);
        }
    }
}
