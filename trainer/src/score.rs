//! Bits per note.

use std::collections::BTreeMap;

use anyhow::Result;
use segue_model::Field;
use segue_network::{Batch, Network};
use serde::Serialize;

use crate::measure::{Measure, Values};
use crate::passage::Passage;

/// Sums of bits and how many answers they are of, by field.
#[derive(Clone, Debug, Default)]
pub struct Bits {
    sums: [f64; Field::COUNT],
    counts: [u64; Field::COUNT],
}

/// Bits per note as printed. A field without counted notes has none; the total is the sum of the
/// fields that have.
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
    /// Which part plays it, over the notes whose part is known.
    pub part: Option<f64>,
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
        for field in 0..Field::COUNT {
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

    /// The mean of a field; `None` where no note counted.
    pub fn mean_of(&self, field: Field) -> Option<f64> {
        (self.counts[field as usize] > 0).then(|| self.mean(field))
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
            part: self.mean_of(Field::Part),
            total: Field::ALL.iter().chain(&[Field::Part]).map(|&field| self.mean(field)).sum(),
        }
    }
}

/// Bits by kind of music.
pub type ByKind = BTreeMap<String, Bits>;

/// Scores a passage by a network: calls `each` with every field that counts, the probabilities of
/// its values, and the value it had.
pub fn answers(
    network: &Network,
    passage: &Passage,
    values: &Values,
    mut each: impl FnMut(Field, &[f64], usize),
) -> Result<()> {
    if passage.sequence.is_empty() {
        return Ok(());
    }
    let batch = Batch::new(std::slice::from_ref(&passage.sequence), network.config(), network.vocabulary());
    let logits = network.logits(&batch)?;
    for &field in Field::of_model(network.config()) {
        let rows: Vec<Vec<f32>> = logits[field as usize].to_vec2()?;
        answers_of(passage, values, field, rows.iter().map(Vec::as_slice), &mut each);
    }
    Ok(())
}

/// The same of one field, from the logits of each example.
pub fn answers_of<'a>(
    passage: &Passage,
    values: &Values,
    field: Field,
    rows: impl Iterator<Item = &'a [f32]>,
    mut each: impl FnMut(Field, &[f64], usize),
) {
    for (example, logits) in rows.enumerate().take(passage.sequence.len()) {
        if let Some(symbol) = passage.sequence.target(example, field) {
            each(field, &values.probabilities(field, logits), values.of(field, symbol));
        }
    }
}

/// Nats of what had this probability.
pub fn nats(probability: f64) -> f64 {
    -probability.max(f64::MIN_POSITIVE).ln()
}

/// Bits of passages by kind, by a network; calls `each` with the number of notes scored.
pub fn score(
    network: &Network,
    passages: &[Passage],
    measure: Measure,
    each: impl FnMut(usize),
) -> Result<ByKind> {
    score_seen(network, passages, measure, each, |_, _, _| ())
}

/// The same; `seen` looks at every answer as [`answers`] gives it.
pub fn score_seen(
    network: &Network,
    passages: &[Passage],
    measure: Measure,
    mut each: impl FnMut(usize),
    mut seen: impl FnMut(Field, &[f64], usize),
) -> Result<ByKind> {
    let values = measure.values_of(network.config());
    let mut kinds = ByKind::new();
    for passage in passages {
        let mut bits = Bits::default();
        answers(network, passage, &values, |field, probabilities, value| {
            bits.add(field, nats(probabilities[value]));
            seen(field, probabilities, value);
        })?;
        kinds.entry(passage.kind.clone()).or_default().merge(&bits);
        each(passage.scored());
    }
    Ok(kinds)
}

/// The mean total over the kinds with at least `least` notes, or over all kinds where none has.
pub fn mean_total(kinds: &ByKind, least: u64) -> f64 {
    let enough = |bits: &&Bits| bits.notes() >= least;
    let least = if kinds.values().any(|bits| enough(&bits)) { least } else { 0 };
    let totals: Vec<f64> =
        kinds.values().filter(|bits| bits.notes() >= least).map(|bits| bits.per_note().total).collect();
    totals.iter().sum::<f64>() / totals.len().max(1) as f64
}
