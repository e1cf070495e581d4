//! Bits per note.

use std::collections::BTreeMap;

use anyhow::Result;
use segue_model::{Batch, Field, Network, Sequence};
use serde::Serialize;

/// Sums of bits and how many answers they are of, by field.
#[derive(Clone, Debug, Default)]
pub struct Bits {
    sums: [f64; 4],
    counts: [u64; 4],
}

/// Bits per note as they are printed. A field nothing counted for has none; the total is of the fields that have.
#[derive(Clone, Debug, Serialize)]
pub struct BitsPerNote {
    /// Time since the onset before.
    pub onset: f64,
    /// Key.
    pub key: f64,
    /// Velocity, over the notes of music whose velocity varies.
    pub velocity: Option<f64>,
    /// How many those are.
    pub velocity_notes: u64,
    /// Duration.
    pub duration: f64,
    /// All of them together.
    pub total: f64,
}

impl Bits {
    /// Adds the nats of one answer.
    pub fn add(&mut self, field: Field, nats: f64) {
        self.sums[field as usize] += nats / std::f64::consts::LN_2;
        self.counts[field as usize] += 1;
    }

    /// Adds what another sum holds.
    pub fn merge(&mut self, other: &Self) {
        for field in 0..4 {
            self.sums[field] += other.sums[field];
            self.counts[field] += other.counts[field];
        }
    }

    /// How many notes were scored.
    pub fn notes(&self) -> u64 {
        self.counts[Field::Key as usize]
    }

    fn mean(&self, field: Field) -> f64 {
        self.sums[field as usize] / self.counts[field as usize].max(1) as f64
    }

    /// Means.
    pub fn per_note(&self) -> BitsPerNote {
        let velocity_notes = self.counts[Field::Velocity as usize];
        BitsPerNote {
            onset: self.mean(Field::Gap),
            key: self.mean(Field::Key),
            velocity: (velocity_notes > 0).then(|| self.mean(Field::Velocity)),
            velocity_notes,
            duration: self.mean(Field::Duration),
            total: Field::ALL.iter().map(|&field| self.mean(field)).sum(),
        }
    }
}

/// Bits by kind of music.
pub type ByKind = BTreeMap<String, Bits>;

/// Scores sequences with a network, one kind each.
pub fn score(
    network: &Network,
    sequences: &[(String, Sequence)],
    mut each: impl FnMut(usize),
) -> Result<ByKind> {
    let mut kinds = ByKind::new();
    for (kind, sequence) in sequences.iter().filter(|(_, sequence)| !sequence.is_empty()) {
        let batch = Batch::new(std::slice::from_ref(sequence), network.config(), network.vocabulary());
        let nats = network.nats(&batch)?;
        let bits = kinds.entry(kind.clone()).or_default();
        for field in Field::ALL {
            let nats: Vec<f32> = nats[field as usize].to_vec1()?;
            for (question, &nats) in nats.iter().enumerate().take(sequence.len()) {
                if sequence.answer(question, field).is_some() {
                    bits.add(field, f64::from(nats));
                }
            }
        }
        each(sequence.len());
    }
    Ok(kinds)
}

/// The mean total over the kinds with at least `least` notes; over all of them where no kind has as many.
pub fn mean_total(kinds: &ByKind, least: u64) -> f64 {
    let enough = |bits: &&Bits| bits.notes() >= least;
    let least = if kinds.values().any(|bits| enough(&bits)) { least } else { 0 };
    let totals: Vec<f64> =
        kinds.values().filter(|bits| bits.notes() >= least).map(|bits| bits.per_note().total).collect();
    totals.iter().sum::<f64>() / totals.len().max(1) as f64
}
