//! How a host rounds its song position, inferred from its positions.
//!
//! Ardour 7.3 rounds the position of each block to 1/1920 beat, which is 12 samples at 120 BPM and
//! 48 kHz. Other hosts count in MIDI ticks or in 32-bit floats. Following such positions to the
//! sample would make an even rhythm uneven. A host whose positions have all been whole ticks, or
//! all 32-bit floats, is assumed to round that way. A single position that is neither disproves it.

use segue_music::Beats;

use crate::between::convert;

/// Ticks a beat that hosts use.
const DIVISIONS: [u16; 12] = [24, 48, 96, 120, 192, 240, 384, 480, 960, 1920, 3840, 15_360];

/// How far off a tick a position may be and still be on it: CLAP's own format has 2^31 parts per
/// beat.
const ON_TICK: f64 = 1e-4;

/// How far a song position in samples and one in beats may differ and still mean the same: what
/// Ardour rounds to.
const SAME: Beats = Beats::ratio(1, 1920);

/// The roundings that are still possible.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// One bit per division.
    divisions: u16,
    floats: bool,
}

impl Account {
    /// Everything is possible.
    pub const fn new() -> Self {
        Self { divisions: (1 << DIVISIONS.len()) - 1, floats: true }
    }

    /// Takes a position. Returns how far apart even positions of this host may be: one step of the
    /// coarsest rounding that explains all positions so far, or zero.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn hear(&mut self, song: f64) -> Beats {
        self.floats &= f64::from(convert::narrow(song)) == song;
        let mut widest =
            if self.floats { Beats::from_f64(song.abs() * f64::from(f32::EPSILON)) } else { Beats::ZERO };
        for (index, &division) in DIVISIONS.iter().enumerate() {
            let ticks = song * f64::from(division);
            if (ticks - ticks.round()).abs() > ON_TICK {
                self.divisions &= !(1 << index);
            } else if self.divisions >> index & 1 == 1 {
                widest = widest.max(Beats::ratio(1, i64::from(division)));
            }
        }
        widest
    }

    /// A more exact song position for a host that rounds it. If the host also reports the position
    /// in samples, and the tempo has been the same since the start of the song, the two agree.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn refine(&self, song: Beats, samples: Option<i64>, beats_a_sample: f64) -> Beats {
        let Some(samples) = samples.filter(|_| self.divisions != 0) else { return song };
        let exact = Beats::from_f64(samples as f64 * beats_a_sample);
        if (exact - song).abs() <= SAME { exact } else { song }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_shows() {
        let exact = |block: i32| f64::from(block) * 0.002_785_416_7;
        let to = |division: f64| move |block: i32| (exact(block) * division).round() / division;
        // (parts of a beat that are written, parts that are found out)
        for (parts, found) in [
            (1920.0, Some(1920)),
            (960.0, Some(960)),
            (24.0, Some(24)),
            // A division that no host uses explains nothing.
            (1000.0, None),
            (1e12, None),
        ] {
            let mut account = Account::new();
            let last = (0..200).map(|block| account.hear(to(parts)(block))).last();
            assert_eq!(last, Some(found.map_or(Beats::ZERO, |parts| Beats::ratio(1, parts))), "{parts}");
        }
        let mut account = Account::new();
        let steps: Vec<_> =
            (0..4000).map(|block| account.hear(f64::from(convert::narrow(exact(block) + 1000.0)))).collect();
        assert!(
            steps[3999] > Beats::ratio(1, 10_000) && steps[3999] < Beats::ratio(1, 5_000),
            "{:?}",
            steps[3999]
        );
    }

    #[test]
    fn samples_refine_only_what_they_agree_with() {
        let a_sample = 120.0 / 60.0 / 48_000.0;
        let mut account = Account::new();
        let song = (10_007.0 * a_sample * 1920.0f64).round() / 1920.0;
        account.hear(song);
        let rounded = Beats::from_f64(song);
        let exact = Beats::from_f64(10_007.0 * a_sample);
        assert!(rounded != exact);
        assert_eq!(account.refine(rounded, Some(10_007), a_sample), exact);
        assert_eq!(account.refine(rounded, None, a_sample), rounded);
        assert_eq!(account.refine(rounded, Some(20_007), a_sample), rounded, "another tempo before");
        account.hear(0.123_456_7);
        assert_eq!(account.refine(rounded, Some(10_007), a_sample), rounded, "an exact host");
    }
}
