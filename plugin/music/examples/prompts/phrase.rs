//! A phrase written down as text, and how a hand plays it.

use segue_music::{Beats, Key, Meter, Note, Piece, Tempo, Track};

use super::touch::Touch;

/// A phrase: each hand as notes with their lengths in this many parts of a beat, `G3+B3:4` a chord,
/// `-` a rest. Bar lines are for the reader.
pub struct Phrase {
    /// The file's name, without its ending.
    pub name: &'static str,
    /// Its tempo.
    pub bpm: f64,
    /// Its metre.
    pub meter: Meter,
    /// What a length of 1 is, as a part of a beat.
    pub parts: i64,
    /// How it is played.
    pub touch: Touch,
    /// The right hand.
    pub right: &'static str,
    /// The left hand; may have nothing to do.
    pub left: &'static str,
}

impl Phrase {
    /// The phrase as a piece of two tracks.
    pub fn piece(&self) -> Piece {
        let mut tracks = vec![self.hand("Right hand", self.right, 84), self.hand("Left hand", self.left, 66)];
        tracks.retain(|track| !track.notes.is_empty());
        let last =
            tracks.iter().flat_map(|track| track.notes.iter().map(Note::end)).max().unwrap_or_default();
        self.touch.play(&mut tracks, self.meter.bar());
        Piece {
            tracks,
            tempos: vec![(Beats::ZERO, Tempo::new(self.bpm))],
            meters: vec![(Beats::ZERO, self.meter)],
            end: last.ceil_to(self.meter.bar()),
            ..Piece::default()
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
            // As a hand plays: bar lines lean, what lies between the beats is lighter, and the line
            // swells as it climbs.
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
