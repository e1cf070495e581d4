//! How Segue makes way for the player.

use crate::between::choice::choice;
use crate::between::survival::Survives;

choice! {
    /// What our sounding notes do when the player comes in.
    pub enum Yield {
        /// They end at once.
        #[default]
        AtOnce: "once", "At once";
        /// They play to their end; no new ones begin.
        LetEnd: "end", "Let notes end";
    }
}

impl Yield {
    /// Which of Segue's notes survive when the player takes over.
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
