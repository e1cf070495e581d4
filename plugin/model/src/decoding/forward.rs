//! The playing forward, one row at a time, without tensors: rows of the tables in, states and
//! logits out. It knows nothing of notes; [`crate::decoding::decoder::Decoder`] calls it for a jam
//! and [`crate::SequenceDecoder`] for a written sequence.

use crate::decoding::cache::KvCache;
use crate::decoding::cpu::Cpu;
use crate::decoding::floats::{add, add_copy_logits, dot, embed, rms_norm, softmax, swiglu};
use crate::decoding::model::Model;
use crate::decoding::quantised::QuantisedVec;
use crate::shape::config::HEAD_DIM;
use crate::shape::parameters::Field;
use crate::shape::rotary::Angles;

const SCALE: f32 = 0.125; // 1 / sqrt(HEAD_DIM)

/// The intermediate numbers of one step; their memory is taken once.
#[derive(Clone, Debug)]
pub struct Forward {
    cpu: Cpu,
    /// (dim)
    x: Vec<f32>,
    /// (dim)
    normed: Vec<f32>,
    /// (3 · dim)
    qkv: Vec<f32>,
    /// (dim)
    attended: Vec<f32>,
    /// (dim)
    added: Vec<f32>,
    /// (2 · hidden), or (2 · dim) in the heads
    inner: Vec<f32>,
    /// (window or copy window)
    weights: Vec<f32>,
    /// The symbol that each of the weights counts for.
    symbols: Vec<usize>,
    /// (2 copies · 2 · HEAD_DIM): the keys' head has two copies
    copy_qk: Vec<f32>,
    /// (symbols)
    shares: Vec<f32>,
    /// (symbols)
    logits: Vec<f32>,
    /// A vector about to be multiplied.
    quantised: QuantisedVec,
}

impl Forward {
    /// For a model.
    pub fn new(model: &Model, cpu: Cpu) -> Self {
        let config = &model.config;
        let symbols = Field::of_model(config)
            .iter()
            .map(|field| field.alphabet(config, model.vocabulary()))
            .max()
            .unwrap_or(0);
        let window = config.window.max(config.copy_window);
        Self {
            cpu,
            x: vec![0.0; config.dim],
            normed: vec![0.0; config.dim],
            qkv: vec![0.0; 3 * config.dim],
            attended: vec![0.0; config.dim],
            added: vec![0.0; config.dim],
            inner: vec![0.0; 2 * config.hidden.max(config.dim)],
            weights: vec![0.0; window],
            symbols: vec![0; window],
            copy_qk: vec![0.0; 4 * HEAD_DIM],
            shares: vec![0.0; symbols],
            logits: vec![0.0; symbols],
            quantised: QuantisedVec::default(),
        }
    }

    /// Reads a step into the cache, which has made room for it as `note`.
    pub fn step(
        &mut self,
        model: &Model,
        cache: &mut KvCache,
        note: usize,
        rows: &[(usize, f32)],
        angles: &Angles,
    ) {
        let (cpu, config) = (self.cpu, &model.config);
        embed(cpu, &model.steps, rows, &mut self.x);
        let from = (note + 1).saturating_sub(config.window).max(cache.start());
        for (layer, block) in model.blocks.iter().enumerate() {
            rms_norm(cpu, &self.x, &block.attention_norm, &mut self.normed);
            self.quantised.set(cpu, &self.normed, 0);
            block.attention_in.times(cpu, &self.quantised, &mut self.qkv);
            self.qkv[..2 * config.dim].chunks_exact_mut(HEAD_DIM).for_each(|head| angles.turn(head));
            cache.write_block(cpu, layer, note, &self.qkv[config.dim..]);
            self.attend(cache, layer, from, note);
            self.quantised.set(cpu, &self.attended, 0);
            block.attention_out.times(cpu, &self.quantised, &mut self.added);
            add(cpu, &mut self.x, &self.added);

            rms_norm(cpu, &self.x, &block.forward_norm, &mut self.normed);
            self.quantised.set(cpu, &self.normed, 0);
            let inner = &mut self.inner[..2 * config.hidden];
            block.forward_in.times(cpu, &self.quantised, inner);
            swiglu(cpu, inner);
            self.quantised.set(cpu, &inner[..config.hidden], 0);
            block.forward_out.times(cpu, &self.quantised, &mut self.added);
            add(cpu, &mut self.x, &self.added);
        }
        rms_norm(cpu, &self.x, &model.norm, cache.state_mut(note));
    }

    /// Attention of the newest note to those from `from` on, all heads.
    fn attend(&mut self, cache: &KvCache, layer: usize, from: usize, note: usize) {
        let (keys, values) = cache.block(layer);
        let weights = &mut self.weights[..note + 1 - from];
        let heads = self.qkv.chunks_exact(HEAD_DIM).zip(self.attended.chunks_exact_mut(HEAD_DIM));
        for (head, (query, out)) in heads.enumerate() {
            self.quantised.set(self.cpu, query, 0);
            keys.scores(self.cpu, head, &self.quantised, SCALE, from, weights);
            softmax(self.cpu, weights);
            values.mix(self.cpu, head, from, weights, &mut self.quantised, out);
        }
    }

    /// Computes a head's state before its outputs, after the step of note `last`. The next calls
    /// read from it.
    pub fn head(&mut self, model: &Model, cache: &KvCache, last: usize, field: Field, rows: &[(usize, f32)]) {
        let (cpu, head) = (self.cpu, &model.heads[field as usize]);
        embed(cpu, &head.targets, rows, &mut self.x);
        self.quantised.set(cpu, cache.state(last), 0);
        head.input.times(cpu, &self.quantised, &mut self.added);
        add(cpu, &mut self.x, &self.added);
        rms_norm(cpu, &self.x, &head.norm, &mut self.normed);
        self.quantised.set(cpu, &self.normed, 0);
        let inner = &mut self.inner[..2 * model.config.dim];
        head.forward_in.times(cpu, &self.quantised, inner);
        swiglu(cpu, inner);
        self.quantised.set(cpu, &inner[..model.config.dim], 0);
        head.forward_out.times(cpu, &self.quantised, &mut self.added);
        add(cpu, &mut self.x, &self.added);
        rms_norm(cpu, &self.x, &head.out_norm, &mut self.normed);
        self.quantised.set(cpu, &self.normed, 0);
    }

    /// Queries and keys of the copying attentions, turned: of each copy the query, then the key.
    /// Follows [`Self::head`].
    pub fn copy_qk(&mut self, model: &Model, field: Field, angles: &Angles) -> &[f32] {
        let copy_qk = &mut self.copy_qk[..2 * field.copies() * HEAD_DIM];
        model.heads[field as usize].copy.times(self.cpu, &self.quantised, copy_qk);
        copy_qk.chunks_exact_mut(HEAD_DIM).for_each(|part| angles.turn(part));
        copy_qk
    }

    /// Computes the logits of a field, (symbols), without copies. Follows [`Self::head`].
    pub fn logits(&mut self, model: &Model, field: Field) {
        let (head, logits) = (
            &model.heads[field as usize],
            &mut self.logits[..field.alphabet(&model.config, model.vocabulary())],
        );
        head.out.times(self.cpu, &self.quantised, logits);
        add(self.cpu, logits, &head.out_bias);
    }

    /// Adds one copying attention to the logits. `symbol_of` gives the symbol that a note's
    /// prediction turned out to be, `None` where it may not be seen. Follows [`Self::copy_qk`] and
    /// [`Self::logits`].
    pub fn add_copies(
        &mut self,
        model: &Model,
        cache: &KvCache,
        field: Field,
        copy: usize,
        mut symbol_of: impl FnMut(usize) -> Option<usize>,
    ) {
        let (cpu, head, last) = (self.cpu, &model.heads[field as usize], cache.len() - 1);
        // The prediction of note n was made after note n - 1; a reader looks at those made before
        // its own.
        let from = (last + 1).saturating_sub(model.config.copy_window).max(cache.start() + 1);
        let weights = &mut self.weights[..(last + 1).saturating_sub(from)];
        self.quantised.set(cpu, &self.copy_qk[2 * copy * HEAD_DIM..][..HEAD_DIM], 0);
        cache.copies(field).scores(cpu, copy, &self.quantised, SCALE, from, weights);
        let mut seen = 0;
        for place in 0..weights.len() {
            if let Some(symbol) = symbol_of(from + place) {
                self.symbols[seen] = symbol;
                weights[seen] = weights[place];
                seen += 1;
            }
        }
        if seen == 0 {
            return;
        }
        softmax(cpu, &mut weights[..seen]);
        let logits = &mut self.logits[..field.alphabet(&model.config, model.vocabulary())];
        let shares = &mut self.shares[..logits.len()];
        shares.fill(0.0);
        for (&symbol, weight) in self.symbols[..seen].iter().zip(weights) {
            shares[symbol] += *weight;
        }
        let dim = self.normed.len();
        let gate = dot(cpu, &head.gate[copy * dim..][..dim], &self.normed) + head.gate_bias[copy];
        add_copy_logits(cpu, logits, shares, field.copy_strength(model.vocabulary()), gate);
    }

    /// The logits of a field, (symbols), with all that was added to them.
    pub fn sums(&mut self, model: &Model, field: Field) -> &mut [f32] {
        &mut self.logits[..field.alphabet(&model.config, model.vocabulary())]
    }
}
