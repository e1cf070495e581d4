//! The amplifier after the tones: a low shelf for warmth, a low-pass for the loudspeaker, and soft
//! clipping.

use biquad::{Biquad, Coefficients, DirectForm2Transposed, Hertz, Q_BUTTERWORTH_F64, Type};

use crate::between::convert;

/// Below this level, soft clipping changes nothing.
const STRAIGHT: f32 = 0.7;

/// The ceiling, which no sample reaches: -0.1 dB.
const CEILING: f32 = 0.988;

/// A sample below this is zero: -180 dB. Filters that ring out would end in subnormal numbers,
/// which some hosts and effects are slow at.
const SILENT: f32 = 1e-9;

/// One side of the amplifier.
pub struct Amplifier {
    shelf: DirectForm2Transposed<f64>,
    loudspeaker: DirectForm2Transposed<f64>,
}

/// A filter, or none if the sample rate is too low for it. In double precision, as a low shelf at
/// 192 kHz hisses in single.
fn filter(kind: Type<f64>, hertz: f64, sample_rate: f64) -> DirectForm2Transposed<f64> {
    let open = Coefficients { a1: 0.0, a2: 0.0, b0: 1.0, b1: 0.0, b2: 0.0 };
    let wanted = Hertz::from_hz(sample_rate)
        .and_then(|rate| Coefficients::from_params(kind, rate, Hertz::from_hz(hertz)?, Q_BUTTERWORTH_F64));
    DirectForm2Transposed::<f64>::new(wanted.unwrap_or(open))
}

impl Amplifier {
    /// At rest, at a sample rate.
    pub fn new(sample_rate: f32) -> Self {
        let rate = f64::from(sample_rate);
        Self {
            shelf: filter(Type::LowShelf(2.5), 220.0, rate),
            loudspeaker: filter(Type::LowPass, 8_500.0, rate),
        }
    }

    /// One sample.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    #[inline]
    pub fn next(&mut self, sample: f32) -> f32 {
        let sample = convert::narrow(self.loudspeaker.run(self.shelf.run(f64::from(sample))));
        if sample.abs() < SILENT { 0.0 } else { sample }
    }

    /// Clears the filters.
    ///
    /// # Real-time safety
    /// Writes four numbers.
    pub fn rest(&mut self) {
        self.shelf.reset_state();
        self.loudspeaker.reset_state();
    }
}

/// Linear up to a point, then flatter and flatter: the slope never exceeds one, and the ceiling is
/// never reached.
///
/// # Real-time safety
/// Arithmetic only.
#[inline]
pub fn round_off(sample: f32) -> f32 {
    let beyond = sample.abs() - STRAIGHT;
    if beyond <= 0.0 {
        return sample;
    }
    let room = CEILING - STRAIGHT;
    (STRAIGHT + beyond / (1.0 + beyond / room)).copysign(sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_loud_is_rounded_off_and_what_is_not_is_left_alone() {
        let mut before = -1.0;
        for step in -2000..=2000 {
            let sample = step as f32 / 100.0;
            let out = round_off(sample);
            assert!(out.abs() < 0.99 && out > before, "{sample}: {out}");
            assert!(sample.abs() > STRAIGHT || out == sample);
            before = out;
        }
    }

    #[test]
    fn low_sounds_pass_at_every_sample_rate() {
        for rate in [8_000.0, 11_025.0, 16_000.0, 44_100.0, 192_000.0] {
            let mut amplifier = Amplifier::new(rate);
            let out = (0..convert::place(rate)).map(|_| amplifier.next(0.1)).last().unwrap_or(0.0);
            // The shelf's 2.5 dB at zero frequency.
            assert!((out - 0.1334).abs() < 1e-3, "{rate}: {out}");
        }
    }
}
