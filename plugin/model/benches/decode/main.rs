//! What a note costs: one generated note, all four fields drawn and its step read into the cache, with both windows full; in thread
//! CPU time, so that a busy machine disturbs it little. Beside it the time in which this machine could at best read the bytes that a
//! note reads, and candle's forward on the same weights.
//!
//! `cargo bench -p segue-model --bench decode -- --json OUT`

mod bandwidth;
mod candle_step;
mod clock;
mod ours;

use std::error::Error;

use segue_model::{Checkpoint, Config, Network};
use serde_json::{Value, json};

use crate::clock::Times;

/// The sizes measured, and their notes.
fn sizes() -> [(&'static str, Config); 3] {
    let config = |dim, layers, hidden| Config { dim, layers, hidden, ..Config::standard() };
    [("1M", config(128, 2, 352)), ("5M", Config::standard()), ("12M", config(384, 5, 1024))]
}

fn main() -> Result<(), Box<dyn Error>> {
    // cargo adds --bench.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let out = match arguments.as_slice() {
        [] => None,
        [flag, path] if flag == "--json" => Some(path),
        _ => return Err("usage: decode [--json OUT]".into()),
    };
    one_thread();
    println!(
        "| size | weights and cache | floor | ours p50 | p99 | of the floor | four at once p99 | candle p50 | p99 | of its floor |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut list = Vec::new();
    for (size, config) in sizes() {
        list.push(measure(size, config)?);
    }
    if let Some(path) = out {
        std::fs::write(path, serde_json::to_string_pretty(&list)?)
            .map_err(|error| format!("cannot write {path}: {error}; choose another place"))?;
    }
    Ok(())
}

fn measure(size: &str, config: Config) -> Result<Value, Box<dyn Error>> {
    let numbers = Network::random(&config, 1)?.numbers()?;
    if let Ok(only) = std::env::var("COST_ONLY") {
        if only == size {
            let mut jam = ours::Jam::new(Checkpoint { name: size.into(), config, notes_seen: 0, numbers })?;
            for _ in 0..5 { println!("{:?} {:?}", jam.times(4000), jam.bytes_a_note()); }
            println!("{}", bandwidth::floor_ms(jam.bytes_a_note()));
        }
        return Ok(json!({}));
    }
    let candle = {
        let mut step = candle_step::CandleStep::new(&config, &numbers)?;
        let floor = bandwidth::floor_ms(step.bytes());
        let times = step.times(400)?;
        Row { floor: floor.min(bandwidth::floor_ms(step.bytes())), times }
    };
    let checkpoint = Checkpoint { name: size.into(), config, notes_seen: 0, styles: vec![], numbers };
    let (ours, bytes, four) = {
        let mut jam = ours::Jam::new(checkpoint)?;
        let bytes = jam.bytes_a_note();
        let floor = bandwidth::floor_ms(bytes);
        let times = jam.times(3000);
        let floor = floor.min(bandwidth::floor_ms(bytes));
        (Row { floor, times }, bytes, ours::four_at_once(&jam, 1000))
    };
    println!(
        "| {size} | {:.1} MB | {:.3} ms | **{:.3} ms** | {:.3} ms | {:.2} | {:.3} ms | {:.3} ms | {:.3} ms | {:.2} |",
        bytes as f64 / 1e6,
        ours.floor,
        ours.times.p50,
        ours.times.p99,
        ours.ratio(),
        four.p99,
        candle.times.p50,
        candle.times.p99,
        candle.ratio()
    );
    Ok(json!({
        "size": size,
        "bytes": bytes,
        "ours": ours.json(),
        "candle": candle.json(),
        "four_at_once": {"p50_ms": four.p50, "p99_ms": four.p99},
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
