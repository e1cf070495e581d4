//! A take as a project stores it: JSON, with notes as rows of numbers. Five to twenty-five bytes
//! per note.

use segue_music::{Beats, Meter, Note, Part, PedalMove, Tempo};
use segue_realtime::between::limits::{TAKE_BEATS, TAKE_NOTES};
use segue_realtime::between::settings::Mode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::name::{self, Name};
use super::take::{Take, TakeNote};

/// Tempos are stored in millionths of a beat per minute: integers survive saving and loading
/// unchanged.
const MILLIONTHS: f64 = 1e6;

/// The latest position in an undamaged project: beyond the longest take and the longest bars of its
/// prompt.
const LONGEST: Beats = TAKE_BEATS.times(2);

/// Parts since the onset before, key, duration in parts, velocity.
type WrittenNote = (i64, u8, i64, u8);

#[derive(Serialize, Deserialize)]
struct Written {
    id: u64,
    number: usize,
    group: u64,
    letter: char,
    mode: usize,
    seed: u64,
    meter: (u8, u8),
    /// Position in parts, and tempo in millionths; the first is at zero.
    tempos: Vec<(i64, u64)>,
    prompt: Vec<WrittenNote>,
    notes: Vec<WrittenNote>,
    /// For each note the number of its part, from 1; 0 is none. Empty if no note is of a part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<u8>,
    /// For each note the number of what the pedal did. Empty if it did nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pedal: Vec<u8>,
    #[serde(default)]
    starred: bool,
    #[serde(default)]
    undone: bool,
}

/// Rounds a tempo to one that survives saving and loading unchanged.
pub(crate) fn whole(tempo: Tempo) -> Tempo {
    from_millionths(millionths(tempo))
}

fn millionths(tempo: Tempo) -> u64 {
    (tempo.bpm() * MILLIONTHS).round() as u64
}

fn from_millionths(millionths: u64) -> Tempo {
    Tempo::new(millionths as f64 / MILLIONTHS)
}

fn write_notes<'a>(notes: impl Iterator<Item = &'a Note>) -> Vec<WrittenNote> {
    let mut before = Beats::ZERO;
    let row = |note: &Note| {
        let since = note.onset - std::mem::replace(&mut before, note.onset);
        (since.parts(), note.key, note.duration.parts(), note.velocity)
    };
    notes.map(row).collect()
}

/// `None` if any of them is invalid.
fn read_notes(rows: &[WrittenNote]) -> Option<Vec<Note>> {
    let mut onset = Beats::ZERO;
    let note = |&(since, key, duration, velocity): &WrittenNote| {
        onset += Beats::from_parts(since);
        let note = Note { onset, key, duration: Beats::from_parts(duration), velocity };
        let sound = since >= 0
            && key < 128
            && (1..128).contains(&velocity)
            && duration > 0
            && (onset.max(note.duration)) <= LONGEST;
        sound.then_some(note)
    };
    if rows.len() > TAKE_NOTES { None } else { rows.iter().map(note).collect() }
}

fn write_parts(notes: &[TakeNote]) -> Vec<u8> {
    if notes.iter().all(|own| own.part.is_none()) {
        return Vec::new();
    }
    let number = |own: &TakeNote| own.part.map_or(0, |part| part.index() as u8 + 1);
    notes.iter().map(number).collect()
}

/// `None` if there is a part that is none of ours, or if they are not one a note.
fn read_parts(notes: Vec<Note>, parts: &[u8]) -> Option<Vec<TakeNote>> {
    if parts.is_empty() {
        return Some(
            notes.into_iter().map(|note| TakeNote { note, part: None, pedal: PedalMove::Stay }).collect(),
        );
    }
    let of = |(note, &number): (Note, &u8)| {
        let part = match number.checked_sub(1) {
            None => None,
            Some(index) => Some(*Part::ALL.get(usize::from(index))?),
        };
        Some(TakeNote { note, part, pedal: PedalMove::Stay })
    };
    if parts.len() == notes.len() { notes.into_iter().zip(parts).map(of).collect() } else { None }
}

fn write_pedal(notes: &[TakeNote]) -> Vec<u8> {
    if notes.iter().all(|own| own.pedal == PedalMove::Stay) {
        return Vec::new();
    }
    notes.iter().map(|own| own.pedal.index() as u8).collect()
}

/// `None` if there is a number that means nothing, or if they are not one a note.
fn read_pedal(mut notes: Vec<TakeNote>, moves: &[u8]) -> Option<Vec<TakeNote>> {
    if !moves.is_empty() && moves.len() != notes.len() {
        return None;
    }
    for (own, &number) in notes.iter_mut().zip(moves) {
        own.pedal = *PedalMove::ALL.get(usize::from(number))?;
    }
    Some(notes)
}

impl Take {
    /// The take as JSON.
    pub(super) fn written(&self) -> Option<Value> {
        let changes = self.tempos.iter().map(|&(at, tempo)| (at.parts(), millionths(tempo)));
        let written = Written {
            id: self.name.id,
            number: self.name.number,
            group: self.name.group,
            letter: self.name.letter,
            mode: Mode::ALL.iter().position(|&mode| mode == self.mode).unwrap_or(0),
            seed: self.seed,
            meter: (self.meter.numerator, self.meter.denominator),
            tempos: [(0, millionths(self.tempo))].into_iter().chain(changes).collect(),
            prompt: write_notes(self.prompt.iter()),
            notes: write_notes(self.notes.iter().map(|own| &own.note)),
            parts: write_parts(&self.notes),
            pedal: write_pedal(&self.notes),
            starred: self.starred,
            undone: self.undone,
        };
        serde_json::to_value(written).ok()
    }

    /// Reads a take; `None` if it is damaged.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let written = Written::deserialize(value).ok()?;
        let tempo = |&(at, millionths): &(i64, u64)| (Beats::from_parts(at), from_millionths(millionths));
        let mut tempos: Vec<_> = written.tempos.iter().map(tempo).collect();
        let ordered = tempos.is_sorted_by_key(|&(at, _)| at)
            && tempos.iter().all(|&(at, _)| (Beats::ZERO..=LONGEST).contains(&at));
        if tempos.is_empty() || !ordered || written.notes.is_empty() || !written.letter.is_ascii_uppercase() {
            return None;
        }
        let (_, tempo) = tempos.remove(0);
        let Written { id, number, group, letter, .. } = written;
        if id > name::LAST || group > name::LAST || number as u64 > name::LAST {
            return None;
        }
        let name = Name { id, number, group, letter };
        Some(Self {
            name,
            mode: *Mode::ALL.get(written.mode)?,
            seed: written.seed,
            tempo,
            tempos,
            meter: Meter::new(written.meter.0, written.meter.1)?,
            prompt: read_notes(&written.prompt)?,
            notes: read_pedal(read_parts(read_notes(&written.notes)?, &written.parts)?, &written.pedal)?,
            starred: written.starred,
            undone: written.undone,
        })
    }
}
