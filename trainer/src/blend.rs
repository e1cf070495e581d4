//! `trainer blend`: the mean of several models.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;
use segue_model::{Checkpoint, Config, Precision};

/// Make the mean of models that began with the same weights: it mostly predicts as well as the best
/// of them (Wortsman et al. 2022, arXiv 2203.05482)
#[derive(Args, Debug)]
pub struct Blend {
    /// A model; given several times, all of them in equal shares. The first one's name is kept.
    #[arg(long, required = true)]
    model: Vec<PathBuf>,
    /// Where the mean goes.
    #[arg(long)]
    out: PathBuf,
}

impl Blend {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        ensure!(self.model.len() > 1, "a mean takes two models; name another with --model");
        ensure!(
            !self.out.exists(),
            "{} exists already; name another --out, or remove it",
            self.out.display()
        );
        let (first, others) = (&self.model[0], &self.model[1..]);
        let mut mean = Checkpoint::load_alone(first)?;
        for (place, path) in (2_u16..).zip(others) {
            let other = Checkpoint::load_alone(path)?;
            // A mean of two can do what one of them has learned.
            let ends = mean.config.ends || other.config.ends;
            mean.config.ends = ends;
            ensure!(
                Config { ends, ..other.config } == mean.config && other.styles == mean.styles,
                "{} has another shape or other styles than {}; a mean is made of models that began as one",
                path.display(),
                first.display()
            );
            let share = 1.0 / f32::from(place);
            for (name, numbers) in &mut mean.numbers {
                let pairs = numbers.iter_mut().zip(&other.numbers[name]);
                pairs.for_each(|(number, other)| *number += share * (other - *number));
            }
            mean.notes_seen = mean.notes_seen.max(other.notes_seen);
        }
        mean.save(&self.out, Precision::Half)?;
        say!("wrote {}, the mean of {} models", self.out.display(), self.model.len());
        Ok(())
    }
}
