//! Copying attention, forward and back.
//!
//! What the predictions turned out to be is a one-hot matrix, so each symbol's share is a matrix
//! product, forward and back. Copied intervals have a column for each interval, and each reader
//! finds its symbols some columns further.

use segue_model::HEAD_DIM;

use super::arithmetic::Arithmetic;
use super::copy_logits::{Gates, say, say_back};
use super::product::{Factor, multiply};
use super::rows::{power, row_dots, softmax_back};
use super::simd::{highest, sum, vectorised};
use super::sized;
use super::tiles::{Panels, SIDE, Side};
use crate::ops::Copied;
use crate::ops::gemm::{As, View};

const BLOCK: usize = 64;
const SCALE: f32 = 0.125; // 1 / sqrt(HEAD_DIM)

/// What every copy uses in turn.
#[derive(Clone, Debug, Default)]
pub struct Room {
    queries: Panels,
    keys: Panels,
    query_rows: Panels,
    key_rows: Panels,
    left: Panels,
    scores: Vec<f32>,
    grads: Vec<f32>,
    shares: Vec<f32>,
    means: Vec<f32>,
}

/// Where a copy's queries and keys are among the rows of a head: they lie beside each other, copy
/// by copy.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Which copy.
    pub copy: usize,
    /// Numbers of a row.
    pub width: usize,
}

impl Place {
    /// Queries (0) or keys (1).
    fn part(&self, which: usize, from: usize, rows: usize) -> View {
        View::new(from * self.width + (2 * self.copy + which) * HEAD_DIM, rows, HEAD_DIM, self.width)
    }
}

/// One copy of a head: what it found, kept for the way back.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    /// `ln(1 + strength · share)`, (rows, symbols).
    pub said: Vec<f32>,
    totals: Vec<f32>,
    known_from: Vec<i32>,
    /// What each prediction was of, counted from its shift.
    intervals: Vec<i32>,
    lowest: i32,
    span: usize,
    ones: Ones,
}

/// A row for each prediction, with a 1 in the column of its interval.
#[derive(Clone, Debug, Default)]
struct Ones {
    numbers: Vec<f32>,
    forward: Panels,
    back: Panels,
}

impl Ones {
    fn set(
        &mut self,
        arithmetic: Arithmetic,
        columns: impl Iterator<Item = usize> + Clone,
        rows: usize,
        span: usize,
    ) {
        if arithmetic == Arithmetic::F32 {
            self.numbers.clear();
            self.numbers.resize(rows * span, 0.0);
            columns.enumerate().for_each(|(row, column)| self.numbers[row * span + column] = 1.0);
            return;
        }
        self.forward.one_hot(
            Side::Right,
            columns.clone().enumerate().map(|(row, column)| (column, row)),
            span,
            rows,
        );
        self.back.one_hot(Side::Right, columns.enumerate(), rows, span);
    }

    fn factor<'a>(&'a self, arithmetic: Arithmetic, used: As, span: usize, panels: &'a Panels) -> Factor<'a> {
        if arithmetic == Arithmetic::F32 {
            let view = View::new(0, self.numbers.len() / span, span, span);
            return Factor::Numbers { numbers: (&self.numbers, view, used), scale: 1.0 };
        }
        Factor::of(panels)
    }
}

/// Blocks of queries with the keys any of them may see: (first query, queries, first key, keys).
fn blocks(copied: &Copied) -> impl Iterator<Item = (usize, usize, usize, usize)> + use<> {
    let (length, window) = (copied.length, copied.window);
    (0..length).step_by(BLOCK).map(move |first| {
        let queries = BLOCK.min(length - first);
        // Down to where a panel begins.
        let from = first.saturating_sub(window) / SIDE * SIDE;
        (first, queries, from, first + queries - from)
    })
}

impl Copies {
    /// Looks from each of one sequence's predictions at those before it; what each says is in
    /// `said`.
    pub fn forward(
        &mut self,
        arithmetic: Arithmetic,
        copied: &Copied,
        (turned, place): (&[f32], Place),
        room: &mut Room,
    ) {
        let length = copied.length;
        self.look_at(arithmetic, copied);
        let factor =
            |room, side, scale, view, used| Factor::new(arithmetic, room, side, scale, (turned, view, used));
        let queries = factor(&mut room.queries, Side::Left, SCALE, place.part(0, 0, length), As::Is);
        let keys = factor(&mut room.keys, Side::Right, 1.0, place.part(1, 0, length), As::Transposed);
        let ones = self.ones.factor(arithmetic, As::Is, self.span, &self.ones.forward);
        let totals = sized(&mut self.totals, length);
        let said = sized(&mut self.said, length * copied.symbols);
        for (first, count, from, seen) in blocks(copied) {
            let scores = sized(&mut room.scores, count * seen);
            let square = View::new(0, count, seen, seen);
            let queries = queries.outer(Side::Left, first..first + count);
            multiply(
                arithmetic,
                (scores, square),
                false,
                queries,
                keys.outer(Side::Right, from..from + seen),
            );
            let sight =
                Sight { copied, known_from: &self.known_from, intervals: &self.intervals, first, from };
            softmax(scores, seen, &sight, &mut totals[first..first + count]);
            let weights = Factor::new(arithmetic, &mut room.left, Side::Left, 1.0, (scores, square, As::Is));
            let shares = sized(&mut room.shares, count * self.span);
            let at = View::new(0, count, self.span, self.span);
            multiply(arithmetic, (shares, at), false, weights, ones.inner(Side::Right, from..from + seen));
            let said = &mut said[first * copied.symbols..][..count * copied.symbols];
            say(
                shares,
                &copied.shifts[first..],
                self.lowest,
                (self.span, copied.symbols),
                copied.strength,
                said,
            );
        }
    }

    /// Back through [`Self::forward`]. `grad` is of the logits that `gate · said` was added to,
    /// (rows, symbols); sets the gradient of each row's gate and that of the turned queries and
    /// keys.
    pub fn back(
        &self,
        arithmetic: Arithmetic,
        copied: &Copied,
        (turned, place): (&[f32], Place),
        (grad, gates): (&[f32], Gates),
        (grad_turned, grad_gates): (&mut [f32], &mut [f32]),
        room: &mut Room,
    ) {
        let (length, symbols) = (copied.length, copied.symbols);
        let factor =
            |room, side, scale, view, used| Factor::new(arithmetic, room, side, scale, (turned, view, used));
        let queries = factor(&mut room.queries, Side::Left, SCALE, place.part(0, 0, length), As::Is);
        let keys = factor(&mut room.keys, Side::Right, 1.0, place.part(1, 0, length), As::Transposed);
        let query_rows = factor(&mut room.query_rows, Side::Right, SCALE, place.part(0, 0, length), As::Is);
        let key_rows = factor(&mut room.key_rows, Side::Right, 1.0, place.part(1, 0, length), As::Is);
        let ones = self.ones.factor(arithmetic, As::Transposed, self.span, &self.ones.back);
        for row in grad_turned.chunks_exact_mut(place.width) {
            row[(2 * place.copy + 1) * HEAD_DIM..][..HEAD_DIM].fill(0.0);
        }
        for (first, count, from, seen) in blocks(copied) {
            let (block, span) = (first..first + count, from..from + seen);
            let square = View::new(0, count, seen, seen);
            let shares = sized(&mut room.shares, count * self.span);
            let rows = first * symbols..(first + count) * symbols;
            say_back(
                (&self.said[rows.clone()], &grad[rows]),
                (gates, first),
                &copied.shifts[first..],
                self.lowest,
                (self.span, symbols),
                copied.strength,
                shares,
                &mut grad_gates[first * gates.copies..],
            );
            let at = View::new(0, count, self.span, self.span);
            let by_share = Factor::new(arithmetic, &mut room.left, Side::Left, 1.0, (shares, at, As::Is));
            let grads = sized(&mut room.grads, count * seen);
            multiply(arithmetic, (grads, square), false, by_share, ones.outer(Side::Right, span.clone()));

            let scores = sized(&mut room.scores, count * seen);
            let block_queries = queries.outer(Side::Left, block.clone());
            multiply(
                arithmetic,
                (scores, square),
                false,
                block_queries,
                keys.outer(Side::Right, span.clone()),
            );
            let sight =
                Sight { copied, known_from: &self.known_from, intervals: &self.intervals, first, from };
            weights_again(scores, seen, &sight, &self.totals[block.clone()]);
            let means = sized(&mut room.means, count);
            row_dots(scores, grads, 0, seen, seen, means);
            softmax_back(grads, scores, seen, means);
            let by_query =
                Factor::new(arithmetic, &mut room.left, Side::Left, SCALE, (grads, square, As::Is));
            let to = (&mut *grad_turned, place.part(0, first, count));
            multiply(arithmetic, to, false, by_query, key_rows.inner(Side::Right, span));
            let by_key =
                Factor::new(arithmetic, &mut room.left, Side::Left, 1.0, (grads, square, As::Transposed));
            let to = (&mut *grad_turned, place.part(1, from, seen));
            multiply(arithmetic, to, true, by_key, query_rows.inner(Side::Right, block));
        }
    }

    fn look_at(&mut self, arithmetic: Arithmetic, copied: &Copied) {
        self.known_from.clear();
        self.known_from.extend(copied.known_from.iter().map(|&from| i32::try_from(from).unwrap_or(i32::MAX)));
        self.intervals.clear();
        self.intervals.extend(copied.values.iter().zip(&copied.shifts).map(|(value, shift)| value - shift));
        self.lowest = self.intervals.iter().copied().min().unwrap_or(0);
        let highest = self.intervals.iter().copied().max().unwrap_or(0);
        self.span = (highest - self.lowest + 1) as usize;
        let columns = self.intervals.iter().map(|interval| (interval - self.lowest) as usize);
        self.ones.set(arithmetic, columns, copied.length, self.span);
    }
}

/// What a block of readers may see.
struct Sight<'a> {
    copied: &'a Copied,
    known_from: &'a [i32],
    intervals: &'a [i32],
    /// The first reader.
    first: usize,
    /// The first key.
    from: usize,
}

vectorised! {
    /// Scores to weights in place, hidden ones to zero or next to it; a reader that sees nothing
    /// has weights of zero. Leaves the logarithms of sums of exponentials in `totals`.
    fn softmax(scores: &mut [f32], keys: usize, sight: &Sight, totals: &mut [f32]) {
        for (row, (scores, total)) in scores.chunks_exact_mut(keys).zip(totals).enumerate() {
            let weights = sight.seen(row, scores, f32::NEG_INFINITY);
            let top = highest(weights);
            if top == f32::NEG_INFINITY {
                weights.fill(0.0);
                *total = f32::INFINITY;
                continue;
            }
            weights.iter_mut().for_each(|weight| *weight = power(*weight - top));
            let all = sum(weights);
            *total = top + all.ln();
            let scale = all.recip();
            weights.iter_mut().for_each(|weight| *weight *= scale);
        }
    }
}

vectorised! {
    /// The same weights again.
    fn weights_again(scores: &mut [f32], keys: usize, sight: &Sight, totals: &[f32]) {
        for (row, (scores, &total)) in scores.chunks_exact_mut(keys).zip(totals).enumerate() {
            let weights = sight.seen(row, scores, f32::NEG_INFINITY);
            weights.iter_mut().for_each(|weight| *weight = power(*weight - total));
        }
    }
}

impl Sight<'_> {
    /// The scores in a reader's window; in it, what is not to be seen becomes `hidden`, and outside
    /// of it zero.
    #[inline(always)]
    fn seen<'s>(&self, row: usize, scores: &'s mut [f32], hidden: f32) -> &'s mut [f32] {
        let reader = self.first + row;
        let window = reader.saturating_sub(self.copied.window).max(self.from)..reader;
        let (start, end) = (window.start - self.from, window.end - self.from);
        scores[..start].fill(0.0);
        scores[end..].fill(0.0);
        let scores = &mut scores[start..end];
        let (shift, symbols) = (self.copied.shifts[reader], self.copied.symbols as u32);
        let facts = self.known_from[window.clone()].iter().zip(&self.intervals[window]);
        for (score, (&known_from, &interval)) in scores.iter_mut().zip(facts) {
            let visible = (known_from <= reader as i32) & (((interval + shift) as u32) < symbols);
            *score = if visible { *score } else { hidden };
        }
        scores
    }
}
