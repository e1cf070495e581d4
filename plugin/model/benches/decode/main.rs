//! What a note costs with both windows full, in thread CPU time, so that a busy machine disturbs it little. *Ours* is decoding: the
//! logits of the four fields and the note read into the cache. Beside it the time in which this machine could at best read the bytes
//! that a note reads; both again with caches that something else has filled meanwhile, as in a host; candle's forward on the same weights;
//! and a note as the plugin plays it, with limits, masks and chance, alone and in four jams at once.
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
        "| size | weights and cache | floor | ours p50 | p99 | of the floor | cold p50 | of its floor | candle p50 | p99 | of its floor | played p50 | p99 | four at once p99 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
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
    let candle = {
        let mut step = candle_step::CandleStep::new(&config, &numbers)?;
        let floor = bandwidth::floor_ms(step.bytes());
        let times = step.times(400)?;
        Row { floor: floor.min(bandwidth::floor_ms(step.bytes())), times }
    };
    let checkpoint = Checkpoint { name: size.into(), config, notes_seen: 0, styles: vec![], numbers };
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
        "| {size} | {:.1} MB | {:.3} ms | **{:.3} ms** | {:.3} ms | {:.2} | {:.3} ms | {:.2} | {:.3} ms | {:.3} ms | {:.2} | {:.3} ms | {:.3} ms | {:.3} ms |",
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
        "size": size,
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
