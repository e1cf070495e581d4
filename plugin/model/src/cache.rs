//! What a decoding step keeps for the next ones: rings over note numbers.

use crate::config::{Config, HEAD_DIM};
use crate::parameters::Field;

/// A ring of rows, one a note.
#[derive(Debug)]
struct Ring {
    numbers: Vec<f32>,
    width: usize,
    rows: usize,
}

impl Ring {
    fn new(rows: usize, width: usize) -> Self {
        Self { numbers: vec![0.0; rows * width], width, rows }
    }

    fn row(&self, note: usize) -> &[f32] {
        &self.numbers[(note % self.rows) * self.width..][..self.width]
    }

    fn row_mut(&mut self, note: usize) -> &mut [f32] {
        &mut self.numbers[(note % self.rows) * self.width..][..self.width]
    }
}

/// The memory of one jam: all of it is taken when it is made, however long the jam.
#[derive(Debug)]
pub struct KvCache {
    /// By block: turned keys, then values, (2 · dim) a note.
    blocks: Vec<Ring>,
    /// The trunk's last states, (dim) a note.
    states: Ring,
    /// By field: turned keys of the copying attention for the prediction *of* a note.
    copies: [Ring; 4],
    /// The first note that was ever appended since the last reset.
    start: usize,
    /// One more than the newest note.
    len: usize,
    /// One more than the newest note ever, which has overwritten what lay a ring before it.
    highest: usize,
    rows: usize,
    reach: usize,
}

impl KvCache {
    /// For a model of that size.
    pub fn new(config: &Config) -> Self {
        let rows = config.ring();
        Self {
            blocks: (0..config.layers).map(|_| Ring::new(rows, 2 * config.dim)).collect(),
            states: Ring::new(rows, config.dim),
            copies: Field::ALL.map(|field| Ring::new(rows, field.copies() * HEAD_DIM)),
            start: 0,
            len: 0,
            highest: 0,
            rows,
            reach: config.window.max(config.copy_window) + 1,
        }
    }

    /// Forgets everything; the next note appended has this number.
    pub fn reset(&mut self, start: usize) {
        (self.start, self.len, self.highest) = (start, start, start);
    }

    /// Forgets the notes from `len` on. Returns whether what lies before is still whole; if not, everything must be
    /// appended anew after a [`Self::reset`].
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

    /// A block's turned key and value of a note, (2 · dim).
    pub fn block(&self, layer: usize, note: usize) -> &[f32] {
        self.blocks[layer].row(note)
    }

    /// The same to write.
    pub fn block_mut(&mut self, layer: usize, note: usize) -> &mut [f32] {
        self.blocks[layer].row_mut(note)
    }

    /// The trunk's last state after a note, (dim).
    pub fn state(&self, note: usize) -> &[f32] {
        self.states.row(note)
    }

    /// The same to write.
    pub fn state_mut(&mut self, note: usize) -> &mut [f32] {
        self.states.row_mut(note)
    }

    /// A field's copying keys of the prediction of a note, (copies · HEAD_DIM).
    pub fn copy(&self, field: Field, note: usize) -> &[f32] {
        self.copies[field as usize].row(note)
    }

    /// The same to write.
    pub fn copy_mut(&mut self, field: Field, note: usize) -> &mut [f32] {
        self.copies[field as usize].row_mut(note)
    }

    /// Bytes it holds.
    pub fn bytes(&self) -> usize {
        let rings = self.blocks.iter().chain([&self.states]).chain(&self.copies);
        rings.map(|ring| 4 * ring.numbers.len()).sum()
    }
}
