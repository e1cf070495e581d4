//! One answer, as it is kept.

use segue_music::{Beats, Meter, Note, Part, PedalMove, Piece, Tempo, Track};
use segue_realtime::between::settings::Mode;

use super::name::{Name, label};
use super::row::Row;

/// The MIDI channels of the player and of Segue's one voice in a file, from 0.
const CHANNELS: (u8, u8) = (0, 1);

/// A note of an answer as it was heard, and the part that played it; `None` where Segue is one
/// voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TakeNote {
    /// The note.
    pub note: Note,
    /// The part.
    pub part: Option<Part>,
    /// What the sustain pedal did as it was struck.
    pub pedal: PedalMove,
}

/// One answer as it was heard, and its prompt. Positions are Beats from a bar line; bars are the
/// metre's.
#[derive(Clone, Debug, PartialEq)]
pub struct Take {
    /// Its name.
    pub name: Name,
    /// The mode in which it was played.
    pub mode: Mode,
    /// The seed of its random choices.
    pub seed: u64,
    /// The tempo at its first bar line.
    pub tempo: Tempo,
    /// Changes of tempo after it.
    pub tempos: Vec<(Beats, Tempo)>,
    /// The metre when it began.
    pub meter: Meter,
    /// What the player had played since our last note before it, at most eight bars, in order of
    /// onset.
    pub prompt: Vec<Note>,
    /// The notes as they were heard, in order of onset. Notes that were cut are short.
    pub notes: Vec<TakeNote>,
    /// The player has starred it.
    pub starred: bool,
    /// It is undone.
    pub undone: bool,
}

impl Take {
    /// Where its first note begins.
    pub fn onset(&self) -> Beats {
        self.notes.first().map_or(Beats::ZERO, |own| own.note.onset)
    }

    /// Where its last note ends.
    pub fn end(&self) -> Beats {
        self.notes.iter().map(|own| own.note.end()).max().unwrap_or_default()
    }

    /// How many notes it holds, with its prompt.
    pub(super) fn size(&self) -> usize {
        self.prompt.len() + self.notes.len()
    }

    pub(super) fn row(&self) -> Row {
        Row {
            id: self.name.id,
            number: self.name.number,
            mode: self.mode,
            notes: self.notes.len(),
            beats: (self.end() - self.onset()).as_f64(),
            letter: self.name.letter,
            group: self.name.group,
            starred: self.starred,
            undone: self.undone,
            replaying: false,
        }
    }

    /// Prompt and answer, a track each; an answer of several parts a track a part.
    pub fn piece(&self) -> Piece {
        let you = Track { name: "You".to_owned(), channel: CHANNELS.0, ..Track::default() };
        let mut tracks = vec![Track { notes: self.prompt.clone(), ..you }];
        for part in [None].into_iter().chain(Part::ALL.map(Some)) {
            let own = self.notes.iter().filter(|own| own.part == part);
            let notes: Vec<Note> = own.clone().map(|own| own.note).collect();
            let pedal = pedal_of(own.map(|own| (own.note, own.pedal)), &[]);
            if !notes.is_empty() {
                let channel = part.map_or(CHANNELS.1, Part::usual_channel);
                let program = part.and_then(Part::program);
                tracks.push(Track { name: track_name(part), channel, program, notes, pedal });
            }
        }
        let last = self.prompt.iter().map(Note::end).max().unwrap_or_default().max(self.end());
        Piece {
            tracks,
            tempos: [(Beats::ZERO, self.tempo)].into_iter().chain(self.tempos.iter().copied()).collect(),
            meters: vec![(Beats::ZERO, self.meter)],
            end: last.ceil_to(self.meter.bar()),
            ..Piece::default()
        }
    }

    /// A marker where the answer begins.
    pub(super) fn markers(&self) -> Vec<(Beats, String)> {
        vec![(self.onset(), label(self.name, self.mode))]
    }

    pub(super) fn file_name(&self) -> String {
        let Name { number, letter, .. } = self.name;
        if letter == 'A' {
            format!("Segue answer {number}")
        } else {
            format!("Segue answer {number} {letter}")
        }
    }
}

/// When a pedal went down and up that did this with these notes, in the order of their onsets, and
/// came up by itself at `lifts`, in order. It is up once the last of them has ended.
pub(super) fn pedal_of(
    notes: impl Iterator<Item = (Note, PedalMove)>,
    lifts: &[Beats],
) -> Vec<(Beats, bool)> {
    let (mut changes, mut end) = (Vec::<(Beats, bool)>::new(), Beats::ZERO);
    let mut lifts = lifts.iter().copied().peekable();
    for (note, pedal) in notes {
        while let Some(at) = lifts.next_if(|&at| at <= note.onset) {
            lift(&mut changes, at);
        }
        if matches!(pedal, PedalMove::Lift | PedalMove::Change) {
            lift(&mut changes, note.onset);
        }
        let is_down = changes.last().is_some_and(|&(_, down)| down);
        changes.extend(pedal.changes(note.onset).filter(|&(_, down)| down && !is_down));
        end = end.max(note.end());
    }
    lift(&mut changes, lifts.next().unwrap_or(end).min(end));
    changes
}

/// A pedal comes up, and does not go down later, either.
fn lift(changes: &mut Vec<(Beats, bool)>, at: Beats) {
    while changes.pop_if(|&mut (change, down)| down && change >= at).is_some() {}
    if changes.last().is_some_and(|&(_, down)| down) {
        changes.push((at, false));
    }
}

/// The name of a track that Segue played.
pub(super) fn track_name(part: Option<Part>) -> String {
    part.map_or_else(|| "Segue".to_owned(), |part| format!("Segue {part}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pedal_is_where_the_foot_was() {
        use PedalMove::{Change, Lift, Press, Stay};
        let beat = |beats: i64| Beats::ratio(beats, 16);
        // Notes (sixteenths of a beat, what the pedal does, how long), where the foot came up by
        // itself, and what is written.
        type Case = (&'static [(i64, PedalMove, i64)], &'static [i64], &'static [(i64, bool)]);
        let cases: [Case; 8] = [
            (&[(0, Stay, 8)], &[], &[]),
            (&[(0, Press, 8), (16, Lift, 8)], &[], &[(0, true), (16, false)]),
            (&[(0, Press, 8), (16, Change, 8)], &[], &[(0, true), (16, false), (17, true), (24, false)]),
            // An answer ends, and the next one begins.
            (&[(0, Press, 8), (64, Stay, 8)], &[32], &[(0, true), (32, false)]),
            (&[(0, Press, 8), (64, Press, 8)], &[32], &[(0, true), (32, false), (64, true), (72, false)]),
            // The player takes over before it is down again.
            (&[(0, Press, 8), (16, Change, 1)], &[], &[(0, true), (16, false)]),
            (&[(0, Press, 8), (16, Change, 8)], &[16], &[(0, true), (16, false), (17, true), (24, false)]),
            // The last note rings on after the foot has come up.
            (&[(0, Press, 32)], &[16, 48], &[(0, true), (16, false)]),
        ];
        for (notes, lifts, written) in cases {
            let note = |&(onset, pedal, long)| {
                let note = Note { onset: beat(onset), key: 60, duration: beat(long), velocity: 80 };
                (note, pedal)
            };
            let lifts: Vec<_> = lifts.iter().map(|&at| beat(at)).collect();
            let written: Vec<_> = written.iter().map(|&(at, down)| (beat(at), down)).collect();
            assert_eq!(pedal_of(notes.iter().map(note), &lifts), written, "{notes:?}, {lifts:?}");
        }
    }
}
