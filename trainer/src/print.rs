//! Printing, where the reader of a pipe may have gone.

use std::fmt::Arguments;
use std::io::{self, Write};

/// As `println!`, but where the reader has closed the pipe, the work goes on: an hour of learning
/// is not lost to `head`.
macro_rules! say {
    ($($what:tt)*) => { $crate::print::line(format_args!($($what)*)) };
}

/// Prints a line on standard output.
///
/// # Panics
/// Where standard output cannot be written to, as `println!` does, but not where nobody reads it.
pub fn line(line: Arguments<'_>) {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => panic!("cannot print: {error}"),
        _ => {}
    }
}
