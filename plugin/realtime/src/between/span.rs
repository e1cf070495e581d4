//! A stretch of musical time.

use segue_music::Beats;

/// A stretch of time in which Segue plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first onset lies here or later.
    pub from: Beats,
    /// Its last note has ended.
    pub until: Beats,
}
