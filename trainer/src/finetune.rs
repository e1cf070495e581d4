//! `trainer finetune`: a model learns to play like the pieces of one folder.

mod aside;
mod copying;
mod learning;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use segue_model::{Checkpoint, Critic, Model, Precision};
use segue_music::{Tokenizer, one_line};
use segue_network::Network;

use crate::arguments::{positive, weight};
use crate::corpus::{self, Skipped};
use crate::example::Examples;
use crate::measure::Measure;
use crate::passage::Passage;
use crate::record::Record;
use crate::saved;
use crate::score::{self, Bits, BitsPerNote};
use crate::window::Window;
use learning::{Best, LENGTH, Learning};

/// Let a model learn to play like the pieces of one folder: minutes on an ordinary computer. Some
/// pieces are held out to see whether it helps
#[derive(Args, Debug)]
pub struct Finetune {
    /// The folder of .mid files to play like, searched with its subfolders.
    #[arg(long)]
    midi: PathBuf,
    /// Where the new model goes.
    #[arg(long)]
    out: PathBuf,
    /// The model to begin with.
    #[arg(long, default_value = "assets/segue.safetensors")]
    from: PathBuf,
    /// The name that the new model is shown by; by default the folder's.
    #[arg(long)]
    name: Option<String>,
    /// Learn from at most this many notes, some of them several times.
    #[arg(long, default_value_t = 160_000, value_parser = clap::value_parser!(u64).range(1..))]
    notes: u64,
    /// And for at most about this long.
    #[arg(long, default_value_t = 7.0, value_parser = positive)]
    minutes: f64,
    /// The highest learning rate.
    #[arg(long, default_value_t = 2e-4, value_parser = weight)]
    rate: f64,
    /// What chance begins from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Fewer pieces teach one piece, not a way to play.
const FEWEST_PIECES: usize = 6;
/// With fewer notes it learns too little to show.
const FEWEST_NOTES: usize = 3000;
/// Notes kept aside are scored up to about this many, in windows spread over them.
const JUDGED: usize = 6000;
impl Finetune {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let began = Instant::now();
        saved::ready_for(&self.out)?;
        let checkpoint = Checkpoint::load(&self.from)?;
        let records = self.records()?;
        let (learned, aside) = aside::split(records);
        ensure!(
            !aside.is_empty(),
            "the pieces in {} are all takes of one work, so that none can be kept aside to judge by; add other works",
            self.midi.display()
        );
        say!(
            "learning from {} pieces ({} notes), {} kept aside ({} notes): {}",
            learned.len(),
            notes(&learned),
            aside.len(),
            notes(&aside),
            one_line(&aside.iter().map(|record| record.name.as_str()).collect::<Vec<_>>().join(", "))
        );
        let network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers)?;
        let count: usize = checkpoint.numbers.values().map(Vec::len).sum();
        say!("all {:.1} million numbers of {} learn", count as f64 / 1e6, one_line(&checkpoint.name));

        let judged = judged(&aside);
        let before = bits(&network, &judged)?;
        say!("before it learns: {:.3} bits a note aside", before.total);
        let until = began + Duration::from_secs_f64(self.minutes.clamp(0.1, 10_000.0) * 60.0);
        let learning = Learning { notes: self.notes, until, rate: self.rate, seed: self.seed };
        let best = learning.run(
            &network,
            &Examples::new(&learned, &checkpoint.styles, &[], LENGTH),
            &judged,
            &before,
        )?;
        describe(&before, &best);
        ensure!(
            best.notes > 0,
            "the pieces kept aside got no likelier: nothing is written. Add pieces that belong together, or try a smaller --rate"
        );
        let tuned = Checkpoint {
            name: self.name(),
            notes_seen: checkpoint.notes_seen + best.notes,
            numbers: best.numbers,
            ..checkpoint.clone()
        };
        let copying = copying::Copying::of(
            &Arc::new(Model::from_checkpoint(checkpoint)?),
            &Arc::new(Model::from_checkpoint(tuned.clone())?),
            &learned,
            &aside,
            self.seed,
        )?;
        tuned.save(&self.out, Precision::Half)?;
        say!("{copying}");
        if tuned.critic.is_some() {
            say!("{} belongs beside it: its critic", Critic::path(&self.out).display());
        }
        say!("wrote {} ({}) after {:.1} minutes", self.out.display(), one_line(&tuned.name), minutes(began));
        Ok(())
    }

    fn records(&self) -> Result<Vec<Record>> {
        let files = corpus::files(&self.midi, None, None)?;
        let (records, skipped) = corpus::read(&self.midi, &files, None, || ());
        for Skipped { path, why } in &skipped {
            eprintln!("skipped {}", one_line(&format!("{}: {why}", path.display())));
        }
        let records: Vec<Record> = records.into_iter().filter_map(Record::pitched).collect();
        let all = notes(&records);
        if records.len() < FEWEST_PIECES || all < FEWEST_NOTES {
            bail!(
                "{} holds {} readable pieces with {all} notes: too few to learn a way to play from, and to keep some aside to judge it by. \
                 Add pieces until there are {FEWEST_PIECES} with {FEWEST_NOTES} notes at least; twenty are better. \
                 Recordings of your own playing, a file for each, are best",
                self.midi.display(),
                records.len()
            );
        }
        Ok(records)
    }

    fn name(&self) -> String {
        let folder =
            || self.midi.canonicalize().ok()?.file_name().map(|name| name.to_string_lossy().into_owned());
        self.name.clone().or_else(folder).unwrap_or_else(|| "mine".to_owned())
    }
}

fn minutes(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() / 60.0
}

fn notes(records: &[Record]) -> usize {
    records.iter().map(|record| record.notes.len()).sum()
}

/// Windows spread evenly over the pieces kept aside.
fn judged(aside: &[Record]) -> Vec<Passage> {
    let tokenizer = Tokenizer::new();
    let all: Vec<Passage> =
        aside.iter().flat_map(|record| Window::Whole.passages(&tokenizer, record, Measure::Free)).collect();
    let notes: usize = all.iter().map(Passage::scored).sum();
    let stride = notes.div_ceil(JUDGED).max(1);
    all.into_iter().step_by(stride).collect()
}

fn bits(network: &Network, passages: &[Passage]) -> Result<BitsPerNote> {
    let kinds = score::score(network, passages, Measure::Free, |_| ())
        .context("the pieces kept aside cannot be scored")?;
    let mut all = Bits::default();
    kinds.values().for_each(|bits| all.merge(bits));
    Ok(all.per_note())
}

fn describe(before: &BitsPerNote, best: &Best) {
    say!(
        "\nbits per note of the pieces kept aside, before and after {} notes, the best of {} looks\n",
        best.notes,
        best.looks
    );
    say!("| | onset | key | velocity | duration | total |");
    say!("|---|---|---|---|---|---|");
    for (name, bits) in [("before", before), ("after", &best.bits)] {
        let velocity = bits.velocity.map_or("-".into(), |bits| format!("{bits:.3}"));
        say!(
            "| {name} | {:.3} | {:.3} | {velocity} | {:.3} | **{:.3}** |",
            bits.onset,
            bits.key,
            bits.duration,
            bits.total
        );
    }
    say!("");
}
