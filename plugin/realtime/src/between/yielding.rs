//! How Segue makes way.

use crate::between::choice::choice;
use crate::between::survival::Survives;

choice! {
    /// What our sounding notes do when the player plays into them.
    pub enum Yield {
        /// They end there.
        #[default]
        AtOnce: "once", "At once";
        /// They end where they were to end; no new ones begin.
        LetEnd: "end", "Let notes end";
    }
}

impl Yield {
    /// What of ours goes on where the player takes the time.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn survival(self) -> Survives {
        match self {
            Self::AtOnce => Survives::Nothing,
            Self::LetEnd => Survives::Sounding,
        }
    }
}
