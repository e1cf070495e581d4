//! Sums of rows of a table, and their gradients.

use super::rows::add_scaled;
use crate::ops::Sparse;

/// For each row of `sparse`, the sum of the table's rows that it names, weighted.
pub fn rows(table: &[f32], dim: usize, sparse: &Sparse, out: &mut [f32]) {
    for (row, out) in out.chunks_exact_mut(dim).enumerate() {
        out.fill(0.0);
        for (column, value) in sparse.row(row) {
            add_scaled(out, value, &table[column * dim..][..dim]);
        }
    }
}

/// Adds what gradients of the sums mean for the table.
pub fn add(sum: &mut [f32], dim: usize, sparse: &Sparse, grad: &[f32]) {
    for (row, grad) in grad.chunks_exact(dim).enumerate() {
        for (column, value) in sparse.row(row) {
            add_scaled(&mut sum[column * dim..][..dim], value, grad);
        }
    }
}
