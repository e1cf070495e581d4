//! Causal attention within a sliding window, in blocks that skip what the window hides.

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use segue_model::{HEAD_DIM, elementary::exp};

use super::gemm::{As, View, product};
use super::turns::Turns;
use super::{floats, plain, read};

/// Queries handled at once: 64 keeps a block's scores (64 x 320 f32) in the second-level cache.
const BLOCK: usize = 64;

/// Multi-head attention of (sequences · length, 3 · dim) queries, keys and values, to (sequences ·
/// length, dim). Queries and keys are turned by `angles`, one a row. A step sees itself and the
/// `window - 1` steps before it of its own sequence.
pub fn banded_attention(qkv: &Tensor, angles: Arc<Turns>, length: usize, window: usize) -> Result<Tensor> {
    if plain::serves(qkv) {
        return plain::banded_attention(qkv, &angles, length, window);
    }
    #[cfg(feature = "cuda")]
    if qkv.device().is_cuda() {
        return super::cuda::banded_attention(qkv, angles, length, window);
    }
    qkv.contiguous()?.apply_op1(BandedAttention { angles, length, window })
}

struct BandedAttention {
    angles: Arc<Turns>,
    length: usize,
    window: usize,
}

impl BandedAttention {
    /// Queries and keys turned, values as they are.
    fn turned(&self, qkv: &[f32], dim: usize) -> Vec<f32> {
        let mut turned = qkv.to_vec();
        for (row, angles) in turned.chunks_exact_mut(3 * dim).zip(self.angles.iter()) {
            row[..2 * dim].chunks_exact_mut(HEAD_DIM).for_each(|head| angles.turn(head));
        }
        turned
    }

    /// Blocks of queries with the keys any of them may see: (first query, queries, first key,
    /// keys).
    fn blocks(&self) -> impl Iterator<Item = (usize, usize, usize, usize)> + '_ {
        (0..self.length).step_by(BLOCK).map(|first| {
            let queries = BLOCK.min(self.length - first);
            let from = (first + 1).saturating_sub(self.window);
            (first, queries, from, first + queries - from)
        })
    }

    /// Scores to weights in place, hidden ones to zero.
    fn softmax(&self, scores: &mut [f32], first: usize, from: usize, keys: usize) {
        for (row, scores) in scores.chunks_exact_mut(keys).enumerate() {
            let query = first + row;
            let seen = (query + 1).saturating_sub(self.window).max(from) - from..query + 1 - from;
            let top = scores[seen.clone()].iter().copied().fold(f32::NEG_INFINITY, f32::max);
            scores[..seen.start].fill(0.0);
            scores[seen.end..].fill(0.0);
            let weights = &mut scores[seen];
            weights.iter_mut().for_each(|weight| *weight = exp(*weight - top));
            let scale = weights.iter().sum::<f32>().recip();
            weights.iter_mut().for_each(|weight| *weight *= scale);
        }
    }

    /// Calls `each` for every sequence and head, with the offset of its first query.
    fn heads(&self, rows: usize, dim: usize, mut each: impl FnMut(usize, usize)) {
        for sequence in 0..rows / self.length {
            for head in 0..dim / HEAD_DIM {
                each(sequence * self.length, head * HEAD_DIM);
            }
        }
    }
}

const SCALE: f32 = 0.125; // 1 / sqrt(HEAD_DIM)

impl CustomOp1 for BandedAttention {
    fn name(&self) -> &'static str {
        "banded-attention"
    }

    fn cpu_fwd(&self, qkv: &CpuStorage, at: &Layout) -> Result<(CpuStorage, Shape)> {
        let (rows, width) = at.shape().dims2()?;
        let dim = width / 3;
        let qkv = self.turned(floats(qkv, at)?, dim);
        let mut out = vec![0.0; rows * dim];
        let mut scores = vec![0.0; BLOCK * (BLOCK + self.window)];
        self.heads(rows, dim, |sequence, head| {
            for (first, queries, from, keys) in self.blocks() {
                let part = |row: usize, rows: usize, which: usize| {
                    View::new((sequence + row) * width + which * dim + head, rows, HEAD_DIM, width)
                };
                let scores = &mut scores[..queries * keys];
                let square = View::new(0, queries, keys, keys);
                product(
                    (scores, square),
                    false,
                    SCALE,
                    (&qkv, part(first, queries, 0), As::Is),
                    (&qkv, part(from, keys, 1), As::Transposed),
                );
                self.softmax(scores, first, from, keys);
                let to = View::new((sequence + first) * dim + head, queries, HEAD_DIM, dim);
                product(
                    (&mut out, to),
                    false,
                    1.0,
                    (scores, square, As::Is),
                    (&qkv, part(from, keys, 2), As::Is),
                );
            }
        });
        Ok((CpuStorage::F32(out), (rows, dim).into()))
    }

    fn bwd(&self, qkv: &Tensor, out: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let (rows, width) = qkv.dims2()?;
        let dim = width / 3;
        let turned = read(qkv, |qkv| Ok(self.turned(qkv, dim)))?;
        let grad_qkv = read(out, |out| {
            read(grad, |grad| {
                let mut grad_qkv = vec![0.0; rows * width];
                let room = BLOCK * (BLOCK + self.window);
                let (mut weights, mut grad_weights) = (vec![0.0; room], vec![0.0; room]);
                self.heads(rows, dim, |sequence, head| {
                    for (first, queries, from, keys) in self.blocks() {
                        let part = |row: usize, rows: usize, which: usize| {
                            View::new((sequence + row) * width + which * dim + head, rows, HEAD_DIM, width)
                        };
                        let (q, k, v) = (part(first, queries, 0), part(from, keys, 1), part(from, keys, 2));
                        let here = View::new((sequence + first) * dim + head, queries, HEAD_DIM, dim);
                        let square = View::new(0, queries, keys, keys);
                        let (weights, grad_weights) =
                            (&mut weights[..queries * keys], &mut grad_weights[..queries * keys]);
                        product(
                            (weights, square),
                            false,
                            SCALE,
                            (&turned, q, As::Is),
                            (&turned, k, As::Transposed),
                        );
                        self.softmax(weights, first, from, keys);
                        product(
                            (&mut grad_qkv, v),
                            true,
                            1.0,
                            (weights, square, As::Transposed),
                            (grad, here, As::Is),
                        );
                        product(
                            (grad_weights, square),
                            false,
                            1.0,
                            (grad, here, As::Is),
                            (&turned, v, As::Transposed),
                        );
                        // Through the softmax: what each query gained on average is its output
                        // times its gradient.
                        for row in 0..queries {
                            let at = here.offset + row * dim;
                            let mean: f32 = (at..at + HEAD_DIM).map(|i| out[i] * grad[i]).sum();
                            let span = row * keys..(row + 1) * keys;
                            for (grad, weight) in grad_weights[span.clone()].iter_mut().zip(&weights[span]) {
                                *grad = (*grad - mean) * weight;
                            }
                        }
                        product(
                            (&mut grad_qkv, q),
                            true,
                            SCALE,
                            (grad_weights, square, As::Is),
                            (&turned, k, As::Is),
                        );
                        product(
                            (&mut grad_qkv, k),
                            true,
                            SCALE,
                            (grad_weights, square, As::Transposed),
                            (&turned, q, As::Is),
                        );
                    }
                });
                for (row, angles) in grad_qkv.chunks_exact_mut(width).zip(self.angles.iter()) {
                    row[..2 * dim].chunks_exact_mut(HEAD_DIM).for_each(|head| angles.turn_back(head));
                }
                Ok(grad_qkv)
            })
        })?;
        Ok(Some(Tensor::from_vec(grad_qkv, (rows, width), qkv.device())?))
    }
}
