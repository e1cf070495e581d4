//! The playing forward: one step a note on the cache, and the heads that say the next one. It computes what
//! [`crate::Network`] computes, one row at a time, without a tensor.

use segue_music::{BarPosition, Context, Role, Token};

use crate::cache::KvCache;
use crate::config::HEAD_DIM;
use crate::matvec::{dot, matvec};
use crate::model::{Head, Model};
use crate::ops::EPSILON;
use crate::parameters::Field;
use crate::rotary::Angles;
use crate::sequence::{asked, symbol};

const SCALE: f32 = 0.125; // 1 / sqrt(HEAD_DIM)

/// Room for one step's intermediate numbers, taken once.
#[derive(Debug)]
pub struct Decoder {
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
    /// (2 copies · 2 · HEAD_DIM), the keys' head having two
    copying: Vec<f32>,
    /// (symbols)
    shares: Vec<f32>,
    /// (symbols)
    logits: Vec<f32>,
}

/// What is asked of a field's head.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Whose next note.
    pub role: Role,
    /// Where in the bar it begins, as far as it is known.
    pub position: Option<BarPosition>,
    /// What is known of it: the fields before the one asked for.
    pub token: Token,
    /// The tick at which it begins, as the onset's symbol says it.
    pub onset: i64,
}

impl Decoder {
    /// For a model.
    pub fn new(model: &Model) -> Self {
        let config = &model.config;
        let symbols = Field::ALL.iter().map(|field| field.symbols(model.vocabulary())).max().unwrap_or(0);
        Self {
            x: vec![0.0; config.dim],
            normed: vec![0.0; config.dim],
            qkv: vec![0.0; 3 * config.dim],
            attended: vec![0.0; config.dim],
            added: vec![0.0; config.dim],
            inner: vec![0.0; 2 * config.hidden.max(config.dim)],
            weights: vec![0.0; config.window.max(config.copy_window) + 1],
            copying: vec![0.0; 4 * HEAD_DIM],
            shares: vec![0.0; symbols],
            logits: vec![0.0; symbols],
        }
    }

    /// Reads the next note of the context into the cache.
    pub fn append(&mut self, model: &Model, cache: &mut KvCache, context: &Context) {
        let (config, note) = (&model.config, cache.append());
        if note > cache.start() {
            self.remember_prediction(model, cache, context, note);
        }
        let step = model.tokenizer.step(context, note);
        embed(&model.steps, &model.rows.step(&step), &mut self.x);
        let angles = Angles::at(step.tick, note);
        let from = (note + 1).saturating_sub(config.window).max(cache.start());
        for (layer, block) in model.blocks.iter().enumerate() {
            rms_norm(&self.x, &block.attention_norm, &mut self.normed);
            matvec(&block.attention_in, &self.normed, &mut self.qkv);
            self.qkv[..2 * config.dim].chunks_exact_mut(HEAD_DIM).for_each(|head| angles.turn(head));
            cache.block_mut(layer, note).copy_from_slice(&self.qkv[config.dim..]);
            self.attend(cache, layer, from, note);
            matvec(&block.attention_out, &self.attended, &mut self.added);
            add(&mut self.x, &self.added);

            rms_norm(&self.x, &block.forward_norm, &mut self.normed);
            let inner = &mut self.inner[..2 * config.hidden];
            matvec(&block.forward_in, &self.normed, inner);
            let active = swiglu(inner);
            matvec(&block.forward_out, active, &mut self.added);
            add(&mut self.x, &self.added);
        }
        rms_norm(&self.x, &model.norm, cache.state_mut(note));
    }

    /// Attention of the newest note to those from `from` on, all heads.
    fn attend(&mut self, cache: &KvCache, layer: usize, from: usize, note: usize) {
        let dim = self.x.len();
        self.attended.fill(0.0);
        for head in (0..dim).step_by(HEAD_DIM) {
            let span = head..head + HEAD_DIM;
            let query = &self.qkv[span.clone()];
            let weights = &mut self.weights[..note + 1 - from];
            for (weight, other) in weights.iter_mut().zip(from..) {
                *weight = SCALE * dot(&cache.block(layer, other)[span.clone()], query);
            }
            softmax(weights);
            let out = &mut self.attended[span];
            for (&weight, other) in weights.iter().zip(from..) {
                let value = &cache.block(layer, other)[dim + head..][..HEAD_DIM];
                out.iter_mut().zip(value).for_each(|(out, value)| *out += weight * value);
            }
        }
    }

    /// Keeps what the copying heads need of the prediction that `note` was the answer to.
    fn remember_prediction(&mut self, model: &Model, cache: &mut KvCache, context: &Context, note: usize) {
        let (Some(before), Some(next)) = (context.get(note - 1), context.get(note)) else { return };
        let token = model.tokenizer.token(next, before.onset);
        let onset = before.onset + model.vocabulary().gaps.value(token.gap);
        let position = context.bar_position(onset);
        let question = Question { role: next.role, position, token, onset };
        let velocity = next.velocity.map(segue_music::Vocabulary::velocity_symbol);
        for field in Field::ALL {
            self.hidden_of(model, cache, note - 1, field, &question, velocity);
            let at = if field == Field::Gap { before.onset } else { onset };
            let copying = self.copying(&model.heads[field as usize], &Angles::at(at, note - 1), field);
            let keys = copying.chunks_exact(2 * HEAD_DIM).map(|pair| &pair[HEAD_DIM..]);
            for (to, key) in cache.copy_mut(field, note).chunks_exact_mut(HEAD_DIM).zip(keys) {
                to.copy_from_slice(key);
            }
        }
    }

    /// A head's state before its outputs, into `normed`.
    fn hidden_of(
        &mut self,
        model: &Model,
        cache: &KvCache,
        last: usize,
        field: Field,
        question: &Question,
        velocity: Option<usize>,
    ) {
        let head = &model.heads[field as usize];
        let rows = asked(&model.rows, question.role, question.position, &question.token, velocity);
        embed(&head.asked, &rows[field as usize], &mut self.x);
        matvec(&head.input, cache.state(last), &mut self.added);
        add(&mut self.x, &self.added);
        rms_norm(&self.x, &head.norm, &mut self.normed);
        let inner = &mut self.inner[..2 * model.config.dim];
        matvec(&head.forward_in, &self.normed, inner);
        let active = swiglu(inner);
        matvec(&head.forward_out, active, &mut self.added);
        add(&mut self.x, &self.added);
        rms_norm(&self.x, &head.out_norm, &mut self.normed);
    }

    /// Queries and keys of the copying attentions, turned, from the head's state in `normed`.
    fn copying(&mut self, head: &Head, angles: &Angles, field: Field) -> &[f32] {
        let copying = &mut self.copying[..2 * field.copies() * HEAD_DIM];
        matvec(&head.copy, &self.normed, copying);
        copying.chunks_exact_mut(HEAD_DIM).for_each(|part| angles.turn(part));
        copying
    }

    /// The logits of a field of the next note, (symbols), after everything in the cache.
    pub fn logits(
        &mut self,
        model: &Model,
        cache: &KvCache,
        context: &Context,
        field: Field,
        question: &Question,
    ) -> &mut [f32] {
        let (head, last) = (&model.heads[field as usize], cache.len() - 1);
        let symbols = field.symbols(model.vocabulary());
        self.hidden_of(model, cache, last, field, question, Some(question.token.velocity));
        matvec(&head.out, &self.normed, &mut self.logits[..symbols]);
        add(&mut self.logits[..symbols], &head.out_bias);
        let here = context.get(last).map_or(0, |note| note.onset);
        let at = if field == Field::Gap { here } else { question.onset };
        self.copying(head, &Angles::at(at, last), field);
        for copy in 0..field.copies() {
            self.copy(model, cache, context, field, copy);
            let gate = dot(&head.gate[copy * self.normed.len()..][..self.normed.len()], &self.normed)
                + head.gate_bias[copy];
            let strength = field.copy_strength(model.vocabulary());
            for (logit, share) in self.logits[..symbols].iter_mut().zip(&self.shares) {
                *logit += gate * (strength * share).ln_1p();
            }
        }
        &mut self.logits[..symbols]
    }

    /// What one copying attention gives each symbol, into `shares`.
    fn copy(&mut self, model: &Model, cache: &KvCache, context: &Context, field: Field, copy: usize) {
        let last = cache.len() - 1;
        self.shares.fill(0.0);
        let Some(reader) = context.get(last) else { return };
        let query = &self.copying[2 * copy * HEAD_DIM..][..HEAD_DIM];
        // The prediction of note n was made after note n - 1; a reader looks at those made before its own.
        let from = (last + 1).saturating_sub(model.config.copy_window).max(cache.start() + 1);
        let mut seen = 0;
        let symbol_of = |note: usize| -> Option<usize> {
            let (before, copied) = (context.get(note - 1)?, context.get(note)?);
            match (field, copy) {
                (Field::Velocity, _) => copied.velocity.map(segue_music::Vocabulary::velocity_symbol),
                (Field::Duration, _) => {
                    let ended = copied.end.filter(|&end| end <= reader.onset).map(|end| end - copied.onset);
                    Some(model.vocabulary().durations.symbol(copied.shown.or(ended)?))
                }
                (Field::Key, 1) => {
                    let interval = i32::from(copied.key) - i32::from(before.key);
                    usize::try_from(i32::from(reader.key) + interval).ok().filter(|&key| key < 128)
                }
                _ => Some(symbol(&model.tokenizer.token(copied, before.onset), field)),
            }
        };
        for note in from..=last {
            if symbol_of(note).is_some() {
                self.weights[seen] =
                    SCALE * dot(&cache.copy(field, note)[copy * HEAD_DIM..][..HEAD_DIM], query);
                seen += 1;
            }
        }
        if seen == 0 {
            return;
        }
        softmax(&mut self.weights[..seen]);
        for (symbol, weight) in (from..=last).filter_map(symbol_of).zip(&self.weights) {
            self.shares[symbol] += weight;
        }
    }
}

fn add(x: &mut [f32], y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}

fn embed(table: &[f32], rows: &[(usize, f32)], out: &mut [f32]) {
    out.fill(0.0);
    for &(row, weight) in rows {
        let entry = &table[row * out.len()..][..out.len()];
        out.iter_mut().zip(entry).for_each(|(out, entry)| *out += weight * entry);
    }
}

fn rms_norm(x: &[f32], gain: &[f32], out: &mut [f32]) {
    let scale = (dot(x, x) / x.len() as f32 + EPSILON).sqrt().recip();
    for ((out, x), gain) in out.iter_mut().zip(x).zip(gain) {
        *out = x * scale * gain;
    }
}

/// Gates and values to activations, in the first half.
fn swiglu(inner: &mut [f32]) -> &[f32] {
    let (gate, value) = inner.split_at_mut(inner.len() / 2);
    for (gate, value) in gate.iter_mut().zip(value.iter()) {
        *gate *= crate::ops::sigmoid(*gate) * value;
    }
    gate
}

fn softmax(weights: &mut [f32]) {
    let top = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    weights.iter_mut().for_each(|weight| *weight = crate::ops::exp(*weight - top));
    let scale = weights.iter().sum::<f32>().recip();
    weights.iter_mut().for_each(|weight| *weight *= scale);
}
