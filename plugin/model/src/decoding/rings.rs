//! Keys and values of attention in bytes, as rings over note numbers, laid out so that reading a
//! window is an integer dot product.

use crate::decoding::cpu::Cpu;
use crate::decoding::int_dot::{Group, ROWS, add_int_dot};
use crate::decoding::matrix::{Resolution, dequantise, quantise};
use crate::decoding::quantised::{COLUMNS, QuantisedVec};
use crate::shape::config::HEAD_DIM;

/// Groups of a block of keys.
const KEY_WIDTH: usize = HEAD_DIM / COLUMNS;
/// Blocks of a head's values.
const VALUE_BLOCKS: usize = HEAD_DIM / ROWS;

/// A ring of keys: a row is a note, a column a dimension. Each note and head has a scale.
#[derive(Clone, Debug)]
pub struct KeyRing {
    /// (heads, blocks of notes, bytes of a number, groups of dimensions)
    groups: Vec<Group>,
    /// (heads, notes)
    scales: Vec<f32>,
    notes: usize,
    bytes: usize,
    /// The bytes of one row.
    scratch: [Vec<u8>; 2],
}

impl KeyRing {
    /// For this many notes, a power of two and no fewer than [`ROWS`].
    pub fn new(heads: usize, notes: usize, resolution: Resolution) -> Self {
        let bytes = resolution.bytes();
        Self {
            groups: vec![Group::ZERO; heads * notes / ROWS * bytes * KEY_WIDTH],
            scales: vec![0.0; heads * notes],
            notes,
            bytes,
            scratch: Default::default(),
        }
    }

    /// Stores a note's key, (HEAD_DIM).
    pub fn write(&mut self, cpu: Cpu, head: usize, note: usize, key: &[f32]) {
        let place = head * self.notes + (note & (self.notes - 1));
        self.scales[place] = quantise(cpu, key, &mut self.scratch);
        let block = &mut self.groups[place / ROWS * self.bytes * KEY_WIDTH..][..self.bytes * KEY_WIDTH];
        for (plane, bytes) in block.chunks_exact_mut(KEY_WIDTH).zip(&self.scratch) {
            for (group, four) in plane.iter_mut().zip(bytes.as_chunks::<COLUMNS>().0) {
                group.0[place % ROWS] = *four;
            }
        }
    }

    /// `factor · key · query` of each note from `from` on, as many as `out` has room for.
    pub fn scores(
        &self,
        cpu: Cpu,
        head: usize,
        query: &QuantisedVec,
        factor: f32,
        from: usize,
        out: &mut [f32],
    ) {
        let mut done = 0;
        while done < out.len() {
            let place = head * self.notes + ((from + done) & (self.notes - 1));
            let count = (ROWS - place % ROWS).min(out.len() - done);
            let block = &self.groups[place / ROWS * self.bytes * KEY_WIDTH..][..self.bytes * KEY_WIDTH];
            let mut sums = [[0; ROWS]; 2];
            for (plane, sums) in block.chunks_exact(KEY_WIDTH).zip(&mut sums) {
                add_int_dot(cpu, plane, query, 0, sums);
            }
            let (mut all, start) = ([0.0; ROWS], place - place % ROWS);
            dequantise(cpu, &sums[..self.bytes], query, &self.scales[start..start + ROWS], factor, &mut all);
            out[done..done + count].copy_from_slice(&all[place % ROWS..][..count]);
            done += count;
        }
    }

    /// Bytes it holds.
    pub fn bytes(&self) -> usize {
        size_of_val(self.groups.as_slice()) + size_of_val(self.scales.as_slice())
    }
}

/// A ring of values: a row is a dimension, a column a note. Each note and head has a scale, which
/// goes into the weights.
#[derive(Clone, Debug)]
pub struct ValueRing {
    /// (heads, blocks of dimensions, bytes of a number, groups of notes)
    groups: Vec<Group>,
    /// (heads, notes)
    scales: Vec<f32>,
    notes: usize,
    bytes: usize,
    /// The bytes of one row.
    scratch: [Vec<u8>; 2],
}

impl ValueRing {
    /// For this many notes, a power of two and no fewer than [`COLUMNS`].
    pub fn new(heads: usize, notes: usize, resolution: Resolution) -> Self {
        let bytes = resolution.bytes();
        Self {
            groups: vec![Group::ZERO; heads * VALUE_BLOCKS * bytes * notes / COLUMNS],
            scales: vec![0.0; heads * notes],
            notes,
            bytes,
            scratch: Default::default(),
        }
    }

    /// Where a byte of a head's block of dimensions begins.
    fn plane(&self, head: usize, block: usize, byte: usize) -> usize {
        ((head * VALUE_BLOCKS + block) * self.bytes + byte) * (self.notes / COLUMNS)
    }

    /// Stores a note's value, (HEAD_DIM).
    pub fn write(&mut self, cpu: Cpu, head: usize, note: usize, value: &[f32]) {
        let place = note & (self.notes - 1);
        self.scales[head * self.notes + place] = quantise(cpu, value, &mut self.scratch);
        for block in 0..VALUE_BLOCKS {
            for byte in 0..self.bytes {
                let at = self.plane(head, block, byte) + place / COLUMNS;
                let bytes = &self.scratch[byte][block * ROWS..][..ROWS];
                for (row, &byte) in self.groups[at].0.iter_mut().zip(bytes) {
                    row[place % COLUMNS] = byte;
                }
            }
        }
    }

    /// The weighted sum of the values of the notes from `from` on, as many as there are weights:
    /// (HEAD_DIM). The weights are overwritten.
    pub fn mix(
        &self,
        cpu: Cpu,
        head: usize,
        from: usize,
        weights: &mut [f32],
        scratch: &mut QuantisedVec,
        out: &mut [f32],
    ) {
        let (place, scales) = (from & (self.notes - 1), &self.scales[head * self.notes..][..self.notes]);
        // The ring's end may lie within.
        let (before, after) = weights.split_at_mut(weights.len().min(self.notes - place));
        crate::decoding::floats::multiply(cpu, before, &scales[place..]);
        crate::decoding::floats::multiply(cpu, after, scales);
        scratch.set(cpu, weights, place % COLUMNS);
        let (first, groups) = (place / COLUMNS, scratch.numbers.len());
        let before = groups.min(self.notes / COLUMNS - first);
        for (block, out) in out.chunks_exact_mut(ROWS).enumerate() {
            let mut sums = [[0; ROWS]; 2];
            for (byte, sums) in sums.iter_mut().enumerate().take(self.bytes) {
                let plane = &self.groups[self.plane(head, block, byte)..][..self.notes / COLUMNS];
                add_int_dot(cpu, &plane[first..first + before], scratch, 0, sums);
                add_int_dot(cpu, &plane[..groups - before], scratch, before, sums);
            }
            dequantise(cpu, &sums[..self.bytes], scratch, &[1.0; ROWS], 1.0, out);
        }
    }

    /// Bytes it holds.
    pub fn bytes(&self) -> usize {
        size_of_val(self.groups.as_slice()) + size_of_val(self.scales.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTES: usize = 64;

    #[test]
    fn a_window_anywhere_in_the_ring_is_read_whole() {
        for resolution in [Resolution::Byte, Resolution::TwoBytes] {
            let rows: Vec<Vec<f32>> = (0..210)
                .map(|note| (0..HEAD_DIM).map(|i| (note as f32 * 0.3 + i as f32 * 0.71).sin()).collect())
                .collect();
            let asked = &rows[209];
            let most = if resolution == Resolution::Byte { 2e-2 } else { 1e-3 };
            for cpu in Cpu::all() {
                let mut keys = KeyRing::new(2, NOTES, resolution);
                let mut values = ValueRing::new(2, NOTES, resolution);
                for note in 0..200 {
                    keys.write(cpu, 1, note, &rows[note]);
                    values.write(cpu, 1, note, &rows[note + 7]);
                    for window in [1, 3, 24, 41].into_iter().filter(|&window| window <= note) {
                        let from = note + 1 - window;
                        let (mut query, mut scores) = (QuantisedVec::default(), vec![0.0; window]);
                        query.set(cpu, asked, 0);
                        keys.scores(cpu, 1, &query, 0.5, from, &mut scores);
                        let shares: Vec<f32> =
                            (0..window).map(|i| (1 + i) as f32 / (window * window) as f32).collect();
                        let (mut scratch, mut mixed) = (QuantisedVec::default(), vec![0.0; HEAD_DIM]);
                        values.mix(cpu, 1, from, &mut shares.clone(), &mut scratch, &mut mixed);
                        for (i, &score) in scores.iter().enumerate() {
                            let pairs = rows[from + i].iter().zip(asked);
                            let exact = 0.5 * pairs.map(|(a, b)| a * b).sum::<f32>();
                            assert!((score - exact).abs() <= 4.0 * most, "{note} {i}: {score} {exact}");
                        }
                        for (dim, &mixed) in mixed.iter().enumerate() {
                            let each = shares.iter().enumerate();
                            let exact = each.map(|(i, share)| share * rows[from + i + 7][dim]).sum::<f32>();
                            assert!((mixed - exact).abs() <= most, "{note} {dim}: {mixed} {exact}");
                        }
                    }
                }
            }
        }
    }
}
