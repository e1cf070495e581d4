//! A piece of the corpus as training takes it: ticks instead of Beats, one list of notes with their
//! voices.

use anyhow::{Result, ensure};
use segue_music::{
    Beats, Context, ContextNote, Key, Meter, Note, Part, Piece, PieceClock, Role, Tick, Velocity, tick_at,
};
use serde::{Deserialize, Serialize};

use crate::style;

/// A note of a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VoicedNote {
    /// When it begins.
    pub onset: Tick,
    /// Which key.
    pub key: Key,
    /// How long it is held, at least one tick.
    pub duration: Tick,
    /// How hard; `None` where the whole piece has a single velocity, which means nothing.
    pub velocity: Option<Velocity>,
    /// Which voice of the piece plays it.
    pub voice: u8,
}

/// Of the first voice, at least a tick long.
impl From<&Note> for VoicedNote {
    fn from(note: &Note) -> Self {
        Self {
            onset: tick_at(note.onset),
            key: note.key,
            duration: tick_at(note.duration).max(1),
            velocity: Some(note.velocity),
            voice: 0,
        }
    }
}

impl VoicedNote {
    /// As a note of a context.
    pub fn told(&self, cast: Cast) -> ContextNote {
        let Cast { role, shown, part } = cast;
        if part == Some(Part::Drums) {
            return ContextNote::drum(self.onset, self.key, self.velocity, role);
        }
        ContextNote {
            onset: self.onset,
            key: self.key,
            velocity: self.velocity,
            end: Some(self.onset + self.duration),
            shown: shown.then_some(self.duration),
            role,
            part,
        }
    }
}

/// How a note of a record is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cast {
    /// Who plays it.
    pub role: Role,
    /// Whether its own step says how long it is.
    pub shown: bool,
    /// The part it is known to belong to.
    pub part: Option<Part>,
}

impl Cast {
    /// A player's note of no part, its duration known.
    pub const PLAYER: Self = Self { role: Role::Player, shown: true, part: None };
}

/// A piece.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Where it came from, for messages.
    pub name: String,
    /// The kind of music, from the manifest; `unknown` without one.
    pub kind: String,
    /// Who wrote it, if the manifest names a composer with enough music for a style.
    pub composer: Option<String>,
    /// What a player would call its style, if the manifest has it: "swing", "bossa nova".
    pub style: Option<String>,
    /// The voices that answer the others, by their tracks' names.
    pub answers: Vec<u8>,
    /// The part of each voice, if its track says.
    pub parts: Vec<Option<Part>>,
    /// By onset, then key.
    pub notes: Vec<VoicedNote>,
    /// The pedal's changes.
    pub pedal: Vec<(Tick, bool)>,
    /// The metre's changes; empty for free playing.
    pub meters: Vec<(Tick, Meter)>,
}

impl Record {
    /// From a piece. A piece on a grid counts its own Beats; free playing counts
    /// them at a fixed 120, because its ticks measure time and not metre.
    ///
    /// # Errors
    /// Where there are fewer than two notes, or no velocity for them.
    pub fn from_piece(name: String, kind: String, piece: &Piece) -> Result<Self> {
        let clock = PieceClock::of(piece);
        let at = |position: Beats| tick_at(clock.heard(position));
        let mut notes = Vec::new();
        let mut pedal = Vec::new();
        // A track without notes is not a hand: the titles of a piano roll or a hymn have a track of
        // their own.
        let voices = piece.tracks.iter().filter(|track| !track.notes.is_empty());
        let mut parts = Vec::new();
        let mut answers = Vec::new();
        for (voice, track) in voices.enumerate() {
            parts.push(track.part());
            if track.name == "answer" {
                answers.extend(u8::try_from(voice));
            }
            notes.extend(track.notes.iter().map(|note: &Note| VoicedNote {
                onset: at(note.onset),
                key: note.key,
                duration: (at(note.end()) - at(note.onset)).max(1),
                velocity: Some(note.velocity),
                voice: u8::try_from(voice).unwrap_or(u8::MAX),
            }));
        }
        for track in piece.tracks.iter().filter(|track| !track.is_drums()) {
            pedal.extend(track.pedal.iter().map(|&(change, down)| (at(change), down)));
        }
        ensure!(notes.len() >= 2, "fewer than two notes");
        notes.sort_unstable();
        pedal.sort_unstable();
        let one_velocity = notes.iter().all(|note| note.velocity == notes[0].velocity);
        if one_velocity {
            notes.iter_mut().for_each(|note| note.velocity = None);
        }
        let meters = match clock.is_free() {
            true => vec![],
            false => piece.meters.iter().map(|&(change, meter)| (at(change), meter)).collect(),
        };
        Ok(Self { name, kind, notes, pedal, meters, answers, parts, ..Self::default() })
    }

    /// A context of some of its notes, in order, each with its role and whether its step says its
    /// duration. With `metre` unset, bars are unknown.
    pub fn context(
        &self,
        notes: &[VoicedNote],
        metre: bool,
        mut cast: impl FnMut(&VoicedNote) -> Cast,
    ) -> Context {
        let mut context = Context::new();
        if metre {
            for &(change, meter) in &self.meters {
                context.meter(change, Some(meter));
            }
        }
        let (first, last) =
            (notes.first().map_or(0, |note| note.onset), notes.last().map_or(0, |note| note.onset));
        // The last change before the start still holds there.
        let from = self.pedal.partition_point(|&(change, _)| change <= first).saturating_sub(1);
        for &(change, down) in self.pedal[from..].iter().take_while(|&&(change, _)| change <= last) {
            for role in Role::ALL {
                context.pedal(role, change, down);
            }
        }
        let casts: Vec<Cast> = notes.iter().map(&mut cast).collect();
        let together = |one: usize, other: usize| casts[one].part == casts[other].part;
        for (note, &cast) in sounding_apart(notes, together).iter().zip(&casts) {
            context.hear(note.told(cast));
        }
        context
    }

    /// The part of a voice, if its track says.
    pub fn part(&self, voice: u8) -> Option<Part> {
        self.parts.get(usize::from(voice)).copied().flatten()
    }

    /// Whether a note is a stroke on a drum.
    pub fn is_drum(&self, note: &VoicedNote) -> bool {
        self.part(note.voice) == Some(Part::Drums)
    }

    /// The piece as one keyboard plays it: without its drums and without parts. `None` if fewer
    /// than two notes are left.
    pub fn pitched(mut self) -> Option<Self> {
        let drums: Vec<bool> = (0..=u8::MAX).map(|voice| self.part(voice) == Some(Part::Drums)).collect();
        self.notes.retain(|note| !drums[usize::from(note.voice)]);
        self.parts.clear();
        (self.notes.len() >= 2).then_some(self)
    }

    /// The styles that a player may ask for to hear music like this: kind, style and composer.
    pub fn style_names(&self) -> impl Iterator<Item = String> + '_ {
        style::of_kind(&self.kind).into_iter().chain(self.style.clone()).chain(self.composer.clone())
    }

    /// The place of the first note at or after a tick.
    pub fn place_at(&self, tick: Tick) -> usize {
        self.notes.partition_point(|note| note.onset < tick)
    }
}

/// Notes as one keyboard sounds them: a voice that strikes a key again ends it.
pub fn sounding(notes: &[VoicedNote]) -> Vec<VoicedNote> {
    sounding_apart(notes, |_, _| true)
}

/// The same for several instruments: `together` says of two places whether their notes are on one.
fn sounding_apart(notes: &[VoicedNote], together: impl Fn(usize, usize) -> bool) -> Vec<VoicedNote> {
    let once = |(place, note): (usize, &VoicedNote)| {
        let again = (place + 1..)
            .zip(&notes[place + 1..])
            .take_while(|(_, other)| other.onset < note.onset + note.duration)
            .find(|&(at, other)| other.key == note.key && other.onset > note.onset && together(place, at))
            .map(|(_, other)| other);
        VoicedNote { duration: again.map_or(note.duration, |again| again.onset - note.onset), ..*note }
    };
    notes.iter().enumerate().map(once).collect()
}

/// A voice alone in sixteenths, for tests.
#[cfg(test)]
pub fn line(keys: impl IntoIterator<Item = Key>) -> Vec<VoicedNote> {
    let note = |(place, key): (i64, Key)| VoicedNote {
        onset: 12 * place,
        key,
        duration: 12,
        velocity: None,
        voice: 0,
    };
    (0..).zip(keys).map(note).collect()
}

#[cfg(test)]
mod tests {
    use segue_music::{Tempo, Track};

    use super::*;

    fn piece(spacing: Beats, velocities: [u8; 2]) -> Piece {
        let note = |index: i64| Note {
            onset: spacing.times(index),
            key: 60 + (index % 12) as u8,
            duration: spacing,
            velocity: velocities[index as usize % 2],
        };
        let track = Track { notes: (0..40).map(note).collect(), ..Track::default() };
        Piece {
            tracks: vec![track],
            tempos: vec![(Beats::ZERO, Tempo::new(60.0))],
            meters: vec![(Beats::ZERO, Meter::COMMON)],
            end: spacing.times(40),
            ..Piece::default()
        }
    }

    #[test]
    fn each_hand_is_a_voice() {
        let mut piece = piece(Beats::ratio(1, 4), [80, 80]);
        piece.tracks.insert(0, Track { name: "Title".into(), ..Track::default() });
        let mut low = piece.tracks[1].clone();
        low.notes.iter_mut().for_each(|note| note.key -= 24);
        piece.tracks.push(low);
        let record = Record::from_piece("".into(), "".into(), &piece).unwrap();
        let highest =
            |voice: u8| record.notes.iter().filter(|note| note.voice == voice).map(|note| note.key).max();
        assert_eq!([highest(0), highest(1), highest(2)], [Some(71), Some(47), None]);
    }

    #[test]
    fn a_score_counts_its_own_beats_and_free_playing_seconds() {
        let score = Record::from_piece("".into(), "".into(), &piece(Beats::ratio(1, 4), [80, 80])).unwrap();
        assert_eq!((score.notes[1].onset, score.notes[1].velocity, score.meters.len()), (12, None, 1));
        let free =
            Record::from_piece("".into(), "".into(), &piece(Beats::ratio(1037, 3000), [80, 90])).unwrap();
        // 0.3457 beats at 60 are 0.3457 s, at 120 0.691 beats, 33 ticks.
        assert_eq!((free.notes[1].onset, free.notes[1].velocity, free.meters.len()), (33, Some(90), 0));
    }
}
