//! `segue`: the generator of the plugin on the command line, and the plugin as an instrument of its own.

use std::process::ExitCode;

mod cli;
#[cfg(feature = "standalone")]
mod standalone;

fn main() -> ExitCode {
    cli::run()
}
