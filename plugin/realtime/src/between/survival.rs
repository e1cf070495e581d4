//! What outlives a new revision.

use segue_music::Beats;

/// What of ours outlives the moment at which a new revision begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survives {
    /// Nothing: what sounded has ended there, and no plan is wanted any more.
    Nothing,
    /// What sounds goes on to its own end; no plan is wanted any more.
    Sounding,
    /// What sounds, and the plans that begin before this, the commit point. Later ones are to be made anew.
    Until(Beats),
}
