//! Whether blocks come faster than a sound card would ask for them. No host gets this sign of
//! offline rendering wrong.
//!
//! In VST3 the framework (nice-plug 0.4.2) passes on the process mode of the activation before. A
//! bounce looks like real time, and real time after a bounce looks like offline, where we would
//! wait. So for VST3 the wall clock decides.

use std::time::{Duration, Instant};

/// Seconds of audio in one window. Hosts that render ahead in real time do so by at most 0.2 s.
const WINDOW: f64 = 0.5;

/// A window rendered in less than this share of its length is offline.
const FAST: f64 = 0.5;

/// The pace of one activation: real time until shown otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    began: Option<Instant>,
    /// Seconds of audio since then.
    audio: f64,
    fast: bool,
}

impl Pace {
    /// A block of this many seconds starts now. Returns whether the last whole window was rendered
    /// faster than real time.
    ///
    /// # Real-time safety
    /// Arithmetic only. The caller's `Instant::now` reads a clock without a system call.
    pub fn block(&mut self, seconds: f64, now: Instant) -> bool {
        let began = *self.began.get_or_insert(now);
        if self.audio >= WINDOW {
            let passed = now.saturating_duration_since(began);
            self.fast = passed < Duration::from_secs_f64(self.audio * FAST);
            (self.began, self.audio) = (Some(now), 0.0);
        }
        self.audio += if seconds.is_finite() { seconds.max(0.0) } else { 0.0 };
        self.fast
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rendering_is_fast() {
        // (milliseconds of audio in a block, milliseconds between blocks, fast)
        for (block, gap, expected) in [
            (10, 10, false),
            (10, 9, false),
            (10, 20, false),
            (10, 1, true),
            (1, 0, true),
            (100, 100, false),
            (2000, 10, true),
            (2000, 2000, false),
        ] {
            let (mut pace, start) = (Pace::default(), Instant::now());
            let at = |index: u64| start + Duration::from_millis(gap * index);
            let fast =
                (0..1200).map(|index| pace.block(block as f64 / 1000.0, at(index))).collect::<Vec<_>>();
            assert!(!fast[0]);
            assert_eq!(fast[1199], expected, "{block} ms every {gap} ms");
            assert!(expected || fast.iter().all(|fast| !fast), "{block} ms every {gap} ms");
        }
    }

    #[test]
    fn a_burst_in_real_time_is_not_fast_and_real_time_after_a_bounce_is_seen() {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        let mut play = |blocks: usize, gap: u64| {
            (0..blocks).fold(false, |_, _| {
                now += Duration::from_millis(gap);
                pace.block(0.01, now)
            })
        };
        assert!(!play(20, 0), "0.2 s ahead at once");
        assert!(!play(100, 10));
        assert!(play(200, 0), "a bounce");
        assert!(!play(120, 10), "real time again");
    }
}
