//! The same note by candle: its matrix products, its fused norm, softmax and rotation, on the same
//! weights in f32, one thread. Caches are rings of preallocated tensors, which is the cheapest way
//! that candle has; no symbols are drawn, and the tables' rows are fixed.

use std::collections::BTreeMap;

use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::{ops, rotary_emb::rope};
use segue_model::{Config, Field};
use segue_music::Vocabulary;

use crate::clock::Times;

const HEAD: usize = 64;
/// Rows that a step of dense music sums.
const STEP_ROWS: u32 = 30;
/// Rows that a question sums.
const ASKED_ROWS: u32 = 6;

pub struct CandleStep {
    config: Config,
    weights: BTreeMap<String, Tensor>,
    /// By block: keys and values, (heads, window, HEAD).
    rings: Vec<[Tensor; 2]>,
    /// By field and copy: keys, (copy window, HEAD).
    copies: Vec<Vec<Tensor>>,
    /// By field: the symbol of each note of the window.
    symbols: Vec<Tensor>,
    turn: [Tensor; 2],
    step_rows: Tensor,
    asked_rows: Tensor,
    note: usize,
    bytes: usize,
}

impl CandleStep {
    pub fn new(config: &Config, numbers: &BTreeMap<String, Vec<f32>>) -> Result<Self> {
        let vocabulary = Vocabulary::new();
        let mut weights = BTreeMap::new();
        let mut bytes = 0;
        for parameter in segue_model::parameters(config, &vocabulary) {
            let tensor =
                Tensor::from_slice(&numbers[&parameter.name], parameter.shape.clone(), &Device::Cpu)?;
            let table = parameter.name == "steps" || parameter.name.ends_with("asked");
            bytes += if table { 0 } else { 4 * parameter.count() };
            weights.insert(parameter.name, tensor);
        }
        let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu);
        let ring = || zeros(&[config.dim / HEAD, config.window, HEAD]);
        let rings: Vec<[Tensor; 2]> =
            (0..config.layers).map(|_| Ok([ring()?, ring()?])).collect::<Result<_>>()?;
        let copies = Field::ALL.map(|field| {
            (0..field.copies()).map(|_| zeros(&[config.copy_window, HEAD])).collect::<Result<Vec<_>>>()
        });
        let copies: Vec<_> = copies.into_iter().collect::<Result<_>>()?;
        let cached = rings.iter().flatten().chain(copies.iter().flatten());
        bytes += cached.map(|tensor| 4 * tensor.elem_count()).sum::<usize>();
        let symbols = Field::ALL.map(|field| {
            let count = field.symbols(&vocabulary) as u32;
            let symbols: Vec<u32> = (0..config.copy_window as u32).map(|note| note * 7 % count).collect();
            Tensor::from_vec(symbols, config.copy_window, &Device::Cpu)
        });
        let angles: Vec<f32> = (0..HEAD / 2).map(|pair| 0.1 * pair as f32).collect();
        let angles = Tensor::from_vec(angles, (1, HEAD / 2), &Device::Cpu)?;
        Ok(Self {
            config: config.clone(),
            weights,
            rings,
            copies,
            symbols: symbols.into_iter().collect::<Result<_>>()?,
            turn: [angles.cos()?, angles.sin()?],
            step_rows: Tensor::arange(0, STEP_ROWS, &Device::Cpu)?,
            asked_rows: Tensor::arange(0, ASKED_ROWS, &Device::Cpu)?,
            note: 0,
            bytes,
        })
    }

    /// Bytes of weights and cache that a note reads.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What this many notes took.
    pub fn times(&mut self, notes: usize) -> Result<Times> {
        for _ in 0..20 {
            self.note()?;
        }
        let mut failed = None;
        let times = Times::measure(notes, || failed = self.note().err().or(failed.take()));
        failed.map_or(Ok(times), Err)
    }

    fn linear(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        x.matmul(&self.weights[name].t()?)
    }

    fn rows(&self, table: &str, rows: &Tensor) -> Result<Tensor> {
        self.weights[table].index_select(rows, 0)?.sum_keepdim(0)
    }

    fn norm(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        ops::rms_norm(x, &self.weights[name], 1e-5)
    }

    /// (1, heads · HEAD) to (heads, 1, HEAD), turned.
    fn turned(&self, x: &Tensor) -> Result<Tensor> {
        let heads = x.dim(1)? / HEAD;
        let x = x.reshape((1, heads, 1, HEAD))?;
        rope(&x.contiguous()?, &self.turn[0], &self.turn[1])?.squeeze(0)
    }

    fn gated(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let parts = self.linear(x, name)?.chunk(2, 1)?;
        parts[0].silu()?.mul(&parts[1])
    }

    fn note(&mut self) -> Result<()> {
        let dim = self.config.dim;
        let mut x = self.rows("steps", &self.step_rows)?;
        for layer in 0..self.config.layers {
            let name = |part: &str| format!("block.{layer}.{part}");
            let qkv = self.linear(&self.norm(&x, &name("attention.norm"))?, &name("attention.in"))?;
            let query = self.turned(&qkv.narrow(1, 0, dim)?)?;
            let key = self.turned(&qkv.narrow(1, dim, dim)?)?;
            let value = qkv.narrow(1, 2 * dim, dim)?.reshape((dim / HEAD, 1, HEAD))?.contiguous()?;
            let [keys, values] = &self.rings[layer];
            keys.slice_set(&key.contiguous()?, 1, self.note % self.config.window)?;
            values.slice_set(&value, 1, self.note % self.config.window)?;
            let scores = (query.contiguous()?.matmul(&keys.transpose(1, 2)?)? * 0.125)?;
            let attended = ops::softmax_last_dim(&scores)?.matmul(values)?.reshape((1, dim))?;
            x = (x + self.linear(&attended, &name("attention.out"))?)?;
            let active = self.gated(&self.norm(&x, &name("forward.norm"))?, &name("forward.in"))?;
            x = (x + self.linear(&active, &name("forward.out"))?)?;
        }
        let state = self.norm(&x, "norm")?;
        for field in Field::ALL {
            std::hint::black_box(self.head(field, &state)?);
        }
        self.note += 1;
        Ok(())
    }

    fn head(&self, field: Field, state: &Tensor) -> Result<Vec<f32>> {
        let name = |part: &str| format!("{}.{part}", field.name());
        let asked = self.rows(&name("asked"), &self.asked_rows)?;
        let u = (self.linear(state, &name("in"))? + asked)?;
        let active = self.gated(&self.norm(&u, &name("norm"))?, &name("forward.in"))?;
        let u = (u + self.linear(&active, &name("forward.out"))?)?;
        let z = self.norm(&u, &name("out.norm"))?;
        let mut logits = self.linear(&z, &name("out"))?.broadcast_add(&self.weights[&name("out.bias")])?;
        let copying = self.turned(&self.linear(&z, &name("copy"))?)?;
        let gates = self.linear(&z, &name("gate"))?.broadcast_add(&self.weights[&name("gate.bias")])?;
        let none = logits.zeros_like()?;
        for (copy, keys) in self.copies[field as usize].iter().enumerate() {
            let scores = (copying.get(2 * copy)?.matmul(&keys.t()?)? * 0.125)?;
            let weights = ops::softmax_last_dim(&scores)?;
            let shares = none.index_add(&self.symbols[field as usize], &weights, D::Minus1)?;
            let spoken = ((shares * f64::from(field.copy_strength(&Vocabulary::new())))? + 1.0)?.log()?;
            logits = (logits + spoken.broadcast_mul(&gates.narrow(1, copy, 1)?)?)?;
            keys.slice_set(&copying.get(2 * copy + 1)?, 0, self.note % self.config.copy_window)?;
        }
        logits.squeeze(0)?.to_vec1()
    }
}
