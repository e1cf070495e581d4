//! Tap tempo: a few taps in time make a tempo.

use segue_music::Tempo;

/// How many distances between taps count, the newest.
const REMEMBERED: usize = 4;

/// Seconds without a tap after which taps begin anew: slower than 30 a minute nobody taps.
const LONGEST: f64 = 2.0;

/// Seconds between taps that are one, bounced: faster than 400 a minute nobody taps.
const SHORTEST: f64 = 0.15;

/// A distance that differs from the ones before by more than this share begins a new tempo.
const ANEW: f64 = 0.3;

/// Taps so far.
#[derive(Clone, Debug, Default)]
pub struct Taps {
    last: Option<f64>,
    /// Seconds between taps, the newest last.
    distances: [f64; REMEMBERED],
    count: usize,
}

impl Taps {
    /// A tap at a time in seconds: how many have come in time, and from the second one on what tempo they make.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn tap(&mut self, at: f64) -> (usize, Option<Tempo>) {
        let distance = self.last.map(|last| at - last);
        if distance.is_some_and(|distance| distance < SHORTEST) {
            return (self.count + 1, self.tempo());
        }
        self.last = Some(at);
        match distance.filter(|&distance| distance <= LONGEST) {
            None => self.count = 0,
            Some(distance) => {
                let known = self.distances();
                let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
                if self.count > 0 && (distance - mean).abs() > ANEW * mean {
                    self.count = 0;
                }
                self.distances.rotate_left(1);
                self.distances[REMEMBERED - 1] = distance;
                self.count += 1;
            }
        }
        (self.count + 1, self.tempo())
    }

    /// Those that count.
    fn distances(&self) -> &[f64] {
        &self.distances[REMEMBERED - self.count.min(REMEMBERED)..]
    }

    /// To a tenth: nobody taps more exactly, and it can be read.
    fn tempo(&self) -> Option<Tempo> {
        let known = self.distances();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        (!known.is_empty()).then(|| Tempo::new((600.0 / mean).round() / 10.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_make_a_tempo() {
        // (when they come, how many count at the end, the tempo)
        let cases: [(&str, &[f64], usize, Option<f64>); 9] = [
            ("one", &[5.0], 1, None),
            ("two", &[5.0, 5.5], 2, Some(120.0)),
            ("four", &[0.0, 0.6, 1.2, 1.8], 4, Some(100.0)),
            ("by hand", &[0.0, 0.49, 1.02, 1.5, 2.0], 5, Some(120.0)),
            ("a pause begins anew", &[0.0, 0.5, 1.0, 9.0], 1, None),
            ("after a pause", &[0.0, 0.5, 1.0, 9.0, 9.4], 2, Some(150.0)),
            ("another tempo", &[0.0, 1.0, 2.0, 2.5, 3.0], 3, Some(120.0)),
            ("a bounce", &[0.0, 0.02, 0.5, 0.53, 1.0], 3, Some(120.0)),
            ("only the newest four", &[0.0, 0.6, 1.15, 1.65, 2.15, 2.65, 3.15], 7, Some(120.0)),
        ];
        for (name, times, count, bpm) in cases {
            let mut taps = Taps::default();
            let mut last = (0, None);
            for &time in times {
                last = taps.tap(time);
            }
            assert_eq!(last.0, count, "{name}");
            assert_eq!(last.1.map(Tempo::bpm), bpm, "{name}");
        }
    }
}
