//! `trainer evaluate`: bits per note of a model.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use segue_model::{Checkpoint, Guards};
use segue_music::Tokenizer;
use segue_network::Network;

use crate::accompany::Bands;
use crate::by_part::ByPart;
use crate::comparison::Comparison;
use crate::material::Material;
use crate::measure::Measure;
use crate::passage::Passage;
use crate::quantisation;
use crate::sampling::Sampling;
use crate::window::{CONTEXT, Cut, Window};

/// Score a model: bits per note, beside order-0, bigram and adaptive Markov models on the same
/// notes
#[derive(Args, Debug)]
pub struct Evaluate {
    /// The model.
    #[arg(long, default_value = "assets/segue.safetensors")]
    model: PathBuf,
    #[command(flatten)]
    material: Material,
    /// Give this many bars and score the next ones only, window by window.
    #[arg(long, requires = "score_bars", value_parser = clap::value_parser!(u32).range(1..=1000))]
    prompt_bars: Option<u32>,
    /// How many bars are scored after each prompt.
    #[arg(long, requires = "prompt_bars", value_parser = clap::value_parser!(u32).range(1..=1000))]
    score_bars: Option<u32>,
    /// Notes of context before each note that is scored, where its piece has as many. Where a
    /// window is longer, this must be, too, to show what it is worth
    #[arg(long, default_value_t = CONTEXT as u32, value_parser = clap::value_parser!(u32).range(16..=4096))]
    context: u32,
    /// Let each step see so many steps, whatever the model's own window is.
    #[arg(long, value_parser = clap::value_parser!(u32).range(16..=4096))]
    window: Option<u32>,
    /// Let so many notes be copied, whatever the model's own window for copies is.
    #[arg(long, value_parser = clap::value_parser!(u32).range(16..=4096))]
    copy_window: Option<u32>,
    /// Score onset, key and duration on this grid (16: sixteenths), so that models of any
    /// resolution compare
    #[arg(long)]
    grid: Option<Grid>,
    /// Compare the model as it plays, quantised to bytes, with the model as trained, instead of
    /// with counting models
    #[arg(long)]
    played: bool,
    /// Score the notes of each part by themselves, drums too, by a model that knows parts
    #[arg(long, conflicts_with_all = ["played", "grid"])]
    by_part: bool,
    /// Let a model that knows parts play bass and drums along with so many songs of bands of
    /// --midi, and compare with the songs' own, another song's and some by chance. The chords are
    /// those that `trainer arrange` writes down
    #[arg(long, value_name = "N", conflicts_with_all = ["played", "grid", "by_part"], requires = "midi")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    accompany: Option<u32>,
    /// With --accompany: switch a soft guard off, to see what it does; may be given several times.
    #[arg(
        long,
        value_name = "NAME",
        requires = "accompany",
        value_parser = PossibleValuesParser::new(Guards::names())
    )]
    without_guard: Vec<String>,
    #[command(flatten)]
    sampling: Sampling,
    /// Print JSON on standard output, and everything else on standard error.
    #[arg(long)]
    json: bool,
}

/// A grid to score on.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Grid {
    /// Sixteenths.
    #[value(name = "16")]
    Sixteenths,
}

impl Evaluate {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let mut checkpoint = Checkpoint::load_alone(&self.model)?;
        let config = &mut checkpoint.config;
        config.window = self.window.map_or(config.window, |steps| steps as usize);
        config.copy_window = self.copy_window.map_or(config.copy_window, |notes| notes as usize);
        if let Some(count) = self.accompany {
            let guards =
                self.without_guard.iter().try_fold(Guards::ALL, |guards, name| guards.switch(name, false))?;
            let sampling = Sampling { guards, ..self.sampling.clone() };
            let bands = Bands::of(checkpoint, &self.material, count as usize, &sampling)?;
            if self.json {
                say!("{}", serde_json::to_string_pretty(&bands.as_json())?);
            } else {
                bands.print();
            }
            return Ok(());
        }
        let measure = self.grid.map_or(Measure::Free, |Grid::Sixteenths| Measure::Sixteenths);
        let window = match (self.prompt_bars, self.score_bars) {
            (Some(prompt), Some(score)) => Window::Prompts { prompt, score },
            _ => Window::Whole,
        };
        let tokenizer = Tokenizer::new();
        let pieces = if self.by_part { self.material.ensembles()? } else { self.material.pieces()? };
        let records = self.material.scored(pieces, 0);
        let cut = Cut::with_context(self.context as usize);
        let passages: Vec<Passage> =
            records.iter().flat_map(|record| window.cut(cut, &tokenizer, record, measure)).collect();
        ensure!(!passages.is_empty(), "there are no notes to score in these windows; ask for fewer bars");
        if self.by_part {
            let by_part = ByPart::of(&checkpoint, &passages)?;
            if self.json {
                say!("{}", serde_json::to_string_pretty(&by_part.as_json())?);
            } else {
                by_part.print();
            }
            return Ok(());
        }
        if self.played {
            return quantisation::compare(checkpoint, &passages, measure, self.json);
        }
        let network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers)?;
        let corpus = self.material.corpus()?;
        let comparison = Comparison::of(&network, &passages, measure, &corpus.iter().collect::<Vec<_>>())?;
        if self.json {
            say!("{}", serde_json::to_string_pretty(&comparison.as_json(&checkpoint.name))?);
        } else {
            comparison.print(&checkpoint.name);
        }
        Ok(())
    }
}
