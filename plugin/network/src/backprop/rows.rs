//! What a pass does to rows of numbers between its products.

use segue_model::elementary::{EPSILON, exp, sigmoid};

use super::simd::{LANES, dot, dot_of_three, highest, sum, vectorised};

/// Below this an exponential is no weight beside 1 in f32.
const NO_WEIGHT: f32 = -40.0;

/// `e^x`, and zero where that is no weight. The fast exponential of what is hidden is 2^-126, and
/// its products are below what f32 holds in full, which takes Intel's cores a hundred cycles each:
/// training was two and a half times as slow.
#[inline(always)]
pub fn power(x: f32) -> f32 {
    let all = exp(x);
    if x < NO_WEIGHT { 0.0 } else { all }
}

vectorised! {
    /// RMSNorm of each row, `x / rms(x) · gain`; also leaves `1 / rms(x)` of each row in `inverse`.
    pub fn norm(x: &[f32], gain: &[f32], out: &mut [f32], inverse: &mut [f32]) {
        let dim = gain.len();
        for ((x, out), inverse) in x.chunks_exact(dim).zip(out.chunks_exact_mut(dim)).zip(inverse) {
            *inverse = (dot(x, x) / dim as f32 + EPSILON).sqrt().recip();
            for ((out, x), gain) in out.iter_mut().zip(x).zip(gain) {
                *out = x * *inverse * gain;
            }
        }
    }
}

vectorised! {
    /// Back through [`norm`]: adds to the gradients of `x` and of the gain.
    pub fn norm_back(
        x: &[f32],
        gain: &[f32],
        inverse: &[f32],
        grad: &[f32],
        grad_x: &mut [f32],
        grad_gain: &mut [f32],
    ) {
        let dim = gain.len();
        let grad_gain = &mut grad_gain[..dim];
        for (((x, grad), out), &inverse) in
            x.chunks_exact(dim).zip(grad.chunks_exact(dim)).zip(grad_x.chunks_exact_mut(dim)).zip(inverse)
        {
            let along = dot_of_three(grad, gain, x) * inverse * inverse / dim as f32;
            let (grad, x, out) = (&grad[..dim], &x[..dim], &mut out[..dim]);
            for at in 0..dim {
                grad_gain[at] += grad[at] * x[at] * inverse;
                out[at] += inverse * (grad[at] * gain[at] - x[at] * along);
            }
        }
    }
}

vectorised! {
    /// SwiGLU of each row of gates and then values, (rows, 2 · hidden) to (rows, hidden).
    pub fn swiglu(x: &[f32], hidden: usize, out: &mut [f32]) {
        for (row, out) in x.chunks_exact(2 * hidden).zip(out.chunks_exact_mut(hidden)) {
            let (gate, value) = row.split_at(hidden);
            for ((out, gate), value) in out.iter_mut().zip(gate).zip(value) {
                *out = gate * sigmoid(*gate) * value;
            }
        }
    }
}

vectorised! {
    /// Back through [`swiglu`]; the gradient takes the place of `x`.
    pub fn swiglu_back(x: &mut [f32], hidden: usize, grad: &[f32]) {
        for (row, grad) in x.chunks_exact_mut(2 * hidden).zip(grad.chunks_exact(hidden)) {
            let (gate, value) = row.split_at_mut(hidden);
            // In chunks that are read whole before they are written: the compiler need not prove
            // that the halves are apart.
            let (gates, gate_rest) = gate.as_chunks_mut::<LANES>();
            let (values, value_rest) = value.as_chunks_mut::<LANES>();
            let (grads, grad_rest) = grad.as_chunks::<LANES>();
            for ((gate, value), grad) in gates.iter_mut().zip(values).zip(grads) {
                let (mut through, mut beside) = ([0.0; LANES], [0.0; LANES]);
                for lane in 0..LANES {
                    (through[lane], beside[lane]) = gated_back(gate[lane], value[lane], grad[lane]);
                }
                (*gate, *value) = (through, beside);
            }
            for ((gate, value), grad) in gate_rest.iter_mut().zip(value_rest).zip(grad_rest) {
                (*gate, *value) = gated_back(*gate, *value, *grad);
            }
        }
    }
}

#[inline(always)]
fn gated_back(gate: f32, value: f32, grad: f32) -> (f32, f32) {
    let open = sigmoid(gate);
    (grad * value * open * (1.0 + gate * (1.0 - open)), grad * gate * open)
}

vectorised! {
    /// Adds each row to `total`.
    pub fn add_rows(rows: &[f32], total: &mut [f32]) {
        for row in rows.chunks_exact(total.len()) {
            total.iter_mut().zip(row).for_each(|(total, x)| *total += x);
        }
    }
}

vectorised! {
    /// Adds `scale · row`.
    pub fn add_scaled(total: &mut [f32], scale: f32, row: &[f32]) {
        total.iter_mut().zip(row).for_each(|(total, x)| *total += scale * x);
    }
}

vectorised! {
    /// The cross-entropy of each row with a target, in nats; the logits become their gradients,
    /// each row's times `scale`. A row without a target costs nothing and has a gradient of zero.
    pub fn cross_entropy(logits: &mut [f32], symbols: usize, targets: &[Option<u32>], scale: f32) -> f64 {
        let mut nats = 0.0;
        for (row, target) in logits.chunks_exact_mut(symbols).zip(targets) {
            let Some(target) = *target else {
                row.fill(0.0);
                continue;
            };
            let target = target as usize;
            let top = highest(row);
            let asked = row[target] - top;
            row.iter_mut().for_each(|x| *x = power(*x - top));
            let total = sum(row);
            nats += f64::from(total.ln() - asked);
            let share = scale / total;
            row.iter_mut().for_each(|x| *x *= share);
            row[target] -= scale;
        }
        nats
    }
}

vectorised! {
    /// Scores of queries to weights in place, hidden ones to zero; leaves each query's logarithm of
    /// the sum of exponentials in `totals`. Query `first + row` sees from `window - 1` keys before
    /// it to itself; keys count from `from`.
    pub fn banded_softmax(
        scores: &mut [f32],
        keys: usize,
        first: usize,
        from: usize,
        window: usize,
        totals: &mut [f32],
    ) {
        for (row, (scores, total)) in scores.chunks_exact_mut(keys).zip(totals).enumerate() {
            let query = first + row;
            let seen = (query + 1).saturating_sub(window).max(from) - from..query + 1 - from;
            scores[..seen.start].fill(0.0);
            scores[seen.end..].fill(0.0);
            let weights = &mut scores[seen];
            let top = highest(weights);
            weights.iter_mut().for_each(|weight| *weight = power(*weight - top));
            let all = sum(weights);
            *total = top + all.ln();
            let scale = all.recip();
            weights.iter_mut().for_each(|weight| *weight *= scale);
        }
    }
}

vectorised! {
    /// The same weights again, from what [`banded_softmax`] left.
    pub fn banded_weights(
        scores: &mut [f32],
        keys: usize,
        first: usize,
        from: usize,
        window: usize,
        totals: &[f32],
    ) {
        for (row, (scores, total)) in scores.chunks_exact_mut(keys).zip(totals).enumerate() {
            let query = first + row;
            let seen = (query + 1).saturating_sub(window).max(from) - from..query + 1 - from;
            scores[..seen.start].fill(0.0);
            scores[seen.end..].fill(0.0);
            scores[seen].iter_mut().for_each(|weight| *weight = power(*weight - total));
        }
    }
}

vectorised! {
    /// Back through a softmax: each row of gradients of weights becomes one of scores. `means` are
    /// the weights' means of it.
    pub fn softmax_back(grads: &mut [f32], weights: &[f32], keys: usize, means: &[f32]) {
        for ((grads, weights), mean) in grads.chunks_exact_mut(keys).zip(weights.chunks_exact(keys)).zip(means) {
            grads.iter_mut().zip(weights).for_each(|(grad, weight)| *grad = (*grad - mean) * weight);
        }
    }
}

vectorised! {
    /// The sum of the products of each row's `width` numbers from `at` on, rows `stride` apart in
    /// both.
    pub fn row_dots(x: &[f32], y: &[f32], at: usize, width: usize, stride: usize, dots: &mut [f32]) {
        for (row, out) in dots.iter_mut().enumerate() {
            let span = at + row * stride..at + row * stride + width;
            *out = dot(&x[span.clone()], &y[span]);
        }
    }
}
