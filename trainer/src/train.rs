//! `trainer train`: from shards to weights.

mod card;
mod feed;
mod lessons;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use candle_core::Device;
use clap::Args;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::{Checkpoint, Config, Sequence};
use segue_network::Network;

use crate::ablation::Part;
use crate::arguments::positive;
use crate::example::{Examples, Weight};
use crate::optimizer::AdamW;
use crate::origin::Origin;
use crate::parallel::{LANES, Learner};
use crate::precision::Arithmetics;
use crate::progress::Progress;
use crate::progress_bar::bar;
use crate::record::Record;
use crate::window;
use crate::{device, saved, shard};
use lessons::Lessons;

/// Train a model from prepared shards.
#[derive(Args, Debug)]
pub struct Train {
    /// The folder that `prepare` wrote; given several times, the music of all of them. The first is
    /// what an evaluation scores.
    #[arg(long, required = true)]
    shards: Vec<PathBuf>,
    /// Where weights, moments, loss curves and samples go.
    #[arg(long)]
    out: PathBuf,
    /// How many notes to see in all.
    #[arg(long, default_value_t = 6_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    notes: u64,
    /// End after so many minutes, those before a --resume included, however few notes were seen by
    /// then; the learning rate falls in time for it.
    #[arg(long, value_parser = positive)]
    minutes: Option<f64>,
    /// Leave out this kind of music, to see with `evaluate --left-out` what the rest teaches of it
    #[arg(long, value_name = "KIND")]
    leave_out: Option<String>,
    /// See music of these kinds so often, relative to kinds of weight 1: `band-=2` is for all kinds
    /// whose names begin with `band-`. May be given more than once.
    #[arg(long, value_name = "KIND=WEIGHT")]
    weigh: Vec<Weight>,
    /// Go on from where a run in the same folder stopped.
    #[arg(long)]
    resume: bool,
    /// Begin with the weights of this model instead of chance.
    #[arg(long, conflicts_with = "resume")]
    from: Option<PathBuf>,
    /// The name that the model is shown by.
    #[arg(long, default_value = "Segue")]
    name: String,
    /// Sequences in a step.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    batch: u16,
    /// Notes in a sequence.
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u16).range(8..=16_384))]
    length: u16,
    /// The highest learning rate.
    #[arg(long, default_value_t = 1.5e-3, value_parser = positive)]
    rate: f64,
    /// Notes between two evaluations.
    #[arg(long, default_value_t = 250_000, value_parser = clap::value_parser!(u64).range(1..))]
    evaluate_every: u64,
    /// Minutes between two saves, at most: what a run loses that is stopped.
    #[arg(long, value_name = "MINUTES", default_value_t = 5.0, value_parser = positive)]
    save_every: f64,
    /// What chance begins from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Width of the model, a multiple of 64.
    #[arg(long, default_value_t = Config::standard().dim)]
    dim: usize,
    /// Blocks of the model.
    #[arg(long, default_value_t = Config::standard().layers)]
    layers: usize,
    /// Steps that a step attends to.
    #[arg(long)]
    window: Option<usize>,
    /// Earlier notes that the copying heads look at.
    #[arg(long)]
    copy_window: Option<usize>,
    /// Tell parts apart: bass, drums, keys. A model given with --from that does not know of them is
    /// grown.
    #[arg(long)]
    parts: bool,
    /// Say what the sustain pedal does, too. It takes --parts.
    #[arg(long, requires = "parts")]
    pedal: bool,
    /// What matrix products are computed in: bf16 factors and f32 sums where the processor can, or
    /// f32.
    #[arg(long, value_enum, default_value_t)]
    precision: Arithmetics,
    /// Threads: by default one a core, and never more than sequences in a step or four. The result
    /// is the same on any number.
    #[arg(long)]
    threads: Option<usize>,
    /// Do without a part of the model, to see what it is worth.
    #[arg(long, value_name = "PART")]
    without: Vec<Part>,
}

impl Train {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let Begun { network, optimizer, run, mut origin } = self.begin()?;
        let heard = |records: Vec<Record>| match network.config().parts {
            true => records,
            false => records.into_iter().filter_map(Record::pitched).collect(),
        };
        let records = self.without_left_out(heard(shard::read_all(&self.shards, "train")?))?;
        let first = self.shards.first().context("name a folder of shards with --shards")?;
        let valid = window::watched(&heard(shard::read(&shard::path(first, "valid"))?));
        self.silence(&network)?;
        origin.learn_styles(&records);
        let examples = Examples::new(&records, &origin.styles, &self.weigh, self.length.into());
        ensure!(
            !examples.is_empty(),
            "the shards in {} hold no notes to train on",
            shard::names(&self.shards)
        );
        fs::create_dir_all(&self.out)
            .with_context(|| format!("cannot make the folder {}", self.out.display()))?;
        let learner = Learner::new(&network, self.precision.arithmetic()?, self.threads());
        let progress =
            bar(self.notes, "{bar:24} {human_pos}/{human_len} notes  {msg}  {per_sec}  {eta} left");
        progress.set_position(run.notes);
        progress.reset_eta();
        let mut lessons = Lessons { train: self, network, optimizer, learner, origin, run, valid, progress };
        lessons.evaluate_if_over()?;
        match device::best()? {
            Device::Cpu => lessons.on_the_cpu(&examples)?,
            device => lessons.on_a_card(&examples, &device)?,
        }
        say!("wrote {}", self.out.join("model.safetensors").display());
        Ok(())
    }

    /// Takes away again what the model is to do without.
    fn silence(&self, network: &Network) -> Result<()> {
        self.without.iter().try_for_each(|part| part.silence(network))
    }

    /// The chances that the examples of a step are drawn from.
    fn draw(&self, examples: &Examples, step: u64, number: usize) -> Sequence {
        let mut random = Pcg64Mcg::new(u128::from(self.seed) << 64 | u128::from(step) << 1 | 1);
        let seed = (0..=number).fold(0_u128, |_, _| random.random());
        examples.draw(&mut Pcg64Mcg::new(seed | 1))
    }

    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.unwrap_or_else(cores).clamp(1, usize::from(self.batch).clamp(1, LANES))
    }

    fn without_left_out(&self, mut records: Vec<Record>) -> Result<Vec<Record>> {
        let Some(kind) = &self.leave_out else { return Ok(records) };
        let kinds: BTreeSet<String> = records.iter().map(|record| record.kind.clone()).collect();
        let names = kinds.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        ensure!(
            kinds.contains(kind),
            "there is no music of the kind {kind:?} to leave out; there is: {names}"
        );
        records.retain(|record| &record.kind != kind);
        Ok(records)
    }

    /// Weights, moments and state of the run.
    fn files(&self) -> [PathBuf; 3] {
        ["latest.safetensors", "moments.safetensors", "run.json"].map(|name| self.out.join(name))
    }

    /// The options that a run is not to change while it goes on, as they are typed.
    fn options(&self) -> String {
        let Self { name, batch, length, rate, seed, .. } = self;
        let mut options =
            format!("--name {name:?} --batch {batch} --length {length} --rate {rate} --seed {seed}");
        if let Some(kind) = &self.leave_out {
            options += &format!(" --leave-out {kind:?}");
        }
        for weight in &self.weigh {
            options += &format!(" --weigh {weight}");
        }
        for part in self.without.iter().filter_map(clap::ValueEnum::to_possible_value) {
            options += &format!(" --without {}", part.get_name());
        }
        options
    }

    fn begin(&self) -> Result<Begun> {
        let [latest, moments, state] = self.files();
        if self.resume {
            let checkpoint = Checkpoint::load_alone(&latest)
                .context("there is nothing to resume; leave --resume out to begin, or name the --out of an earlier run")?;
            let network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers)?;
            let again = || {
                format!(
                    "this run cannot go on; begin another with --from {} and another --out",
                    latest.display()
                )
            };
            let optimizer = AdamW::load(&moments, &network).with_context(again)?;
            let run = saved::load::<Progress>(&state).with_context(again)?;
            ensure!(
                optimizer.steps() == run.step,
                "{} and {} are of different steps: {}",
                moments.display(),
                state.display(),
                again()
            );
            ensure!(
                run.options.is_empty() || run.options == self.options(),
                "this run was begun with {}; go on with the same options, or begin another with --from {}",
                run.options,
                latest.display()
            );
            let notes_seen = checkpoint.notes_seen.saturating_sub(run.notes);
            let origin = Origin { styles: checkpoint.styles, notes_seen };
            return Ok(Begun { network, optimizer, run, origin });
        }
        if latest.exists() {
            bail!(
                "{} holds a run already; add --resume to go on with it, or choose another --out",
                self.out.display()
            );
        }
        let mut origin = Origin::default();
        let network = match &self.from {
            Some(path) => {
                let mut checkpoint = Checkpoint::load_alone(path)?;
                let known = &checkpoint.config;
                let (parts, pedal) = (self.parts || known.parts, self.pedal || known.pedal);
                let config = Config { parts, pedal, ends: true, ..known.clone() };
                checkpoint = checkpoint.grown(config, self.seed);
                let config = &mut checkpoint.config;
                config.window = self.window.unwrap_or(config.window);
                config.copy_window = self.copy_window.unwrap_or(config.copy_window);
                ensure!(config.is_sound(), "these windows make no model; ask for 1 to 8192 steps");
                origin = Origin { styles: checkpoint.styles, notes_seen: checkpoint.notes_seen };
                Network::with_numbers(&checkpoint.config, &checkpoint.numbers)?
            }
            None => {
                let config = Config {
                    dim: self.dim,
                    layers: self.layers,
                    hidden: (self.dim * 11).div_ceil(4).next_multiple_of(64),
                    window: self.window.unwrap_or(Config::standard().window),
                    copy_window: self.copy_window.unwrap_or(Config::standard().copy_window),
                    parts: self.parts,
                    pedal: self.pedal,
                    ends: true,
                };
                ensure!(
                    config.is_sound(),
                    "a width of {}, {} blocks and windows of {} and {} make no model; the width is a multiple of 64",
                    self.dim,
                    self.layers,
                    config.window,
                    config.copy_window
                );
                Network::random(&config, self.seed)?
            }
        };
        let run = Progress { options: self.options(), ..Progress::default() };
        Ok(Begun { network, optimizer: AdamW::default(), run, origin })
    }
}

/// What a run begins with.
struct Begun {
    network: Network,
    optimizer: AdamW,
    run: Progress,
    origin: Origin,
}
