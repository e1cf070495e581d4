//! The command line.

mod accompany;
mod arguments;
mod continue_command;
mod grid;
mod listing;
mod model;
mod paths;
#[cfg(feature = "standalone")]
mod play;

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;

use arguments::{Arguments, Command};
use segue_music::one_line;

/// Runs the command. An error is one line on standard error and a non-zero exit code.
pub fn run() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Continue(arguments) => continue_command::run(&arguments),
        Command::Accompany(arguments) => accompany::run(&arguments),
        #[cfg(feature = "standalone")]
        Command::Play(arguments) => play::run(&arguments),
        #[cfg(feature = "standalone")]
        Command::Devices => {
            play::devices();
            Ok(())
        }
        #[cfg(not(feature = "standalone"))]
        Command::Play { .. } | Command::Devices { .. } => Err(anyhow::anyhow!(
            "this program was built without sound and MIDI ports; run `cargo run --release -p segue --features standalone -- play`"
        )),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

/// Prints an error with its causes on one line, whatever is in the names and texts that it quotes.
fn report(error: &anyhow::Error) {
    complain(&one_line(&format!("{error:#}")));
}

/// Prints a line on standard error. Where nobody reads it, the work goes on.
fn complain(line: &str) {
    let _ = writeln!(io::stderr(), "segue: {line}");
}

/// What came of printing. Where the reader has closed the pipe, the file is written all the same.
fn said(printed: io::Result<()>) -> anyhow::Result<()> {
    match printed {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("standard output"),
    }
}
