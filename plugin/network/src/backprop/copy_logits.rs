//! From the shares of copied symbols to what they add to the logits, and back.

use segue_model::elementary::exp;

use super::overlap::{overlap, overlap_back};
use super::simd::{dot, vectorised};

/// Every row's gates: one for each copy.
#[derive(Clone, Copy, Debug)]
pub struct Gates<'a> {
    /// (rows, copies).
    pub numbers: &'a [f32],
    /// How many there are.
    pub copies: usize,
    /// Which is meant.
    pub copy: usize,
}

vectorised! {
    /// Shares of intervals, (rows, span), to `ln(1 + strength · share)` of symbols, (rows,
    /// symbols).
    pub fn say(
        shares: &[f32],
        shifts: &[i32],
        lowest: i32,
        sizes: (usize, usize),
        strength: f32,
        said: &mut [f32],
    ) {
        let (span, symbols) = sizes;
        for ((shares, said), shift) in shares.chunks_exact(span).zip(said.chunks_exact_mut(symbols)).zip(shifts) {
            said.fill(0.0);
            let (said, shares) = overlap(said, shares, shift + lowest);
            for (said, share) in said.iter_mut().zip(shares) {
                *said = ln(1.0 + strength * share);
            }
        }
    }
}

vectorised! {
    /// Back through [`say`] and the gate: from gradients of logits to those of shares and gates.
    pub fn say_back(
        said_and_grad: (&[f32], &[f32]),
        gates: (Gates, usize),
        shifts: &[i32],
        lowest: i32,
        sizes: (usize, usize),
        strength: f32,
        shares: &mut [f32],
        grad_gates: &mut [f32],
    ) {
        let ((said, grad), (gates, first), (span, symbols)) = (said_and_grad, gates, sizes);
        let rows = said.chunks_exact(symbols).zip(grad.chunks_exact(symbols)).zip(shares.chunks_exact_mut(span));
        for (row, ((said, grad), shares)) in rows.enumerate() {
            grad_gates[row * gates.copies + gates.copy] = dot(said, grad);
            let scale = gates.numbers[(first + row) * gates.copies + gates.copy] * strength;
            shares.fill(0.0);
            // d ln(1 + s c) / dc = s / (1 + s c) = s · e^-said
            let (shares, said, grad) = overlap_back(shares, said, grad, shifts[row] + lowest);
            for ((share, said), grad) in shares.iter_mut().zip(said).zip(grad) {
                *share = scale * grad * exp(-said);
            }
        }
    }
}

/// The natural logarithm of a number from 1 to 2^100, so written that the compiler can vectorise
/// it. Error below 2e-7 of the larger of it and 1.
#[inline(always)]
fn ln(x: f32) -> f32 {
    // x = 2^power · part, part between the roots of a half and of two.
    let bits = x.to_bits();
    let power = (bits.wrapping_sub(0x3f35_04f3) as i32) >> 23;
    let part = f32::from_bits(bits.wrapping_sub((power << 23) as u32));
    // ln(part) = 2 artanh((part - 1) / (part + 1))
    let s = (part - 1.0) / (part + 1.0);
    let square = s * s;
    let series =
        2.0 + square * (2.0 / 3.0 + square * (2.0 / 5.0 + square * (2.0 / 7.0 + square * (2.0 / 9.0))));
    power as f32 * std::f32::consts::LN_2 + s * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_logarithm_is_one() {
        for i in 0..4000 {
            let x = 1.0 + (i as f32 * 0.004).powi(3);
            let exact = f64::from(x).ln();
            assert!((f64::from(ln(x)) - exact).abs() <= 3e-7 * exact.max(1.0), "{x}: {} for {exact}", ln(x));
        }
    }
}
