//! A vector as integers and one scale.

use crate::decoding::cpu::{Cpu, compiled_for_each};
use crate::decoding::floats::max_abs;

/// Columns that lie side by side in a [`crate::decoding::int_dot::Group`].
pub const COLUMNS: usize = 4;
/// The largest integer: fifteen bits with the sign, so that a vector is exact to 84 dB below its
/// largest number.
const LARGEST: i32 = 16383;
/// The largest byte that an integer is multiplied with.
const BYTE: i32 = 127;

/// A vector as integers times `scale`, in groups of [`COLUMNS`]. Sums of their products with bytes
/// are exact in any order, so that every processor gets the same.
#[derive(Clone, Debug, Default)]
pub struct QuantisedVec {
    /// The integers.
    pub numbers: Vec<[i16; COLUMNS]>,
    /// The same as `256 · high + low`, for products of bytes.
    pub high: Vec<[i8; COLUMNS]>,
    /// See `high`.
    pub low: Vec<[i8; COLUMNS]>,
    /// Their sum.
    pub sum: i32,
    /// The value of one unit; NaN where the vector held NaN or an infinity.
    pub scale: f32,
}

impl QuantisedVec {
    /// Quantises the numbers, with `lead` zeros before them and as many behind as fill the last
    /// group. Allocates only where no vector was as long before.
    pub fn set(&mut self, cpu: Cpu, numbers: &[f32], lead: usize) {
        let groups = (lead + numbers.len()).div_ceil(COLUMNS);
        self.numbers.resize(groups, [0; COLUMNS]);
        self.high.resize(groups, [0; COLUMNS]);
        self.low.resize(groups, [0; COLUMNS]);
        // However wide the matrix, a sum of products with bytes must stay below 2^31.
        let largest = LARGEST.min(i32::MAX / (BYTE * numbers.len().max(1) as i32)) as f32;
        let (max_abs, smallest) = (max_abs(cpu, numbers), f32::MIN_POSITIVE * 1e6);
        let per_unit = if max_abs > smallest { largest / max_abs } else { 0.0 };
        self.scale = if max_abs <= smallest { 0.0 } else { max_abs / largest };
        let flat = self.numbers.as_flattened_mut();
        flat[..lead].fill(0);
        flat[lead + numbers.len()..].fill(0);
        self.sum = round(cpu, numbers, per_unit, &mut flat[lead..lead + numbers.len()]);
        split(cpu, flat, self.high.as_flattened_mut(), self.low.as_flattened_mut());
    }
}

/// Rounds a number below 2^22 to the nearest integer, ties to even.
#[inline(always)]
pub fn nearest(number: f32) -> i32 {
    // 1.5 · 2^23: the digits after the point fall off its end, and the integer is the rest of its
    // bits.
    ((number + 12_582_912.0).to_bits() as i32).wrapping_sub(0x4b40_0000)
}

compiled_for_each! {
    /// Rounds numbers to integers; returns their sum.
    pub fn round(numbers: &[f32], per_unit: f32, out: &mut [i16]) -> i32 {
        let mut sum = 0i32;
        for (out, number) in out.iter_mut().zip(numbers) {
            let whole = nearest(number * per_unit);
            *out = whole as i16;
            sum = sum.wrapping_add(i32::from(whole as i16));
        }
        sum
    }
}

compiled_for_each! {
    /// Splits integers of fifteen bits into two digits of eight.
    pub fn split(numbers: &[i16], high: &mut [i8], low: &mut [i8]) {
        for ((number, high), low) in numbers.iter().zip(high).zip(low) {
            *low = *number as i8;
            *high = (number.wrapping_sub(i16::from(*low)) >> 8) as i8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_its_integers_times_the_scale() {
        for cpu in Cpu::all() {
            for (count, lead) in [(1, 0), (5, 3), (64, 0), (704, 1), (5000, 2)] {
                let numbers: Vec<f32> = (0..count).map(|i| (i as f32 * 0.7).sin() * 1e-3).collect();
                let mut quantised = QuantisedVec::default();
                quantised.set(cpu, &vec![1.0; 6000], 0);
                quantised.set(cpu, &numbers, lead);
                let flat = quantised.numbers.as_flattened();
                assert!(flat[..lead].iter().chain(&flat[lead + count..]).all(|&number| number == 0));
                assert_eq!(quantised.sum, flat.iter().map(|&number| i32::from(number)).sum::<i32>());
                for ((&whole, &high), &low) in
                    flat.iter().zip(quantised.high.as_flattened()).zip(quantised.low.as_flattened())
                {
                    assert_eq!(i32::from(whole), 256 * i32::from(high) + i32::from(low));
                }
                for (&whole, number) in flat[lead..].iter().zip(&numbers) {
                    let error = (f32::from(whole) * quantised.scale - number).abs();
                    assert!(error <= 0.51 * quantised.scale, "{count}: {number}");
                }
            }
        }
    }

    #[test]
    fn zeros_stay_zeros_and_nan_stays_nan() {
        for cpu in Cpu::all() {
            let mut quantised = QuantisedVec::default();
            quantised.set(cpu, &[0.0; 9], 0);
            assert_eq!((quantised.scale, quantised.sum), (0.0, 0));
            quantised.set(cpu, &[0.0, f32::NAN, 1.0], 0);
            assert!(quantised.scale.is_nan());
            quantised.set(cpu, &[f32::INFINITY; 4], 0);
            assert!(quantised.scale.is_nan());
        }
    }
}
