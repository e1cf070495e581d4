//! `trainer`: makes Segue's model from folders of MIDI files.

mod baseline;
mod bench;
mod calibration;
mod comparison;
mod composer;
mod corpus;
mod curve;
mod device;
mod duplicates;
mod evaluate;
mod example;
mod excerpt;
mod finetune;
mod judge;
mod likeness;
mod markov;
mod material;
mod measure;
mod memory;
mod optimizer;
mod parallel;
mod passage;
mod played;
mod precision;
mod prepare;
mod progress;
mod record;
mod report;
mod run;
mod runs;
mod sample;
mod sampling;
mod score;
mod shard;
mod style;
mod sweep;
mod train;
mod window;
mod without;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Makes Segue's model: prepare MIDI files, train on them, score the result.
#[derive(Parser, Debug)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Prepare(prepare::Prepare),
    Train(train::Train),
    Evaluate(evaluate::Evaluate),
    Report(report::Report),
    Finetune(finetune::Finetune),
    Bench(bench::Bench),
    Sample(sample::Sample),
    Sweep(sweep::Sweep),
}

fn main() -> ExitCode {
    memory::keep_freed();
    let done = match Arguments::parse().command {
        Command::Prepare(prepare) => prepare.run(),
        Command::Train(train) => train.run(),
        Command::Evaluate(evaluate) => evaluate.run(),
        Command::Report(report) => report.run(),
        Command::Finetune(finetune) => finetune.run(),
        Command::Bench(bench) => bench.run(),
        Command::Sample(sample) => sample.run(),
        Command::Sweep(sweep) => sweep.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("trainer: {error:#}");
            ExitCode::FAILURE
        }
    }
}
