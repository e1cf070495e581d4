//! `trainer selfplay`: a model hears its own continuations beside people's, and learns to prefer
//! people's.
//!
//! A model trained on people's notes alone is lost once it hears its own. So it goes on from
//! prompts by itself, people's continuation of the same prompt is preferred to its own, and in the
//! next round it must beat what it was before (SPIN, Chen et al. 2024, arXiv 2401.01335).

mod pair;
mod preference;
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use segue_model::{Checkpoint, Precision};
use segue_network::Network;

use crate::arguments::{positive, weight};
use crate::excerpt::Lengths;
use crate::optimizer::AdamW;
use crate::precision::Arithmetics;
use crate::record::Record;
use crate::{saved, shard, window};
use preference::Preference;
use run::{Course, Round};

/// Let a model learn from its own continuations: people's of the same prompt are preferred to them.
#[derive(Args, Debug)]
pub struct Selfplay {
    /// The model to begin with.
    #[arg(long, default_value = "assets/segue.safetensors")]
    model: PathBuf,
    /// The folder that `prepare` wrote; given several times, the music of all of them. A round is
    /// judged by the first.
    #[arg(long, required = true)]
    shards: Vec<PathBuf>,
    /// Where the models of each round, moments, the table and curves go.
    #[arg(long)]
    out: PathBuf,
    /// Go on from where a run in the same folder stopped.
    #[arg(long)]
    resume: bool,
    /// Rounds: after each the model must beat what it has become.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Pairs of continuations in a round.
    #[arg(long, default_value_t = 600)]
    pairs: usize,
    /// Pairs in a step.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    batch: u8,
    /// Bars of a prompt.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    prompt_bars: u32,
    /// Bars of a continuation.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=64))]
    bars: u32,
    /// How fast preference grows with the nats a note that are won.
    #[arg(long, default_value_t = 4.0, value_parser = positive)]
    strength: f64,
    /// The weight of people's own nats, which keeps them likely.
    #[arg(long, default_value_t = 0.2, value_parser = weight)]
    anchor: f64,
    /// The learning rate.
    #[arg(long, default_value_t = 3e-5, value_parser = positive)]
    rate: f64,
    /// What chance begins from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What matrix products are computed in.
    #[arg(long, value_enum, default_value_t)]
    precision: Arithmetics,
    /// Threads: by default one a core. The result is the same on any number.
    #[arg(long)]
    threads: Option<usize>,
}

impl Selfplay {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let (mut network, mut optimizer, mut course, mut checkpoint) = self.begin()?;
        let read = |split: &str, folders: &[PathBuf]| -> Result<Vec<Record>> {
            let records = shard::read_all(folders, split)?;
            ensure!(!records.is_empty(), "the {split} split of {} is empty", shard::names(folders));
            Ok(records)
        };
        let (train, valid) = (read("train", &self.shards)?, read("valid", &self.shards[..1])?);
        let watched = window::watched(&valid);
        let threads =
            self.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        while course.round < self.rounds {
            let reference = Checkpoint::load_alone(&self.round(course.round))?;
            let round = Round {
                pairs: self.pairs,
                batch: usize::from(self.batch),
                lengths: Lengths { prompt: self.prompt_bars, answer: self.bars },
                preference: Preference { strength: self.strength, anchor: self.anchor },
                rate: self.rate as f32,
                seed: self.seed,
                arithmetic: self.precision.arithmetic()?,
                threads: threads.clamp(1, crate::parallel::LANES),
            };
            round.run(
                reference,
                (&train, &valid, &watched),
                (&network, &mut optimizer, &mut course),
                |network, optimizer, course| self.save(&checkpoint, network, optimizer, course),
            )?;
            checkpoint.numbers = network.numbers()?;
            course.round += 1;
            course.step = 0;
            course.of(&checkpoint).save(&self.round(course.round), Precision::Single)?;
            // What is read again is what was written.
            network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers)?;
            self.save(&checkpoint, &network, &optimizer, &course)?;
            say!("wrote {}", self.round(course.round).display());
        }
        course.of(&checkpoint).save(&self.out.join("model.safetensors"), Precision::Half)?;
        say!("{}", course.table());
        say!("wrote {}", self.out.join("model.safetensors").display());
        Ok(())
    }

    /// Where the weights after a round lie; those of the beginning after round 0.
    fn round(&self, round: usize) -> PathBuf {
        self.out.join(format!("round-{round}.safetensors"))
    }

    fn files(&self) -> [PathBuf; 3] {
        ["latest.safetensors", "moments.safetensors", "course.json"].map(|name| self.out.join(name))
    }

    fn begin(&self) -> Result<(Network, AdamW, Course, Checkpoint)> {
        let [latest, moments, course] = self.files();
        if self.resume {
            let mut checkpoint = Checkpoint::load_alone(&latest)
                .context("there is nothing to resume; leave --resume out to begin, or name the --out of an earlier run")?;
            let network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers)?;
            let optimizer = AdamW::load(&moments, &network)?;
            let course: Course = saved::load(&course)?;
            checkpoint.notes_seen = checkpoint.notes_seen.saturating_sub(course.notes);
            return Ok((network, optimizer, course, checkpoint));
        }
        if latest.exists() {
            bail!(
                "{} holds a run already; add --resume to go on with it, or choose another --out",
                self.out.display()
            );
        }
        let checkpoint = Checkpoint::load_alone(&self.model)?;
        fs::create_dir_all(&self.out)
            .with_context(|| format!("cannot make the folder {}", self.out.display()))?;
        checkpoint.save(&self.round(0), Precision::Single)?;
        let network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers)?;
        Ok((network, AdamW::default(), Course::default(), checkpoint))
    }

    fn save(
        &self,
        checkpoint: &Checkpoint,
        network: &Network,
        optimizer: &AdamW,
        course: &Course,
    ) -> Result<()> {
        let [latest, moments, state] = self.files();
        let now = Checkpoint { numbers: network.numbers()?, ..checkpoint.clone() };
        let mut together = saved::Together::default();
        together.add(&latest, |part| Ok(course.of(&now).save(part, Precision::Single)?))?;
        together.add(&moments, |part| optimizer.write(part))?;
        together.add(&state, |part| saved::save(part, course))?;
        together.put()?;
        let written: (&Path, String) = (&self.out.join("rounds.md"), course.table());
        fs::write(written.0, written.1).with_context(|| format!("cannot write {}", written.0.display()))?;
        course.draw(&self.out.join("curve.svg"))
    }
}
