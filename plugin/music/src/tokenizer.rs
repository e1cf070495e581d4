//! What the model reads of each note, and what it says of the next one.

use crate::{BarPosition, Context, ContextNote, Note, Part, PedalMove, Role, Tick, Vocabulary, beats_at};

/// How many notes back a step looks for what still sounds and what was played lately.
const LOOK_BACK: usize = 256;
/// Half-lives, in notes, of the two histograms of pitch classes.
const HALF_LIVES: [f32; 2] = [8.0, 64.0];

/// What one step of the transformer reads: the note just heard or made, and how things stand just
/// after its onset.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The onset's absolute position, for what measures distances in time.
    pub tick: Tick,
    /// Symbol of the time since the onset before; `None` for the first note.
    pub gap: Option<usize>,
    /// Which part plays it; `None` if unknown.
    pub part: Option<Part>,
    /// Its key: a symbol of [`Vocabulary::KEYS`], or for a drum one of the drum alphabet behind
    /// them.
    pub key: usize,
    /// Symbol of its velocity; `None` if unknown.
    pub velocity: Option<usize>,
    /// Symbol of its duration; `None` while it is held.
    pub duration: Option<usize>,
    /// Who played it.
    pub role: Role,
    /// Where in its bar it begins; `None` without a metre.
    pub position: Option<BarPosition>,
    /// Whether it is a keyboard's, whose pedal holds it.
    pub pedal: bool,
    /// The style asked for, a number that the model has a name for; `None` if none is.
    pub style: Option<usize>,
    /// The keys that sound, a bit each, by role.
    pub sounding: [u128; 2],
    /// Keys and duration symbols of the notes released since the step before.
    pub released: Vec<(usize, usize)>,
    /// How much each pitch class was played lately, over a short and a long while; each sums to
    /// one.
    pub recent: [[f32; 12]; 2],
}

/// What the heads say of one note, in symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// Time since the onset before.
    pub gap: usize,
    /// Which part plays it: one more than its index, 0 if unknown.
    pub part: usize,
    /// Which key: a symbol of [`Vocabulary::KEYS`], or for a drum one of the drum alphabet behind
    /// them.
    pub key: usize,
    /// How hard.
    pub velocity: usize,
    /// How long.
    pub duration: usize,
    /// What the sustain pedal does as it is struck: the index of a [`PedalMove`].
    pub pedal: usize,
}

/// Encodes a context for the model and decodes what it says: pure functions of the notes, so that a
/// step made live and one made in training from the same notes are the same.
#[derive(Clone, Debug, Default)]
pub struct Tokenizer {
    vocabulary: Vocabulary,
}

impl Tokenizer {
    /// For the vocabulary of this version.
    pub fn new() -> Self {
        Self::default()
    }

    /// The alphabets.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The step of the note of that number, which must be in the context.
    ///
    /// # Panics
    /// Where the context does not hold the note.
    pub fn step(&self, context: &Context, number: usize) -> Step {
        let place = number - context.first();
        let notes = &context.notes()[place.saturating_sub(LOOK_BACK)..=place];
        let note = &notes[notes.len() - 1];
        let before = notes.len().checked_sub(2).map(|index| notes[index].onset);

        let mut sounding = [0; 2];
        let mut released = Vec::new();
        for other in notes {
            match other.end {
                _ if other.is_drum() => {}
                Some(end) if end <= note.onset => {
                    if before.is_some_and(|before| end > before) {
                        released.push((
                            usize::from(other.key),
                            self.vocabulary.durations.symbol(end - other.onset),
                        ));
                    }
                }
                _ => sounding[other.role.index()] |= 1 << other.key,
            }
        }

        Step {
            tick: note.onset,
            gap: before.map(|before| self.vocabulary.gaps.symbol(note.onset - before)),
            part: note.part,
            key: key_symbol(note),
            velocity: note.velocity.map(Vocabulary::velocity_symbol),
            duration: note.shown.map(|duration| self.vocabulary.durations.symbol(duration)),
            role: note.role,
            position: context.bar_position(note.onset),
            pedal: has_pedal(note.part) && context.pedal_holds(note.role, note.onset),
            style: context.style_at(note.onset),
            sounding,
            released,
            recent: recent(notes),
        }
    }

    /// What the heads should have said of `note` after a note that began at `before`. An unknown
    /// velocity and an unknown end have no symbol of their own here: whoever trains or scores
    /// leaves them out. The pedal is the context's to say.
    pub fn token(&self, note: &ContextNote, before: Tick) -> Token {
        Token {
            gap: self.vocabulary.gaps.symbol(note.onset - before),
            part: part_symbol(note.part),
            key: key_symbol(note),
            velocity: note.velocity.map_or(0, Vocabulary::velocity_symbol),
            duration: note.end.map_or(0, |end| self.vocabulary.durations.symbol(end - note.onset)),
            pedal: PedalMove::Stay.index(),
        }
    }

    /// Whole notes as tokens, each timed from the one before, the first from zero.
    pub fn encode(&self, notes: &[Note]) -> Vec<Token> {
        let mut before = 0;
        notes
            .iter()
            .map(|note| {
                let note = ContextNote::whole(note, Role::Player);
                let token = self.token(&note, before);
                before = note.onset;
                token
            })
            .collect()
    }

    /// The notes that tokens stand for: what [`Self::encode`] was given, where that was on the
    /// alphabets' values.
    pub fn decode(&self, tokens: &[Token]) -> Vec<Note> {
        let mut onset = 0;
        tokens
            .iter()
            .map(|token| {
                onset += self.vocabulary.gaps.value(token.gap);
                Note {
                    onset: beats_at(onset),
                    key: u8::try_from(token.key).unwrap_or(127),
                    duration: beats_at(self.vocabulary.durations.value(token.duration)),
                    velocity: Vocabulary::velocity_value(token.velocity),
                }
            })
            .collect()
    }
}

/// Whether a part has a sustain pedal: keyboards, and whoever plays without saying what.
pub fn has_pedal(part: Option<Part>) -> bool {
    part.is_none_or(|part| part == Part::Keys)
}

/// The symbol of a part in a token.
pub fn part_symbol(part: Option<Part>) -> usize {
    part.map_or(0, |part| part.index() + 1)
}

/// The symbol of a note's key.
pub fn key_symbol(note: &ContextNote) -> usize {
    if note.is_drum() { Vocabulary::KEYS + Part::drum_symbol(note.key) } else { usize::from(note.key) }
}

/// The pitch classes of `notes`, the newest weighing most. Drums have none.
fn recent(notes: &[ContextNote]) -> [[f32; 12]; 2] {
    HALF_LIVES.map(|half_life| {
        let decay = 0.5f32.powf(1.0 / half_life);
        let mut histogram = [0.0; 12];
        let (mut weight, mut total) = (1.0, 0.0);
        for note in notes.iter().rev().filter(|note| !note.is_drum()) {
            histogram[usize::from(note.key % 12)] += weight;
            total += weight;
            weight *= decay;
        }
        histogram.map(|share: f32| if total > 0.0 { share / total } else { 0.0 })
    })
}
