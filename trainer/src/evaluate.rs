//! `trainer evaluate`: bits per note of a model on MIDI files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;
use segue_model::{Checkpoint, Network, Sequence};
use segue_music::Tokenizer;
use serde_json::json;

use crate::baseline::Counts;
use crate::corpus::{self, Manifest, Skipped};
use crate::progress::bar;
use crate::record::Record;
use crate::score::{self, Bits, ByKind};
use crate::shard;
use crate::window::{self, CUT};

/// Score a model: bits per note on a folder of .mid files, beside an order-0 and a bigram model on the same notes.
#[derive(Args, Debug)]
pub struct Evaluate {
    /// The model.
    #[arg(long, default_value = "assets/segue.safetensors")]
    model: PathBuf,
    /// The folder, searched with its subfolders.
    #[arg(long)]
    midi: PathBuf,
    /// A table that names each file's kind and split.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// With a manifest: the split to score.
    #[arg(long, default_value = "valid")]
    split: String,
    /// Give this many bars and score the next ones only, window by window.
    #[arg(long, requires = "score_bars", value_parser = clap::value_parser!(u32).range(1..))]
    prompt_bars: Option<u32>,
    /// How many bars are scored after each prompt.
    #[arg(long, requires = "prompt_bars", value_parser = clap::value_parser!(u32).range(1..))]
    score_bars: Option<u32>,
    /// Score at most about this many notes of each kind, from files spread evenly over it; 0 for all.
    #[arg(long, default_value_t = 0)]
    most: usize,
    /// Prepared shards that the counting models learn from first; without, they learn only as they score.
    #[arg(long)]
    shards: Option<PathBuf>,
    /// Print JSON on standard output, and everything else on standard error.
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let checkpoint = Checkpoint::load(&self.model)?;
        let network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers)?;
        let manifest = self.manifest.as_deref().map(Manifest::read).transpose()?;
        let split = manifest.as_ref().map(|_| self.split.as_str());
        let files = corpus::files(&self.midi, manifest.as_ref(), split)?;
        let (records, skipped) = corpus::read(&self.midi, &files, manifest.as_ref(), || ());
        for Skipped { path, why } in &skipped {
            eprintln!("skipped {}: {why}", path.display());
        }
        let sequences = self.sequences(&records);
        ensure!(!sequences.is_empty(), "no file in {} has notes to score", self.midi.display());

        let mut counts = Counts::new();
        if let Some(folder) = &self.shards {
            counts.learn(&shard::read(&shard::path(folder, "train"))?);
        }
        let (order_0, bigram) = counts.score(&sequences);
        let questions = sequences.iter().map(|(_, sequence)| sequence.len() as u64).sum();
        let progress = bar(questions, "{bar:30} {human_pos}/{human_len} notes, {per_sec}, {eta} left");
        let model = score::score(&network, &sequences, |notes| progress.inc(notes as u64))?;
        progress.finish_and_clear();
        if self.json {
            println!(
                "{}",
                serde_json::to_string_pretty(&as_json(&checkpoint.name, &model, &order_0, &bigram))?
            );
        } else {
            print(&checkpoint.name, &model, &order_0, &bigram);
        }
        Ok(())
    }

    fn sequences(&self, records: &[Record]) -> Vec<(String, Sequence)> {
        let tokenizer = Tokenizer::new();
        let chosen: Vec<&Record> =
            if self.most == 0 { records.iter().collect() } else { self.spread(records) };
        let sequences = chosen.into_iter().flat_map(|record| {
            let sequences = match (self.prompt_bars, self.score_bars) {
                (Some(prompt), Some(score)) => window::prompts(&tokenizer, record, prompt, score, CUT),
                _ => window::whole(&tokenizer, record, CUT),
            };
            sequences.into_iter().map(|sequence| (record.kind.clone(), sequence))
        });
        sequences.collect()
    }

    /// Files of every kind, evenly spaced, until there are enough notes.
    fn spread<'a>(&self, records: &'a [Record]) -> Vec<&'a Record> {
        let mut kinds: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
        for record in records {
            kinds.entry(&record.kind).or_default().push(record);
        }
        let mut chosen = Vec::new();
        for records in kinds.into_values() {
            let all: usize = records.iter().map(|record| record.notes.len()).sum();
            let share = (self.most as f64 / all as f64).min(1.0);
            let mut due = 0.5;
            for record in records {
                due += share;
                if due >= 1.0 {
                    due -= 1.0;
                    chosen.push(record);
                }
            }
        }
        chosen
    }
}

fn all(kinds: &ByKind) -> Bits {
    kinds.values().fold(Bits::default(), |mut sum, bits| {
        sum.merge(bits);
        sum
    })
}

fn as_json(name: &str, model: &ByKind, order_0: &ByKind, bigram: &ByKind) -> serde_json::Value {
    let of = |kinds: &ByKind| {
        let total = all(kinds);
        let each: BTreeMap<_, _> = kinds
            .iter()
            .map(|(kind, bits)| (kind, json!({"notes": bits.notes(), "bits_per_note": bits.per_note()})))
            .collect();
        json!({
            "notes": total.notes(),
            "bits_per_note": total.per_note(),
            "mean_of_kinds": score::mean_total(kinds, LEAST),
            "kinds": each,
        })
    };
    let mut result = of(model);
    result["model"] = json!(name);
    result["order_0"] = of(order_0);
    result["bigram"] = of(bigram);
    result
}

/// Kinds with fewer notes are printed, but not part of the mean over kinds.
const LEAST: u64 = 3000;

fn print(name: &str, model: &ByKind, order_0: &ByKind, bigram: &ByKind) {
    println!("bits per note of {name}, beside counting models on the same notes\n");
    println!("| kind | notes | onset | key | velocity | duration | total | order-0 | bigram |");
    println!("|---|---|---|---|---|---|---|---|---|");
    let row = |kind: &str, bits: &Bits, order_0: f64, bigram: f64| {
        let mean = bits.per_note();
        let velocity = mean.velocity.map_or("-".into(), |bits| format!("{bits:.2}"));
        println!(
            "| {kind} | {} | {:.2} | {:.2} | {velocity} | {:.2} | **{:.2}** | {order_0:.2} | {bigram:.2} |",
            bits.notes(),
            mean.onset,
            mean.key,
            mean.duration,
            mean.total
        );
    };
    for (kind, bits) in model {
        let total = |kinds: &ByKind| kinds.get(kind).map_or(f64::NAN, |bits| bits.per_note().total);
        row(kind, bits, total(order_0), total(bigram));
    }
    let total = |kinds: &ByKind| all(kinds).per_note().total;
    row("all notes", &all(model), total(order_0), total(bigram));
    let means = [model, order_0, bigram].map(|kinds| score::mean_total(kinds, LEAST));
    println!("| mean of kinds | | | | | | **{:.2}** | {:.2} | {:.2} |", means[0], means[1], means[2]);
    let saved = |other: f64| 100.0 * (1.0 - means[0] / other);
    println!(
        "\n{:.1} % below order-0, {:.1} % below the bigram (mean of kinds)",
        saved(means[1]),
        saved(means[2])
    );
}
