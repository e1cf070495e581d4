//! The command line: MIDI files in, MIDI files out.

mod arguments;
mod continue_command;
mod grid;
mod listing;
mod paths;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

/// Does what the arguments say. Whatever went wrong is one line on standard error and a non-zero exit.
pub fn run() -> ExitCode {
    let Arguments { command: Command::Continue(arguments) } = Arguments::parse();
    match continue_command::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Says on standard error what went wrong.
fn complain(error: &anyhow::Error) {
    eprintln!("segue: {error:#}");
}
