//! Reports of what really began and ended at the output, whoever played it.
//!
//! They go one way, and nothing that is played depends on them. They have a ring of their own, so a
//! lost report only affects the takes. Positions are jam Beats (see [`crate::audio::clock`]) and
//! never go back, except after [`Sounded::Reset`].

use rtrb::{Producer, RingBuffer};
use segue_music::{Beats, Channel, Key, Meter, Part, PedalMove, Role, Tempo, Velocity};

use crate::between::limits::SOUNDED;

/// One report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sounded {
    /// A key went down.
    On {
        /// Position in jam Beats.
        at: Beats,
        /// Who played it.
        role: Role,
        /// The part it belongs to, if that is known.
        part: Option<Part>,
        /// The MIDI channel, from 0.
        channel: Channel,
        /// The key.
        key: Key,
        /// How hard it was struck.
        velocity: Velocity,
        /// The number of the answer that it belongs to; zero for the player.
        answer: u32,
        /// What its sustain pedal did as it was struck.
        pedal: PedalMove,
    },
    /// A key came up.
    Off {
        /// Position in jam Beats.
        at: Beats,
        /// Who had played it.
        role: Role,
        /// The MIDI channel, from 0.
        channel: Channel,
        /// The key.
        key: Key,
    },
    /// Our sustain pedal came up by itself, not with a note.
    Lift {
        /// Position in jam Beats.
        at: Beats,
        /// The MIDI channel, from 0.
        channel: Channel,
    },
    /// Everything ended.
    Silence {
        /// Position in jam Beats.
        at: Beats,
    },
    /// The host's clock changed.
    Clock {
        /// From where on.
        at: Beats,
        /// Its tempo.
        tempo: Tempo,
        /// Its metre.
        meter: Meter,
        /// A bar line; the others lie whole bars from it.
        line: Beats,
    },
    /// The jam starts over at zero.
    Reset,
    /// Reports were lost because the ring was full. It is unknown which notes ended meanwhile.
    Lost {
        /// Where there was room again.
        at: Beats,
        /// How many.
        count: u32,
    },
}

/// The audio thread's end of the ring.
pub struct Reports {
    ring: Producer<Sounded>,
    /// Reports lost since the last one that was sent.
    lost: u32,
    /// What of the clock was reported last.
    clock: Option<(Tempo, Meter, Beats)>,
    /// Nobody is to know what is played: the host bypasses us.
    muted: bool,
}

impl Reports {
    /// Reports into a ring.
    pub fn new(ring: Producer<Sounded>) -> Self {
        Self { ring, lost: 0, clock: None, muted: false }
    }

    /// Reports into nowhere.
    pub fn nowhere() -> Self {
        Self::new(RingBuffer::new(0).0)
    }

    /// Sends a report. If the ring is full, it is dropped and counted, and so are all that follow
    /// until half of the ring is free. What arrives is therefore whole stretches.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn send(&mut self, at: Beats, sounded: Sounded) {
        if self.muted && matches!(sounded, Sounded::On { .. }) {
            return;
        }
        if self.lost > 0 && self.ring.slots() >= SOUNDED / 2 {
            let count = std::mem::take(&mut self.lost);
            // There is room: it was just checked.
            let _ = self.ring.push(Sounded::Lost { at, count });
            self.clock = None;
        }
        if self.lost > 0 || self.ring.push(sounded).is_err() {
            self.lost = self.lost.saturating_add(1);
        }
    }

    /// Reports the clock if it has changed.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn clock(&mut self, at: Beats, tempo: Tempo, meter: Meter, line: Beats) {
        // Any bar line says where all of them lie.
        let clock = (tempo, meter, line % meter.bar());
        if self.clock != Some(clock) {
            self.clock = Some(clock);
            self.send(at, Sounded::Clock { at, tempo, meter, line });
        }
    }

    /// Reports that the jam starts over.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn restart(&mut self) {
        self.clock = None;
        self.send(Beats::ZERO, Sounded::Reset);
    }

    /// Sets whether note-ons are left out.
    ///
    /// # Real-time safety
    /// Sets a flag.
    pub fn mute(&mut self, muted: bool) {
        self.muted = muted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(beat: i64) -> Sounded {
        let at = Beats::ratio(beat, 1);
        let (role, channel, pedal) = (Role::Player, 0, PedalMove::Stay);
        Sounded::On { at, role, part: None, channel, key: 60, velocity: 80, answer: 0, pedal }
    }

    #[test]
    fn a_full_ring_counts_what_is_lost_and_says_so_later() {
        let (ring, mut out) = RingBuffer::new(SOUNDED);
        let mut reports = Reports::new(ring);
        for beat in (0..).take(SOUNDED + 7) {
            reports.send(Beats::ratio(beat, 1), on(beat));
        }
        let some = SOUNDED / 2 - 1;
        assert!((0..some).all(|_| out.pop().is_ok()));
        reports.send(Beats::ONE, on(1));
        assert_eq!(reports.lost, 8, "whole stretches");
        assert!(out.pop().is_ok());
        reports.clock(Beats::ONE, Tempo::DEFAULT, Meter::COMMON, Beats::ZERO);
        let told: Vec<_> = std::iter::from_fn(|| out.pop().ok()).skip(SOUNDED / 2).collect();
        let clock =
            Sounded::Clock { at: Beats::ONE, tempo: Tempo::DEFAULT, meter: Meter::COMMON, line: Beats::ZERO };
        assert_eq!(told, [Sounded::Lost { at: Beats::ONE, count: 8 }, clock]);
    }

    #[test]
    fn the_clock_is_told_where_it_moves_and_what_is_bypassed_is_not() {
        let (ring, mut out) = RingBuffer::new(SOUNDED);
        let mut reports = Reports::new(ring);
        for tempo in [120.0, 120.0, 90.0, 90.0] {
            reports.clock(Beats::ZERO, Tempo::new(tempo), Meter::COMMON, Beats::ZERO);
        }
        reports.mute(true);
        reports.send(Beats::ZERO, on(0));
        reports.send(Beats::ONE, Sounded::Silence { at: Beats::ONE });
        reports.mute(false);
        reports.send(Beats::ZERO, on(2));
        let told: Vec<_> = std::iter::from_fn(|| out.pop().ok()).collect();
        assert_eq!(told.len(), 4, "{told:?}");
        assert_eq!(told[2], Sounded::Silence { at: Beats::ONE });
    }
}
