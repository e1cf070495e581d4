//! Does Segue play in time? Measures R1 to R9, as `tests/MEASURES.md` defines them, on a simulated
//! host.
//!
//! `cargo run --release -p tests --bin in-time -- --json OUT`

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;
use tests::simulation::figures::{self, Figure};
use tests::simulation::seeded;

// There is one allocator only, and with this feature the framework brings it.
#[cfg(not(feature = "assert_process_allocs"))]
#[global_allocator]
static ALLOCATOR: tests::simulation::allocations::Counting = tests::simulation::allocations::Counting;

/// Measures R1 to R9: does Segue play in time?
#[derive(Debug, Parser)]
struct Arguments {
    /// Where to write the figures, as a JSON list
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Only these, by their numbers: R1,R5,slow,paced; R4 also with the editor open, where there is
    /// a display
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    only: Vec<String>,
    /// How many seeds are played for R6
    #[arg(long, default_value_t = 300)]
    seeds: u64,
    /// Play one seed and tell what happens
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Seconds at the pace of a sound card; 0 leaves that out
    #[arg(long, default_value_t = 60)]
    paced: u64,
    /// Numbers at the pace of the clock on the wall fail the run too
    #[arg(long)]
    strict: bool,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    // The window that it opens remembers what its player has seen.
    #[cfg(target_os = "linux")]
    // SAFETY: no other thread runs yet.
    let _player = unsafe { tests::NewPlayer::begin() };
    if let Some(seed) = arguments.seed {
        return replay(seed);
    }
    let figures = measure(&arguments);
    println!();
    for figure in &figures {
        let verdict = if figure.pass { "pass" } else { "FAIL" };
        let Figure { id, value, limit, count, what, .. } = figure;
        println!("{verdict}  {id:<14} {value:>10.4}  limit {limit:>7.3}  of {count:>8}  {what}");
    }
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&figures)?;
        fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    }
    let fails = |figure: &Figure| !figure.pass && (arguments.strict || !figure.paced);
    Ok(if figures.iter().any(fails) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn measure(arguments: &Arguments) -> Vec<Figure> {
    let mut all = Vec::new();
    let mut part = |id: &str, measure: &dyn Fn() -> Result<Vec<Figure>>| {
        if arguments.only.is_empty() || arguments.only.iter().any(|only| wanted(only, id)) {
            let begun = Instant::now();
            match measure() {
                Ok(figures) => all.extend(figures),
                // The others are worth having all the same.
                Err(error) => all.push(Figure::most(id, f64::NAN, 0.0, 0, format!("{error:#}"))),
            }
            println!("{id} took {:.1} s", begun.elapsed().as_secs_f64());
        }
    };
    part("R1", &|| Ok(vec![figures::invariance::measure()?]));
    part("R2", &figures::grid::measure);
    part("R3", &figures::hand_over::measure);
    part("R4", &figures::audio_thread::measure);
    #[cfg(target_os = "linux")]
    part("R4 editor", &tests::editor_open::measure);
    part("R5", &figures::supply::measure);
    part("slow", &figures::slow::measure);
    part("R6", &|| Ok(vec![figures::seeds::measure(arguments.seeds)?]));
    part("R8", &figures::state::measure);
    part("R9", &figures::cost::measure);
    if arguments.paced > 0 {
        part("paced", &|| figures::paced::measure(arguments.paced));
    }
    all
}

/// Whether a figure's id is what was asked for, or begins with it as a word.
fn wanted(only: &str, id: &str) -> bool {
    let first = id.split(' ').next().unwrap_or(id);
    only.eq_ignore_ascii_case(id) || only.eq_ignore_ascii_case(first)
}

fn replay(seed: u64) -> Result<ExitCode> {
    Ok(match seeded::play(seed, true)? {
        Ok(tally) => {
            println!("seed {seed}: all holds; {tally:?}");
            ExitCode::SUCCESS
        }
        Err(breach) => {
            println!("{breach}");
            ExitCode::FAILURE
        }
    })
}
