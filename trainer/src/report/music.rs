//! Music as the page plays it.

use segue_music::{Beats, Key, Part, Piece, Tempo, Tick, Track, beats_at};
use serde::Serialize;

use crate::excerpt::Excerpt;
use crate::record::VoicedNote;

/// How loud a note is of which nobody knows it.
const LOUD: u8 = 80;

/// A prompt and what was made of it. Times are milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct Music {
    /// What it is called.
    pub name: String,
    /// Where the prompt ends.
    pub turn: i64,
    /// Where the answers end.
    pub end: i64,
    /// Where bars begin, and the last one ends.
    pub bars: Vec<i64>,
    /// The prompt.
    pub prompt: Sounds,
    /// The answers; Segue's is the first.
    pub takes: Vec<Take>,
}

/// Somebody's answer.
#[derive(Clone, Debug, Serialize)]
pub struct Take {
    /// Whose.
    pub who: String,
    /// What is played.
    pub notes: Sounds,
}

/// Notes, each as five numbers: onset, duration, key, velocity, and how it sounds (0 keys, 1 a
/// bass, 2 drums).
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Sounds(Vec<i64>);

impl Sounds {
    /// Of tracks, in the time of their piece.
    pub fn of_tracks(piece: &Piece, tracks: &[&Track]) -> Self {
        let mut sounds = Self::default();
        for track in tracks {
            let sound = match track.part() {
                Some(Part::Bass) => 1,
                Some(Part::Drums) => 2,
                _ => 0,
            };
            for note in &track.notes {
                let [from, to] = [note.onset, note.end()].map(|at| milliseconds(piece, at));
                sounds.add(from, to - from, note.key, note.velocity, sound);
            }
        }
        sounds
    }

    /// At the tempo at which free playing is counted; at one loudness, if asked for.
    fn of_notes<'a>(notes: impl IntoIterator<Item = &'a VoicedNote>, even: bool) -> Self {
        let mut sounds = Self::default();
        for note in notes {
            let velocity = note.velocity.filter(|_| !even).unwrap_or(LOUD);
            sounds.add(at_default(note.onset), at_default(note.duration), note.key, velocity, 0);
        }
        sounds
    }

    fn add(&mut self, onset: i64, duration: i64, key: Key, velocity: u8, sound: i64) {
        self.0.extend([onset, duration, i64::from(key), i64::from(velocity), sound]);
    }
}

impl Music {
    /// An excerpt and how several go on from it; those that have no notes are left out.
    pub fn of<'a>(
        excerpt: &Excerpt,
        name: String,
        answers: impl Iterator<Item = (&'static str, &'a [VoicedNote])>,
    ) -> Self {
        // People's notes are of one loudness where the file knows none. That would tell them apart.
        let even = excerpt.human.iter().any(|note| note.velocity.is_none());
        let take = |(who, answer): (&str, &[VoicedNote])| {
            let early = excerpt.early(answer);
            let notes: Vec<VoicedNote> =
                answer.iter().map(|note| VoicedNote { onset: note.onset - early, ..*note }).collect();
            Take { who: who.to_owned(), notes: Sounds::of_notes(&notes, even) }
        };
        Self {
            name,
            turn: at_default(excerpt.bar_line),
            end: at_default(excerpt.bar_line + excerpt.answer),
            bars: excerpt.bar_lines().into_iter().map(at_default).collect(),
            prompt: Sounds::of_notes(&excerpt.prompt, even),
            takes: answers.filter(|(_, answer)| !answer.is_empty()).map(take).collect(),
        }
    }
}

/// Where a place of a piece is in time.
pub fn milliseconds(piece: &Piece, at: Beats) -> i64 {
    (1000.0 * piece.seconds_at(at)).round() as i64
}

fn at_default(tick: Tick) -> i64 {
    (1000.0 * Tempo::DEFAULT.seconds_in(beats_at(tick))).round() as i64
}
