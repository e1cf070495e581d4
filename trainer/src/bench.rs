//! `trainer bench`: how fast training is, beside torch where there is one.

mod torch;

use anyhow::{Result, ensure};
use clap::Args;
use rand_pcg::Pcg64Mcg;
use segue_model::{Config, Sequence, parameters};
use segue_music::Vocabulary;
use segue_network::Network;
use segue_network::backprop::Arithmetic;
use serde::Serialize;

use crate::arrange;
use crate::example::Examples;
use crate::optimizer::AdamW;
use crate::parallel::Learner;
use crate::record::Record;

/// Measure training: notes per CPU second at four sizes, on one thread, in f32 and in bf16, and
/// the same shapes in torch if a Python with torch is on the path
#[derive(Args, Debug)]
pub struct Bench {
    /// Seconds of CPU time to spend on each size, at least, by each.
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// The Python to ask for torch.
    #[arg(long, default_value = "python3")]
    python: String,
    /// Measure this size only: 1M, 5M, 8M (what ships: with parts and pedal) or 12M.
    #[arg(long)]
    size: Option<String>,
    /// Leave torch out.
    #[arg(long)]
    no_torch: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Songs that sequences are drawn from, and steps' worth of them.
const SONGS: u64 = 60;
const BATCHES: usize = 8;
/// Threads of what is measured.
const THREADS: usize = 1;

/// A model, and what a step of its training sees.
struct Size {
    name: &'static str,
    config: Config,
    /// Sequences of a step.
    batch: usize,
    /// Notes of a sequence.
    length: usize,
}

fn sizes() -> [Size; 4] {
    let plain = |name, dim, layers, hidden, batch| {
        let config = Config { dim, layers, hidden, ..Config::standard() };
        Size { name, config, batch, length: 512 }
    };
    let ships = Config { window: 512, copy_window: 1024, parts: true, pedal: true, ..Config::standard() };
    [
        plain("1M", 128, 2, 352, 8),
        plain("5M", 256, 4, 704, 4),
        Size { name: "8M", config: ships, batch: 2, length: 1024 },
        plain("12M", 384, 5, 1024, 2),
    ]
}

/// What was measured of one size, in notes per CPU second.
#[derive(Debug, Serialize)]
struct Measured {
    size: &'static str,
    parameters: usize,
    batch: usize,
    length: usize,
    f32: f64,
    /// `None` where this processor has no products of bf16.
    bf16: Option<f64>,
    /// `None` where there is no torch.
    torch_f32: Option<f64>,
    torch_bf16: Option<f64>,
    /// Our faster over torch's faster.
    ratio_to_torch: Option<f64>,
}

impl Measured {
    fn ours(&self) -> f64 {
        self.bf16.map_or(self.f32, |bf16| bf16.max(self.f32))
    }
}

impl Bench {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        ensure!((0.1..=600.0).contains(&self.seconds), "--seconds is between 0.1 and 600");
        let mut asks_torch = !self.no_torch;
        let mut all = Vec::new();
        for size in sizes() {
            if self.size.as_ref().is_some_and(|only| only != size.name) {
                continue;
            }
            let vocabulary = Vocabulary::new();
            let count = parameters(&size.config, &vocabulary).iter().map(|parameter| parameter.count()).sum();
            let mut measured = Measured {
                size: size.name,
                parameters: count,
                batch: size.batch,
                length: size.length,
                f32: self.ours(&size, Arithmetic::F32)?,
                bf16: Arithmetic::bf16().map(|bf16| self.ours(&size, bf16)).transpose()?,
                torch_f32: None,
                torch_bf16: None,
                ratio_to_torch: None,
            };
            if asks_torch {
                let ask =
                    |precision| torch::notes_per_cpu_second(&self.python, &size, self.seconds, precision);
                measured.torch_f32 = ask("f32")?;
                if measured.torch_f32.is_some() {
                    measured.torch_bf16 = ask("bf16")?;
                } else {
                    eprintln!("{} has no torch: measured alone", self.python);
                    asks_torch = false;
                }
            }
            let theirs = measured.torch_f32.map(|f32| measured.torch_bf16.map_or(f32, |bf16| bf16.max(f32)));
            measured.ratio_to_torch = theirs.map(|theirs| measured.ours() / theirs);
            all.push(measured);
        }
        ensure!(!all.is_empty(), "there is no such size; --size is 1M, 5M, 8M or 12M");
        if self.json {
            say!("{}", serde_json::to_string_pretty(&all)?);
        } else {
            print(&all);
        }
        Ok(())
    }

    /// Notes per CPU second of whole steps: lay out the batch, compute the loss and its gradient,
    /// and move every parameter.
    fn ours(&self, size: &Size, arithmetic: Arithmetic) -> Result<f64> {
        let network = Network::random(&size.config, 1)?;
        let mut optimizer = AdamW::default();
        let mut learner = Learner::new(&network, arithmetic, THREADS);
        let batches = batches(size)?;
        let mut step = |step: usize| -> Result<usize> {
            let sequences = &batches[step % batches.len()];
            learner.learn(&network, sequences)?;
            optimizer.step(&network, learner.gradients(), 1e-4, THREADS)?;
            Ok(sequences.iter().map(Sequence::len).sum())
        };
        step(0)?;
        let (began, mut steps, mut notes) = (cpu_seconds(), 0, 0);
        while cpu_seconds() - began < self.seconds || steps < 2 {
            notes += step(steps)?;
            steps += 1;
        }
        Ok(notes as f64 / (cpu_seconds() - began))
    }
}

/// Batches of training examples from songs of `trainer arrange`: with their parts for a model that
/// knows of parts, else as one keyboard plays them.
fn batches(size: &Size) -> Result<Vec<Vec<Sequence>>> {
    let heard = |record: Record| if size.config.parts { Some(record) } else { record.pitched() };
    let records: Vec<_> = arrange::records(SONGS)?.into_iter().filter_map(heard).collect();
    let examples = Examples::new(&records, &[], &[], size.length);
    let mut random = Pcg64Mcg::new(1);
    Ok((0..BATCHES).map(|_| (0..size.batch).map(|_| examples.draw(&mut random)).collect()).collect())
}

fn print(all: &[Measured]) {
    let ours = Arithmetic::bf16().map_or("no bf16 here", Arithmetic::name);
    say!("notes a CPU second of training, one thread; {ours}\n");
    say!(
        "| size | parameters | sequences of a step | f32 | bf16 | torch f32 | torch bf16 | best to torch's best |"
    );
    say!("|---|---|---|---|---|---|---|---|");
    let number =
        |number: Option<f64>, digits: usize| number.map_or("-".into(), |number| format!("{number:.digits$}"));
    for row in all {
        say!(
            "| {} | {} | {} of {} notes | {:.0} | {} | {} | {} | {} |",
            row.size,
            row.parameters,
            row.batch,
            row.length,
            row.f32,
            number(row.bf16, 0),
            number(row.torch_f32, 0),
            number(row.torch_bf16, 0),
            number(row.ratio_to_torch, 2)
        );
    }
}

/// CPU time of this process so far, in seconds; wall time where the system has no such clock.
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
