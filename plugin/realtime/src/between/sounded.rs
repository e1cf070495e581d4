//! What the audio thread reports of the sound itself: which keys really began and ended at the output, whoever played them.
//!
//! One way, and nothing that is played depends on it: a ring of its own, so that a report lost is lost to the takes alone. Positions are jam
//! Beats (see [`crate::audio::clock`]); they only move on, but after [`Sounded::Fresh`].

use rtrb::{Producer, RingBuffer};
use segue_music::{Beats, Channel, Key, Meter, Role, Tempo, Velocity};

use crate::between::limits::SOUNDED;

/// One report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sounded {
    /// A key went down.
    On {
        /// When.
        at: Beats,
        /// Who played it.
        role: Role,
        /// On which channel.
        channel: Channel,
        /// Which key.
        key: Key,
        /// How hard.
        velocity: Velocity,
        /// Which of the composer's answers it belongs to; zero for the player's.
        answer: u32,
    },
    /// A key came up.
    Off {
        /// When.
        at: Beats,
        /// Whose it was.
        role: Role,
        /// On which channel.
        channel: Channel,
        /// Which key.
        key: Key,
    },
    /// Everything ended.
    Silence {
        /// When.
        at: Beats,
    },
    /// The host's clock goes on like this.
    Clock {
        /// From when on.
        at: Beats,
        /// Its tempo.
        tempo: Tempo,
        /// Its metre; bars begin at multiples of its bar.
        meter: Meter,
    },
    /// The jam begins anew, at zero.
    Fresh,
    /// So many reports were lost, as the ring was full; what ended meanwhile nobody knows.
    Lost {
        /// When there was room again.
        at: Beats,
        /// How many.
        count: u32,
    },
}

/// The audio thread's end of the ring.
pub struct Reports {
    ring: Producer<Sounded>,
    /// Reports lost since the last that got through.
    lost: u32,
    /// What of the clock was reported last.
    clock: Option<(Tempo, Meter)>,
    /// Nobody is to know what is played: the host bypasses us.
    muted: bool,
}

impl Reports {
    /// Into a ring.
    pub fn new(ring: Producer<Sounded>) -> Self {
        Self { ring, lost: 0, clock: None, muted: false }
    }

    /// Nobody listens.
    pub fn nowhere() -> Self {
        Self::new(RingBuffer::new(0).0)
    }

    /// Reports something. Where the ring is full it is lost and counted, and so is all that follows until half of the ring is free: so what
    /// gets through is whole stretches.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn send(&mut self, at: Beats, sounded: Sounded) {
        if self.muted && matches!(sounded, Sounded::On { .. }) {
            return;
        }
        if self.lost > 0 && self.ring.slots() >= SOUNDED / 2 {
            let count = std::mem::take(&mut self.lost);
            // There is room: it was just looked for.
            let _ = self.ring.push(Sounded::Lost { at, count });
            self.clock = None;
        }
        if self.lost > 0 || self.ring.push(sounded).is_err() {
            self.lost = self.lost.saturating_add(1);
        }
    }

    /// Reports the clock, where it is not what it was.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn clock(&mut self, at: Beats, tempo: Tempo, meter: Meter) {
        if self.clock != Some((tempo, meter)) {
            self.clock = Some((tempo, meter));
            self.send(at, Sounded::Clock { at, tempo, meter });
        }
    }

    /// The jam begins anew.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn begin_anew(&mut self) {
        self.clock = None;
        self.send(Beats::ZERO, Sounded::Fresh);
    }

    /// Whether what begins from here on is nobody's business.
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
        Sounded::On { at, role: Role::Player, channel: 0, key: 60, velocity: 80, answer: 0 }
    }

    #[test]
    fn a_full_ring_counts_what_is_lost_and_says_so_later() {
        let (ring, mut out) = RingBuffer::new(SOUNDED);
        let mut reports = Reports::new(ring);
        for beat in 0..SOUNDED as i64 + 7 {
            reports.send(Beats::ratio(beat, 1), on(beat));
        }
        let some = SOUNDED / 2 - 1;
        assert!((0..some).all(|_| out.pop().is_ok()));
        reports.send(Beats::ONE, on(1));
        assert_eq!(reports.lost, 8, "whole stretches");
        assert!(out.pop().is_ok());
        reports.clock(Beats::ONE, Tempo::DEFAULT, Meter::COMMON);
        let told: Vec<_> = std::iter::from_fn(|| out.pop().ok()).skip(SOUNDED / 2).collect();
        let clock = Sounded::Clock { at: Beats::ONE, tempo: Tempo::DEFAULT, meter: Meter::COMMON };
        assert_eq!(told, [Sounded::Lost { at: Beats::ONE, count: 8 }, clock]);
    }

    #[test]
    fn the_clock_is_told_where_it_moves_and_what_is_bypassed_is_not() {
        let (ring, mut out) = RingBuffer::new(SOUNDED);
        let mut reports = Reports::new(ring);
        for tempo in [120.0, 120.0, 90.0, 90.0] {
            reports.clock(Beats::ZERO, Tempo::new(tempo), Meter::COMMON);
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
