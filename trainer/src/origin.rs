//! What weights had seen before a run.

use std::collections::BTreeSet;

use segue_model::STYLES;

use crate::record::Record;
use crate::style;

/// What the weights had behind them before the run.
#[derive(Default)]
pub struct Origin {
    /// Styles, by their numbers.
    pub styles: Vec<String>,
    /// Notes seen.
    pub notes_seen: u64,
}

impl Origin {
    /// Styles that are new to the weights get the next numbers: by kind of music, then by what
    /// players call them, then composers with enough music.
    pub fn learn_styles(&mut self, records: &[Record]) {
        let kinds: BTreeSet<_> = records.iter().flat_map(|record| style::of_kind(&record.kind)).collect();
        let styles: BTreeSet<_> = records.iter().filter_map(|record| record.style.clone()).collect();
        let composers: BTreeSet<_> = records.iter().filter_map(|record| record.composer.clone()).collect();
        for style in kinds.into_iter().chain(styles).chain(composers) {
            if !self.styles.contains(&style) && self.styles.len() < STYLES {
                self.styles.push(style);
            }
        }
    }
}
