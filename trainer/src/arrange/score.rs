//! Parts become a piece: swung, held to the keyboard, each key let go before it is struck again.

use std::collections::BTreeMap;

use segue_music::{Beats, Key, Note, Piece, Tick, Track, Velocity, beats_at};

use super::dice::Dice;
use super::feel::Swing;
use super::hands::Hands;
use super::part::{Part, Struck};
use super::song::Song;
use super::tempo;

/// The channel of drums.
const DRUMS: u8 = 9;
/// The softest and the loudest stroke.
const VELOCITIES: (i32, i32) = (12, 124);

/// The piece that parts make. `loose` plays it as hands do instead of on the grid.
pub fn piece(dice: &mut Dice, song: &Song, parts: &[Part], loose: bool) -> Piece {
    let swing = Swing::draw(dice, &song.style.file);
    let mut tracks = Vec::new();
    // Channels of melodic parts leave out that of the drums.
    let mut channels = (0..).filter(|&channel| channel != DRUMS);
    for part in parts {
        let mut hands = Hands::new(dice, loose, part.program.is_none());
        let channel = if part.program.is_none() { DRUMS } else { channels.next().unwrap_or(0) };
        let notes = notes(song, part, swing, &mut hands);
        let pedal = part.pedal.iter().map(|&(at, down)| (beats_at(swing.heard(at)), down)).collect();
        tracks.push(Track { name: part.name.to_owned(), channel, program: part.program, notes, pedal });
    }
    let last = tracks.iter().flat_map(|track| &track.notes).map(Note::end).max().unwrap_or_default();
    Piece {
        tracks,
        tempos: tempo::map(dice, song),
        meters: vec![(Beats::ZERO, song.grid.meter)],
        end: last.max(beats_at(song.end())),
        ..Piece::default()
    }
}

fn notes(song: &Song, part: &Part, swing: Swing, hands: &mut Hands) -> Vec<Note> {
    // The louder and longer of two on one key at one time.
    let mut struck: BTreeMap<(Tick, i32), Struck> = BTreeMap::new();
    let drums = part.program.is_none();
    for note in part.notes.iter().filter(|note| note.at < song.end()) {
        let note =
            Struck { at: note.at.max(0), key: if drums { note.key } else { on_keyboard(note.key) }, ..*note };
        let kept = struck.entry((note.at, note.key)).or_insert(note);
        kept.length = kept.length.max(note.length);
        kept.velocity = kept.velocity.max(note.velocity);
    }
    let mut notes: Vec<Note> = Vec::with_capacity(struck.len());
    let mut latest: BTreeMap<i32, usize> = BTreeMap::new();
    for note in struck.into_values() {
        let onset = swing.heard(note.at);
        let end = swing.heard((note.at + note.length).min(song.end())).max(onset + 1);
        let onset = hands.onset(onset, song.tempo);
        let end = beats_at(end).max(onset + beats_at(1));
        if let Some(&before) = latest.get(&note.key) {
            let before: &mut Note = &mut notes[before];
            if onset <= before.onset {
                continue;
            }
            before.duration = before.duration.min(onset - before.onset);
        }
        latest.insert(note.key, notes.len());
        notes.push(Note {
            onset,
            key: note.key.clamp(0, 127) as Key,
            duration: end - onset,
            velocity: hands.velocity(note.velocity).clamp(VELOCITIES.0, VELOCITIES.1) as Velocity,
        });
    }
    notes.sort_unstable();
    notes
}

/// A key of the piano, by octaves.
fn on_keyboard(key: i32) -> i32 {
    match key {
        ..21 => key + 12 * ((32 - key) / 12),
        109.. => key - 12 * ((key - 97) / 12),
        _ => key,
    }
}
