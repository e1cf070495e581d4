//! Keys played in the window, on their way from the editor to the audio thread.
//!
//! A ring of its own, wait-free at both ends. It is empty unless somebody plays in the window, so
//! offline rendering does not change. What is played counts as input at the start of the next
//! block.

use rtrb::{Consumer, Producer};
use segue_music::{Channel, Key};

use crate::between::limits::TOUCHES;
use crate::between::message::Message;
use crate::between::prefault;

/// The MIDI channel of the keys in the window.
pub const CHANNEL: Channel = 0;

/// One key movement.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Touch {
    Down(Key, f32),
    Up(Key),
}

impl Touch {
    const fn key(self) -> Key {
        match self {
            Self::Down(key, _) | Self::Up(key) => key,
        }
    }
}

/// The editor's end.
pub struct Fingers {
    ring: Producer<Touch>,
    /// The keys that are down, one bit each.
    down: u128,
}

/// The audio thread's end.
pub struct Touches {
    ring: Consumer<Touch>,
    /// The keys that went down in this block, one bit each.
    struck: u128,
}

/// Makes both ends.
pub fn touch() -> (Fingers, Touches) {
    let (ring, taken) = prefault::ring(TOUCHES, Touch::Up(0));
    (Fingers { ring, down: 0 }, Touches { ring: taken, struck: 0 })
}

impl Fingers {
    /// Presses a key, 0 to 1 hard. Returns false if it is already down, or if nobody reads the
    /// ring. Every key that is down has a slot reserved for its release, so none sticks.
    pub fn press(&mut self, key: Key, velocity: f32) -> bool {
        let bit = 1 << (key % 128);
        if self.down & bit != 0 || self.ring.slots() < self.down.count_ones() as usize + 2 {
            return false;
        }
        let pressed = self.ring.push(Touch::Down(key % 128, velocity.clamp(1.0 / 127.0, 1.0))).is_ok();
        self.down |= if pressed { bit } else { 0 };
        pressed
    }

    /// Releases a key, if it is down.
    pub fn lift(&mut self, key: Key) {
        let bit = 1 << (key % 128);
        if self.down & bit != 0 && self.ring.push(Touch::Up(key % 128)).is_ok() {
            self.down &= !bit;
        }
    }

    /// Releases every key.
    pub fn lift_all(&mut self) {
        (0..128).for_each(|key| self.lift(key));
    }

    /// Whether a key is down.
    pub const fn holds(&self, key: Key) -> bool {
        self.down >> (key % 128) & 1 == 1
    }
}

impl Touches {
    /// Begins a block.
    ///
    /// # Real-time safety
    /// Clears a word.
    pub fn begin(&mut self) {
        self.struck = 0;
    }

    /// The next movement in this block. A key that goes down in it comes up in the next block at
    /// the earliest, as a click shorter than a block would be a note of zero length.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn receive(&mut self) -> Option<Message> {
        let touch = *self.ring.peek().ok()?;
        let bit = 1 << touch.key();
        if self.struck & bit != 0 {
            return None;
        }
        self.ring.pop().ok()?;
        Some(match touch {
            Touch::Down(key, velocity) => {
                self.struck |= bit;
                Message::On { id: None, channel: CHANNEL, key, velocity }
            }
            Touch::Up(key) => Message::Off { id: None, channel: CHANNEL, key, velocity: 0.0 },
        })
    }

    /// Drops what was played while nobody listened.
    ///
    /// # Real-time safety
    /// Wait-free; at most one pass over the ring.
    pub fn forget(&mut self) {
        for _ in 0..TOUCHES {
            if self.ring.pop().is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_press_that_is_taken_has_its_release_however_full_it_is() {
        let (mut fingers, mut touches) = touch();
        // Nobody takes anything, and somebody plays on.
        let mut taken = 0;
        for round in 0..1000u32 {
            taken += usize::from(fingers.press((round % 100) as Key, 0.5));
            if round % 3 == 0 {
                fingers.lift((round % 100) as Key);
            }
        }
        fingers.lift_all();
        assert!(taken > 50, "{taken}");
        assert!((0..128).all(|key| !fingers.holds(key)));
        let (mut down, mut ons) = (0u128, 0);
        for _ in 0..1000 {
            touches.begin();
            while let Some(message) = touches.receive() {
                match message {
                    Message::On { key, .. } => {
                        assert_eq!(down >> key & 1, 0);
                        down |= 1 << key;
                        ons += 1;
                    }
                    Message::Off { key, .. } => {
                        assert_eq!(down >> key & 1, 1);
                        down &= !(1 << key);
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!((down, ons), (0, taken));
    }

    #[test]
    fn a_click_shorter_than_a_block_is_a_note() {
        let (mut fingers, mut touches) = touch();
        fingers.press(60, 0.5);
        fingers.lift(60);
        touches.begin();
        assert!(matches!(touches.receive(), Some(Message::On { key: 60, .. })));
        assert_eq!(touches.receive(), None);
        touches.begin();
        assert!(matches!(touches.receive(), Some(Message::Off { key: 60, .. })));
        assert_eq!(touches.receive(), None);
    }
}
