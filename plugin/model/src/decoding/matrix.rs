//! A matrix quantised to bytes, with a scale for each row.

use crate::decoding::cpu::{Cpu, compiled_for_each};
use crate::decoding::floats::max_abs;
use crate::decoding::int_dot::{BIAS, Group, ROWS, Sums, add_int_dot};
use crate::decoding::quantised::{COLUMNS, QuantisedVec, nearest};

/// How finely a playing model's weights and cache are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A byte a number: what plays.
    Byte,
    /// Two bytes a number, the second for the remainder of the first: close enough to the numbers
    /// themselves to tell a wrong forward from a coarse one. For tests, and to measure what a byte
    /// costs.
    TwoBytes,
}

impl Resolution {
    /// Bytes of a number.
    pub fn bytes(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::TwoBytes => 2,
        }
    }
}

/// The largest byte, without its bias.
const LARGEST: f32 = 127.0;
/// A unit of the second byte in units of the first: half a unit over 127.
const SECOND: f32 = 1.0 / 254.0;

/// Quantises numbers to biased bytes, and to second bytes for the remainders. Returns the value of
/// one unit of the first byte: NaN where a number is NaN or infinite.
pub fn quantise(cpu: Cpu, numbers: &[f32], bytes: &mut [Vec<u8>; 2]) -> f32 {
    let max_abs = max_abs(cpu, numbers);
    let above_zero = max_abs > f32::MIN_POSITIVE * 1e6;
    let [first, second] = bytes;
    first.resize(numbers.len(), 0);
    second.resize(numbers.len(), 0);
    round(cpu, numbers, if above_zero { LARGEST / max_abs } else { 0.0 }, first, second);
    if max_abs.is_nan() || above_zero { max_abs / LARGEST } else { 0.0 }
}

compiled_for_each! {
    /// Rounds numbers to their two bytes.
    pub fn round(numbers: &[f32], per_unit: f32, first: &mut [u8], second: &mut [u8]) {
        for ((number, first), second) in numbers.iter().zip(first).zip(second) {
            let units = number * per_unit;
            let whole = nearest(units);
            *first = whole.wrapping_add(BIAS) as u8;
            *second = nearest((units - whole as f32) / SECOND).wrapping_add(BIAS) as u8;
        }
    }
}

compiled_for_each! {
    /// Integer sums to floats: `out = (sums - bias) · scales · x.scale · factor`, added up over the
    /// bytes of a number.
    pub fn dequantise(sums: &[Sums], x: &QuantisedVec, scales: &[f32], factor: f32, out: &mut [f32]) {
        let (bias, factor) = (BIAS.wrapping_mul(x.sum), factor * x.scale);
        for ((out, scale), sum) in out.iter_mut().zip(scales).zip(&sums[0]) {
            *out = sum.wrapping_sub(bias) as f32 * (scale * factor);
        }
        if let Some(second) = sums.get(1) {
            for ((out, scale), sum) in out.iter_mut().zip(scales).zip(second) {
                *out += sum.wrapping_sub(bias) as f32 * SECOND * (scale * factor);
            }
        }
    }
}

/// A matrix of weights.
#[derive(Debug)]
pub struct Matrix {
    /// (blocks of rows, bytes of a number, groups of columns)
    groups: Vec<Group>,
    /// (rows)
    scales: Vec<f32>,
    /// Groups of a block.
    width: usize,
    resolution: Resolution,
}

impl Matrix {
    /// From (rows, columns) numbers, as a checkpoint has them.
    pub fn new(numbers: &[f32], columns: usize, resolution: Resolution) -> Self {
        let (rows, width) = (numbers.len() / columns, columns.div_ceil(COLUMNS));
        let (bytes, cpu) = (resolution.bytes(), Cpu::best());
        let mut groups = vec![Group::ZERO; rows.div_ceil(ROWS) * bytes * width];
        let (mut scales, mut quantised) = (Vec::with_capacity(rows), Default::default());
        for (row, numbers) in numbers.chunks_exact(columns).enumerate() {
            scales.push(quantise(cpu, numbers, &mut quantised));
            let block = &mut groups[row / ROWS * bytes * width..][..bytes * width];
            for (plane, bytes) in block.chunks_exact_mut(width).zip(&quantised) {
                for (group, bytes) in plane.iter_mut().zip(bytes.chunks(COLUMNS)) {
                    group.0[row % ROWS][..bytes.len()].copy_from_slice(bytes);
                }
            }
        }
        Self { groups, scales, width, resolution }
    }

    /// `out = matrix · x`, (rows).
    ///
    /// # Panics
    /// Where the sizes differ.
    pub fn times(&self, cpu: Cpu, x: &QuantisedVec, out: &mut [f32]) {
        assert_eq!((out.len(), x.numbers.len()), (self.scales.len(), self.width));
        let bytes = self.resolution.bytes();
        let blocks = self.groups.chunks_exact(bytes * self.width);
        for ((block, out), scales) in blocks.zip(out.chunks_mut(ROWS)).zip(self.scales.chunks(ROWS)) {
            let mut sums = [[0; ROWS]; 2];
            for (plane, sums) in block.chunks_exact(self.width).zip(&mut sums) {
                add_int_dot(cpu, plane, x, 0, sums);
            }
            dequantise(cpu, &sums[..bytes], x, scales, 1.0, out);
        }
    }

    /// Bytes that a product reads.
    pub fn bytes(&self) -> usize {
        size_of_val(self.groups.as_slice()) + size_of_val(self.scales.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_as_close_as_its_bytes() {
        for (resolution, most) in [(Resolution::Byte, 1e-2), (Resolution::TwoBytes, 3e-4)] {
            for (rows, columns) in [(1, 4), (31, 64), (33, 96), (225, 256), (2, 7)] {
                let numbers: Vec<f32> = (0..rows * columns).map(|i| (i as f32 * 0.37).sin()).collect();
                let x: Vec<f32> = (0..columns).map(|i| (i as f32 * 0.73).cos()).collect();
                let matrix = Matrix::new(&numbers, columns, resolution);
                let all = Cpu::all().into_iter().map(|cpu| {
                    let (mut quantised, mut out) = (QuantisedVec::default(), vec![0.0; rows]);
                    quantised.set(cpu, &x, 0);
                    matrix.times(cpu, &quantised, &mut out);
                    out
                });
                let all: Vec<Vec<f32>> = all.collect();
                assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{rows} x {columns}");
                let length = |numbers: &[f32]| numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
                for (row, &product) in numbers.chunks_exact(columns).zip(&all[0]) {
                    let exact: f32 = row.iter().zip(&x).map(|(a, b)| a * b).sum();
                    let error = (product - exact).abs() / (length(row) * length(&x));
                    assert!(error <= most, "{resolution:?}: {error}");
                }
            }
        }
    }
}
