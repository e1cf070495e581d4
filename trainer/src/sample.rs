//! `trainer sample`: a model continues a MIDI file.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use segue_model::{Continuation, Model};
use segue_music::midi_file;

use crate::sampling::Sampling;

/// Let a model continue a MIDI file.
#[derive(Args, Debug)]
pub struct Sample {
    /// The model.
    #[arg(long, default_value = "assets/segue.safetensors")]
    model: PathBuf,
    /// The prompt.
    #[arg(long)]
    midi: PathBuf,
    /// Bars to play.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1000))]
    bars: u32,
    #[command(flatten)]
    sampling: Sampling,
    /// Where prompt and answer go.
    #[arg(long)]
    out: PathBuf,
}

impl Sample {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let model = Arc::new(Model::load(&self.model)?);
        let prompt = midi_file::read(&self.midi)?;
        let answer = Continuation::of(&prompt, model, &self.sampling.options(self.bars))
            .with_context(|| format!("{} is not continued (drums do not count)", self.midi.display()))?;
        midi_file::write(&self.out, &answer.with_prompt(&prompt))?;
        println!("{}: {} notes", self.out.display(), answer.notes.len());
        Ok(())
    }
}
