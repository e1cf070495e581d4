//! The phrases in assets are what their example writes, and short phrases as somebody would play
//! them.

use std::path::Path;

use segue_music::midi_file::to_bytes;
use segue_music::{Beats, Note};

#[path = "../examples/prompts/known.rs"]
mod known;
#[path = "../examples/prompts/phrase.rs"]
mod phrase;
#[path = "../examples/prompts/ten.rs"]
mod ten;
#[path = "../examples/prompts/touch.rs"]
mod touch;

use phrase::Phrase;
use touch::Touch;

fn all() -> impl Iterator<Item = (&'static str, &'static Phrase)> {
    let known = known::KNOWN.iter().map(|phrase| ("prompts", phrase));
    known.chain(ten::TEN.iter().map(|phrase| ("examples/prompts", phrase)))
}

#[test]
fn the_files_are_what_the_example_writes() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets");
    for (folder, phrase) in all() {
        let path = assets.join(folder).join(phrase.name).with_extension("mid");
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let written = to_bytes(&phrase.piece()).expect("a sound piece");
        assert!(bytes == written, "{}: run the example again", path.display());
    }
}

#[test]
fn they_are_phrases_of_two_to_four_bars() {
    for (_, phrase) in all() {
        let (name, piece) = (phrase.name, phrase.piece());
        let (_, meter) = piece.meter_at(Beats::ZERO).expect("a metre");
        let bars = piece.end.div_floor(meter.bar());
        assert!((2..=4).contains(&bars), "{name} has {bars} bars");
        assert_eq!(piece.end % meter.bar(), Beats::ZERO, "{name} ends with a bar");
        let notes = piece.notes();
        assert!((14..90).contains(&notes.len()), "{name} has {} notes", notes.len());
        let velocities = || notes.iter().map(|note| note.velocity);
        assert!(
            velocities().max() >= velocities().min().map(|least| least + 12),
            "{name} is played without dynamics"
        );
        assert!(velocities().all(|velocity| (40..=110).contains(&velocity)), "{name}");
        assert_eq!(piece.is_on_grid(), phrase.touch == Touch::Even, "{name}");
        let rhythm = |note: &Note| note.onset % Beats::ratio(1, 12) == Beats::ZERO;
        assert!(phrase.touch == Touch::Free || notes.iter().all(rhythm), "{name} is off the grid");
        for hand in &piece.tracks {
            let together = |a: &Note, b: &Note| a.key == b.key && a.onset < b.end() && b.onset < a.end();
            let clash = hand
                .notes
                .iter()
                .enumerate()
                .find(|(i, a)| hand.notes[i + 1..].iter().any(|b| together(a, b)));
            assert_eq!(clash, None, "{name}: one key sounds twice");
        }
    }
}
