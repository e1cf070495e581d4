//! Writes the example phrases in assets/prompts: `cargo run -p segue-music --example prompts [FOLDER]`.
//!
//! Three are openings of works in the public domain, written out here by hand; the blues is our own.

use std::path::Path;

use segue_music::midi_file::{self, MidiError};
use segue_music::{Beats, Key, Meter, Note, Piece, Tempo, Track};

/// A phrase: each hand as notes with their lengths in so many parts of a beat, `G3+B3:4` a chord, `-` a rest. Bar lines
/// are for the reader.
pub struct Phrase {
    /// The file's name, without its ending.
    pub name: &'static str,
    bpm: f64,
    meter: Meter,
    /// What a length of 1 is, as a part of a beat.
    parts: i64,
    right: &'static str,
    left: &'static str,
}

/// All of them.
pub const PHRASES: [Phrase; 4] = [
    // Christian Petzold, Minuet in G, long thought Bach's (BWV Anh. 114), before 1725.
    Phrase {
        name: "minuet",
        bpm: 116.0,
        meter: Meter { numerator: 3, denominator: 4 },
        parts: 2,
        right: "D5:2 G4:1 A4:1 B4:1 C5:1 | D5:2 G4:2 G4:2 | E5:2 C5:1 D5:1 E5:1 F#5:1 | G5:2 G4:2 G4:2",
        left: "G3+B3+D4:4 A3:2 | B3:6 | C4:6 | B3:6",
    },
    // Ludwig van Beethoven, Symphony No. 9, 1824; chords in their simplest form.
    Phrase {
        name: "ode",
        bpm: 108.0,
        meter: Meter::COMMON,
        parts: 2,
        right: "F#4:2 F#4:2 G4:2 A4:2 | A4:2 G4:2 F#4:2 E4:2 | D4:2 D4:2 E4:2 F#4:2 | F#4:3 E4:1 E4:4",
        left: "D3+F#3+A3:8 | A2+E3+G3:8 | D3+F#3+A3:8 | A2+D3+F#3:4 A2+C#3+G3:4",
    },
    // Scott Joplin, The Entertainer, 1902: the four bars before the theme, and the two notes that lead into it.
    Phrase {
        name: "entertainer",
        bpm: 76.0,
        meter: Meter { numerator: 2, denominator: 4 },
        parts: 4,
        right: "D5+D6:1 E5+E6:1 C5+C6:1 A4+A5:2 B4+B5:1 G4+G5:2 | D4+D5:1 E4+E5:1 C4+C5:1 A3+A4:2 B3+B4:1 G3+G4:2 | \
                D3+D4:1 E3+E4:1 C3+C4:1 A2+A3:2 B2+B3:1 A2+A3:1 G#2+G#3:1 | G2+G3:2 -:2 G4+B4+F5:2 D5:1 D#5:1",
        left: "-:8 | -:8 | -:8 | -:4 G2+G3:2 -:2",
    },
    // Our own: a shuffle in A, a third of a beat the shortest note.
    Phrase {
        name: "blues",
        bpm: 96.0,
        meter: Meter::COMMON,
        parts: 3,
        right: "A4:2 C5:1 D5:2 D#5:1 D5:2 C5:1 A4:3 | -:2 G4:1 A4:3 C5+E5:2 C5+E5:1 -:3 | \
                A4:2 C5:1 D5:2 D#5:1 D5:2 F#5:1 E5:3 | -:2 D5:1 C5:2 A4:1 G4:2 A4:1 A4:3",
        left: "A2:3 C#3:3 E3:3 F#3:3 | G3:3 F#3:3 E3:3 C#3:3 | D3:3 F#3:3 A3:3 B3:3 | A2:3 C#3:3 E3:3 A2:3",
    },
];

impl Phrase {
    /// The phrase as a piece of two tracks.
    pub fn piece(&self) -> Piece {
        let tracks = vec![self.hand("Right hand", self.right, 84), self.hand("Left hand", self.left, 66)];
        let last =
            tracks.iter().flat_map(|track| track.notes.iter().map(Note::end)).max().unwrap_or_default();
        Piece {
            tracks,
            tempos: vec![(Beats::ZERO, Tempo::new(self.bpm))],
            meters: vec![(Beats::ZERO, self.meter)],
            end: last.ceil_to(self.meter.bar()),
        }
    }

    fn hand(&self, name: &str, text: &str, loudness: i64) -> Track {
        let mut at = Beats::ZERO;
        let mut notes = Vec::new();
        for word in text.split_whitespace().filter(|&word| word != "|") {
            let (keys, length) = word.split_once(':').expect("a note has a length");
            let length = Beats::ratio(length.parse().expect("a whole number"), self.parts);
            for key in keys.split('+').filter(|&key| key != "-").map(key) {
                notes.push(Note { onset: at, key, duration: length, velocity: 0 });
            }
            at += length;
        }
        let middle = notes.iter().map(|note| i64::from(note.key)).sum::<i64>() / notes.len().max(1) as i64;
        for note in &mut notes {
            // As a hand plays: bar lines lean, what lies between the beats is lighter, and the line swells as it climbs.
            let stress = match (note.onset % self.meter.bar(), note.onset % Beats::ONE) {
                (Beats::ZERO, _) => 8,
                (_, Beats::ZERO) => 2,
                _ => -5,
            };
            let swell = ((i64::from(note.key) - middle) / 2).clamp(-8, 8);
            note.velocity = (loudness + stress + swell) as u8;
            // A little air between one note and the next: a sixteenth of its length.
            note.duration -= Beats::from_parts(note.duration.parts() / 16);
        }
        notes.sort_unstable();
        Track { name: name.to_owned(), channel: 0, program: Some(0), notes, pedal: Vec::new() }
    }
}

/// `C4` is 60; `#` raises.
fn key(name: &str) -> Key {
    let letter = "C D EF G A B".find(&name[..1]).expect("a letter from A to G") as i64;
    let raised = i64::from(name.contains('#'));
    let octave: i64 =
        name.trim_start_matches(|sign: char| !sign.is_ascii_digit()).parse().expect("an octave");
    (12 * (octave + 1) + letter + raised) as Key
}

fn main() -> Result<(), MidiError> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/prompts");
    let folder = std::env::args_os().nth(1).map_or(ours, Into::into);
    for phrase in &PHRASES {
        let path = folder.join(phrase.name).with_extension("mid");
        midi_file::write(&path, &phrase.piece())?;
        println!("{}", path.display());
    }
    Ok(())
}
