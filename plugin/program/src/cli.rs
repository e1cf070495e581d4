//! The command line: MIDI files in, MIDI files out; and the plugin as an instrument of its own.

mod arguments;
mod continue_command;
mod grid;
mod listing;
mod paths;
#[cfg(feature = "standalone")]
mod play;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

/// Does what the arguments say. Whatever went wrong is one line on standard error and a non-zero exit.
pub fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Continue(arguments) => continue_command::run(&arguments),
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
    match done {
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
