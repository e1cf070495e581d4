//! SoundFonts: the files in the player's folder, and what plays them. Files are read on the
//! composer's thread, or on a thread of its own. An instrument that was made of one plays on the
//! audio thread, where it neither allocates nor waits.

pub mod folder;
pub mod font;
pub mod instrument;
#[cfg(test)]
pub mod made_up;
mod riff;
#[cfg(test)]
mod tests;
