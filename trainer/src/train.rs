//! `trainer train`: from shards to weights.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::{
    Checkpoint, Config, Continuation, ContinuationOptions, Field, Guards, Model, Precision, Sequence,
};
use segue_music::{Beats, Meter, Note, PartSet, Piece, Tempo, Track, midi_file};
use segue_network::{Batch, Network};

use crate::ablation::Part;
use crate::arguments::positive;
use crate::example::Examples;
use crate::measure::Measure;
use crate::optimizer::AdamW;
use crate::origin::Origin;
use crate::parallel::{LANES, Learner};
use crate::passage::Passage;
use crate::precision::Arithmetics;
use crate::progress::{Progress, Schedule};
use crate::progress_bar::bar;
use crate::record::Record;
use crate::window;
use crate::{curve, device, saved, score, shard};

/// Train a model from prepared shards.
#[derive(Args, Debug)]
pub struct Train {
    /// The folder that `prepare` wrote.
    #[arg(long)]
    shards: PathBuf,
    /// Where weights, moments, loss curves and samples go.
    #[arg(long)]
    out: PathBuf,
    /// How many notes to see in all.
    #[arg(long, default_value_t = 6_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    notes: u64,
    /// Leave out this kind of music, to see with `evaluate --left-out` what the rest teaches of it
    #[arg(long, value_name = "KIND")]
    leave_out: Option<String>,
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
        let Begun { network, mut optimizer, mut run, mut origin } = self.begin()?;
        let read = |split: &str| -> Result<Vec<Record>> {
            let records = shard::read(&shard::path(&self.shards, split))?;
            Ok(match network.config().parts {
                true => records,
                false => records.into_iter().filter_map(Record::pitched).collect(),
            })
        };
        let records = self.without_left_out(read("train")?)?;
        let valid = window::watched(&read("valid")?);
        let device = device::best();
        let network = network.on(&device)?;
        let mut learner = Learner::new(&network, &device, self.precision.arithmetic()?, self.threads());
        self.without.iter().try_for_each(|part| part.silence(&network))?;
        origin.learn_styles(&records);
        let examples = Examples::new(&records, &origin.styles, self.length.into());
        ensure!(!examples.is_empty(), "the shards in {} hold no notes to train on", self.shards.display());
        fs::create_dir_all(&self.out)
            .with_context(|| format!("cannot make the folder {}", self.out.display()))?;
        let schedule = Schedule { rate: self.rate, notes: self.notes };

        let progress =
            bar(self.notes, "{bar:24} {human_pos}/{human_len} notes  {msg}  {per_sec}  {eta} left");
        progress.set_position(run.notes);
        progress.reset_eta();
        let mut next_evaluation = run.notes + self.evaluate_every;
        while run.notes < self.notes {
            let mut random = Pcg64Mcg::new(u128::from(self.seed) << 64 | u128::from(run.step) << 1 | 1);
            let seeds: Vec<u128> = (0..self.batch).map(|_| random.random()).collect();
            let sequences = learner
                .draw(self.batch.into(), |number| examples.draw(&mut Pcg64Mcg::new(seeds[number] | 1)))?;
            let bits = learner.learn(&network, &sequences)?;
            let threads = learner.threads();
            optimizer.step(&network, learner.gradients(), schedule.at(run.notes) as f32, threads)?;
            self.without.iter().try_for_each(|part| part.silence(&network))?;
            run.advance(sequences.iter().map(|sequence| sequence.len() as u64).sum(), bits);
            progress.set_position(run.notes);
            progress.set_message(format!("{:.2} bits a note", run.smooth));
            if run.notes >= next_evaluation || run.notes >= self.notes {
                next_evaluation = run.notes + self.evaluate_every;
                self.evaluate(&network, &mut learner, (&origin, &optimizer), &mut run, &valid, |line| {
                    progress.suspend(|| say!("{line}"))
                })?;
            }
        }
        progress.finish();
        say!("wrote {}", self.out.join("model.safetensors").display());
        Ok(())
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

    /// Lets the model as it is now continue the same phrase each time.
    fn play(&self, checkpoint: Checkpoint, notes: u64) -> Result<()> {
        let folder = self.out.join("samples");
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let prompt = prompt();
        let options = ContinuationOptions {
            bars: 8,
            grid: None,
            temperature: 1.0,
            top_p: 0.95,
            seed: self.seed,
            guards: Guards::ALL,
            parts: PartSet::NONE,
            critic: None,
        };
        if let Ok(answer) = Continuation::of(&prompt, Arc::new(Model::from_checkpoint(checkpoint)?), &options)
        {
            let path = folder.join(format!("{notes:09}.mid"));
            midi_file::write(&path, &answer.with_prompt(&prompt))?;
        }
        Ok(())
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
        for part in self.without.iter().filter_map(clap::ValueEnum::to_possible_value) {
            options += &format!(" --without {}", part.get_name());
        }
        options
    }

    fn begin(&self) -> Result<Begun> {
        let [latest, moments, state] = self.files();
        if self.resume {
            let checkpoint = Checkpoint::load(&latest)
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
                let mut checkpoint = Checkpoint::load(path)?;
                let known = &checkpoint.config;
                let (parts, pedal) = (self.parts || known.parts, self.pedal || known.pedal);
                let config = Config { parts, pedal, ..known.clone() };
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

    /// Scores, saves, draws, and lets the model play.
    fn evaluate(
        &self,
        network: &Network,
        learner: &mut Learner,
        (origin, optimizer): (&Origin, &AdamW),
        run: &mut Progress,
        valid: &[Passage],
        print: impl Fn(String),
    ) -> Result<()> {
        let kinds = learner.score(network, valid, Measure::Free)?;
        let mean = score::mean_total(&kinds, 500);
        let each: Vec<_> =
            kinds.iter().map(|(kind, bits)| format!("{kind} {:.2}", bits.per_note().total)).collect();
        let said = format!(
            "{:>9} notes  train {:.3}  valid {mean:.3}  ({})",
            run.notes,
            run.smooth,
            each.join(", ")
        );
        run.evaluated(mean);

        let checkpoint = Checkpoint {
            name: self.name.clone(),
            config: network.config().clone(),
            notes_seen: origin.notes_seen + run.notes,
            styles: origin.styles.clone(),
            numbers: network.numbers()?,
        };
        if run.is_best() {
            checkpoint.save(&self.out.join("model.safetensors"), Precision::Half)?;
        }
        let mut together = saved::Together::default();
        let [latest, moments, state] = self.files();
        together.add(&latest, |part| Ok(checkpoint.save(part, Precision::Single)?))?;
        together.add(&moments, |part| optimizer.write(part))?;
        together.add(&state, |part| saved::save(part, run))?;
        together.put()?;
        print(said);
        curve::draw(&self.out.join("curve.svg"), curve::BITS, &run.training, &run.validation)?;
        self.play(checkpoint, run.notes)
    }
}

/// What a run begins with.
struct Begun {
    network: Network,
    optimizer: AdamW,
    run: Progress,
    origin: Origin,
}

/// The prompt of the samples: eight bars in the key of C, unmistakable to the ear.
fn prompt() -> Piece {
    let eighth = Beats::ratio(1, 2);
    let chord = [[0, 4, 7], [-3, 0, 4], [-7, -3, 0], [-5, -1, 2]];
    let mut notes = Vec::new();
    for bar in 0..8_i64 {
        let tones = chord[bar as usize % 4];
        let start = Beats::ONE.times(4 * bar);
        let note =
            |onset: Beats, key: i32, duration: Beats| Note { onset, key: key as u8, duration, velocity: 80 };
        notes.push(note(start, 48 + tones[0], Beats::ONE.times(4)));
        for step in 0..8_i64 {
            let tone = tones[step as usize % 3] + if step >= 3 { 12 } else { 0 };
            notes.push(note(start + eighth.times(step), 60 + tone, eighth));
        }
    }
    let track = Track { notes, ..Track::default() };
    let meters = vec![(Beats::ZERO, Meter::COMMON)];
    Piece {
        tracks: vec![track],
        tempos: vec![(Beats::ZERO, Tempo::new(110.0))],
        meters,
        end: Beats::ONE.times(32),
        ..Piece::default()
    }
}

/// The loss to descend (nats, each field's mean over the answers that count) and bits per note.
pub fn loss(network: &Network, batch: &Batch, sequences: &[Sequence]) -> Result<(candle_core::Tensor, f64)> {
    let nats = network.nats(batch)?;
    let mut losses = Vec::new();
    for &field in Field::of_model(network.config()) {
        let count: usize = sequences.iter().map(|sequence| sequence.scored(field)).sum();
        losses.push((nats[field as usize].sum_all()? / count.max(1) as f64)?);
    }
    let loss = losses.iter().skip(1).try_fold(losses[0].clone(), |sum, loss| sum + loss)?;
    let bits = f64::from(loss.to_scalar::<f32>()?) / std::f64::consts::LN_2;
    Ok((loss, bits))
}
