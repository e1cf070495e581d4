//! Progress on standard error: a bar on a terminal, else a line a minute.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use parking_lot::Mutex;

/// The least time between two lines where there is no terminal.
const INTERVAL: Duration = Duration::from_secs(60);

/// When the last line was printed. Shared, so that many short bars do not print a line each.
static LAST_LINE: Mutex<Option<Instant>> = Mutex::new(None);

/// A bar of this many steps, drawn by a template of the `indicatif` crate that begins with `{bar}`.
pub fn bar(steps: u64, template: &str) -> ProgressBar {
    let is_terminal = io::stderr().is_terminal();
    // A log shows the numbers and not the bar that a template begins with.
    let numbers = template.split_once("} ").map_or(template, |(_, numbers)| numbers);
    let style = ProgressStyle::with_template(if is_terminal { template } else { numbers });
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(steps).with_style(style);
    if !is_terminal {
        bar.set_draw_target(ProgressDrawTarget::term_like_with_hz(Box::<LineLog>::default(), 1));
    }
    bar
}

/// Prints what would be drawn on a terminal as lines: the first one at once, then one a minute. For
/// a log, which has no cursor to move.
#[derive(Debug, Default)]
struct LineLog {
    line: Mutex<String>,
}

impl TermLike for LineLog {
    fn width(&self) -> u16 {
        120
    }

    fn move_cursor_up(&self, _lines: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _lines: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _columns: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _columns: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.line.lock().push_str(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.line.lock().clear();
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let drawn = std::mem::take(&mut *self.line.lock());
        let line = drawn.trim();
        let mut last = LAST_LINE.lock();
        if !line.is_empty() && last.is_none_or(|last| last.elapsed() >= INTERVAL) {
            *last = Some(Instant::now());
            eprintln!("{line}");
        }
        Ok(())
    }
}
