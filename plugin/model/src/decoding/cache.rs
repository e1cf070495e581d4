//! What a decoding step keeps for later ones: rings over note numbers.

use crate::decoding::cpu::Cpu;
use crate::decoding::int_dot::ROWS;
use crate::decoding::matrix::Resolution;
use crate::decoding::model::Model;
use crate::decoding::rings::{KeyRing, ValueRing};
use crate::shape::config::{Config, HEAD_DIM};
use crate::shape::parameters::Field;

/// The cache of one jam. All its memory is allocated by [`Self::new`], however long the jam.
#[derive(Clone, Debug)]
pub struct KvCache {
    /// By block.
    blocks: Vec<(KeyRing, ValueRing)>,
    /// The trunk's last states, (rows, dim).
    states: Vec<f32>,
    /// By field: turned keys of the copying attention, of the prediction whose target a note was.
    copies: Vec<KeyRing>,
    /// What the copying attentions copy from each note.
    facts: Vec<Fact>,
    /// The first note that was ever appended since the last reset.
    start: usize,
    /// One more than the newest note.
    len: usize,
    /// One more than the newest note ever, which has overwritten what lay a ring before it.
    highest: usize,
    /// How often a note was appended.
    appended: u64,
    rows: usize,
    reach: usize,
    dim: usize,
}

/// What is copied from a note; small, because every note reads those of a whole window. A duration
/// is kept only if it was known at the note's own step; others become known later.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fact {
    /// Symbol of the time since the onset before.
    pub gap: u16,
    /// Its key.
    pub key: u8,
    /// Symbol of its part, if known.
    pub part: Option<u8>,
    /// Its key less the one that its interval counts from; `None` for a drum.
    pub interval: Option<i16>,
    /// Symbol of its velocity, where it is known.
    pub velocity: Option<u16>,
    /// Symbol of its duration, if known at its own step.
    pub duration: Option<u16>,
    /// What the pedal did as it was struck, where there is one.
    pub pedal: Option<u8>,
}

impl KvCache {
    /// For a model.
    pub fn new(model: &Model) -> Self {
        Self::at_resolution(&model.config, model.resolution)
    }

    fn at_resolution(config: &Config, resolution: Resolution) -> Self {
        // A power of two, so that a note's place in the ring is a mask and not a division.
        let rows = config.ring().next_power_of_two().max(ROWS);
        let (heads, keys) = (config.heads(), |heads| KeyRing::new(heads, rows, resolution));
        Self {
            blocks: (0..config.layers)
                .map(|_| (keys(heads), ValueRing::new(heads, rows, resolution)))
                .collect(),
            states: vec![0.0; rows * config.dim],
            copies: Field::of_model(config).iter().map(|field| keys(field.copies())).collect(),
            facts: vec![Fact::default(); rows],
            start: 0,
            len: 0,
            highest: 0,
            appended: 0,
            rows,
            reach: config.window.max(config.copy_window) + 1,
            dim: config.dim,
        }
    }

    /// Forgets everything; the next note appended has this number.
    pub fn reset(&mut self, start: usize) {
        (self.start, self.len, self.highest) = (start, start, start);
    }

    /// Forgets the notes from `len` on. Returns whether what lies before is still complete; if not,
    /// everything must be appended again after a [`Self::reset`].
    pub fn truncate(&mut self, len: usize) -> bool {
        if len < self.start {
            return false;
        }
        self.len = self.len.min(len);
        // What the next steps look back at must not have been overwritten.
        self.len == self.start
            || self.len.saturating_sub(self.reach).max(self.start) + self.rows >= self.highest
    }

    /// Makes room for the next note and returns its number.
    pub fn append(&mut self) -> usize {
        self.len += 1;
        self.highest = self.highest.max(self.len);
        self.appended += 1;
        self.len - 1
    }

    /// One more than the newest note.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The oldest note that was appended.
    pub fn start(&self) -> usize {
        self.start
    }

    /// How often a note was appended. The same count and the same newest note mean the same past.
    pub fn appended(&self) -> u64 {
        self.appended
    }

    /// A block's turned keys, and its values.
    pub fn block(&self, layer: usize) -> &(KeyRing, ValueRing) {
        &self.blocks[layer]
    }

    /// Stores a note's turned key and its value in a block, (2 · dim).
    pub fn write_block(&mut self, cpu: Cpu, layer: usize, note: usize, numbers: &[f32]) {
        let (keys, values) = &mut self.blocks[layer];
        let (key, value) = numbers.split_at(self.dim);
        let heads = key.chunks_exact(HEAD_DIM).zip(value.chunks_exact(HEAD_DIM));
        for (head, (key, value)) in heads.enumerate() {
            keys.write(cpu, head, note, key);
            values.write(cpu, head, note, value);
        }
    }

    /// The oldest note whose state is kept.
    pub fn oldest_state(&self) -> usize {
        self.highest.saturating_sub(self.rows).max(self.start)
    }

    /// The trunk's last state after a note, (dim).
    pub fn state(&self, note: usize) -> &[f32] {
        &self.states[(note & (self.rows - 1)) * self.dim..][..self.dim]
    }

    /// The same to write.
    pub fn state_mut(&mut self, note: usize) -> &mut [f32] {
        &mut self.states[(note & (self.rows - 1)) * self.dim..][..self.dim]
    }

    /// A field's copying keys.
    pub fn copies(&self, field: Field) -> &KeyRing {
        &self.copies[field as usize]
    }

    /// Stores a field's copying keys of the prediction whose target a note was, (copies ·
    /// HEAD_DIM).
    pub fn write_copies(&mut self, cpu: Cpu, field: Field, note: usize, keys: &[f32]) {
        for (copy, key) in keys.chunks_exact(HEAD_DIM).enumerate() {
            self.copies[field as usize].write(cpu, copy, note, key);
        }
    }

    /// What is copied from a note.
    pub fn fact(&self, note: usize) -> &Fact {
        &self.facts[note & (self.rows - 1)]
    }

    /// The same to write.
    pub fn fact_mut(&mut self, note: usize) -> &mut Fact {
        &mut self.facts[note & (self.rows - 1)]
    }

    /// Bytes of it that one note reads once both windows are full.
    pub fn bytes_a_note(&self, config: &Config) -> usize {
        let blocks = self.blocks.iter().map(|(keys, values)| (keys.bytes() + values.bytes(), config.window));
        let copies = self.copies.iter().map(|copies| (copies.bytes(), config.copy_window));
        blocks.chain(copies).map(|(bytes, window)| bytes / self.rows * window).sum()
    }

    /// Bytes it holds.
    pub fn bytes(&self) -> usize {
        let blocks = self.blocks.iter().map(|(keys, values)| keys.bytes() + values.bytes());
        let copies = self.copies.iter().map(KeyRing::bytes);
        size_of_val(&*self.states) + size_of_val(&*self.facts) + blocks.chain(copies).sum::<usize>()
    }
}
