//! Bits per note by part: how well a model predicts a bass, and how well drums.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use segue_model::{Checkpoint, Field};
use segue_music::Part;
use segue_network::{Batch, Network};
use serde_json::{Value, json};

use crate::measure::Measure;
use crate::passage::Passage;
use crate::progress_bar::bar;
use crate::score::{Bits, nats};
use crate::table::Table;

/// Notes whose track names no program.
const NO_PART: &str = "of no part";

/// Bits of the notes of each part, heard beside all others and not told which part comes.
#[derive(Debug)]
pub struct ByPart {
    name: String,
    bits: BTreeMap<&'static str, Bits>,
}

impl ByPart {
    /// Of passages of pieces that still have their parts.
    ///
    /// # Errors
    /// Where the model knows no parts.
    pub fn of(checkpoint: &Checkpoint, passages: &[Passage]) -> Result<Self> {
        ensure!(
            checkpoint.config.parts,
            "{} knows no parts; name a model of `trainer train --parts` with --model",
            checkpoint.name
        );
        let network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers)?;
        let values = Measure::Free.values_of(&checkpoint.config);
        let progress = bar(passages.len() as u64, "{bar:30} by part  {percent} %, {eta} left");
        let mut bits = BTreeMap::<&'static str, Bits>::new();
        for passage in passages.iter().filter(|passage| !passage.sequence.is_empty()) {
            let sequence = std::slice::from_ref(&passage.sequence);
            let logits = network.logits(&Batch::new(sequence, network.config(), network.vocabulary()))?;
            for &field in Field::of_model(network.config()) {
                let rows: Vec<Vec<f32>> = logits[field as usize].to_vec2()?;
                for (example, (row, note)) in rows.iter().zip(&passage.notes).enumerate() {
                    if let Some(symbol) = passage.sequence.target(example, field) {
                        let probability = values.probabilities(field, row)[values.of(field, symbol)];
                        bits.entry(name_of(note.token.part)).or_default().add(field, nats(probability));
                    }
                }
            }
            progress.inc(1);
        }
        progress.finish_and_clear();
        Ok(Self { name: checkpoint.name.clone(), bits })
    }

    /// As JSON.
    pub fn as_json(&self) -> Value {
        let of_part = |(part, bits): (&&str, &Bits)| {
            ((*part).to_owned(), json!({"notes": bits.notes(), "bits_per_note": bits.per_note()}))
        };
        let parts: serde_json::Map<_, _> = self.bits.iter().map(of_part).collect();
        json!({"model": self.name, "parts": parts})
    }

    /// As a table.
    pub fn table(&self) -> Table {
        let mut all = Bits::default();
        self.bits.values().for_each(|bits| all.merge(bits));
        let row = |(part, bits): (&&str, &Bits)| {
            let of = |field| bits.mean_of(field).map_or("-".to_owned(), |bits| format!("{bits:.2}"));
            let fields = [Field::Gap, Field::Part, Field::Key, Field::Velocity, Field::Duration].map(of);
            let total = format!("{:.2}", bits.per_note().total);
            [vec![(*part).to_owned(), bits.notes().to_string()], fields.to_vec(), vec![total]].concat()
        };
        Table {
            heads: vec!["part", "notes", "onset", "which part", "key", "velocity", "duration", "total"],
            rows: self.bits.iter().chain([(&"all", &all)]).map(row).collect(),
        }
    }

    /// Prints it.
    pub fn print(&self) {
        say!("bits per note of {} by part\n\n{}", self.name, self.table().markdown());
    }
}

/// The name of a part's symbol.
fn name_of(symbol: usize) -> &'static str {
    symbol.checked_sub(1).and_then(|index| Part::ALL.get(index)).map_or(NO_PART, |part| part.name())
}
