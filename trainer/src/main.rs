//! `trainer`: makes Segue's model from folders of MIDI files.

mod baseline;
mod corpus;
mod curve;
mod evaluate;
mod example;
mod memory;
mod optimizer;
mod prepare;
mod progress;
mod record;
mod run;
mod score;
mod shard;
mod train;
mod window;

use anyhow::Result;
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
}

fn main() -> Result<()> {
    memory::keep_freed();
    match Arguments::parse().command {
        Command::Prepare(prepare) => prepare.run(),
        Command::Train(train) => train.run(),
        Command::Evaluate(evaluate) => evaluate.run(),
    }
}
