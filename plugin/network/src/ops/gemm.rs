//! Matrix products on parts of slices, without copies.

use gemm::Parallelism;

/// A matrix that is part of a slice: `offset` of its first number, then the distances between
/// columns and rows.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub offset: usize,
    pub rows: usize,
    pub columns: usize,
    pub row_stride: usize,
}

impl View {
    pub fn new(offset: usize, rows: usize, columns: usize, row_stride: usize) -> Self {
        Self { offset, rows, columns, row_stride }
    }

    pub(crate) fn check(&self, length: usize) {
        assert!(self.rows > 0 && self.columns > 0 && self.columns <= self.row_stride);
        assert!(self.offset + (self.rows - 1) * self.row_stride + self.columns <= length);
    }
}

/// Whether a factor is used as it lies or transposed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum As {
    Is,
    Transposed,
}

/// `out = keep · out + scale · left · right`, where `keep` is zero or one, on one thread.
pub fn product(
    (out, at): (&mut [f32], View),
    keep: bool,
    scale: f32,
    (left, left_at, left_as): (&[f32], View, As),
    (right, right_at, right_as): (&[f32], View, As),
) {
    at.check(out.len());
    left_at.check(left.len());
    right_at.check(right.len());
    let shape = |view: View, used: As| match used {
        As::Is => (view.rows, view.columns, 1, view.row_stride as isize),
        As::Transposed => (view.columns, view.rows, view.row_stride as isize, 1),
    };
    let (rows, inner, left_column, left_row) = shape(left_at, left_as);
    let (inner_right, columns, right_column, right_row) = shape(right_at, right_as);
    assert!(inner == inner_right && rows == at.rows && columns == at.columns, "the shapes do not fit");
    // SAFETY: the three views were checked to lie inside their slices, the shapes agree, `out` is
    // borrowed mutably and so overlaps neither factor, and f32 is a type that gemm knows.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            out.as_mut_ptr().add(at.offset),
            1,
            at.row_stride as isize,
            keep,
            left.as_ptr().add(left_at.offset),
            left_column,
            left_row,
            right.as_ptr().add(right_at.offset),
            right_column,
            right_row,
            1.0f32,
            scale,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}
