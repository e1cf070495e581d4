//! Echoes: notes of our own that a host's routing brings back to our input. They are neither heard nor passed through.

use segue_music::{Channel, Key};

use crate::between::limits::ECHO_SECONDS;

/// A note sent that has not come back.
#[derive(Clone, Copy, Default)]
struct Sent {
    channel: Channel,
    /// The sample at which it was sent, while it is unmatched.
    at: Option<u64>,
    /// Its on came back; its off is to follow.
    back: bool,
}

/// What we sent lately, by key.
pub struct Echo {
    keys: [Sent; 128],
    window: u64,
}

impl Echo {
    /// Nothing was sent.
    pub fn new(sample_rate: f64) -> Self {
        Self { keys: [Sent::default(); 128], window: (ECHO_SECONDS * sample_rate) as u64 }
    }

    /// The samples are counted anew: what was sent before is not expected back any more, but the offs of what has come back are.
    pub fn restart(&mut self) {
        self.keys.iter_mut().for_each(|sent| sent.at = None);
    }

    /// We started a note.
    pub fn sent(&mut self, channel: Channel, key: Key, sample: u64) {
        let sent = &mut self.keys[usize::from(key % 128)];
        // An off that is still on its way back belongs to the note before; it must not be taken for the player's.
        *sent = Sent { channel, at: Some(sample), back: sent.back && sent.channel == channel };
    }

    /// Whether a note-on that comes in is one of ours.
    pub fn takes_on(&mut self, channel: Channel, key: Key, sample: u64) -> bool {
        let window = self.window;
        let sent = &mut self.keys[usize::from(key % 128)];
        let echo = sent.channel == channel && sent.at.is_some_and(|at| sample.saturating_sub(at) <= window);
        if echo {
            sent.at = None;
            sent.back = true;
        }
        echo
    }

    /// Whether a note-off that comes in belongs to such a note.
    pub fn takes_off(&mut self, channel: Channel, key: Key) -> bool {
        let sent = &mut self.keys[usize::from(key % 128)];
        let echo = sent.back && sent.channel == channel;
        sent.back &= !echo;
        echo
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_before_a_restart_is_an_echo() {
        let mut echo = Echo::new(48_000.0);
        echo.sent(1, 60, 1_000_000);
        echo.sent(1, 62, 1_000_000);
        assert!(echo.takes_on(1, 62, 1_000_100));
        echo.restart();
        assert!(!echo.takes_on(1, 60, 10), "the player's");
        assert!(echo.takes_off(1, 62), "the off of what came back before");
    }

    #[test]
    fn only_our_own_notes_come_back() {
        // (channel, key, milliseconds after ours) -> echo?
        for (channel, key, after, echo) in
            [(1, 60, 0, true), (1, 60, 99, true), (1, 60, 120, false), (0, 60, 5, false), (1, 61, 5, false)]
        {
            let mut echoes = Echo::new(48_000.0);
            echoes.sent(1, 60, 1000);
            assert_eq!(echoes.takes_on(channel, key, 1000 + after * 48), echo, "{channel} {key} {after}");
            assert_eq!(echoes.takes_off(channel, key), echo, "its off goes the same way");
            assert!(!echoes.takes_on(channel, key, 1000 + after * 48), "once");
        }
    }
}
