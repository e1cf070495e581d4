//! Copying: attention from a prediction to the earlier ones, read as a distribution over what they turned out to be
//! (pointer networks: See et al. 2017, arXiv 1704.04368; the cached form: Grave et al. 2017, arXiv 1612.04426).

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};

use super::gemm::{As, View, product};
use super::swiglu::exp;
use super::{floats, plain, read};
use crate::config::HEAD_DIM;

const BLOCK: usize = 64;
const SCALE: f32 = 0.125; // 1 / sqrt(HEAD_DIM)

/// What the earlier predictions of a field were of, and which of them a later one may see.
#[derive(Clone, Debug)]
pub struct Copied {
    /// Predictions in a sequence.
    pub length: usize,
    /// How many before it one looks at.
    pub window: usize,
    /// Symbols of the field.
    pub symbols: usize,
    /// By row: what the prediction was of. Transposed copies add `shifts` of the reader and take away that of the read.
    pub values: Vec<i32>,
    /// By row: the key that intervals are counted from; all zero where values are copied as they are.
    pub shifts: Vec<i32>,
    /// By row: the first prediction of its sequence that may see this one's value.
    pub known_from: Vec<usize>,
    /// How strongly a share of the copies speaks: the result is `ln(1 + strength · share)`.
    pub strength: f32,
}

/// `ln(1 + strength · share)` of each symbol, where `share` is what the attention of `queries` to the earlier `keys` gives to
/// predictions of that symbol: twice (sequences · length, HEAD_DIM) to (sequences · length, symbols). Zero where there is nothing to see.
pub fn copy_attention(queries: &Tensor, keys: &Tensor, copied: Arc<Copied>) -> Result<Tensor> {
    if plain::serves(queries) {
        return plain::copy_attention(queries, keys, &copied);
    }
    queries.contiguous()?.apply_op2(&keys.contiguous()?, CopyAttention { copied })
}

struct CopyAttention {
    copied: Arc<Copied>,
}

impl Copied {
    fn blocks(&self) -> impl Iterator<Item = (usize, usize, usize, usize)> + '_ {
        (0..self.length).step_by(BLOCK).map(|first| {
            let queries = BLOCK.min(self.length - first);
            let from = first.saturating_sub(self.window);
            (first, queries, from, first + queries - from)
        })
    }

    /// The symbol that `reader` takes from `read`, if it may see it; rows count from the start of all sequences.
    pub(super) fn symbol(&self, sequence: usize, reader: usize, read: usize) -> Option<usize> {
        let row = sequence + read;
        if read >= reader || read + self.window < reader || self.known_from[row] > reader {
            return None;
        }
        let value = self.values[row] + self.shifts[sequence + reader] - self.shifts[row];
        usize::try_from(value).ok().filter(|&value| value < self.symbols)
    }

    /// Scores to weights in place, hidden ones to zero; fills `symbols` with what each weight speaks for.
    fn weights(
        &self,
        scores: &mut [f32],
        symbols: &mut [u32],
        sequence: usize,
        first: usize,
        from: usize,
        keys: usize,
    ) {
        for (row, (scores, symbols)) in
            scores.chunks_exact_mut(keys).zip(symbols.chunks_exact_mut(keys)).enumerate()
        {
            let mut top = f32::NEG_INFINITY;
            for key in 0..keys {
                match self.symbol(sequence, first + row, from + key) {
                    Some(symbol) => {
                        symbols[key] = symbol as u32;
                        top = top.max(scores[key]);
                    }
                    None => {
                        symbols[key] = 0;
                        scores[key] = f32::NEG_INFINITY;
                    }
                }
            }
            if top == f32::NEG_INFINITY {
                scores.fill(0.0);
                continue;
            }
            // The fast exponential saturates at 2^-126, which is no weight.
            scores.iter_mut().for_each(|score| *score = exp(*score - top));
            let scale = scores.iter().sum::<f32>().recip();
            scores.iter_mut().for_each(|score| *score *= scale);
        }
    }
}

impl CustomOp2 for CopyAttention {
    fn name(&self) -> &'static str {
        "copy-attention"
    }

    fn cpu_fwd(
        &self,
        q: &CpuStorage,
        q_at: &Layout,
        k: &CpuStorage,
        k_at: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let copied = &*self.copied;
        let (rows, _) = q_at.shape().dims2()?;
        let (q, k) = (floats(q, q_at)?, floats(k, k_at)?);
        let mut out = vec![0.0; rows * copied.symbols];
        let room = BLOCK * (BLOCK + copied.window);
        let (mut scores, mut symbols) = (vec![0.0; room], vec![0; room]);
        for sequence in (0..rows).step_by(copied.length) {
            for (first, queries, from, keys) in copied.blocks() {
                let view = |row: usize, rows: usize| {
                    View::new((sequence + row) * HEAD_DIM, rows, HEAD_DIM, HEAD_DIM)
                };
                let (scores, symbols) = (&mut scores[..queries * keys], &mut symbols[..queries * keys]);
                product(
                    (scores, View::new(0, queries, keys, keys)),
                    false,
                    SCALE,
                    (q, view(first, queries), As::Is),
                    (k, view(from, keys), As::Transposed),
                );
                copied.weights(scores, symbols, sequence, first, from, keys);
                for row in 0..queries {
                    let out = &mut out[(sequence + first + row) * copied.symbols..][..copied.symbols];
                    let span = row * keys..(row + 1) * keys;
                    for (weight, &symbol) in scores[span.clone()].iter().zip(&symbols[span]) {
                        out[symbol as usize] += weight;
                    }
                }
            }
        }
        out.iter_mut().for_each(|share| *share = (copied.strength * *share).ln_1p());
        Ok((CpuStorage::F32(out), (rows, copied.symbols).into()))
    }

    fn bwd(
        &self,
        q: &Tensor,
        k: &Tensor,
        out: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let copied = &*self.copied;
        let rows = q.dim(0)?;
        // d ln(1 + s c) / dc = s / (1 + s c) = s · e^-result
        let grad_shares: Vec<f32> = read(out, |out| {
            read(grad, |grad| {
                Ok(out.iter().zip(grad).map(|(&out, grad)| grad * copied.strength * exp(-out)).collect())
            })
        })?;
        let (mut grad_q, mut grad_k) = (vec![0.0; rows * HEAD_DIM], vec![0.0; rows * HEAD_DIM]);
        let room = BLOCK * (BLOCK + copied.window);
        let (mut weights, mut symbols) = (vec![0.0; room], vec![0; room]);
        read(q, |q| {
            read(k, |k| {
                for sequence in (0..rows).step_by(copied.length) {
                    for (first, queries, from, keys) in copied.blocks() {
                        let view = |row: usize, rows: usize| {
                            View::new((sequence + row) * HEAD_DIM, rows, HEAD_DIM, HEAD_DIM)
                        };
                        let square = View::new(0, queries, keys, keys);
                        let (weights, symbols) =
                            (&mut weights[..queries * keys], &mut symbols[..queries * keys]);
                        product(
                            (weights, square),
                            false,
                            SCALE,
                            (q, view(first, queries), As::Is),
                            (k, view(from, keys), As::Transposed),
                        );
                        copied.weights(weights, symbols, sequence, first, from, keys);
                        for row in 0..queries {
                            let shares =
                                &grad_shares[(sequence + first + row) * copied.symbols..][..copied.symbols];
                            let span = row * keys..(row + 1) * keys;
                            let (weights, symbols) = (&mut weights[span.clone()], &symbols[span]);
                            let mean: f32 = weights
                                .iter()
                                .zip(symbols)
                                .map(|(weight, &symbol)| weight * shares[symbol as usize])
                                .sum();
                            for (weight, &symbol) in weights.iter_mut().zip(symbols) {
                                *weight *= shares[symbol as usize] - mean;
                            }
                        }
                        product(
                            (&mut grad_q, view(first, queries)),
                            true,
                            SCALE,
                            (weights, square, As::Is),
                            (k, view(from, keys), As::Is),
                        );
                        product(
                            (&mut grad_k, view(from, keys)),
                            true,
                            SCALE,
                            (weights, square, As::Transposed),
                            (q, view(first, queries), As::Is),
                        );
                    }
                }
                Ok(())
            })
        })?;
        let shape = (rows, HEAD_DIM);
        Ok((
            Some(Tensor::from_vec(grad_q, shape, q.device())?),
            Some(Tensor::from_vec(grad_k, shape, q.device())?),
        ))
    }
}
