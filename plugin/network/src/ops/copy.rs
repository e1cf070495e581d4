//! Copying: attention from a prediction to the earlier ones, read as a distribution over what they
//! turned out to be (pointer networks: See et al. 2017, arXiv 1704.04368; the cached form: Grave et
//! al. 2017, arXiv 1612.04426).

use std::ops::Range;
use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use segue_model::{HEAD_DIM, elementary::exp};

use super::gemm::{As, View, product};
use super::{floats, plain, read};

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
    /// By row: what the prediction was of. Transposed copies add `shifts` of the reader and take
    /// away that of the read.
    pub values: Vec<i32>,
    /// By row: the key that intervals are counted from; all zero where values are copied as they
    /// are.
    pub shifts: Vec<i32>,
    /// By row: the first prediction of its sequence that may see this one's value.
    pub known_from: Vec<usize>,
    /// How strongly a share of the copies speaks: the result is `ln(1 + strength · share)`.
    pub strength: f32,
}

/// `ln(1 + strength · share)` of each symbol, where `share` is what the attention of `queries` to
/// the earlier `keys` gives to predictions of that symbol: twice (sequences · length, HEAD_DIM) to
/// (sequences · length, symbols). Zero where there is nothing to see.
pub fn copy_attention(queries: &Tensor, keys: &Tensor, copied: Arc<Copied>) -> Result<Tensor> {
    if plain::serves(queries) {
        return plain::copy_attention(queries, keys, &copied);
    }
    #[cfg(feature = "cuda")]
    if queries.device().is_cuda() {
        return super::cuda::copy_attention(queries, keys, copied);
    }
    queries.contiguous()?.apply_op2(&keys.contiguous()?, CopyAttention { copied })
}

struct CopyAttention {
    copied: Arc<Copied>,
}

/// Queries of one sequence, and the keys that the window lets them look at.
struct Tile {
    /// The sequence's first row.
    sequence: usize,
    /// The first query, in the sequence, and how many.
    first: usize,
    queries: usize,
    /// The first key, in the sequence, and how many.
    from: usize,
    keys: usize,
}

impl Tile {
    /// Where the queries stand among all rows.
    fn queries(&self) -> View {
        View::new((self.sequence + self.first) * HEAD_DIM, self.queries, HEAD_DIM, HEAD_DIM)
    }

    /// Where the keys stand among all rows.
    fn keys(&self) -> View {
        View::new((self.sequence + self.from) * HEAD_DIM, self.keys, HEAD_DIM, HEAD_DIM)
    }

    /// A weight for each pair.
    fn weights(&self) -> View {
        View::new(0, self.queries, self.keys, self.keys)
    }

    /// Each query's row among all, and where its weights are.
    fn rows(&self) -> impl Iterator<Item = (usize, Range<usize>)> + use<> {
        let (row, keys) = (self.sequence + self.first, self.keys);
        (0..self.queries).map(move |query| (row + query, query * keys..(query + 1) * keys))
    }
}

impl Copied {
    /// Visits every tile, with its weights and the symbols that they speak for.
    fn visit(&self, q: &[f32], k: &[f32], mut visit: impl FnMut(&Tile, &mut [f32], &[u32])) {
        let room = BLOCK * (BLOCK + self.window);
        let (mut weights, mut symbols) = (vec![0.0; room], vec![0; room]);
        for sequence in (0..q.len() / HEAD_DIM).step_by(self.length) {
            for first in (0..self.length).step_by(BLOCK) {
                let queries = BLOCK.min(self.length - first);
                let from = first.saturating_sub(self.window);
                let tile = Tile { sequence, first, queries, from, keys: first + queries - from };
                let (weights, symbols) =
                    (&mut weights[..queries * tile.keys], &mut symbols[..queries * tile.keys]);
                product(
                    (weights, tile.weights()),
                    false,
                    SCALE,
                    (q, tile.queries(), As::Is),
                    (k, tile.keys(), As::Transposed),
                );
                self.weigh(&tile, weights, symbols);
                visit(&tile, weights, symbols);
            }
        }
    }

    /// The symbol that `reader` takes from `read`, if it may see it; rows count from the start of
    /// all sequences.
    pub(super) fn symbol(&self, sequence: usize, reader: usize, read: usize) -> Option<usize> {
        let row = sequence + read;
        if read >= reader || read + self.window < reader || self.known_from[row] > reader {
            return None;
        }
        let value = self.values[row] + self.shifts[sequence + reader] - self.shifts[row];
        usize::try_from(value).ok().filter(|&value| value < self.symbols)
    }

    /// Scores to weights in place, hidden ones to zero; fills `symbols` with what each weight
    /// speaks for.
    fn weigh(&self, tile: &Tile, scores: &mut [f32], symbols: &mut [u32]) {
        let Tile { sequence, first, from, keys, .. } = *tile;
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
        let mut out = vec![0.0; rows * copied.symbols];
        copied.visit(floats(q, q_at)?, floats(k, k_at)?, |tile, weights, symbols| {
            for (row, span) in tile.rows() {
                let out = &mut out[row * copied.symbols..][..copied.symbols];
                for (weight, &symbol) in weights[span.clone()].iter().zip(&symbols[span]) {
                    out[symbol as usize] += weight;
                }
            }
        });
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
        read(q, |q| {
            read(k, |k| {
                copied.visit(q, k, |tile, weights, symbols| {
                    for (row, span) in tile.rows() {
                        let shares = &grad_shares[row * copied.symbols..][..copied.symbols];
                        let (weights, symbols) = (&mut weights[span.clone()], &symbols[span]);
                        let share = |&symbol: &u32| shares[symbol as usize];
                        let mean: f32 =
                            weights.iter().zip(symbols).map(|(weight, symbol)| weight * share(symbol)).sum();
                        for (weight, symbol) in weights.iter_mut().zip(symbols) {
                            *weight *= share(symbol) - mean;
                        }
                    }
                    product(
                        (&mut grad_q, tile.queries()),
                        true,
                        SCALE,
                        (weights, tile.weights(), As::Is),
                        (k, tile.keys(), As::Is),
                    );
                    product(
                        (&mut grad_k, tile.keys()),
                        true,
                        SCALE,
                        (weights, tile.weights(), As::Transposed),
                        (q, tile.queries(), As::Is),
                    );
                });
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
