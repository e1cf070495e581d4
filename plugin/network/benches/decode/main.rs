//! What a note costs with both windows full, in thread CPU time, so that a busy machine disturbs it
//! little. *Ours* is decoding: the logits of the four fields and the note read into the cache.
//! Beside it the time in which this machine could at best read the bytes that a note reads; both
//! again with caches that something else has filled meanwhile, as in a host; candle's forward on
//! the same weights; and a note as the plugin plays it, with limits, masks and chance, alone and in
//! four jams at once.
//!
//! `cargo bench -p segue-network --bench decode -- --json OUT`, or with the places of models to
//! measure those.

mod bandwidth;
mod candle_step;
mod clock;
mod ours;

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Parser;
use segue_model::{Checkpoint, Config};
use serde_json::{Value, json};

use crate::clock::Times;

/// The sizes measured, and their notes.
fn sizes() -> [(&'static str, Config); 3] {
    let config = |dim, layers, hidden| Config { dim, layers, hidden, ..Config::standard() };
    [("1M", config(128, 2, 352)), ("5M", Config::standard()), ("12M", config(384, 5, 1024))]
}

/// What a note costs, by size or of models of your own.
#[derive(Parser)]
struct Arguments {
    /// Where the figures are written as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Models to measure; without any, three sizes with weights of chance
    models: Vec<PathBuf>,
    /// Added by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    one_thread();
    let checkpoints = match arguments.models.as_slice() {
        [] => sizes().map(by_chance).into(),
        models => models.iter().map(|path| named(path)).collect::<Result<Vec<_>, _>>()?,
    };
    println!(
        "| model | weights and cache | floor | ours p50 | p99 | of the floor | cold p50 | of its floor | candle p50 | p99 | of its floor | played p50 | p99 | four at once p99 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    let list = checkpoints.into_iter().map(measure).collect::<Result<Vec<_>, _>>()?;
    if let Some(path) = arguments.json {
        std::fs::write(&path, serde_json::to_string_pretty(&list)?)
            .map_err(|error| format!("cannot write {}: {error}; choose another place", path.display()))?;
    }
    Ok(())
}

/// A model of a size, with weights of chance.
fn by_chance((name, config): (&str, Config)) -> Checkpoint {
    Checkpoint { name: name.into(), ..Checkpoint::random(&config, 1) }
}

/// A model from a file, called by its place.
fn named(path: &Path) -> Result<Checkpoint, Box<dyn Error>> {
    Ok(Checkpoint { name: path.display().to_string(), ..Checkpoint::load(path)? })
}

fn measure(checkpoint: Checkpoint) -> Result<Value, Box<dyn Error>> {
    let candle = {
        let mut step = candle_step::CandleStep::new(&checkpoint.config, &checkpoint.numbers)?;
        let floor = bandwidth::floor_ms(step.bytes());
        let times = step.times(400)?;
        Row { floor: floor.min(bandwidth::floor_ms(step.bytes())), times }
    };
    let name = checkpoint.name.clone();
    let mut jam = ours::Jam::new(checkpoint)?;
    let bytes = jam.bytes_a_note();
    let floor = bandwidth::floor_ms(bytes);
    let times = jam.decoding(3000);
    let ours = Row { floor: floor.min(bandwidth::floor_ms(bytes)), times };
    let mut elsewhere = bandwidth::Elsewhere::new();
    let floor = bandwidth::cold_floor_ms(bytes, &mut elsewhere);
    let cold = Row { floor, times: jam.decoding_cold(200, &mut elsewhere) };
    let (played, four) = (jam.playing(3000), ours::four_at_once(&jam, 1000));
    println!(
        "| {name} | {:.1} MB | {:.3} ms | **{:.3} ms** | {:.3} ms | {:.2} | {:.3} ms | {:.2} | {:.3} ms | {:.3} ms | {:.2} | {:.3} ms | {:.3} ms | {:.3} ms |",
        bytes as f64 / 1e6,
        ours.floor,
        ours.times.p50,
        ours.times.p99,
        ours.ratio(),
        cold.times.p50,
        cold.ratio(),
        candle.times.p50,
        candle.times.p99,
        candle.ratio(),
        played.p50,
        played.p99,
        four.p99,
    );
    let times = |times: Times| json!({"p50_ms": times.p50, "p99_ms": times.p99});
    Ok(json!({
        "size": name,
        "bytes": bytes,
        "ours": ours.json(),
        "cold": cold.json(),
        "candle": candle.json(),
        "played": times(played),
        "four_at_once": times(four),
    }))
}

/// One way of making a note, and how fast its bytes can be read.
struct Row {
    times: Times,
    floor: f64,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.times.p50 / self.floor
    }

    fn json(&self) -> Value {
        json!({
            "p50_ms": self.times.p50,
            "p99_ms": self.times.p99,
            "floor_ms": self.floor,
            "ratio": self.ratio(),
        })
    }
}

/// candle asks the environment how many threads to start when it first multiplies.
fn one_thread() {
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("RAYON_NUM_THREADS", "1") };
}
