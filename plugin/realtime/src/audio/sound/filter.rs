//! Filters of the voices: biquads whose corner is kept below half the sample rate.

use biquad::{Coefficients, DirectForm2Transposed, Hertz, Type};

/// In double precision: a low corner at 192 kHz hisses in single.
pub type Filter = DirectForm2Transposed<f64>;

/// Lets everything pass.
const OPEN: Coefficients<f64> = Coefficients { a1: 0.0, a2: 0.0, b0: 1.0, b1: 0.0, b2: 0.0 };

/// The coefficients of a filter.
///
/// # Real-time safety
/// Arithmetic only.
pub fn shape(kind: Type<f64>, hertz: f32, q: f32, sample_rate: f32) -> Coefficients<f64> {
    let corner = f64::from(hertz.clamp(10.0, 0.45 * sample_rate));
    Hertz::from_hz(f64::from(sample_rate))
        .and_then(|rate| Coefficients::from_params(kind, rate, Hertz::from_hz(corner)?, f64::from(q)))
        .unwrap_or(OPEN)
}

/// A filter at rest.
pub fn filter(kind: Type<f64>, hertz: f32, q: f32, sample_rate: f32) -> Filter {
    Filter::new(shape(kind, hertz, q, sample_rate))
}

/// A filter that lets everything pass.
pub fn open() -> Filter {
    Filter::new(OPEN)
}
