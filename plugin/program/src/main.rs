//! `segue`: the plugin without a host. `continue` works on MIDI files; `play`, behind the feature
//! `standalone`, is an instrument of its own.

use std::process::ExitCode;

mod cli;
#[cfg(feature = "standalone")]
mod standalone;

fn main() -> ExitCode {
    cli::run()
}
