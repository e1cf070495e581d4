//! Functions that the training forward and the playing forward must compute alike.

/// Added under the root of an RMS norm, so that silence does not divide by zero.
pub const EPSILON: f32 = 1e-5;

/// A sigmoid on an `exp` that the compiler can vectorise: the library's is called number by number
/// and took a tenth of a training step. Relative error below 2e-6.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// `e^x` by range reduction and a polynomial; saturates instead of overflowing.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let scaled = (x * std::f32::consts::LOG2_E).clamp(-126.0, 126.0);
    // 1.5 · 2^23: the digits after the point fall off its end, and the whole number stands in its
    // last bits.
    let shifted = scaled + 12_582_912.0;
    let part = (scaled - (shifted - 12_582_912.0)) * std::f32::consts::LN_2;
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    let series = 1.0
        + part
            * (1.0
                + part
                    * (0.5
                        + part
                            * (1.0 / 6.0
                                + part * (1.0 / 24.0 + part * (1.0 / 120.0 + part * (1.0 / 720.0))))));
    series * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_exponential_is_one() {
        for i in -8000..8000 {
            let x = i as f32 * 0.01;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) - exact).abs() <= 1e-5 * exact + 1e-37, "{x}");
        }
    }
}
