//! Many predictions weighed into one.

/// Weights of predictions, which learn which to trust. There is a set for each length of the
/// longest context that this piece has had before: where a piece repeats itself, its own past is to
/// be trusted.
#[derive(Clone, Debug)]
pub struct Blend {
    /// (situations, predictions)
    weights: Vec<f64>,
    predictions: usize,
    rate: f64,
}

impl Blend {
    /// Trusts each prediction by its weight, in every situation.
    pub fn new(situations: usize, weights: &[f64], rate: f64) -> Self {
        let all: f64 = weights.iter().sum();
        let row: Vec<f64> = weights.iter().map(|weight| weight / all).collect();
        Self { weights: row.repeat(situations), predictions: row.len(), rate }
    }

    fn row(&self, situation: usize) -> std::ops::Range<usize> {
        situation * self.predictions..(situation + 1) * self.predictions
    }

    /// The weighed mean of the predictions of one symbol.
    pub fn mean(&self, situation: usize, predictions: &[f64]) -> f64 {
        self.weights[self.row(situation)].iter().zip(predictions).map(|(weight, p)| weight * p).sum()
    }

    /// Learns from a symbol and its probabilities under each prediction: those above the mean gain
    /// weight. One step of expectation and maximisation, which keeps the sum of the weights at one.
    pub fn learn(&mut self, situation: usize, predictions: &[f64]) {
        let (mean, row) = (self.mean(situation, predictions), self.row(situation));
        for (weight, p) in self.weights[row].iter_mut().zip(predictions) {
            *weight *= 1.0 + self.rate * (p / mean - 1.0);
        }
    }

    /// How fast it learns from now on.
    pub fn at_rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_best_mixture_and_stays_one() {
        let mut blend = Blend::new(2, &[1.0; 3], 0.05);
        for round in 0..2000 {
            // The first is right three times in four, the second in the fourth; the third never is.
            let predictions = if round % 4 == 3 { [0.1, 0.8, 0.1] } else { [0.8, 0.1, 0.1] };
            blend.learn(1, &predictions);
        }
        let weight = |place: usize| blend.weights[3 + place];
        assert!((weight(0) + weight(1) + weight(2) - 1.0).abs() < 1e-9);
        assert!(weight(0) > 0.7 && weight(1) > 0.1 && weight(2) < 0.05, "{:?}", blend.weights);
        assert_eq!(blend.weights[..3], [1.0 / 3.0; 3], "another situation");
    }
}
