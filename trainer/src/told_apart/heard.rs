//! An answer as the classifier hears it.

use segue_music::{Key, Tick};

use crate::excerpt::Excerpt;
use crate::record::{VoicedNote, sounding};

/// Notes within so many ticks are one chord.
const TOGETHER: Tick = 2;

/// Notes that begin together, by key.
#[derive(Clone, Debug)]
pub struct Chord {
    /// When.
    pub onset: Tick,
    /// Which, from low to high.
    pub keys: Vec<Key>,
}

/// Some bars of music with what they follow.
///
/// Everybody's notes are made alike, so that nobody is told by what no listener hears: a key that
/// is struck again ends, nothing sounds beyond the last bar, and loudness is unknown, as it is in
/// many files.
#[derive(Clone, Debug)]
pub struct Heard {
    /// What was given.
    pub prompt: Vec<VoicedNote>,
    /// The answer, by onset, then key.
    pub notes: Vec<VoicedNote>,
    /// The same as chords.
    pub chords: Vec<Chord>,
    /// Its bar lines, the last of which ends it.
    pub lines: Vec<Tick>,
}

impl Heard {
    /// An answer to an excerpt.
    pub fn of(excerpt: &Excerpt, answer: &[VoicedNote]) -> Self {
        let early = excerpt.early(answer);
        let end = excerpt.bar_line + excerpt.answer;
        let mut notes: Vec<VoicedNote> = answer
            .iter()
            .map(|note| VoicedNote { onset: note.onset - early, velocity: None, voice: 0, ..*note })
            .map(|note| VoicedNote { duration: note.duration.min(end - note.onset).max(1), ..note })
            .collect();
        notes.sort_unstable_by_key(|note| (note.onset, note.key, -note.duration));
        notes.dedup_by_key(|note| (note.onset, note.key));
        let notes = sounding(&notes);
        let lines = excerpt.bar_lines().into_iter().filter(|&line| line >= excerpt.bar_line).collect();
        Self { chords: chords(&notes), prompt: excerpt.prompt.clone(), notes, lines }
    }

    /// The notes that begin in each bar.
    pub fn bars(&self) -> Vec<&[VoicedNote]> {
        let place = |tick: Tick| self.notes.partition_point(|note| note.onset < tick);
        self.lines.windows(2).map(|pair| &self.notes[place(pair[0])..place(pair[1])]).collect()
    }

    /// The notes of each third of it, in bars.
    pub fn thirds(&self) -> [Vec<VoicedNote>; 3] {
        let bars = self.bars();
        std::array::from_fn(|third| {
            let [from, to] = [third, third + 1].map(|third| bars.len() * third / 3);
            bars[from..to].concat()
        })
    }

    /// How long it lasts.
    pub fn length(&self) -> Tick {
        let ends = [self.lines.first(), self.lines.last()];
        ends[1].copied().unwrap_or(1) - ends[0].copied().unwrap_or(0)
    }
}

/// Notes, by onset, as chords.
pub fn chords(notes: &[VoicedNote]) -> Vec<Chord> {
    let mut chords: Vec<Chord> = Vec::new();
    for note in notes {
        match chords.last_mut() {
            Some(chord) if note.onset <= chord.onset + TOGETHER => chord.keys.push(note.key),
            _ => chords.push(Chord { onset: note.onset, keys: vec![note.key] }),
        }
    }
    chords.iter_mut().for_each(|chord| chord.keys.sort_unstable());
    chords
}
