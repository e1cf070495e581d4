//! The audio thread's way of telling the composer what it hears: in order, and with a way back where messages were lost.

use segue_music::Beats;

use crate::between::boundary::AudioEnd;
use crate::between::heard::{Heard, Tick};

/// The line to the composer.
pub struct Link {
    /// The ring ends.
    pub end: AudioEnd,
    /// Messages were lost: our notes end in the next block, as the composer will not know them.
    overrun: bool,
    /// The latest position that was reported: reports never go back.
    pub reported_until: Beats,
}

impl Link {
    /// Nothing was reported.
    pub fn new(end: AudioEnd) -> Self {
        Self { end, overrun: false, reported_until: Beats::ZERO }
    }

    /// Sends what was heard. `held` is what the player holds after it, a bit a key.
    ///
    /// # Real-time safety
    /// Wait-free, but for offline rendering.
    pub fn send(&mut self, heard: Heard, held: u128) {
        // As it was before what is sent now.
        match heard {
            Heard::On { at, key, .. } => self.recover(at, held & !(1 << key)),
            Heard::Off { at, key } => self.recover(at, held | 1 << key),
            _ => {}
        }
        self.overrun |= !self.end.send(heard);
    }

    /// Lets the composer decide.
    ///
    /// # Real-time safety
    /// Wait-free, but for offline rendering.
    pub fn tick(&mut self, tick: Tick, held: u128) {
        self.recover(tick.at, held);
        self.end.tick(tick);
    }

    /// Whether messages were lost since the last question.
    pub fn take_overrun(&mut self) -> bool {
        std::mem::take(&mut self.overrun)
    }

    /// Where messages were lost, sends what is held as soon as there is room.
    fn recover(&mut self, at: Beats, held: u128) {
        if self.end.can_recover() {
            self.end.recover(at, held);
        }
    }
}
