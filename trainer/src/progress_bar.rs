//! Progress bars.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of so many steps, drawn by a template of the `indicatif` crate.
pub fn bar(steps: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(steps).with_style(style)
}
