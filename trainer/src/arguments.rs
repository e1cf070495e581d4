//! Values of options that are no plain ranges.

/// A number above zero.
pub fn positive(text: &str) -> Result<f64, String> {
    number(text).filter(|&number| number > 0.0).ok_or_else(|| "a number above 0".to_owned())
}

/// A number from zero on.
pub fn weight(text: &str) -> Result<f64, String> {
    number(text).filter(|&number| number >= 0.0).ok_or_else(|| "a number from 0 on".to_owned())
}

/// A temperature.
pub fn temperature(text: &str) -> Result<f32, String> {
    let within = number(text).filter(|temperature| (0.0..=5.0).contains(temperature));
    within.map(|temperature| temperature as f32).ok_or_else(|| "a number from 0 to 5".to_owned())
}

/// A share of probability that is kept.
pub fn top_p(text: &str) -> Result<f32, String> {
    let within = number(text).filter(|&share| share > 0.0 && share <= 1.0);
    within.map(|share| share as f32).ok_or_else(|| "a number above 0, at most 1".to_owned())
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
