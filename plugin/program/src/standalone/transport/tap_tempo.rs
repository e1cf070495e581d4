//! Tap tempo: the tempo of a few taps.

use segue_music::Tempo;

/// How many intervals between taps count: the newest ones.
const REMEMBERED: usize = 4;

/// Seconds without a tap after which counting starts again: nobody taps slower than 30 BPM.
const LONGEST: f64 = 2.0;

/// Seconds below which two taps are one key that bounced: nobody taps faster than 400 BPM.
const SHORTEST: f64 = 0.15;

/// An interval that differs by more than this share from the mean so far starts a new tempo.
const NEW_TEMPO: f64 = 0.3;

/// The taps so far.
#[derive(Clone, Debug, Default)]
pub struct TapTempo {
    /// When the last tap came, in seconds.
    last: Option<f64>,
    /// Seconds between taps, the newest last.
    intervals: [f64; REMEMBERED],
    count: usize,
}

impl TapTempo {
    /// Counts a tap at a time in seconds. Returns how many taps are in time with each other, and
    /// from the second one on, their tempo.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn tap(&mut self, at: f64) -> (usize, Option<Tempo>) {
        let interval = self.last.map(|last| at - last);
        if interval.is_some_and(|interval| interval < SHORTEST) {
            // The tap before has said all there is to say.
            return (self.count + 1, None);
        }
        self.last = Some(at);
        match interval.filter(|&interval| interval <= LONGEST) {
            None => self.count = 0,
            Some(interval) => {
                let known = self.intervals();
                let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
                if self.count > 0 && (interval - mean).abs() > NEW_TEMPO * mean {
                    self.count = 0;
                }
                self.intervals.rotate_left(1);
                self.intervals[REMEMBERED - 1] = interval;
                self.count += 1;
            }
        }
        (self.count + 1, self.tempo())
    }

    /// The intervals that count.
    fn intervals(&self) -> &[f64] {
        &self.intervals[REMEMBERED - self.count.min(REMEMBERED)..]
    }

    /// Rounded to a tenth of a BPM: taps are no more exact than that.
    fn tempo(&self) -> Option<Tempo> {
        let known = self.intervals();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        (!known.is_empty()).then(|| Tempo::new((600.0 / mean).round() / 10.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_make_a_tempo() {
        // (times of the taps, how many count in the end, their tempo)
        let cases: [(&str, &[f64], usize, Option<f64>); 10] = [
            ("one", &[5.0], 1, None),
            ("two", &[5.0, 5.5], 2, Some(120.0)),
            ("four", &[0.0, 0.6, 1.2, 1.8], 4, Some(100.0)),
            ("by hand", &[0.0, 0.49, 1.02, 1.5, 2.0], 5, Some(120.0)),
            ("a pause starts again", &[0.0, 0.5, 1.0, 9.0], 1, None),
            ("after a pause", &[0.0, 0.5, 1.0, 9.0, 9.4], 2, Some(150.0)),
            ("another tempo", &[0.0, 1.0, 2.0, 2.5, 3.0], 3, Some(120.0)),
            ("bounces between", &[0.0, 0.02, 0.5, 0.53, 1.0], 3, Some(120.0)),
            ("a bounce at the end", &[0.0, 0.5, 1.0, 1.05], 3, None),
            ("only the newest four", &[0.0, 0.6, 1.15, 1.65, 2.15, 2.65, 3.15], 7, Some(120.0)),
        ];
        for (name, times, count, bpm) in cases {
            let mut taps = TapTempo::default();
            let mut last = (0, None);
            for &time in times {
                last = taps.tap(time);
            }
            assert_eq!(last.0, count, "{name}");
            assert_eq!(last.1.map(Tempo::bpm), bpm, "{name}");
        }
    }
}
