//! `trainer sample`: a model continues a MIDI file.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
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
        let same = fs::canonicalize(&self.midi).ok().zip(fs::canonicalize(&self.out).ok());
        ensure!(
            same.is_none_or(|(prompt, out)| prompt != out),
            "{}: the answer would overwrite the prompt; name another --out",
            self.out.display()
        );
        let model = Arc::new(Model::load(&self.model)?);
        let prompt = midi_file::read(&self.midi)?;
        let answer = Continuation::of(&prompt, model, &self.sampling.options(self.bars))
            .with_context(|| format!("{} is not continued (drums do not count)", self.midi.display()))?;
        midi_file::write(&self.out, &answer.with_prompt(&prompt))?;
        say!("{}: {} notes", self.out.display(), answer.notes.len());
        Ok(())
    }
}
