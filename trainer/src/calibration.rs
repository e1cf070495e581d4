//! Whether a model is as often right as it believes.

use serde::Serialize;

/// Bins of belief.
const BINS: usize = 10;

/// Of the first guesses of one field: how sure the model was of them, and how often they came.
#[derive(Clone, Debug, Default)]
pub struct Calibration {
    /// By belief: guesses, the sum of beliefs, how many came.
    bins: [(u64, f64, u64); BINS],
}

/// A calibration as it is printed.
#[derive(Clone, Debug, Serialize)]
pub struct Reliability {
    /// (mean belief, share that came, guesses) of every bin that holds any.
    pub points: Vec<(f64, f64, u64)>,
    /// The expected calibration error: the mean distance between the two, each guess weighing alike
    /// (Guo et al. 2017, arXiv 1706.04599).
    pub error: f64,
}

impl Calibration {
    /// Adds a prediction: the probabilities of a field's values, and the value it had.
    pub fn add(&mut self, probabilities: &[f64], came: usize) {
        let (guess, belief) = probabilities
            .iter()
            .copied()
            .enumerate()
            .fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
        let bin = &mut self.bins[((belief * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1, bin.1 + belief, bin.2 + u64::from(guess == came));
    }

    /// As points and one number.
    pub fn reliability(&self) -> Reliability {
        let all: u64 = self.bins.iter().map(|bin| bin.0).sum();
        let mean = |&(guesses, beliefs, came): &(u64, f64, u64)| {
            (beliefs / guesses as f64, came as f64 / guesses as f64, guesses)
        };
        let points: Vec<_> = self.bins.iter().filter(|bin| bin.0 > 0).map(mean).collect();
        let error = points.iter().map(|point| (point.0 - point.1).abs() * point.2 as f64).sum::<f64>();
        Reliability { points, error: error / all.max(1) as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_right_as_often_as_believed_makes_no_error() {
        let (mut honest, mut boastful) = (Calibration::default(), Calibration::default());
        for round in 0..100 {
            honest.add(&[0.25, 0.75], usize::from(round % 4 != 0));
            boastful.add(&[0.95, 0.05], usize::from(round % 2 != 0));
        }
        assert!(honest.reliability().error < 1e-9);
        let boastful = boastful.reliability();
        assert!((boastful.error - 0.45).abs() < 1e-9, "{boastful:?}");
        assert_eq!(boastful.points.len(), 1);
    }
}
