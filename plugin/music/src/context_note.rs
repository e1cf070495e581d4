//! One note of the context, as its step has it and as it is played.

use crate::{Key, Note, Part, Role, TICKS_PER_BEAT, Tick, Velocity, beats_at, tick_at};

/// One note of the context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextNote {
    /// When it began.
    pub onset: Tick,
    /// Which key.
    pub key: Key,
    /// How hard; `None` if the source has no dynamics.
    pub velocity: Option<Velocity>,
    /// When it ended or will end; `None` while the player holds it.
    pub end: Option<Tick>,
    /// The duration in its own step; `None` for a note that was still held when its step was made.
    /// It stays as it is, also when the note is cut short later: no step is ever rewritten.
    pub shown: Option<Tick>,
    /// Who played it.
    pub role: Role,
    /// Which part it belongs to; `None` if unknown, as for a live player's keyboard.
    pub part: Option<Part>,
}

/// How long a drum is taken to sound, in ticks: a sixteenth. Its stroke has no length to hear.
const DRUM_LENGTH: Tick = TICKS_PER_BEAT / 4;

impl ContextNote {
    /// A stroke on a drum. It has no duration to predict and never counts as sounding.
    pub fn drum(onset: Tick, key: Key, velocity: Option<Velocity>, role: Role) -> Self {
        Self {
            onset,
            key,
            velocity,
            end: Some(onset + DRUM_LENGTH),
            shown: None,
            role,
            part: Some(Part::Drums),
        }
    }

    /// Whether it is a stroke on a drum.
    pub fn is_drum(&self) -> bool {
        self.part == Some(Part::Drums)
    }

    /// A whole note, its duration in its own step.
    pub fn whole(note: &Note, role: Role) -> Self {
        let onset = tick_at(note.onset);
        let duration = (tick_at(note.end()) - onset).max(1);
        Self {
            onset,
            key: note.key,
            velocity: Some(note.velocity),
            end: Some(onset + duration),
            shown: Some(duration),
            role,
            part: None,
        }
    }

    /// A whole note of a part: a stroke, if that is the drums.
    pub fn played(note: &Note, part: Option<Part>, role: Role) -> Self {
        match part {
            Some(Part::Drums) => Self::drum(tick_at(note.onset), note.key, Some(note.velocity), role),
            part => Self { part, ..Self::whole(note, role) },
        }
    }

    /// A key that has just gone down.
    pub fn held(onset: Tick, key: Key, velocity: Velocity, role: Role) -> Self {
        Self { onset, key, velocity: Some(velocity), end: None, shown: None, role, part: None }
    }

    /// The note as it is played, lasting until `now` if it is still held.
    pub fn note(&self, now: Tick) -> Note {
        let end = self.end.unwrap_or(now).max(self.onset + 1);
        Note {
            onset: beats_at(self.onset),
            key: self.key,
            duration: beats_at(end - self.onset),
            velocity: self.velocity.unwrap_or(80),
        }
    }

    /// Steps are in this order. Notes that begin together are in order of their parts, those of no
    /// part first, so that a model that says the part before the key can say a chord of an ensemble
    /// part by part.
    pub(crate) fn order(&self) -> (Tick, Option<Part>, Key, Role) {
        (self.onset, self.part, self.key, self.role)
    }

    /// Whether both are strokes on one key of one instrument: the later one ends the earlier.
    pub(crate) fn shares_key(&self, other: &Self) -> bool {
        (self.role, self.part, self.key) == (other.role, other.part, other.key)
    }
}
