//! What survives the beginning of a new revision.

use segue_music::Beats;

/// Which of Segue's notes survive when a new revision begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survives {
    /// Nothing: what sounded has ended, and no plan is wanted.
    Nothing,
    /// What sounds plays to its own end; no plan is wanted.
    Sounding,
    /// What sounds, and plans that begin before this position, the commit point. Later ones are
    /// made again.
    Until(Beats),
}
