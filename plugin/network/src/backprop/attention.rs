//! Attention within a sliding window, forward and back.

use segue_model::{Angles, HEAD_DIM};

use super::arithmetic::Arithmetic;
use super::product::{Factor, multiply};
use super::rows::{banded_softmax, banded_weights, row_dots, softmax_back};
use super::sized;
use super::tiles::{Panels, SIDE, Side};
use crate::ops::gemm::{As, View};

/// Queries handled at once: a block's scores stay in the second-level cache.
const BLOCK: usize = 64;
const SCALE: f32 = 0.125; // 1 / sqrt(HEAD_DIM)

/// What attention needs besides its inputs; made once and used for every head of every block.
#[derive(Clone, Debug, Default)]
pub struct Room {
    queries: Panels,
    keys: Panels,
    values: Panels,
    outputs: Panels,
    /// Of the block at hand.
    left: Panels,
    right: [Panels; 3],
    scores: Vec<f32>,
    grads: Vec<f32>,
    means: Vec<f32>,
}

/// Rows of one sequence: queries, keys and values beside each other, heads within each.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Steps.
    pub length: usize,
    /// Width of the trunk.
    pub dim: usize,
    /// Steps that a step sees, itself included.
    pub window: usize,
}

impl Shape {
    fn heads(&self) -> usize {
        self.dim / HEAD_DIM
    }

    /// Queries (0), keys (1) or values (2) of a head, all steps.
    fn part(&self, head: usize, which: usize) -> View {
        View::new(which * self.dim + head * HEAD_DIM, self.length, HEAD_DIM, 3 * self.dim)
    }

    /// What a head gives, some of its steps.
    fn out(&self, head: usize, first: usize, count: usize) -> View {
        View::new(first * self.dim + head * HEAD_DIM, count, HEAD_DIM, self.dim)
    }

    /// Blocks of queries with the keys any of them may see: (first query, queries, first key,
    /// keys).
    fn blocks(self) -> impl Iterator<Item = (usize, usize, usize, usize)> {
        (0..self.length).step_by(BLOCK).map(move |first| {
            let queries = BLOCK.min(self.length - first);
            // Down to where a panel begins.
            let from = (first + 1).saturating_sub(self.window) / SIDE * SIDE;
            (first, queries, from, first + queries - from)
        })
    }
}

/// Turns queries and keys of each row by its angles, or back.
pub fn turn(qkv: &mut [f32], dim: usize, angles: &[Angles], turn: impl Fn(&Angles, &mut [f32])) {
    for (row, angles) in qkv.chunks_exact_mut(3 * dim).zip(angles) {
        row[..2 * dim].chunks_exact_mut(HEAD_DIM).for_each(|head| turn(angles, head));
    }
}

/// (length, 3 · dim) turned queries, keys and values to (length, dim). Leaves each head's
/// logarithms of sums in `totals`.
pub fn attend(
    arithmetic: Arithmetic,
    shape: Shape,
    qkv: &[f32],
    out: &mut [f32],
    totals: &mut [f32],
    room: &mut Room,
) {
    let Room { queries, keys, values, left, scores, .. } = room;
    for (head, totals) in totals.chunks_exact_mut(shape.length).enumerate().take(shape.heads()) {
        let part = |which| (qkv, shape.part(head, which));
        let factor = |room, side, scale, (qkv, view), used| {
            Factor::new(arithmetic, room, side, scale, (qkv, view, used))
        };
        let queries = factor(queries, Side::Left, SCALE, part(0), As::Is);
        let keys = factor(keys, Side::Right, 1.0, part(1), As::Transposed);
        let values = factor(values, Side::Right, 1.0, part(2), As::Is);
        for (first, count, from, seen) in shape.blocks() {
            let scores = sized(scores, count * seen);
            let square = View::new(0, count, seen, seen);
            let (queries, keys) =
                (queries.outer(Side::Left, first..first + count), keys.outer(Side::Right, from..from + seen));
            multiply(arithmetic, (scores, square), false, queries, keys);
            banded_softmax(scores, seen, first, from, shape.window, &mut totals[first..first + count]);
            let weights = Factor::new(arithmetic, left, Side::Left, 1.0, (scores, square, As::Is));
            let values = values.inner(Side::Right, from..from + seen);
            multiply(arithmetic, (out, shape.out(head, first, count)), false, weights, values);
        }
    }
}

/// Back through [`attend`]: the gradient of its inputs, still turned, from that of its outputs.
pub fn attend_back(
    arithmetic: Arithmetic,
    shape: Shape,
    (qkv, out, totals): (&[f32], &[f32], &[f32]),
    grad: &[f32],
    grad_qkv: &mut [f32],
    room: &mut Room,
) {
    let Room { queries, keys, values, outputs, left, right, scores, grads, means } = room;
    grad_qkv.fill(0.0);
    for (head, totals) in totals.chunks_exact(shape.length).enumerate().take(shape.heads()) {
        let part = |which| (qkv, shape.part(head, which));
        let whole = (grad, shape.out(head, 0, shape.length));
        let factor = |room, side, scale, (qkv, view), used| {
            Factor::new(arithmetic, room, side, scale, (qkv, view, used))
        };
        let [query_rows, key_rows, grad_rows] = &mut *right;
        let queries = factor(queries, Side::Left, SCALE, part(0), As::Is);
        let keys = factor(keys, Side::Right, 1.0, part(1), As::Transposed);
        let values = factor(values, Side::Right, 1.0, part(2), As::Transposed);
        let outputs = factor(outputs, Side::Left, 1.0, whole, As::Is);
        let query_rows = factor(query_rows, Side::Right, SCALE, part(0), As::Is);
        let key_rows = factor(key_rows, Side::Right, 1.0, part(1), As::Is);
        let grad_rows = factor(grad_rows, Side::Right, 1.0, whole, As::Is);
        for (first, count, from, seen) in shape.blocks() {
            let (block, span) = (first..first + count, from..from + seen);
            let square = View::new(0, count, seen, seen);
            let (scores, grads) = (sized(scores, count * seen), sized(grads, count * seen));
            let these = |which: usize, from: usize, count: usize| View {
                offset: shape.part(head, which).offset + from * 3 * shape.dim,
                rows: count,
                ..shape.part(head, which)
            };
            let block_queries = queries.outer(Side::Left, block.clone());
            multiply(
                arithmetic,
                (scores, square),
                false,
                block_queries,
                keys.outer(Side::Right, span.clone()),
            );
            banded_weights(scores, seen, first, from, shape.window, &totals[block.clone()]);
            let weights = Factor::new(arithmetic, left, Side::Left, 1.0, (scores, square, As::Transposed));
            let block_grads = grad_rows.inner(Side::Right, block.clone());
            multiply(arithmetic, (grad_qkv, these(2, from, seen)), true, weights, block_grads);

            let block_outputs = outputs.outer(Side::Left, block.clone());
            multiply(
                arithmetic,
                (grads, square),
                false,
                block_outputs,
                values.outer(Side::Right, span.clone()),
            );
            // What each query gained on average is its output times its gradient.
            let means = sized(means, count);
            row_dots(out, grad, shape.out(head, first, count).offset, HEAD_DIM, shape.dim, means);
            softmax_back(grads, scores, seen, means);
            let by_query = Factor::new(arithmetic, left, Side::Left, SCALE, (grads, square, As::Is));
            let block_keys = key_rows.inner(Side::Right, span);
            multiply(arithmetic, (grad_qkv, these(0, first, count)), false, by_query, block_keys);
            let by_key = Factor::new(arithmetic, left, Side::Left, 1.0, (grads, square, As::Transposed));
            let block_queries = query_rows.inner(Side::Right, block);
            multiply(arithmetic, (grad_qkv, these(1, from, seen)), true, by_key, block_queries);
        }
    }
}
