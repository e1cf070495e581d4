//! Copying attention on a card.

use std::sync::Arc;

use candle_core::{CpuStorage, CudaStorage, CustomOp1, Layout, Result, Shape, Tensor};
use segue_model::HEAD_DIM;

use super::{Given, Sent, Signed, Threads};
use crate::ops::Copied;

const SCALE: f32 = 0.125; // 1 / sqrt(HEAD_DIM)

/// See [`crate::ops::copy_attention`].
pub fn copy_attention(queries: &Tensor, keys: &Tensor, copied: Arc<Copied>) -> Result<Tensor> {
    let (rows, length) = (queries.dim(0)?, copied.length);
    let three = |x: &Tensor| x.contiguous()?.reshape((rows / length, length, HEAD_DIM));
    let scores = three(queries)?.matmul(&three(keys)?.t()?)?;
    scores.apply_op1(Copies { copied, sent: Sent::default() })
}

/// Scores of (sequences, length, length) to what each reader takes, (rows, symbols).
struct Copies {
    copied: Arc<Copied>,
    sent: Sent<[Signed; 3]>,
}

impl Copies {
    fn run(
        &self,
        device: &super::Device,
        kernel: &str,
        numbers: Vec<super::View<'_>>,
        size: usize,
    ) -> Result<super::Slice> {
        let copied = &*self.copied;
        let [intervals, shifts, known_from] = self.sent.or_send(|| {
            let intervals = copied.values.iter().zip(&copied.shifts).map(|(value, shift)| value - shift);
            let known_from = copied.known_from.iter().map(|&from| i32::try_from(from).unwrap_or(i32::MAX));
            Ok([
                device.clone_htod(&intervals.collect::<Vec<_>>())?,
                device.clone_htod(&copied.shifts)?,
                device.clone_htod(&known_from.collect::<Vec<_>>())?,
            ])
        })?;
        let mut given: Vec<_> = numbers.into_iter().map(Given::Floats).collect();
        given.extend([
            Given::Signed(intervals),
            Given::Signed(shifts),
            Given::Signed(known_from),
            Given::Size(copied.length as i32),
            Given::Size(copied.window.min(copied.length) as i32),
            Given::Size(copied.symbols as i32),
            Given::Number(copied.strength),
            Given::Number(SCALE),
        ]);
        let threads =
            Threads { shared: copied.symbols + copied.length, ..Threads::rows(copied.values.len()) };
        let [out] = super::run(device, kernel, threads, [size], false, &given)?;
        Ok(out)
    }
}

impl CustomOp1 for Copies {
    fn name(&self) -> &'static str {
        "copies"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        candle_core::bail!("this runs on a card only")
    }

    fn cuda_fwd(&self, scores: &CudaStorage, at: &Layout) -> Result<(CudaStorage, Shape)> {
        let (rows, symbols) = (self.copied.values.len(), self.copied.symbols);
        let device = &scores.device;
        let out = self.run(device, "copies", vec![super::floats(scores, at)?], rows * symbols)?;
        Ok((super::storage(device, out), (rows, symbols).into()))
    }

    fn bwd(&self, scores: &Tensor, out: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        super::read([scores, out, grad], |device, numbers| {
            let size = scores.elem_count();
            let grad = self.run(device, "copies_back", numbers.into(), size)?;
            Ok(Some(super::tensor(device, grad, scores.shape())))
        })
    }
}
