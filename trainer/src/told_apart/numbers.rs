//! Small statistics.

/// The share of each bin.
pub fn histogram(bins: impl Iterator<Item = usize>, count: usize) -> Vec<f64> {
    let mut shares = vec![0.0; count];
    bins.for_each(|bin| shares[bin] += 1.0);
    let all: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= all.max(1.0));
    shares
}

/// In bits.
pub fn entropy(shares: &[f64]) -> f64 {
    -shares.iter().filter(|share| **share > 0.0).map(|share| share * share.log2()).sum::<f64>()
}

/// Zero of nothing.
pub fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

/// The standard deviation.
pub fn spread(numbers: &[f64]) -> f64 {
    let middle = mean(numbers);
    mean(&numbers.iter().map(|number| (number - middle).powi(2)).collect::<Vec<_>>()).sqrt()
}

/// Of sorted numbers; zero of nothing.
pub fn quantile(sorted: &[f64], place: f64) -> f64 {
    let last = sorted.len().saturating_sub(1) as f64;
    sorted.get((place * last).round() as usize).copied().unwrap_or(0.0)
}

/// In octaves of a number, within what can still be told: four.
pub fn log_ratio(one: f64, other: f64) -> f64 {
    const LEAST: f64 = 1e-9;
    ((one + LEAST) / (other + LEAST)).log2().clamp(-4.0, 4.0)
}
