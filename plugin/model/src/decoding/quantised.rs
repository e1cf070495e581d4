//! A vector as whole numbers and one scale.

use crate::decoding::cpu::{Cpu, compiled_for_each};
use crate::decoding::floats::peak;

/// Columns that lie side by side in a [`crate::decoding::products::Group`].
pub const COLUMNS: usize = 4;
/// The largest whole number: fifteen bits with the sign, 84 dB below which nothing is heard of a vector.
const MOST: i32 = 16383;
/// The largest product's factor from the other side.
const BYTE: i32 = 127;

/// A vector as whole numbers times `scale`, in groups of [`COLUMNS`]. Products of these with bytes are exact in any order,
/// so every processor gets the same.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The whole numbers.
    pub numbers: Vec<[i16; COLUMNS]>,
    /// The same as `256 · high + low`, as byte products take them.
    pub high: Vec<[i8; COLUMNS]>,
    /// See `high`.
    pub low: Vec<[i8; COLUMNS]>,
    /// Their sum.
    pub sum: i32,
    /// What one of them is worth; no number where the vector held one that is none.
    pub scale: f32,
}

impl Fixed {
    /// Takes the numbers, with `lead` zeros before them and as many behind as fill the last group. Takes memory only where no vector
    /// was as long before.
    pub fn set(&mut self, cpu: Cpu, numbers: &[f32], lead: usize) {
        let groups = (lead + numbers.len()).div_ceil(COLUMNS);
        self.numbers.resize(groups, [0; COLUMNS]);
        self.high.resize(groups, [0; COLUMNS]);
        self.low.resize(groups, [0; COLUMNS]);
        // However wide the matrix, the sum of its products with bytes must stay below 2^31.
        let most = MOST.min(i32::MAX / (BYTE * numbers.len().max(1) as i32)) as f32;
        let (peak, finest) = (peak(cpu, numbers), f32::MIN_POSITIVE * 1e6);
        let per_unit = if peak > finest { most / peak } else { 0.0 };
        self.scale = if peak <= finest { 0.0 } else { peak / most };
        let flat = self.numbers.as_flattened_mut();
        flat[..lead].fill(0);
        flat[lead + numbers.len()..].fill(0);
        self.sum = round(cpu, numbers, per_unit, &mut flat[lead..lead + numbers.len()]);
        split(cpu, flat, self.high.as_flattened_mut(), self.low.as_flattened_mut());
    }
}

/// Rounds to the nearest whole number, ties to even, what is below 2^22.
#[inline(always)]
pub fn nearest(number: f32) -> i32 {
    // 1.5 · 2^23: the digits after the point fall off its end, and the whole number is the rest of its bits.
    ((number + 12_582_912.0).to_bits() as i32).wrapping_sub(0x4b40_0000)
}

compiled_for_each! {
    /// Numbers to whole ones; returns their sum.
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
    /// Whole numbers of fifteen bits as two digits of eight.
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
    fn a_vector_is_its_whole_numbers_times_the_scale() {
        for cpu in Cpu::all() {
            for (count, lead) in [(1, 0), (5, 3), (64, 0), (704, 1), (5000, 2)] {
                let numbers: Vec<f32> = (0..count).map(|i| (i as f32 * 0.7).sin() * 1e-3).collect();
                let mut fixed = Fixed::default();
                fixed.set(cpu, &vec![1.0; 6000], 0);
                fixed.set(cpu, &numbers, lead);
                let flat = fixed.numbers.as_flattened();
                assert!(flat[..lead].iter().chain(&flat[lead + count..]).all(|&number| number == 0));
                assert_eq!(fixed.sum, flat.iter().map(|&number| i32::from(number)).sum::<i32>());
                for ((&whole, &high), &low) in
                    flat.iter().zip(fixed.high.as_flattened()).zip(fixed.low.as_flattened())
                {
                    assert_eq!(i32::from(whole), 256 * i32::from(high) + i32::from(low));
                }
                for (&whole, number) in flat[lead..].iter().zip(&numbers) {
                    let error = (f32::from(whole) * fixed.scale - number).abs();
                    assert!(error <= 0.51 * fixed.scale, "{count}: {number}");
                }
            }
        }
    }

    #[test]
    fn silence_is_silence_and_no_number_is_none() {
        for cpu in Cpu::all() {
            let mut fixed = Fixed::default();
            fixed.set(cpu, &[0.0; 9], 0);
            assert_eq!((fixed.scale, fixed.sum), (0.0, 0));
            fixed.set(cpu, &[0.0, f32::NAN, 1.0], 0);
            assert!(fixed.scale.is_nan());
            fixed.set(cpu, &[f32::INFINITY; 4], 0);
            assert!(fixed.scale.is_nan());
        }
    }
}
