//! `trainer bench`: how fast training is, beside torch where there is one.

mod torch;

use std::process::{Command, ExitStatus};

use anyhow::{Context as _, Result, ensure};
use candle_core::Device;
use clap::Args;
use segue_model::backprop::Arithmetic;
use segue_model::{Config, Network, Sequence, parameters};
use segue_music::{Role, Tokenizer, Vocabulary};
use serde::Serialize;

use crate::optimizer::AdamW;
use crate::parallel::Learner;
use crate::record::{Record, VoicedNote};

/// Measure training: notes a CPU second at three sizes, on one thread; and, if a Python with torch is on the path, the same shapes in torch.
#[derive(Args, Debug)]
pub struct Bench {
    /// Seconds of CPU time to spend on each size, at least, by each.
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// The Python to ask for torch.
    #[arg(long, default_value = "python3")]
    python: String,
    /// Measure this size only: 1M, 5M or 12M.
    #[arg(long)]
    size: Option<String>,
    /// Leave torch out.
    #[arg(long)]
    no_torch: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Notes of a sequence.
const LENGTH: usize = 512;
/// How the libraries that compute are told how many threads to take.
const THREADS: &str = "RAYON_NUM_THREADS";

/// Names, sizes, and sequences of a step.
fn sizes() -> [(&'static str, Config, usize); 3] {
    let config = |dim, layers, hidden| Config { dim, layers, hidden, ..Config::standard() };
    [("1M", config(128, 2, 352), 8), ("5M", Config::standard(), 4), ("12M", config(384, 5, 1024), 2)]
}

/// What was measured of one size.
#[derive(Debug, Serialize)]
struct Measured {
    size: &'static str,
    parameters: usize,
    batch: usize,
    length: usize,
    notes_per_cpu_second: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    torch_notes_per_cpu_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio_to_torch: Option<f64>,
}

impl Bench {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        ensure!((0.1..=600.0).contains(&self.seconds), "--seconds is between 0.1 and 600");
        if std::env::var_os(THREADS).is_none_or(|threads| threads != "1") {
            return on_one_thread();
        }
        let mut asks_torch = !self.no_torch;
        let mut all = Vec::new();
        for (size, config, batch) in sizes() {
            if self.size.as_ref().is_some_and(|only| only != size) {
                continue;
            }
            let vocabulary = Vocabulary::new();
            let count = parameters(&config, &vocabulary).iter().map(|parameter| parameter.count()).sum();
            let ours = self.ours(&config, batch, crate::precision::Arithmetics::default().arithmetic()?)?;
            let theirs = if asks_torch {
                torch::notes_per_cpu_second(&self.python, &config, batch, self.seconds)?
            } else {
                None
            };
            if asks_torch && theirs.is_none() {
                eprintln!("{} has no torch: measured alone", self.python);
                asks_torch = false;
            }
            all.push(Measured {
                size,
                parameters: count,
                batch,
                length: LENGTH,
                notes_per_cpu_second: ours,
                torch_notes_per_cpu_second: theirs,
                ratio_to_torch: theirs.map(|theirs| ours / theirs),
            });
        }
        ensure!(!all.is_empty(), "there is no such size; --size is 1M, 5M or 12M");
        if self.json {
            println!("{}", serde_json::to_string_pretty(&all)?);
        } else {
            print(&all);
        }
        Ok(())
    }

    /// Notes a CPU second of whole steps: the batch is laid out, the loss and its gradient computed, and every parameter moved.
    fn ours(&self, config: &Config, batch: usize, arithmetic: Arithmetic) -> Result<f64> {
        let network = Network::random(config, 1)?;
        let mut optimizer = AdamW::default();
        let threads = 1;
        let mut learner = Learner::new(&network, &Device::Cpu, arithmetic, threads);
        let sequences: Vec<Sequence> = (0..batch as u64).map(sequence).collect();
        let mut step = || -> Result<()> {
            learner.learn(&network, &sequences)?;
            optimizer.step(&network, learner.gradients(), 1e-4, threads)?;
            Ok(())
        };
        step()?;
        let (began, mut steps) = (cpu_seconds(), 0);
        while cpu_seconds() - began < self.seconds || steps < 2 {
            step()?;
            steps += 1;
        }
        Ok((steps * batch * LENGTH) as f64 / (cpu_seconds() - began))
    }
}

/// The same again with one thread: the libraries read the number once, when they begin.
fn on_one_thread() -> Result<()> {
    let own = std::env::current_exe().context("cannot find this program")?;
    let status: ExitStatus = Command::new(own)
        .args(std::env::args_os().skip(1))
        .env(THREADS, "1")
        .status()
        .context("cannot run this program again with one thread")?;
    ensure!(status.success(), "the measurement failed");
    Ok(())
}

/// A made-up performance, as long as a training example.
fn sequence(seed: u64) -> Sequence {
    let mut state = seed.wrapping_mul(0x9e37_79b9) + 1;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % below) as i64
    };
    let mut onset = 0;
    let mut note = |_| {
        onset += [0, 0, 6, 12, 24][draw(5) as usize];
        let (key, velocity) = (36 + draw(60) as u8, Some(40 + draw(60) as u8));
        VoicedNote { onset, key, duration: 6 + draw(60), velocity, voice: 0 }
    };
    let mut notes: Vec<VoicedNote> = (0..=LENGTH).map(&mut note).collect();
    notes.sort_unstable();
    let record = Record { notes, ..Record::default() };
    let context = record.context(&record.notes, false, |_| (Role::Player, true));
    Sequence::of(&Tokenizer::new(), &context, |_| true)
}

fn print(all: &[Measured]) {
    println!("notes a CPU second of training, sequences of {LENGTH} notes, one thread\n");
    println!("| size | parameters | batch | ours | torch f32 | ratio to torch |");
    println!("|---|---|---|---|---|---|");
    let number =
        |number: Option<f64>, digits: usize| number.map_or("-".into(), |number| format!("{number:.digits$}"));
    for row in all {
        println!(
            "| {} | {} | {} | {:.0} | {} | {} |",
            row.size,
            row.parameters,
            row.batch,
            row.notes_per_cpu_second,
            number(row.torch_notes_per_cpu_second, 0),
            number(row.ratio_to_torch, 2)
        );
    }
}

/// CPU time of this process so far, in seconds; where the system has no such clock, time as it passes.
fn cpu_seconds() -> f64 {
    #[cfg(unix)]
    {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the pointer is to a timespec of our own that lives through the call.
        unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    }
    #[cfg(not(unix))]
    {
        static BEGAN: std::sync::LazyLock<std::time::Instant> =
            std::sync::LazyLock::new(std::time::Instant::now);
        BEGAN.elapsed().as_secs_f64()
    }
}
