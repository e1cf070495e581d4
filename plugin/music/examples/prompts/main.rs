//! Writes the phrases in assets: `cargo run -p segue-music --example prompts`. Those that `install`
//! tries go to assets/prompts, those that the model is heard to answer to assets/examples/prompts.

mod known;
mod phrase;
mod ten;
mod touch;

use std::path::Path;

use segue_music::midi_file::{self, MidiError};

fn main() -> Result<(), MidiError> {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets");
    for (folder, phrases) in [("prompts", &known::KNOWN[..]), ("examples/prompts", &ten::TEN[..])] {
        for phrase in phrases {
            let path = assets.join(folder).join(phrase.name).with_extension("mid");
            midi_file::write(&path, &phrase.piece())?;
            println!("{}", path.display());
        }
    }
    Ok(())
}
