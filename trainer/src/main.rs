//! `trainer`: makes Segue's model from folders of MIDI files.

#[macro_use]
mod print;

mod ablation;
mod accompany;
mod allocator;
mod arguments;
mod arrange;
mod astray;
mod authorship;
mod baseline;
mod bench;
mod blend;
mod by_part;
mod calibration;
mod casting;
mod comparison;
mod contrast;
mod corpus;
mod critic;
mod curve;
mod device;
mod drift;
mod duplicates;
mod ends;
mod evaluate;
mod example;
mod excerpt;
mod finetune;
mod form;
mod judge;
mod likeness;
mod markov;
mod material;
mod measure;
mod ngrams;
mod optimizer;
mod origin;
mod parallel;
mod passage;
mod pop909;
mod precision;
mod prepare;
mod progress;
mod progress_bar;
mod quantisation;
mod record;
mod report;
mod sample;
mod sampling;
mod saved;
mod score;
mod selfplay;
mod shard;
mod style;
mod sweep;
mod table;
mod told_apart;
mod train;
mod window;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use segue_music::one_line;

/// Makes Segue's model: prepare MIDI files, train on them, score the result.
#[derive(Parser, Debug)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Arrange(arrange::Arrange),
    Prepare(prepare::Prepare),
    Train(train::Train),
    Evaluate(evaluate::Evaluate),
    Report(report::Report),
    Finetune(finetune::Finetune),
    Bench(bench::Bench),
    Sample(sample::Sample),
    Sweep(sweep::Sweep),
    Contrast(contrast::Contrast),
    Selfplay(selfplay::Selfplay),
    Blend(blend::Blend),
    Critic(critic::Learn),
    Pop909(pop909::Pop909),
}

fn main() -> ExitCode {
    allocator::keep_freed();
    let done = match Arguments::parse().command {
        Command::Arrange(arrange) => arrange.run(),
        Command::Prepare(prepare) => prepare.run(),
        Command::Train(train) => train.run(),
        Command::Evaluate(evaluate) => evaluate.run(),
        Command::Report(report) => report.run(),
        Command::Finetune(finetune) => finetune.run(),
        Command::Bench(bench) => bench.run(),
        Command::Sample(sample) => sample.run(),
        Command::Sweep(sweep) => sweep.run(),
        Command::Contrast(contrast) => contrast.run(),
        Command::Selfplay(selfplay) => selfplay.run(),
        Command::Blend(blend) => blend.run(),
        Command::Critic(critic) => critic.run(),
        Command::Pop909(pop909) => pop909.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("trainer: {}", one_line(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}
