//! The jam as far as it is remembered: the last notes of both, the tempo, the metre, and where
//! answers began.
//!
//! Positions are the journal's Beats, which go on through every jump and reset
//! ([`crate::composer::journal`]).

use std::collections::VecDeque;

use segue_music::{Beats, Channel, Key, Meter, Note, Part, PedalMove, Piece, Role, Tempo, Track, Velocity};
use segue_realtime::between::limits::{JAM_CHANGES, JAM_MARKS, JAM_NOTES};
use segue_realtime::between::settings::Mode;

use super::name::{Name, label};
use super::take::{pedal_of, track_name};

/// A note that was heard: 16 bytes, as there are 65,536 of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedNote {
    onset: Beats,
    /// In parts of a beat: nobody holds a key for 4,438 beats.
    duration: u32,
    key: Key,
    velocity: Velocity,
    /// The channel, the role in the bit above, and what the pedal did in the two above that.
    voice: u8,
    /// The number of the part, from 1; 0 is none.
    part: u8,
}

const _: () = assert!(size_of::<LoggedNote>() == 16);

impl LoggedNote {
    /// A note of a role and a part, if that is known, on a channel.
    pub fn new(note: &Note, role: Role, part: Option<Part>, channel: Channel) -> Self {
        Self {
            onset: note.onset,
            duration: u32::try_from(note.duration.parts()).unwrap_or(u32::MAX),
            key: note.key,
            velocity: note.velocity,
            voice: (channel & 15) | (role.index() as u8) << 4,
            part: part.map_or(0, |part| part.index() as u8 + 1),
        }
    }

    /// The same, with what its sustain pedal did as it was struck.
    #[must_use]
    pub fn with_pedal(self, pedal: PedalMove) -> Self {
        Self { voice: self.voice | (pedal.index() as u8) << 5, ..self }
    }

    /// What its sustain pedal did as it was struck.
    pub fn pedal(&self) -> PedalMove {
        PedalMove::ALL[usize::from(self.voice >> 5 & 3)]
    }

    /// The note.
    pub fn note(&self) -> Note {
        let duration = Beats::from_parts(self.duration.into());
        Note { onset: self.onset, key: self.key, duration, velocity: self.velocity }
    }

    /// Who played it.
    pub fn role(&self) -> Role {
        Role::ALL[usize::from(self.voice >> 4 & 1)]
    }

    /// The part that played it, if that is known.
    pub fn part(&self) -> Option<Part> {
        self.part.checked_sub(1).and_then(|index| Part::ALL.get(usize::from(index)).copied())
    }

    /// The channel it was on.
    pub fn channel(&self) -> Channel {
        self.voice & 15
    }
}

/// An answer that began, or began again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It was given.
    Answer(Name, Mode),
    /// It was played again.
    Replay(Name, Mode),
}

impl Mark {
    fn text(self) -> String {
        match self {
            Self::Answer(name, mode) => label(name, mode),
            Self::Replay(name, mode) => format!("{} again", label(name, mode)),
        }
    }
}

/// What is remembered of it.
#[derive(Clone, Debug, Default)]
pub struct JamLog {
    /// In the order of their ends.
    notes: VecDeque<LoggedNote>,
    tempos: VecDeque<(Beats, Tempo)>,
    /// The bar line from which this metre's bars are counted.
    meters: VecDeque<(Beats, Meter)>,
    marks: VecDeque<(Beats, Mark)>,
    /// Where Segue's sustain pedal came up by itself, and on which channel.
    lifts: VecDeque<(Beats, Channel)>,
}

/// Adds to the end; what is too much goes at the beginning. All the room there will be is taken at
/// once: memory that was not written to yet costs nothing.
fn push<T>(list: &mut VecDeque<T>, one: T, most: usize) {
    list.reserve_exact(most - list.len());
    if list.len() == most {
        list.pop_front();
    }
    list.push_back(one);
}

/// A piece with its markers.
pub type Marked = (Piece, Vec<(Beats, String)>);

impl JamLog {
    /// A note has ended.
    pub fn push(&mut self, logged: LoggedNote) {
        push(&mut self.notes, logged, JAM_NOTES);
    }

    /// Whether no note has ended yet.
    pub fn is_silent(&self) -> bool {
        self.notes.is_empty()
    }

    /// The tempo from here on. On a ramp a change in the same sixteenth replaces the one before.
    pub fn set_tempo(&mut self, at: Beats, tempo: Tempo) {
        let sixteenth = Beats::ratio(1, 4);
        let replaces = |&(before, _): &(Beats, Tempo)| before.floor_to(sixteenth) == at.floor_to(sixteenth);
        match self.tempos.back_mut().filter(|last| replaces(last)) {
            Some(last) => last.1 = tempo,
            None => push(&mut self.tempos, (at, tempo), JAM_CHANGES),
        }
    }

    /// The metre from a bar line on.
    pub fn set_meter(&mut self, from: Beats, meter: Meter) {
        push(&mut self.meters, (from, meter), JAM_CHANGES);
    }

    /// An answer begins.
    pub fn mark(&mut self, at: Beats, mark: Mark) {
        push(&mut self.marks, (at, mark), JAM_MARKS);
    }

    /// Segue's sustain pedal came up on a channel, not with a note.
    pub fn lift(&mut self, at: Beats, channel: Channel) {
        push(&mut self.lifts, (at, channel), JAM_CHANGES);
    }

    /// The notes that had not ended at a position, newest first.
    pub fn since(&self, at: Beats) -> impl Iterator<Item = &LoggedNote> {
        self.notes.iter().rev().take_while(move |logged| logged.note().end() > at)
    }

    /// The tempo at a position, and its changes up to another.
    pub fn tempos(&self, from: Beats, until: Beats) -> (Tempo, Vec<(Beats, Tempo)>) {
        let before = self.tempos.iter().take_while(|&&(at, _)| at <= from).last();
        let first = before.or(self.tempos.front()).map_or(Tempo::DEFAULT, |&(_, tempo)| tempo);
        let changes = self.tempos.iter().filter(|&&(at, _)| at > from && at < until).copied();
        (first, changes.collect())
    }

    /// The last bar line at or before a position, and the metre there.
    pub fn bar_line(&self, at: Beats) -> (Beats, Meter) {
        let known = self.meters.iter().rev().find(|&&(from, _)| from <= at).or(self.meters.front());
        let (from, meter) = known.copied().unwrap_or((Beats::ZERO, Meter::COMMON));
        (from + (at - from).floor_to(meter.bar()), meter)
    }

    /// Bytes of memory it holds.
    pub fn bytes(&self) -> usize {
        size_of::<LoggedNote>() * self.notes.capacity()
            + size_of::<(Beats, Tempo)>() * self.tempos.capacity()
            + size_of::<(Beats, Meter)>() * self.meters.capacity()
            + size_of::<(Beats, Mark)>() * self.marks.capacity()
            + size_of::<(Beats, Channel)>() * self.lifts.capacity()
    }

    /// As a piece that begins at the bar line before its first note, with its markers; `None`
    /// if nothing was heard.
    pub fn piece(&self) -> Option<Marked> {
        let first = self.notes.iter().map(|logged| logged.onset).min()?;
        let last = self.notes.iter().map(|logged| logged.note().end()).max()?;
        let (origin, meter) = self.bar_line(first);
        let (tempo, tempos) = self.tempos(origin, last);
        let mut voices: Vec<(Track, Vec<(Note, PedalMove)>)> = Vec::new();
        for logged in &self.notes {
            let note = Note { onset: logged.onset - origin, ..logged.note() };
            let name = match logged.role() {
                Role::Player => "You".to_owned(),
                Role::Segue => track_name(logged.part()),
            };
            let played = (note, logged.pedal());
            let is_own = |track: &Track| track.name == name && track.channel == logged.channel();
            match voices.iter_mut().find(|(track, _)| is_own(track)) {
                Some((_, notes)) => notes.push(played),
                None => {
                    let program = logged.part().and_then(Part::program);
                    let track = Track { name, channel: logged.channel(), program, ..Track::default() };
                    voices.push((track, vec![played]));
                }
            }
        }
        voices.sort_by_key(|(track, _)| (track.name != "You", track.channel));
        let with_notes = |(track, mut notes): (Track, Vec<(Note, PedalMove)>)| {
            notes.sort_unstable();
            let own = self.lifts.iter().filter(|&&(_, channel)| channel == track.channel);
            let lifts: Vec<_> = own.map(|&(at, _)| at - origin).collect();
            let pedal = pedal_of(notes.iter().copied(), &lifts);
            Track { notes: notes.into_iter().map(|(note, _)| note).collect(), pedal, ..track }
        };
        let tracks = voices.into_iter().map(with_notes).collect();
        let changes = tempos.into_iter().map(|(at, tempo)| (at - origin, tempo));
        let within = self.meters.iter().filter(|&&(from, _)| from > origin && from < last);
        let piece = Piece {
            tracks,
            tempos: [(Beats::ZERO, tempo)].into_iter().chain(changes).collect(),
            meters: [(Beats::ZERO, meter)]
                .into_iter()
                .chain(within.map(|&(from, meter)| (from - origin, meter)))
                .collect(),
            end: last - origin,
            ..Piece::default()
        };
        let marks = self.marks.iter().filter(|&&(at, _)| at >= origin);
        Some((piece, marks.map(|&(at, mark)| (at - origin, mark.text())).collect()))
    }
}
