//! Integer dot products of bytes with a [`QuantisedVec`]: nearly all the time of a step goes into
//! them.
//!
//! A step reads every weight once, so memory bandwidth sets the pace and the code has to keep up.
//! Rows lie in blocks of 32, and of these four columns side by side, so that a register holds one
//! sum of each row and no lanes are added up at the end.

use crate::decoding::cpu::{Cpu, Instructions};
use crate::decoding::quantised::{COLUMNS, QuantisedVec};

/// Rows of a block.
pub const ROWS: usize = 32;
/// A byte stands for its value less this: products of bytes on x86 take one factor without a sign.
pub const BIAS: i32 = 128;

/// Four columns of a block of rows: two cache lines.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Group(pub [[u8; COLUMNS]; ROWS]);

impl Group {
    /// All zero.
    pub const ZERO: Self = Self([[BIAS as u8; COLUMNS]; ROWS]);
}

/// The sums of one block: for each row, `Σ byte · integer` with the bias still in it, wrapped to 32
/// bits. [`QuantisedVec`] sees to it that the true sum fits, so what wraps on the way wraps back.
pub type Sums = [i32; ROWS];

/// Adds the dot products of the rows of one block to `sums`; the first group of columns meets the
/// vector's group `from`.
///
/// # Panics
/// Where the vector is too short.
pub fn add_int_dot(cpu: Cpu, groups: &[Group], x: &QuantisedVec, from: usize, sums: &mut Sums) {
    let span = from..from + groups.len();
    match cpu.instructions() {
        // SAFETY: a Cpu of this kind is proof of these instructions.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe {
            x86::avx512(groups, &x.high[span.clone()], &x.low[span], sums);
        },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { x86::avx2(groups, &x.numbers[span], sums) },
        #[cfg(target_arch = "aarch64")]
        Instructions::Neon => neon::products(groups, &x.numbers[span], sums),
        Instructions::Plain => plain(groups, &x.numbers[span], sums),
    }
}

fn plain(groups: &[Group], numbers: &[[i16; COLUMNS]], sums: &mut Sums) {
    for (group, numbers) in groups.iter().zip(numbers) {
        for (row, sum) in group.0.iter().zip(sums.iter_mut()) {
            for (&byte, &number) in row.iter().zip(numbers) {
                *sum = sum.wrapping_add(i32::from(byte) * i32::from(number));
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{COLUMNS, Group, Sums};

    /// Two products of bytes for each four columns: with the vector's high digits and its low ones.
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub fn avx512(groups: &[Group], high: &[[i8; COLUMNS]], low: &[[i8; COLUMNS]], sums: &mut Sums) {
        let mut highs = [_mm512_setzero_si512(); 2];
        let mut lows = [_mm512_setzero_si512(); 2];
        for ((group, high), low) in groups.iter().zip(high).zip(low) {
            let high = _mm512_set1_epi32(i32::from_ne_bytes(high.map(|digit| digit as u8)));
            let low = _mm512_set1_epi32(i32::from_ne_bytes(low.map(|digit| digit as u8)));
            let bytes = group.0.as_flattened();
            for half in 0..2 {
                // SAFETY: a group is 128 bytes, aligned to 64.
                let bytes = unsafe { _mm512_load_si512(bytes.as_ptr().add(64 * half).cast()) };
                highs[half] = _mm512_dpbusd_epi32(highs[half], bytes, high);
                lows[half] = _mm512_dpbusd_epi32(lows[half], bytes, low);
            }
        }
        for half in 0..2 {
            let both = _mm512_add_epi32(_mm512_slli_epi32::<8>(highs[half]), lows[half]);
            let to = sums[16 * half..][..16].as_mut_ptr();
            // SAFETY: there are sixteen sums from there.
            unsafe { _mm512_storeu_si512(to.cast(), _mm512_add_epi32(_mm512_loadu_si512(to.cast()), both)) };
        }
    }

    /// Bytes widened to sixteen bits; a register then holds two sums of each of four rows.
    #[target_feature(enable = "avx2")]
    pub fn avx2(groups: &[Group], numbers: &[[i16; COLUMNS]], sums: &mut Sums) {
        let mut pairs = [_mm256_setzero_si256(); 8];
        for (group, numbers) in groups.iter().zip(numbers) {
            let four = numbers.iter().rev().fold(0u64, |four, &number| four << 16 | u64::from(number as u16));
            let numbers = _mm256_set1_epi64x(four as i64);
            let bytes = group.0.as_flattened();
            for (rows, pairs) in pairs.iter_mut().enumerate() {
                // SAFETY: a group is 8 times 16 bytes.
                let bytes = unsafe { _mm_load_si128(bytes.as_ptr().add(16 * rows).cast()) };
                let products = _mm256_madd_epi16(_mm256_cvtepu8_epi16(bytes), numbers);
                *pairs = _mm256_add_epi32(*pairs, products);
            }
        }
        for (two, sums) in pairs.chunks_exact(2).zip(sums.chunks_exact_mut(8)) {
            // Rows 0 1 4 5 2 3 6 7, then in order.
            let rows = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_hadd_epi32(two[0], two[1]));
            let to = sums.as_mut_ptr();
            // SAFETY: there are eight sums from there.
            unsafe { _mm256_storeu_si256(to.cast(), _mm256_add_epi32(_mm256_loadu_si256(to.cast()), rows)) };
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod neon {
    use std::arch::aarch64::*;

    use super::{COLUMNS, Group, Sums};

    /// Bytes widened to sixteen bits; a register then holds four sums of one row. Two passes of
    /// sixteen rows, because no more fit.
    pub fn products(groups: &[Group], numbers: &[[i16; COLUMNS]], sums: &mut Sums) {
        for (half, sums) in sums.chunks_exact_mut(16).enumerate() {
            // SAFETY: every 64-bit ARM has NEON; all reads lie in a group of 128 bytes, four
            // numbers or sixteen sums.
            unsafe {
                let mut rows = [vdupq_n_s32(0); 16];
                for (group, numbers) in groups.iter().zip(numbers) {
                    let numbers = vld1_s16(numbers.as_ptr());
                    let numbers = vcombine_s16(numbers, numbers);
                    let bytes = group.0.as_flattened().as_ptr().add(64 * half);
                    for four in 0..4 {
                        let bytes = vld1q_u8(bytes.add(16 * four));
                        let wide = [vmovl_u8(vget_low_u8(bytes)), vmovl_high_u8(bytes)];
                        for (two, wide) in wide.into_iter().enumerate() {
                            let wide = vreinterpretq_s16_u16(wide);
                            let row = 4 * four + 2 * two;
                            rows[row] = vmlal_s16(rows[row], vget_low_s16(wide), vget_low_s16(numbers));
                            rows[row + 1] = vmlal_high_s16(rows[row + 1], wide, numbers);
                        }
                    }
                }
                for (four, sums) in rows.chunks_exact(4).zip(sums.chunks_exact_mut(4)) {
                    let added = vpaddq_s32(vpaddq_s32(four[0], four[1]), vpaddq_s32(four[2], four[3]));
                    vst1q_s32(sums.as_mut_ptr(), vaddq_s32(vld1q_s32(sums.as_ptr()), added));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_processor_adds_up_the_same() {
        for count in [1, 2, 16, 64, 176] {
            let groups: Vec<_> = (0..count)
                .map(|group| {
                    let mut bytes = Group::ZERO;
                    for (i, byte) in bytes.0.as_flattened_mut().iter_mut().enumerate() {
                        *byte = (group * 131 + i * 37 + i * i * 11) as u8;
                    }
                    bytes
                })
                .collect();
            // As large as they get, of either sign.
            let x: Vec<f32> =
                (0..4 * count + 8).map(|i| if i % 3 == 0 { 1.0 } else { (i as f32).sin() }).collect();
            for cpu in Cpu::all() {
                let mut quantised = QuantisedVec::default();
                quantised.set(cpu, &x, 0);
                let mut sums = [7; ROWS];
                add_int_dot(cpu, &groups, &quantised, 1, &mut sums);
                for (row, &sum) in sums.iter().enumerate() {
                    let mut exact = 7i64;
                    for (group, numbers) in groups.iter().zip(&quantised.numbers[1..]) {
                        for (&byte, &number) in group.0[row].iter().zip(numbers) {
                            exact += i64::from(byte) * i64::from(number);
                        }
                    }
                    assert_eq!(sum, exact as i32, "{cpu:?}, {count} groups, row {row}");
                }
            }
        }
    }
}
