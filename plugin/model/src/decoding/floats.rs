//! The float arithmetic of a step: short vectors, in lanes that are added up in one order whatever
//! the processor, so that every processor plays the same notes.

use crate::decoding::cpu::compiled_for_each;
use crate::shape::elementary::{EPSILON, exp, sigmoid};

/// Numbers summed side by side.
const LANES: usize = 16;

/// The lanes' sum, always in this order.
#[inline(always)]
fn across(mut lanes: [f32; LANES], join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] = join(lanes[lane], lanes[lane + width]);
        }
        width /= 2;
    }
    lanes[0]
}

#[inline(always)]
fn sum_of_products(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut lanes = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    for (lane, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        lanes[lane] += a * b;
    }
    across(lanes, |a, b| a + b)
}

compiled_for_each! {
    /// The sum of products of two vectors of one length.
    pub fn dot(a: &[f32], b: &[f32]) -> f32 {
        sum_of_products(a, b)
    }
}

compiled_for_each! {
    /// `x += y`
    pub fn add(x: &mut [f32], y: &[f32]) {
        x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
    }
}

compiled_for_each! {
    /// `x *= y`
    pub fn multiply(x: &mut [f32], y: &[f32]) {
        x.iter_mut().zip(y).for_each(|(x, y)| *x *= y);
    }
}

compiled_for_each! {
    /// The weighted sum of rows of a table.
    pub fn embed(table: &[f32], rows: &[(usize, f32)], out: &mut [f32]) {
        out.fill(0.0);
        for &(row, weight) in rows {
            let entry = &table[row * out.len()..][..out.len()];
            out.iter_mut().zip(entry).for_each(|(out, entry)| *out += weight * entry);
        }
    }
}

compiled_for_each! {
    /// `x / rms(x) · gain`
    pub fn rms_norm(x: &[f32], gain: &[f32], out: &mut [f32]) {
        let scale = (sum_of_products(x, x) / x.len() as f32 + EPSILON).sqrt().recip();
        for ((out, x), gain) in out.iter_mut().zip(x).zip(gain) {
            *out = x * scale * gain;
        }
    }
}

compiled_for_each! {
    /// Gates, then values, to activations, in the first half.
    pub fn swiglu(inner: &mut [f32]) {
        let (gate, value) = inner.split_at_mut(inner.len() / 2);
        for (gate, value) in gate.iter_mut().zip(value.iter()) {
            *gate *= sigmoid(*gate) * value;
        }
    }
}

compiled_for_each! {
    /// Scores to weights that sum to one; all NaN where one is.
    pub fn softmax(weights: &mut [f32]) {
        let (blocks, rest) = weights.as_chunks_mut::<LANES>();
        let mut tops = [f32::NEG_INFINITY; LANES];
        for block in blocks.iter() {
            for lane in 0..LANES {
                tops[lane] = if block[lane] > tops[lane] { block[lane] } else { tops[lane] };
            }
        }
        let rest_top = rest.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let top = across(tops, f32::max).max(rest_top);
        let mut sums = [0.0; LANES];
        for block in blocks.iter_mut() {
            for lane in 0..LANES {
                block[lane] = exp(block[lane] - top);
                sums[lane] += block[lane];
            }
        }
        for (lane, weight) in rest.iter_mut().enumerate() {
            *weight = exp(*weight - top);
            sums[lane] += *weight;
        }
        let scale = across(sums, |a, b| a + b).recip();
        weights.iter_mut().for_each(|weight| *weight *= scale);
    }
}

/// `ln(1 + x)` for `x` not negative, to a few millionths.
#[inline(always)]
fn ln_1p(x: f32) -> f32 {
    let bits = (1.0 + x).to_bits();
    // 1 + x as 2^power times a number between the roots of a half and of two.
    let above = bits.wrapping_sub(0x3f35_04f3);
    let power = (above as i32 >> 23) as f32;
    let part = f32::from_bits((above & 0x007f_ffff).wrapping_add(0x3f35_04f3));
    let slope = (part - 1.0) / (part + 1.0);
    let square = slope * slope;
    let series =
        1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0 + square * (1.0 / 9.0))));
    // NaN stays NaN.
    power * std::f32::consts::LN_2 + 2.0 * slope * series + x * 0.0
}

compiled_for_each! {
    /// `logits += gate · ln(1 + strength · shares)`
    pub fn add_copy_logits(logits: &mut [f32], shares: &[f32], strength: f32, gate: f32) {
        for (logit, share) in logits.iter_mut().zip(shares) {
            *logit += gate * ln_1p(strength * share);
        }
    }
}

compiled_for_each! {
    /// The largest magnitude; NaN where a number is NaN or infinite.
    pub fn max_abs(numbers: &[f32]) -> f32 {
        let (blocks, rest) = numbers.as_chunks::<LANES>();
        let mut tops = [0.0f32; LANES];
        // A sum of zeros, but NaN where there is a NaN or an infinity.
        let mut broken = [0.0f32; LANES];
        for block in blocks {
            for lane in 0..LANES {
                let size = block[lane].abs();
                tops[lane] = if size > tops[lane] { size } else { tops[lane] };
                broken[lane] += block[lane] * 0.0;
            }
        }
        for (lane, number) in rest.iter().enumerate() {
            tops[lane] = if number.abs() > tops[lane] { number.abs() } else { tops[lane] };
            broken[lane] += number * 0.0;
        }
        across(tops, f32::max) + across(broken, |a, b| a + b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decoding::cpu::Cpu;

    fn numbers(count: usize, step: f32) -> Vec<f32> {
        (0..count).map(|i| (i as f32 * step).sin() * 3.0).collect()
    }

    #[test]
    fn every_processor_gives_the_same_bits() {
        for count in [1, 2, 15, 16, 17, 64, 96, 201, 704] {
            let (a, b) = (numbers(count, 0.37), numbers(count, 0.73));
            let all = Cpu::all().into_iter().map(|cpu| {
                let mut out = vec![0.0; count];
                rms_norm(cpu, &a, &b, &mut out);
                let (mut softened, mut gated) = (a.clone(), [a.clone(), b.clone()].concat());
                softmax(cpu, &mut softened);
                swiglu(cpu, &mut gated);
                out.extend(softened.into_iter().chain(gated));
                out.extend([dot(cpu, &a, &b), max_abs(cpu, &a)]);
                out.into_iter().map(f32::to_bits).collect::<Vec<_>>()
            });
            let all: Vec<_> = all.collect();
            assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{count}");
        }
    }

    #[test]
    fn weights_are_shares() {
        for cpu in Cpu::all() {
            let mut weights = numbers(50, 0.9);
            let scores = weights.clone();
            softmax(cpu, &mut weights);
            let total: f64 = scores.iter().map(|&score| f64::from(score).exp()).sum();
            for (weight, score) in weights.iter().zip(scores) {
                assert!((f64::from(*weight) - f64::from(score).exp() / total).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn logarithms_are_logarithms() {
        for cpu in Cpu::all() {
            let shares: Vec<f32> = (0..2000).map(|i| (i * i) as f32 * 1e-6).collect();
            let mut logits = vec![0.25; shares.len()];
            add_copy_logits(cpu, &mut logits, &shares, 1800.0, 0.5);
            for (logit, share) in logits.iter().zip(shares) {
                let exact = 0.25 + 0.5 * (1800.0 * f64::from(share)).ln_1p();
                assert!((f64::from(*logit) - exact).abs() < 2e-6, "{share}: {logit} {exact}");
            }
            let mut nothing = [1.0];
            add_copy_logits(cpu, &mut nothing, &[f32::NAN], 1800.0, 0.5);
            assert!(nothing[0].is_nan());
        }
    }

    #[test]
    fn nan_and_infinity_give_nan() {
        for cpu in Cpu::all() {
            for (place, broken) in [(0, f32::NAN), (17, f32::INFINITY), (33, f32::NEG_INFINITY)] {
                let mut some = numbers(34, 0.5);
                assert!(max_abs(cpu, &some) > 2.9);
                some[place] = broken;
                assert!(max_abs(cpu, &some).is_nan(), "{broken}");
            }
        }
    }
}
