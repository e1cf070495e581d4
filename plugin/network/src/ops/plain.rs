//! The same operations out of candle's own, for devices that the fused ones do not run on. Slower
//! on a CPU by half, and held to the fused ones in value and in gradient by `tests/plain.rs`, on
//! the CPU.

use std::cell::Cell;

use candle_core::{D, Device, Result, Tensor};
use segue_model::{Angles, HEAD_DIM, elementary::EPSILON};

use super::{Copied, Sparse};

const SCALE: f64 = 0.125; // 1 / sqrt(HEAD_DIM)
/// Added to what is hidden: far below any score, and a number, so that a row of nothing else stays
/// one.
const HIDDEN: f32 = -1e9;

thread_local! {
    static EVERYWHERE: Cell<bool> = const { Cell::new(false) };
}

/// Whether these are what `x` is computed with.
pub fn serves(x: &Tensor) -> bool {
    let device = x.device();
    let fused = device.is_cpu() || cfg!(feature = "cuda") && device.is_cuda();
    !fused || EVERYWHERE.get()
}

/// Computes with these on this thread, on the CPU, too: to compare them with the fused ones.
pub fn everywhere<R>(compute: impl FnOnce() -> R) -> R {
    EVERYWHERE.set(true);
    let computed = compute();
    EVERYWHERE.set(false);
    computed
}

/// See [`super::rms_norm`].
pub fn rms_norm(x: &Tensor, gain: &Tensor) -> Result<Tensor> {
    let inverse = ((x.sqr()?.mean_keepdim(D::Minus1)? + f64::from(EPSILON))?.sqrt()?.recip())?;
    x.broadcast_mul(&inverse)?.broadcast_mul(gain)
}

/// See [`super::swiglu`].
pub fn swiglu(x: &Tensor) -> Result<Tensor> {
    let halves = x.chunk(2, D::Minus1)?;
    halves[0].silu()? * &halves[1]
}

/// See [`super::sparse_embedding`].
pub fn sparse_embedding(table: &Tensor, rows: &Sparse) -> Result<Tensor> {
    let columns = table.dim(0)?;
    let mut dense = vec![0.0; rows.rows() * columns];
    for (row, dense) in dense.chunks_exact_mut(columns).enumerate() {
        rows.row(row).for_each(|(column, value)| dense[column] += value);
    }
    Tensor::from_vec(dense, (rows.rows(), columns), table.device())?.matmul(table)
}

/// See [`super::turn`].
pub fn turn(x: &Tensor, angles: &[Angles]) -> Result<Tensor> {
    let (rows, width) = x.dims2()?;
    let half = HEAD_DIM / 2;
    let parts = |part: fn(&Angles) -> &[f32]| {
        Tensor::from_iter(angles.iter().flat_map(|angles| part(angles).iter().copied()), x.device())?
            .reshape((rows, 1, half))
    };
    let (cos, sin) = (parts(Angles::cosines)?, parts(Angles::sines)?);
    let heads = x.reshape((rows, width / HEAD_DIM, HEAD_DIM))?;
    let (low, high) = (heads.narrow(2, 0, half)?, heads.narrow(2, half, half)?);
    let turned_low = (low.broadcast_mul(&cos)? - high.broadcast_mul(&sin)?)?;
    let turned_high = (low.broadcast_mul(&sin)? + high.broadcast_mul(&cos)?)?;
    Tensor::cat(&[turned_low, turned_high], 2)?.reshape((rows, width))
}

/// See [`super::banded_attention`].
pub fn banded_attention(qkv: &Tensor, angles: &[Angles], length: usize, window: usize) -> Result<Tensor> {
    let (rows, width) = qkv.dims2()?;
    let dim = width / 3;
    let heads = |x: Tensor| -> Result<Tensor> {
        x.reshape((rows / length, length, dim / HEAD_DIM, HEAD_DIM))?.transpose(1, 2)?.contiguous()
    };
    let turned = turn(&qkv.narrow(1, 0, 2 * dim)?.contiguous()?, angles)?;
    let (queries, keys) = (heads(turned.narrow(1, 0, dim)?)?, heads(turned.narrow(1, dim, dim)?)?);
    let values = heads(qkv.narrow(1, 2 * dim, dim)?)?;
    let sees = |query: usize, key: usize| key <= query && key + window > query;
    let weights = softmax(&((queries.matmul(&keys.t()?)? * SCALE)?), &mask(length, qkv.device(), sees)?)?;
    weights.matmul(&values)?.transpose(1, 2)?.reshape((rows, dim))
}

/// See [`super::copy_attention`].
pub fn copy_attention(queries: &Tensor, keys: &Tensor, copied: &Copied) -> Result<Tensor> {
    let device = queries.device();
    let (rows, length) = (queries.dim(0)?, copied.length);
    let sequences = rows / length;
    let pairs = (0..sequences).flat_map(|sequence| {
        (0..length).flat_map(move |reader| (0..length).map(move |read| (sequence * length, reader, read)))
    });
    let seen = pairs.map(|(sequence, reader, read)| copied.symbol(sequence, reader, read).is_some());
    let seen = Tensor::from_iter(seen.map(|seen| f32::from(u8::from(seen))), device)?;
    let seen = seen.reshape((sequences, length, length))?;
    let three = |x: &Tensor| x.reshape((sequences, length, HEAD_DIM));
    let scores = (three(queries)?.matmul(&three(keys)?.t()?)? * SCALE)?;
    let hidden = ((1.0 - &seen)? * f64::from(HIDDEN))?;
    // Who sees nothing has weights all the same, of what is hidden: they speak for nothing.
    let weights = (softmax(&scores, &hidden)? * seen)?;
    // What each prediction was of, counted from its shift, and then for each reader from its own.
    // candle's `scatter_add` would do it in one step, but has no gradient (0.11.1) where there are
    // more symbols than predictions.
    let interval = |row: usize| copied.values[row] - copied.shifts[row];
    let (low, high) =
        ((0..rows).map(interval).min().unwrap_or(0), (0..rows).map(interval).max().unwrap_or(0));
    let span = (high - low + 1) as usize;
    let mut intervals = vec![0.0_f32; rows * (span + 1)];
    (0..rows).for_each(|row| intervals[row * (span + 1) + (interval(row) - low) as usize] = 1.0);
    let intervals = Tensor::from_vec(intervals, (sequences, length, span + 1), device)?;
    let symbols = copied.symbols;
    let place = move |row: usize, symbol: usize| {
        let from_low = symbol as i32 - copied.shifts[row] - low;
        // The last one is nobody's.
        usize::try_from(from_low).map_or(span, |place| place.min(span)) as u32
    };
    let places = (0..rows).flat_map(|row| (0..symbols).map(move |symbol| place(row, symbol)));
    let places = Tensor::from_iter(places, device)?.reshape((sequences, length, symbols))?;
    let shares = weights.matmul(&intervals)?.gather(&places, 2)?;
    ((shares * f64::from(copied.strength))? + 1.0)?.log()?.reshape((rows, copied.symbols))
}

/// See [`super::cross_entropy`].
pub fn cross_entropy(logits: &Tensor, targets: &[Option<u32>]) -> Result<Tensor> {
    let (rows, _) = logits.dims2()?;
    let device = logits.device();
    let counts =
        Tensor::from_iter(targets.iter().map(|target| f32::from(u8::from(target.is_some()))), device)?;
    let index = Tensor::from_iter(targets.iter().map(|target| target.unwrap_or(0)), device)?;
    let above = logits.broadcast_sub(&logits.max_keepdim(1)?.detach())?;
    let sums = above.exp()?.sum_keepdim(1)?.log()?;
    let nats = (sums - above.gather(&index.reshape((rows, 1))?, 1)?)?;
    nats.reshape(rows)? * counts
}

/// Zero where it may look, and [`HIDDEN`] elsewhere.
fn mask(length: usize, device: &Device, sees: impl Fn(usize, usize) -> bool) -> Result<Tensor> {
    let each = |place: usize| if sees(place / length, place % length) { 0.0 } else { HIDDEN };
    Tensor::from_iter((0..length * length).map(each), device)?.reshape((length, length))
}

fn softmax(scores: &Tensor, hidden: &Tensor) -> Result<Tensor> {
    let scores = scores.broadcast_add(hidden)?;
    let weights = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?.detach())?.exp()?;
    weights.broadcast_div(&weights.sum_keepdim(D::Minus1)?)
}
