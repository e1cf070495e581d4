//! The example phrases are what their example writes, and short phrases as somebody would play them.

use std::path::Path;

use segue_music::midi_file::to_bytes;
use segue_music::{Beats, Note};

#[path = "../examples/prompts.rs"]
#[allow(dead_code, reason = "its main is not called here")]
mod written;

#[test]
fn the_files_are_what_the_example_writes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/prompts");
    for phrase in &written::PHRASES {
        let path = folder.join(phrase.name).with_extension("mid");
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let written = to_bytes(&phrase.piece()).expect("a sound piece");
        assert!(bytes == written, "{}: run the example again", path.display());
    }
}

#[test]
fn they_are_phrases_of_two_to_four_bars() {
    for phrase in &written::PHRASES {
        let (name, piece) = (phrase.name, phrase.piece());
        let (_, meter) = piece.meter_at(Beats::ZERO).expect("a metre");
        let bars = piece.end.div_floor(meter.bar());
        assert!((2..=4).contains(&bars), "{name} has {bars} bars");
        assert_eq!(piece.end % meter.bar(), Beats::ZERO, "{name} ends with a bar");
        let notes = piece.notes();
        assert!((20..80).contains(&notes.len()), "{name} has {} notes", notes.len());
        let velocities = || notes.iter().map(|note| note.velocity);
        assert!(
            velocities().max() >= velocities().min().map(|least| least + 15),
            "{name} is played without dynamics"
        );
        assert!(velocities().all(|velocity| (40..=110).contains(&velocity)), "{name}");
        let rhythm = |note: &Note| note.onset % Beats::ratio(1, 12) == Beats::ZERO;
        assert!(notes.iter().all(rhythm), "{name} is off the grid");
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
