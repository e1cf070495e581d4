//! A run of notes as training examples, for training and for scoring.

use segue_music::{BarPosition, Context, Role, Tick, Token, Tokenizer, Vocabulary};

use crate::shape::parameters::Field;
use crate::shape::rows::{Rows, TableRows, Target};

/// One prediction: after reading a step, which note comes next?
#[derive(Clone, Debug)]
pub struct TrainingExample {
    /// The rows of the step read.
    pub step: TableRows,
    /// The onset of the note read.
    pub tick: Tick,
    /// Its key.
    pub key: usize,
    /// By field: the rows that tell its head about the target.
    pub target_rows: [TableRows; 4],
    /// The note to predict.
    pub target: Token,
    /// By field: whether it counts.
    pub scored: [bool; 4],
    /// By field: the first example that may know the target's. That is the first after its onset,
    /// but later for durations of notes still held, and never for velocities that are unknown.
    pub known_from: [usize; 4],
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
        Self::targeting(tokenizer, context, counts, |_| None)
    }

    /// The same; where `role_for` gives a role for a place, the target is not the note there but
    /// the role's next note from there on, whatever the other plays before it. Without such a note
    /// it is the one there after all.
    pub fn targeting(
        tokenizer: &Tokenizer,
        context: &Context,
        counts: impl Fn(usize) -> bool,
        mut role_for: impl FnMut(usize) -> Option<Role>,
    ) -> Self {
        let vocabulary = tokenizer.vocabulary();
        let rows = Rows::new(vocabulary);
        let notes = context.notes();
        let mut examples = Vec::with_capacity(notes.len().saturating_sub(1));
        for place in 1..notes.len() {
            let found = role_for(place).and_then(|role| {
                let target = notes[place..].iter().position(|note| note.role == role)?;
                Some(place + target)
            });
            let (ignore_other_role, at) = (found.is_some(), found.unwrap_or(place));
            let (before, next) = (&notes[place - 1], &notes[at]);
            let step = tokenizer.step(context, context.first() + place - 1);
            let token = tokenizer.token(next, before.onset);
            let velocity = next.velocity.map(Vocabulary::velocity_symbol);
            let position = context.bar_position(before.onset + vocabulary.gaps.value(token.gap));
            let target = Target { role: next.role, ignore_other_role };
            let duration_known_from = match (next.shown, next.end) {
                (Some(_), _) => at,
                (None, Some(end)) => notes.partition_point(|note| note.onset < end),
                (None, None) => usize::MAX,
            };
            // Example n follows the step of note n, which is the first to tell of that note.
            let velocity_known_from = if velocity.is_some() { at } else { usize::MAX };
            let counts = counts(place);
            examples.push(TrainingExample {
                step: rows.step(&step),
                tick: before.onset,
                key: step.key,
                target_rows: target_rows(&rows, target, position, &token, velocity),
                target: token,
                scored: [counts, counts, counts && velocity.is_some(), counts && next.end.is_some()],
                known_from: [at, at, velocity_known_from, duration_known_from.max(at)],
            });
        }
        Self { examples }
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

/// The rows that tell the head of one field about its target.
pub(crate) fn target_rows_of(
    field: Field,
    rows: &Rows,
    target: Target,
    position: Option<BarPosition>,
    token: &Token,
    velocity: Option<usize>,
) -> TableRows {
    match field {
        Field::Gap => rows.for_gap(target),
        Field::Key => rows.for_key(target, position, token.gap),
        Field::Velocity => rows.for_velocity(target, position, token),
        Field::Duration => rows.for_duration(target, position, token, velocity),
    }
}

/// The rows that tell the four heads about their target.
pub(crate) fn target_rows(
    rows: &Rows,
    target: Target,
    position: Option<BarPosition>,
    token: &Token,
    velocity: Option<usize>,
) -> [TableRows; 4] {
    Field::ALL.map(|field| target_rows_of(field, rows, target, position, token, velocity))
}
