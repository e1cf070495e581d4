//! Echoes: notes of our own that a host's routing brings back to our input. They are neither heard
//! nor passed through.
//!
//! A player may strike the very key that we have just struck, on the same channel; that note must
//! not be lost. So an echo is recognised by more than key and time: it is as hard as our note to
//! the MIDI step, and it comes within 10 ms, or lies at the same place in its block or at the
//! block's start, as hosts route whole blocks. If unsure, a note counts as the player's.

use segue_music::{Channel, Key, Velocity};

use crate::audio::voices::{Address, midi_velocity};
use crate::between::convert;
use crate::between::limits::{ADDRESSES, ECHO_SECONDS};
use crate::between::prefault;

/// A note as it goes out or comes in.
#[derive(Clone, Copy, Debug)]
pub struct Struck {
    /// Its channel.
    pub channel: Channel,
    /// Its key.
    pub key: Key,
    /// How hard, 0 to 1.
    pub velocity: f32,
    /// The sample, counted from the activation or the last reset.
    pub sample: u64,
    /// Samples from the start of the host's block.
    pub time: u32,
}

impl Struck {
    fn address(&self) -> Address {
        Address { channel: self.channel, key: self.key }
    }
}

/// A note sent that has not come back.
#[derive(Clone, Copy, Default)]
struct Sent {
    velocity: Velocity,
    time: u32,
    /// The sample at which it was sent, while it is unmatched.
    at: Option<u64>,
    /// Its note-on came back; its note-off is still to come.
    back: bool,
}

/// The notes that we sent last, one a channel and key: two parts of a band may strike one key
/// together.
pub struct Echo {
    sent: Vec<Sent>,
    window: u64,
    /// Within this many samples an equal note is always an echo.
    at_once: u64,
}

/// A cable from the output to the input takes less.
const AT_ONCE_SECONDS: f64 = 0.01;

impl Echo {
    /// Nothing was sent.
    pub fn new(sample_rate: f64) -> Self {
        let samples = |seconds: f64| convert::whole(seconds * sample_rate);
        let mut sent = prefault::list(ADDRESSES, Sent::default());
        sent.resize(ADDRESSES, Sent::default());
        Self { sent, window: samples(ECHO_SECONDS), at_once: samples(AT_ONCE_SECONDS) }
    }

    /// Samples are counted from zero again. Notes sent before are no longer expected back, except
    /// the note-offs of those that came back.
    pub fn restart(&mut self) {
        self.sent.iter_mut().for_each(|sent| sent.at = None);
    }

    /// Whether what was sent at a sample may still come back at another.
    pub fn may_come_back(&self, sent: u64, now: u64) -> bool {
        now.saturating_sub(sent) <= self.window
    }

    /// We started a note.
    pub fn sent(&mut self, note: &Struck) {
        let sent = &mut self.sent[note.address().index()];
        // An off that is still on its way back belongs to the note before; it must not be taken for
        // the player's.
        let back = sent.back;
        let velocity = midi_velocity(note.velocity);
        *sent = Sent { velocity, time: note.time, at: Some(note.sample), back };
    }

    /// Whether a note-on that comes in is an echo.
    pub fn takes_on(&mut self, note: &Struck) -> bool {
        let window = self.window;
        let sent = &mut self.sent[note.address().index()];
        let soon = sent.at.is_some_and(|at| note.sample.saturating_sub(at) <= window);
        let same = sent.velocity == midi_velocity(note.velocity);
        let at_once = sent.at.is_some_and(|at| note.sample.saturating_sub(at) <= self.at_once);
        let echo = soon && same && (at_once || note.time == sent.time || note.time == 0);
        if echo {
            sent.at = None;
            sent.back = true;
        }
        echo
    }

    /// Whether an incoming note-off belongs to such a note.
    pub fn takes_off(&mut self, channel: Channel, key: Key) -> bool {
        let sent = &mut self.sent[Address { channel, key }.index()];
        std::mem::take(&mut sent.back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Struck = Struck { channel: 1, key: 60, velocity: 0.5, sample: 1000, time: 7 };

    #[test]
    fn nothing_from_before_a_restart_is_an_echo() {
        let mut echo = Echo::new(48_000.0);
        let other = Struck { key: 62, ..OURS };
        echo.sent(&OURS);
        echo.sent(&other);
        assert!(echo.takes_on(&Struck { sample: 1100, ..other }));
        echo.restart();
        assert!(!echo.takes_on(&Struck { sample: 10, ..OURS }), "the player's");
        assert!(echo.takes_off(1, 62), "the off of what came back before");
    }

    #[test]
    fn two_parts_that_strike_one_key_both_come_back() {
        let mut echo = Echo::new(48_000.0);
        let other = Struck { channel: 2, ..OURS };
        echo.sent(&OURS);
        echo.sent(&other);
        for struck in [OURS, other] {
            assert!(echo.takes_on(&Struck { sample: 1100, ..struck }), "{struck:?}");
        }
        for struck in [other, OURS] {
            assert!(echo.takes_off(struck.channel, struck.key), "{struck:?}");
        }
    }

    #[test]
    fn only_our_own_notes_come_back() {
        let later = |milliseconds: u64| Struck { sample: 1000 + milliseconds * 48, ..OURS };
        // (what comes in, is it an echo?)
        for (struck, echo) in [
            (later(0), true),
            (later(99), true),
            (Struck { time: 0, ..later(5) }, true),
            // A byte of MIDI rounds.
            (Struck { velocity: 64.0 / 127.0, ..later(5) }, true),
            (later(120), false),
            (Struck { channel: 0, ..later(5) }, false),
            (Struck { key: 61, ..later(5) }, false),
            (Struck { velocity: 0.8, ..later(5) }, false),
            (Struck { time: 8, ..later(5) }, true),
            (Struck { time: 8, ..later(50) }, false),
        ] {
            let mut echoes = Echo::new(48_000.0);
            echoes.sent(&OURS);
            assert_eq!(echoes.takes_on(&struck), echo, "{struck:?}");
            assert_eq!(echoes.takes_off(struck.channel, struck.key), echo, "its off goes the same way");
            assert!(!echoes.takes_on(&struck), "once");
        }
    }
}
