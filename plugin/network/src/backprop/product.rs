//! Products of matrices in either arithmetic.

use std::ops::Range;

use super::arithmetic::{Arithmetic, Kind};
use super::tiles::{Panels, SIDE, Side, Tile};
use crate::ops::gemm::{self, As, View};

/// Numbers that are a matrix, and how a product uses them.
pub type Numbers<'a> = (&'a [f32], View, As);

/// A factor: numbers as they lie, or in panels for a product in bf16.
#[derive(Clone, Copy)]
pub enum Factor<'a> {
    /// Each times `scale`.
    Numbers { numbers: Numbers<'a>, scale: f32 },
    /// A part of these panels: this many rows or columns from a panel on, and this many numbers of
    /// the inner dimension from a tile on.
    Panels { panels: &'a Panels, first: usize, outer: usize, from: usize, inner: usize },
}

impl<'a> Factor<'a> {
    /// A factor of these numbers, each times `scale`; what must be laid out anew is in `room`.
    pub fn new(
        arithmetic: Arithmetic,
        room: &'a mut Panels,
        side: Side,
        scale: f32,
        numbers: Numbers<'a>,
    ) -> Self {
        match arithmetic.kind() {
            Kind::F32 => Self::Numbers { numbers, scale },
            // SAFETY: holding this arithmetic is the proof of AVX-512 with bf16.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512Bf16 | Kind::Amx => unsafe {
                let (_, view, used) = numbers;
                let (outer, inner) = if (side == Side::Left) == (used == As::Is) {
                    (view.rows, view.columns)
                } else {
                    (view.columns, view.rows)
                };
                room.shape(outer, inner);
                room.pack(side, scale, (0, 0), numbers);
                Self::of(room)
            },
        }
    }

    /// Lays a part of a factor out in panels, from these places of the outer and the inner
    /// dimension on; does nothing in f32.
    pub fn lay(
        arithmetic: Arithmetic,
        panels: &mut Panels,
        side: Side,
        at: (usize, usize),
        numbers: Numbers,
    ) {
        match arithmetic.kind() {
            Kind::F32 => (),
            // SAFETY: as for [`Self::new`].
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512Bf16 | Kind::Amx => unsafe { panels.pack(side, 1.0, at, numbers) },
        }
    }

    /// All of these panels.
    pub fn of(panels: &'a Panels) -> Self {
        Self::Panels { panels, first: 0, outer: panels.outer(), from: 0, inner: panels.inner() }
    }

    /// The part of it with this range of rows of a left factor, or columns of a right one. It
    /// begins with a panel.
    pub fn outer(self, side: Side, range: Range<usize>) -> Self {
        match self {
            Self::Numbers { numbers: (numbers, view, used), scale } => {
                let rows = (side == Side::Left) == (used == As::Is);
                Self::Numbers { numbers: (numbers, part(view, rows, range), used), scale }
            }
            Self::Panels { panels, first, outer, from, inner } => {
                assert!(range.start.is_multiple_of(SIDE) && range.end <= outer);
                Self::Panels { panels, first: first + range.start / SIDE, outer: range.len(), from, inner }
            }
        }
    }

    /// The part of it with this range of the inner dimension. It begins with a tile, and ends with
    /// one or with the matrix.
    pub fn inner(self, side: Side, range: Range<usize>) -> Self {
        match self {
            Self::Numbers { numbers: (numbers, view, used), scale } => {
                let rows = (side == Side::Left) != (used == As::Is);
                Self::Numbers { numbers: (numbers, part(view, rows, range), used), scale }
            }
            Self::Panels { panels, first, outer, from, inner } => {
                assert!(range.start.is_multiple_of(SIDE) && range.end <= inner);
                assert!(range.end.is_multiple_of(SIDE) || from * SIDE + range.end == panels.inner());
                Self::Panels { panels, first, outer, from: from + range.start / SIDE, inner: range.len() }
            }
        }
    }
}

/// Some rows or some columns of a view.
fn part(view: View, rows: bool, range: Range<usize>) -> View {
    if rows {
        View::new(view.offset + range.start * view.row_stride, range.len(), view.columns, view.row_stride)
    } else {
        View::new(view.offset + range.start, view.rows, range.len(), view.row_stride)
    }
}

/// `out = keep · out + left · right`.
///
/// # Panics
/// Where the shapes do not fit.
pub fn multiply(
    arithmetic: Arithmetic,
    (out, at): (&mut [f32], View),
    keep: bool,
    left: Factor,
    right: Factor,
) {
    match (left, right) {
        (Factor::Numbers { numbers: left, scale }, Factor::Numbers { numbers: right, scale: other }) => {
            gemm::product((out, at), keep, scale * other, left, right);
        }
        (
            Factor::Panels { panels: left, first, outer: rows, from, inner },
            Factor::Panels {
                panels: right,
                first: right_first,
                outer: columns,
                from: right_from,
                inner: right_inner,
            },
        ) => {
            at.check(out.len());
            assert!(
                inner == right_inner && rows == at.rows && columns == at.columns,
                "the shapes do not fit"
            );
            let depth = inner.div_ceil(SIDE);
            let kernel = Kernel { arithmetic, depth, right_step: 2 * right.depth() };
            for panel in 0..rows.div_ceil(SIDE) {
                let left = left.panel(first + panel, from);
                let height = SIDE.min(rows - panel * SIDE);
                let whole = if height == SIDE { columns / SIDE } else { 0 };
                let place = at.offset + panel * SIDE * at.row_stride;
                if whole > 0 {
                    let out = &mut out[place..][..(SIDE - 1) * at.row_stride + whole * SIDE];
                    kernel.squares(
                        left,
                        right.panel(right_first, right_from),
                        whole,
                        (out, at.row_stride),
                        keep,
                    );
                }
                // What is no whole square is computed beside and copied.
                for column in whole..columns.div_ceil(SIDE) {
                    let mut square = [0.0; SIDE * SIDE];
                    let right = right.panel(right_first + column, right_from);
                    kernel.squares(left, right, 1, (&mut square, SIDE), false);
                    let width = SIDE.min(columns - column * SIDE);
                    for (row, square) in square.chunks_exact(SIDE).enumerate().take(height) {
                        let out = &mut out[place + row * at.row_stride + column * SIDE..][..width];
                        for (out, sum) in out.iter_mut().zip(square) {
                            *out = if keep { *out + sum } else { *sum };
                        }
                    }
                }
            }
        }
        _ => unreachable!("both factors are of one arithmetic"),
    }
}

struct Kernel {
    arithmetic: Arithmetic,
    depth: usize,
    right_step: usize,
}

impl Kernel {
    /// Squares of sums, one beside the other, for one panel of the left factor and this many of the
    /// right.
    fn squares(
        &self,
        left: &[Tile],
        right: &[Tile],
        panels: usize,
        (out, stride): (&mut [f32], usize),
        keep: bool,
    ) {
        assert!(panels > 0 && self.depth > 0 && self.right_step >= 2 * self.depth);
        assert!(left.len() >= 2 * self.depth);
        assert!(right.len() >= (panels - 1) * self.right_step + 2 * self.depth);
        assert!(stride >= panels * SIDE && out.len() >= (SIDE - 1) * stride + panels * SIDE);
        let (left, right) = (left.as_ptr(), (right.as_ptr(), self.right_step));
        let (sizes, out) = ((panels, self.depth), (out.as_mut_ptr(), stride));
        match self.arithmetic.kind() {
            Kind::F32 => unreachable!("f32 has no panels"),
            // SAFETY: holding the arithmetic is the proof of the instructions, and all lengths were
            // checked.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512Bf16 => unsafe { super::avx512::multiply(left, right, sizes, out, keep) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Kind::Amx => unsafe { super::amx::multiply(left, right, sizes, out, keep) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| (((i * 7919 + seed * 104_729) % 1000) as f32 / 250.0 - 2.0).sin()).collect()
    }

    /// Two parts in 2^9, once for each factor, of the products' sizes.
    #[test]
    fn every_arithmetic_multiplies_every_shape() {
        let shapes =
            [(1, 1, 1), (3, 5, 7), (32, 32, 32), (64, 96, 128), (33, 65, 31), (70, 2, 64), (16, 128, 40)];
        for arithmetic in Arithmetic::all() {
            for (rows, columns, inner) in shapes {
                for (left_as, right_as) in [
                    (As::Is, As::Is),
                    (As::Is, As::Transposed),
                    (As::Transposed, As::Is),
                    (As::Transposed, As::Transposed),
                ] {
                    for keep in [false, true] {
                        check(arithmetic, (rows, columns, inner), left_as, right_as, keep);
                    }
                }
            }
        }
    }

    fn check(
        arithmetic: Arithmetic,
        (rows, columns, inner): (usize, usize, usize),
        left_as: As,
        right_as: As,
        keep: bool,
    ) {
        let (pad, scale) = (3, 0.5);
        let lie = |rows: usize, columns: usize, used: As| {
            let (rows, columns) = if used == As::Is { (rows, columns) } else { (columns, rows) };
            View::new(2, rows, columns, columns + pad)
        };
        let (left_at, right_at) = (lie(rows, inner, left_as), lie(inner, columns, right_as));
        let left = numbers(2 + left_at.rows * left_at.row_stride, 1);
        let right = numbers(2 + right_at.rows * right_at.row_stride, 2);
        let at = View::new(1, rows, columns, columns + pad);
        let before = numbers(1 + rows * at.row_stride, 3);
        let mut out = before.clone();
        let (mut room, mut other) = (Panels::default(), Panels::default());
        let left_factor = Factor::new(arithmetic, &mut room, Side::Left, scale, (&left, left_at, left_as));
        let right_factor =
            Factor::new(arithmetic, &mut other, Side::Right, 1.0, (&right, right_at, right_as));
        multiply(arithmetic, (&mut out, at), keep, left_factor, right_factor);
        let at_of = |view: View, used: As, row: usize, column: usize| {
            let (row, column) = if used == As::Is { (row, column) } else { (column, row) };
            view.offset + row * view.row_stride + column
        };
        let mut exact: Vec<f64> = before.iter().map(|&x| f64::from(x)).collect();
        let mut size = vec![0.0; exact.len()];
        for row in 0..rows {
            for column in 0..columns {
                let place = 1 + row * at.row_stride + column;
                exact[place] = if keep { exact[place] } else { 0.0 };
                for along in 0..inner {
                    let a = f64::from(left[at_of(left_at, left_as, row, along)]) * f64::from(scale);
                    let b = f64::from(right[at_of(right_at, right_as, along, column)]);
                    exact[place] += a * b;
                    size[place] += (a * b).abs();
                }
            }
        }
        let slack = if arithmetic == Arithmetic::F32 { 1e-6 } else { 1.0 / 256.0 };
        for ((out, exact), size) in out.iter().zip(exact).zip(size) {
            assert!(
                (f64::from(*out) - exact).abs() <= slack * size + 1e-6,
                "{arithmetic:?} {rows}x{columns}x{inner} {left_as:?} {right_as:?} {keep}: {out} for {exact}"
            );
        }
    }

    #[test]
    fn a_part_of_a_factor_is_a_part_of_the_product() {
        let (rows, columns, inner) = (96, 64, 160);
        let (left, right) = (numbers(rows * inner, 1), numbers(inner * columns, 2));
        let (left_at, right_at) = (View::new(0, rows, inner, inner), View::new(0, columns, inner, inner));
        for arithmetic in Arithmetic::all() {
            let (mut room, mut other) = (Panels::default(), Panels::default());
            let left = Factor::new(arithmetic, &mut room, Side::Left, 1.0, (&left, left_at, As::Is));
            let right =
                Factor::new(arithmetic, &mut other, Side::Right, 1.0, (&right, right_at, As::Transposed));
            let part = View::new(0, 33, 32, 32);
            let (mut whole, mut sum) = (vec![0.0; rows * columns], vec![0.0; 33 * 32]);
            multiply(arithmetic, (&mut whole, View::new(0, rows, columns, columns)), false, left, right);
            for range in [0..64, 64..160] {
                let left = left.outer(Side::Left, 32..65).inner(Side::Left, range.clone());
                let right = right.outer(Side::Right, 32..64).inner(Side::Right, range);
                multiply(arithmetic, (&mut sum, part), true, left, right);
            }
            for (row, sums) in sum.chunks_exact(32).enumerate() {
                for (column, sum) in sums.iter().enumerate() {
                    let whole = whole[(32 + row) * columns + 32 + column];
                    assert!((sum - whole).abs() < 1e-4, "{arithmetic:?} {row} {column}: {sum} for {whole}");
                }
            }
        }
    }

    #[test]
    fn one_hot_rows_pick_rows() {
        let (rows, inner, columns) = (40, 70, 50);
        let left = numbers(rows * inner, 1);
        let hot = |k: usize| (k * 13) % columns;
        for arithmetic in Arithmetic::all() {
            let Some(_) = (arithmetic != Arithmetic::F32).then_some(()) else { continue };
            let (mut room, mut ones) = (Panels::default(), Panels::default());
            ones.one_hot(Side::Right, (0..inner).map(|k| (hot(k), k)), columns, inner);
            let left = Factor::new(
                arithmetic,
                &mut room,
                Side::Left,
                1.0,
                (&left, View::new(0, rows, inner, inner), As::Is),
            );
            let mut out = vec![0.0; rows * columns];
            multiply(
                arithmetic,
                (&mut out, View::new(0, rows, columns, columns)),
                false,
                left,
                Factor::of(&ones),
            );
            let mut exact = vec![0.0; rows * columns];
            let numbers = numbers(rows * inner, 1);
            for row in 0..rows {
                (0..inner).for_each(|k| exact[row * columns + hot(k)] += numbers[row * inner + k]);
            }
            for (out, exact) in out.iter().zip(exact) {
                assert!((out - exact).abs() < 0.02, "{arithmetic:?}: {out} for {exact}");
            }
        }
    }
}
