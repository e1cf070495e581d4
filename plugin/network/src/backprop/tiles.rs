//! Matrices in bf16, laid out as the processor multiplies them.
//!
//! A tile holds sixteen rows of sixteen pairs of bf16, a kilobyte. Of a left factor, a tile's row
//! is a row of the matrix and its pairs go along the inner dimension; of a right factor, a tile's
//! row is a pair of the inner dimension and each place in it a column. That is what AMX expects
//! (Intel SDM, TDPBF16PS), and AVX-512 reads it as well. Two tiles side by side make a panel 32
//! rows or columns wide, and a panel's tiles lie in the order in which a product walks them.

use crate::ops::gemm::{As, View};

/// Rows or columns of a panel, and numbers of the inner dimension in a tile.
pub const SIDE: usize = 32;
/// Rows of a tile, and pairs in a row.
pub const HALF: usize = SIDE / 2;

/// Sixteen rows of sixteen pairs of bf16, the earlier number in the low half.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub struct Tile(pub [[u32; HALF]; HALF]);

impl Tile {
    const ZERO: Self = Self([[0; HALF]; HALF]);
}

/// Which factor of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Its rows are the result's.
    Left,
    /// Its columns are the result's.
    Right,
}

/// A factor in panels. What lies beyond the matrix is zero.
#[derive(Clone, Debug, Default)]
pub struct Panels {
    tiles: Vec<Tile>,
    outer: usize,
    inner: usize,
}

impl Panels {
    /// Rows of a left factor, columns of a right one.
    pub fn outer(&self) -> usize {
        self.outer
    }

    /// What the product sums over.
    pub fn inner(&self) -> usize {
        self.inner
    }

    /// Tiles of a panel along the inner dimension, of which each is two side by side.
    pub fn depth(&self) -> usize {
        self.inner.div_ceil(SIDE)
    }

    /// The tiles of a panel from a place along the inner dimension on.
    pub fn panel(&self, panel: usize, from: usize) -> &[Tile] {
        &self.tiles[2 * (panel * self.depth() + from)..]
    }

    /// Makes room for a matrix; what is in it is old, and the memory stays from use to use.
    pub fn shape(&mut self, outer: usize, inner: usize) {
        (self.outer, self.inner) = (outer, inner);
        let count = 2 * outer.div_ceil(SIDE) * self.depth();
        if self.tiles.len() < count {
            self.tiles.resize(count, Tile::ZERO);
        }
    }

    /// A matrix of zeros with a one at each of these places, given along the outer and along the
    /// inner dimension.
    pub fn one_hot(
        &mut self,
        side: Side,
        hot: impl Iterator<Item = (usize, usize)>,
        outer: usize,
        inner: usize,
    ) {
        const ONE: u32 = 0x3f80;
        self.shape(outer, inner);
        let depth = self.depth();
        self.tiles[..2 * outer.div_ceil(SIDE) * depth].fill(Tile::ZERO);
        for (at, along) in hot {
            assert!(at < outer && along < inner);
            let tile = 2 * (at / SIDE * depth + along / SIDE) + at % SIDE / HALF;
            let (place, pair) = (at % HALF, along % SIDE / 2);
            let (row, column) = if side == Side::Left { (place, pair) } else { (pair, place) };
            self.tiles[tile].0[row][column] |= ONE << (16 * (along % 2));
        }
    }

    /// Fills a part, from these places on, with a matrix, each number times `scale` and rounded to
    /// the nearest bf16. The product uses the matrix as it lies or transposed. The part begins with
    /// a panel and a tile, and ends with them or with the whole.
    ///
    /// # Safety
    /// The processor has AVX-512 F, BW and BF16.
    #[cfg(target_arch = "x86_64")]
    pub unsafe fn pack(
        &mut self,
        side: Side,
        scale: f32,
        (first, from): (usize, usize),
        (numbers, view, used): (&[f32], View, As),
    ) {
        view.check(numbers.len());
        let (rows, columns) = match used {
            As::Is => (view.rows, view.columns),
            As::Transposed => (view.columns, view.rows),
        };
        let (outer, inner) = if side == Side::Left { (rows, columns) } else { (columns, rows) };
        assert!(first.is_multiple_of(SIDE) && from.is_multiple_of(SIDE));
        assert!(first + outer <= self.outer && (outer.is_multiple_of(SIDE) || first + outer == self.outer));
        assert!(from + inner <= self.inner && (inner.is_multiple_of(SIDE) || from + inner == self.inner));
        // Whether numbers that are neighbours along the inner dimension are neighbours in memory.
        let along = (side == Side::Left) == (used == As::Is);
        let (depth, numbers) = (self.depth(), &numbers[view.offset..]);
        for panel in 0..outer.div_ceil(SIDE) {
            let at = 2 * ((first / SIDE + panel) * depth + from / SIDE);
            let tiles = &mut self.tiles[at..][..2 * inner.div_ceil(SIDE)];
            let part = x86::Part { first: panel * SIDE, outer, inner, stride: view.row_stride, scale };
            // SAFETY: the caller vouches for the processor; the numbers lie inside the view, which
            // was checked.
            unsafe {
                match (along, (side == Side::Left) != along) {
                    (true, false) => x86::pack::<true, false>(tiles, numbers, &part),
                    (true, true) => x86::pack::<true, true>(tiles, numbers, &part),
                    (false, false) => x86::pack::<false, false>(tiles, numbers, &part),
                    (false, true) => x86::pack::<false, true>(tiles, numbers, &part),
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{HALF, SIDE, Tile};

    /// The first `count` places of sixteen.
    fn mask(count: usize) -> __mmask16 {
        if count >= HALF { __mmask16::MAX } else { (1 << count) - 1 }
    }

    /// A panel's place in a matrix: its first row or column, how many there are in all, how long
    /// the inner dimension is.
    pub struct Part {
        pub first: usize,
        pub outer: usize,
        pub inner: usize,
        pub stride: usize,
        pub scale: f32,
    }

    /// Fills the tiles of a panel. With `ALONG`, numbers next to each other in memory are so along
    /// the inner dimension; else along the outer one. With `TURN`, rows and pairs change places at
    /// the end.
    ///
    /// # Safety
    /// The processor has these features, and all of the matrix lies in the slice.
    #[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
    pub unsafe fn pack<const ALONG: bool, const TURN: bool>(
        tiles: &mut [Tile],
        numbers: &[f32],
        part: &Part,
    ) {
        for (index, tile) in tiles.iter_mut().enumerate() {
            let (first, from) = (part.first + index % 2 * HALF, index / 2 * SIDE);
            let (outer, inner) = (part.outer.saturating_sub(first).min(HALF), (part.inner - from).min(SIDE));
            let offset = if ALONG { first * part.stride + from } else { from * part.stride + first };
            // SAFETY: as the caller says; where nothing is left of the matrix, nothing is read.
            unsafe { fill::<ALONG, TURN>(tile, numbers.as_ptr().wrapping_add(offset), part, outer, inner) };
        }
    }

    /// Fills a tile from `outer` times `inner` numbers.
    ///
    /// # Safety
    /// As for [`pack`].
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
    unsafe fn fill<const ALONG: bool, const TURN: bool>(
        tile: &mut Tile,
        numbers: *const f32,
        part: &Part,
        outer: usize,
        inner: usize,
    ) {
        let (stride, scale) = (part.stride, _mm512_set1_ps(part.scale));
        let mut rows = [_mm512_setzero_si512(); HALF];
        if ALONG {
            let (low, high) = (mask(inner), mask(inner.saturating_sub(HALF)));
            for (row, pairs) in rows.iter_mut().enumerate().take(outer) {
                // SAFETY: the row lies in the matrix, and masked places are not read.
                let (low, high) = unsafe {
                    let at = numbers.add(row * stride);
                    (_mm512_maskz_loadu_ps(low, at), _mm512_maskz_loadu_ps(high, at.wrapping_add(HALF)))
                };
                *pairs = rounded(_mm512_mul_ps(low, scale), _mm512_mul_ps(high, scale));
            }
        } else {
            let mask = mask(outer);
            // Word 2n of the result is word n of the low numbers, word 2n + 1 that of the high
            // ones.
            let order = _mm512_set_epi16(
                31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19,
                3, 18, 2, 17, 1, 16, 0,
            );
            for (pair, pairs) in rows.iter_mut().enumerate().take(inner.div_ceil(2)) {
                let high = if 2 * pair + 1 < inner { mask } else { 0 };
                // SAFETY: as above; a row beyond the last is masked whole.
                let (low, high) = unsafe {
                    let at = numbers.wrapping_add(2 * pair * stride);
                    (_mm512_maskz_loadu_ps(mask, at), _mm512_maskz_loadu_ps(high, at.wrapping_add(stride)))
                };
                let both = rounded(_mm512_mul_ps(low, scale), _mm512_mul_ps(high, scale));
                *pairs = _mm512_permutexvar_epi16(order, both);
            }
        }
        if TURN {
            turn(&mut rows);
        }
        for (row, pairs) in tile.0.iter_mut().zip(rows) {
            // SAFETY: a row of a tile is 64 bytes, aligned to as many.
            unsafe { _mm512_store_si512(row.as_mut_ptr().cast(), pairs) };
        }
        const { assert!(SIDE == 32) };
    }

    /// Sixteen numbers and sixteen more as bf16.
    #[target_feature(enable = "avx512f,avx512bf16")]
    fn rounded(low: __m512, high: __m512) -> __m512i {
        // SAFETY: both are 64 bytes without meaning of their own.
        unsafe { std::mem::transmute::<__m512bh, __m512i>(_mm512_cvtne2ps_pbh(high, low)) }
    }

    /// Rows to columns.
    #[target_feature(enable = "avx512f")]
    fn turn(rows: &mut [__m512i; HALF]) {
        let mut twos = [_mm512_setzero_si512(); HALF];
        for pair in 0..8 {
            let (a, b) = (rows[2 * pair], rows[2 * pair + 1]);
            twos[2 * pair] = _mm512_unpacklo_epi32(a, b);
            twos[2 * pair + 1] = _mm512_unpackhi_epi32(a, b);
        }
        // Quarter q of `fours[4 g + c]` is column 4 q + c of rows 4 g to 4 g + 3.
        let mut fours = [_mm512_setzero_si512(); HALF];
        for group in 0..4 {
            let at = 4 * group;
            fours[at] = _mm512_unpacklo_epi64(twos[at], twos[at + 2]);
            fours[at + 1] = _mm512_unpackhi_epi64(twos[at], twos[at + 2]);
            fours[at + 2] = _mm512_unpacklo_epi64(twos[at + 1], twos[at + 3]);
            fours[at + 3] = _mm512_unpackhi_epi64(twos[at + 1], twos[at + 3]);
        }
        for column in 0..4 {
            let (a, b, c, d) = (fours[column], fours[column + 4], fours[column + 8], fours[column + 12]);
            let (ab_even, ab_odd) =
                (_mm512_shuffle_i32x4::<0b10_00_10_00>(a, b), _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b));
            let (cd_even, cd_odd) =
                (_mm512_shuffle_i32x4::<0b10_00_10_00>(c, d), _mm512_shuffle_i32x4::<0b11_01_11_01>(c, d));
            rows[column] = _mm512_shuffle_i32x4::<0b10_00_10_00>(ab_even, cd_even);
            rows[column + 8] = _mm512_shuffle_i32x4::<0b11_01_11_01>(ab_even, cd_even);
            rows[column + 4] = _mm512_shuffle_i32x4::<0b10_00_10_00>(ab_odd, cd_odd);
            rows[column + 12] = _mm512_shuffle_i32x4::<0b11_01_11_01>(ab_odd, cd_odd);
        }
    }
}
