//! `trainer report`: one page on how well a model plays, for a musician to read.

mod beside;
mod example;
mod listening;
mod music;
mod page;
mod picture;
mod playing;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use segue_model::{Checkpoint, Field, Model};
use segue_music::Tokenizer;
use segue_network::Network;
use serde_json::json;

use crate::accompany::Bands;
use crate::by_part::ByPart;
use crate::calibration::{Calibration, Reliability};
use crate::comparison::Comparison;
use crate::excerpt::{self, Excerpt, Lengths};
use crate::material::Material;
use crate::measure::Measure;
use crate::passage::Passage;
use crate::record::Record;
use crate::sampling::Sampling;
use crate::window::Window;
use example::Example;
use playing::Playing;

/// Write one page about a model, with plots and answers to listen to: how it plays, beside people,
/// spoiled people and a loop; how well it predicts music it never saw, beside counting models; and
/// how well calibrated it is
#[derive(Args, Debug)]
pub struct Report {
    /// The model.
    #[arg(long, default_value = "assets/segue.safetensors")]
    model: PathBuf,
    #[command(flatten)]
    material: Material,
    /// The folder for the page and its numbers, and without --examples for prompts and
    /// answers as .mid files
    #[arg(long)]
    out: PathBuf,
    /// A folder of answers of `segue continue` that the page shows and links. None of the music
    /// scored is then written, so that the page may be published
    #[arg(long, value_name = "FOLDER")]
    examples: Option<PathBuf>,
    /// How many prompts are answered, once each.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=1000))]
    prompts: u32,
    /// Bars of a prompt.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    prompt_bars: u32,
    /// Bars of an answer.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=64))]
    bars: u32,
    /// Of a model that knows parts: how many songs of bands of --midi it plays bass and drums along
    /// with.
    #[arg(long, value_name = "N", requires = "midi")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    accompany: Option<u32>,
    #[command(flatten)]
    sampling: Sampling,
}

/// About how many notes of each kind are scored by default.
const SCORED: usize = 8000;
/// Bars scored on the sixteenth grid after each prompt.
const GRID_BARS: u32 = 12;

/// Everything on the page.
struct Findings {
    name: String,
    notes_seen: u64,
    free: Comparison,
    grid: Comparison,
    /// By field.
    reliability: [Reliability; Field::COUNT],
    playing: Playing,
    examples: Vec<Example>,
    /// Of a model that knows parts.
    by_part: Option<ByPart>,
    /// The same, if asked for.
    bands: Option<Bands>,
}

impl Report {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let checkpoint = Checkpoint::load(&self.model)?;
        let network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers)?;
        let all = self.material.pieces()?;
        let corpus = self.material.corpus()?;
        let known: Vec<&Record> = corpus.iter().collect();
        let folder = self.examples.is_none().then(|| self.out.join("midi"));
        let made = folder.as_ref().unwrap_or(&self.out);
        fs::create_dir_all(made).with_context(|| format!("cannot make the folder {}", made.display()))?;
        let examples = match &self.examples {
            Some(folder) => Example::all(folder, &self.out)?,
            None => Vec::new(),
        };
        let lengths = Lengths { prompt: self.prompt_bars, answer: self.bars };
        let excerpts = excerpt::choose(&all, lengths, self.prompts as usize, Excerpt::of);
        ensure!(
            !excerpts.is_empty(),
            "no piece is long enough for {} bars given and {} answered; ask for fewer with --prompt-bars and --bars",
            self.prompt_bars,
            self.bars
        );
        let scored = self.material.scored(all, SCORED);

        let bands = self.accompany.map(|count| {
            Bands::of(Checkpoint::load_alone(&self.model)?, &self.material, count as usize, &self.sampling)
        });
        let bands = bands.transpose()?;
        say!("1 of 3: bits per note");
        let (free, reliability) = whole(&network, &scored, &known)?;
        let by_part = checkpoint.config.parts.then(|| {
            let scored = self.material.scored(self.material.ensembles()?, SCORED);
            ByPart::of(&checkpoint, &passages(&scored, Window::Whole, Measure::Free))
        });
        let by_part = by_part.transpose()?;
        say!("2 of 3: bits per note on a sixteenth grid, after {} bars", self.prompt_bars);
        let window = Window::Prompts { prompt: self.prompt_bars, score: GRID_BARS };
        let passages = passages(&scored, window, Measure::Sixteenths);
        let grid = Comparison::of(&network, &passages, Measure::Sixteenths, &known)?;
        say!("3 of 3: answers to {} prompts", excerpts.len());
        let (name, notes_seen) = (checkpoint.name.clone(), checkpoint.notes_seen);
        let model = Arc::new(Model::from_checkpoint(checkpoint)?);
        let playing = Playing::of(&model, &excerpts, &known, &self.sampling, folder.as_deref())?;

        let findings =
            Findings { name, notes_seen, free, grid, reliability, playing, examples, by_part, bands };
        self.save("index.html", page::write(&findings, self)?.as_bytes())?;
        self.save("report.json", &serde_json::to_vec_pretty(&findings.as_json())?)?;
        beside::print(&findings.playing);
        say!("wrote {}", self.out.join("index.html").display());
        Ok(())
    }

    fn save(&self, name: &str, contents: &[u8]) -> Result<()> {
        let (path, part) = (self.out.join(name), self.out.join(format!("{name}.part")));
        fs::write(&part, contents)
            .and_then(|()| fs::rename(&part, &path))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

fn passages(records: &[Record], window: Window, measure: Measure) -> Vec<Passage> {
    let tokenizer = Tokenizer::new();
    records.iter().flat_map(|record| window.passages(&tokenizer, record, measure)).collect()
}

/// All notes in the model's own alphabets, and how often its first guesses come.
fn whole(
    network: &Network,
    scored: &[Record],
    corpus: &[&Record],
) -> Result<(Comparison, [Reliability; Field::COUNT])> {
    let mut calibrations: [Calibration; Field::COUNT] = Default::default();
    let passages = passages(scored, Window::Whole, Measure::Free);
    let seen = |field: Field, probabilities: &[f64], value| {
        calibrations[field as usize].add(probabilities, value);
    };
    let comparison = Comparison::seen(network, &passages, Measure::Free, corpus, seen)?;
    Ok((comparison, calibrations.each_ref().map(Calibration::reliability)))
}

impl Findings {
    fn as_json(&self) -> serde_json::Value {
        let reliability: serde_json::Map<_, _> = Field::ALL
            .iter()
            .map(|&field| (field.name().to_owned(), json!(self.reliability[field as usize])))
            .collect();
        json!({
            "model": self.name,
            "notes_seen": self.notes_seen,
            "bits": self.free.as_json(&self.name),
            "bits_on_sixteenths": self.grid.as_json(&self.name),
            "calibration": reliability,
            "playing": self.playing.as_json(),
            "by_part": self.by_part.as_ref().map(ByPart::as_json),
            "bands": self.bands.as_ref().map(Bands::as_json),
        })
    }
}
