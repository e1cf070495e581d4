//! A run of notes as training examples, for training and for scoring.

use segue_music::{
    Context, ContextNote, Key, Part, PartSet, Role, Tick, Token, Tokenizer, Vocabulary, has_pedal,
};

use crate::decoding::lookback::Lookback;
use crate::decoding::query::{HeadQuery, left_at};
use crate::shape::parameters::Field;
use crate::shape::rows::{Rows, TableRows};
use crate::shape::target::Target;

/// One prediction: after reading a step, which note comes next?
#[derive(Clone, Debug)]
pub struct TrainingExample {
    /// The rows of the step read.
    pub step: TableRows,
    /// The onset of the note read.
    pub tick: Tick,
    /// The key that the target's interval counts from, see [`interval_base`].
    pub key: usize,
    /// By field: the rows that tell its head about the target.
    pub target_rows: [TableRows; Field::COUNT],
    /// The note to predict.
    pub target: Token,
    /// What was played there, and may be copied later: another where the past is not what was to be
    /// predicted, see [`Sequence::corrected`].
    pub played: Token,
    /// By field: whether it counts.
    pub scored: [bool; Field::COUNT],
    /// By field: the first example that may know the target's. That is the first after its onset,
    /// but later for durations of notes still held, and never for velocities that are unknown.
    pub known_from: [usize; Field::COUNT],
}

/// Notes of two who play together are struck in one moment if they are no further apart: 63 ms at
/// 120 BPM. Live, Segue's is planned before the other's is heard. A bass that is asked once the
/// chord on the same beat has sounded learns to read its root off that, which it never can.
const MOMENT: Tick = 6;

/// Which note an example is to predict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aim {
    /// The next note of this role, whatever the other plays before it; `None` for the very next.
    pub role: Option<Role>,
    /// The note belongs to one of these parts; empty if unknown.
    pub parts: PartSet,
    /// Where its turn ends, if that is to be known.
    pub end: Option<Tick>,
    /// See [`Target::hides_keys`].
    pub hides_keys: bool,
    /// The turn is over: who played the note before is asked once more, and plays nothing before
    /// `end`. Only that counts. Nothing else tells a model how to stop, as a note that is not
    /// played is no example.
    pub is_over: bool,
}

impl Aim {
    fn fits(&self, note: &ContextNote) -> bool {
        let of_parts = self.parts.is_empty() || note.part.is_some_and(|part| self.parts.contains(part));
        self.role.is_none_or(|role| note.role == role) && of_parts
    }
}

/// The examples of one run of notes: each note but the last is read, each but the first predicted.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    examples: Vec<TrainingExample>,
}

impl Sequence {
    /// Examples from all the notes of a context. Durations of notes still held do not count, nor
    /// unknown velocities. `counts` decides, by a note's place, whether it counts at all.
    pub fn of(tokenizer: &Tokenizer, context: &Context, counts: impl Fn(usize) -> bool) -> Self {
        Self::targeting(tokenizer, context, counts, |_| Aim::default())
    }

    /// The same; `aim` says, by the place of the next note, what to predict there. Without a
    /// fitting note from there on, the target is the very next note.
    pub fn targeting(
        tokenizer: &Tokenizer,
        context: &Context,
        counts: impl Fn(usize) -> bool,
        mut aim: impl FnMut(usize) -> Aim,
    ) -> Self {
        let vocabulary = tokenizer.vocabulary();
        let rows = Rows::new(vocabulary);
        let notes = context.notes();
        let mut examples = Vec::with_capacity(notes.len().saturating_sub(1));
        for place in 1..notes.len() {
            let aim = aim(place);
            let found = match aim.role {
                _ if aim.is_over => aim.fits(&notes[place - 1]).then_some(0),
                Some(_) => notes[place..].iter().position(|note| aim.fits(note)),
                None => aim.fits(&notes[place]).then_some(0),
            };
            let parts = if found.is_some() { aim.parts } else { PartSet::NONE };
            let ignore_other_role = found.is_some() && aim.role.is_some() && !aim.is_over;
            let at = place + found.unwrap_or(0);
            let (before, played) = (&notes[place - 1], &notes[at]);
            let rest = ContextNote {
                onset: played.onset.max(aim.end.unwrap_or(before.onset)),
                role: before.role,
                ..*played
            };
            let next = if aim.is_over { &rest } else { played };
            let step = tokenizer.step(context, context.first() + place - 1);
            let token_of = |note: &ContextNote| {
                let pedal = context.pedal_moved(note.role, before.onset, note.onset).index();
                Token { pedal, ..tokenizer.token(note, before.onset) }
            };
            let moves_pedal = has_pedal(played.part) && context.uses_pedal(played.role);
            let velocity = next.velocity.map(Vocabulary::velocity_symbol);
            let left = aim.end.and_then(|end| left_at(context, before.onset, end));
            let target =
                Target { role: next.role, ignore_other_role, parts, left, hides_keys: aim.hides_keys };
            let query = HeadQuery::about(context, vocabulary, target, (before.onset, token_of(next)));
            let lookback = Lookback::after(context, context.first() + place, target);
            let duration_known_from = match (next.shown, next.end) {
                (Some(_), _) => at,
                (None, Some(end)) => notes.partition_point(|note| note.onset < end),
                (None, None) => usize::MAX,
            };
            // Example n follows the step of note n, which is the first to tell of that note.
            let velocity_known_from = if velocity.is_some() { at } else { usize::MAX };
            let too_late =
                ignore_other_role && before.role != next.role && next.onset - before.onset <= MOMENT;
            let counts = counts(place) && !too_late;
            let sounds = counts && !aim.is_over;
            examples.push(TrainingExample {
                step: rows.step(&step),
                tick: before.onset,
                key: interval_base(&notes[..place], next.part),
                target_rows: query.rows(vocabulary, &rows, velocity, lookback.as_ref()),
                target: token_of(next),
                played: token_of(played),
                scored: [
                    counts,
                    sounds,
                    sounds && velocity.is_some(),
                    sounds && next.end.is_some() && !next.is_drum(),
                    sounds && next.part.is_some(),
                    sounds && moves_pedal,
                ],
                known_from: [
                    at,
                    at,
                    velocity_known_from,
                    if next.is_drum() { usize::MAX } else { duration_known_from.max(at) },
                    if next.part.is_some() { at } else { usize::MAX },
                    if moves_pedal { at } else { usize::MAX },
                ],
            });
        }
        Self { examples }
    }

    /// The same past, of which some notes should have been others: by the place of a note, its
    /// right key. That is what its prediction should have been; what is read and copied stays what
    /// was played.
    #[must_use]
    pub fn corrected(mut self, key: impl Fn(usize) -> Option<Key>) -> Self {
        for example in &mut self.examples {
            if let Some(key) = key(example.known_from[Field::Gap as usize]) {
                example.target.key = usize::from(key);
            }
        }
        self
    }

    /// The same, of which a field does not count.
    #[must_use]
    pub fn without(mut self, field: Field) -> Self {
        self.examples.iter_mut().for_each(|example| example.scored[field as usize] = false);
        self
    }

    /// The examples, in order.
    pub fn examples(&self) -> &[TrainingExample] {
        &self.examples
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.examples.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.examples.is_empty()
    }

    /// How many of them count for a field.
    pub fn scored(&self, field: Field) -> usize {
        self.examples.iter().filter(|example| example.scored[field as usize]).count()
    }

    /// The target of an example, whether or not it counts.
    pub fn token(&self, example: usize) -> &Token {
        &self.examples[example].target
    }

    /// A field of an example's target; `None` where it does not count.
    pub fn target(&self, example: usize, field: Field) -> Option<usize> {
        let example = &self.examples[example];
        example.scored[field as usize].then(|| field.of(&example.target))
    }
}

/// The key that the interval of a note counts from: that of its part's last note, so that the step
/// from one part to another is no interval. Without one it is the last pitched note's, and without
/// that the middle C.
pub(crate) fn interval_base(before: &[ContextNote], part: Option<Part>) -> usize {
    const LOOK_BACK: usize = 64;
    let mut newest = before.iter().rev().take(LOOK_BACK).filter(|note| !note.is_drum()).peekable();
    let last = newest.peek().map(|note| note.key);
    usize::from(newest.find(|note| note.part == part).map(|note| note.key).or(last).unwrap_or(60))
}
