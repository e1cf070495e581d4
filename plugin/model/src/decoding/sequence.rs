//! Runs of notes as questions and answers, for training and scoring.

use segue_music::{Context, Role, Tick, Token, Tokenizer, Vocabulary};

use crate::shape::parameters::Field;
use crate::shape::rows::{Asked, Rows};

/// One prediction: after reading a step, what is the next note?
#[derive(Clone, Debug)]
pub struct TrainingExample {
    /// The rows of the step read, with their weights.
    pub step: Vec<(usize, f32)>,
    /// The onset of the note read.
    pub tick: Tick,
    /// Its key.
    pub key: usize,
    /// By field: the rows that describe the target to its head, with their weights.
    pub target_rows: [Vec<(usize, f32)>; 4],
    /// The note to predict.
    pub target: Token,
    /// By field: whether it counts.
    pub scored: [bool; 4],
    /// By field: the first example that may know it. That is the one after the target's onset, but
    /// for durations of notes still held and for velocities that were never known.
    pub known_from: [usize; 4],
}

/// The questions of one run of notes: each note but the last is read, each but the first asked for.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    examples: Vec<TrainingExample>,
}

impl Sequence {
    /// Of all the notes in a context. Durations of notes still held are not asked for, nor velocities that are unknown.
    /// `score` says of each note, by its place, whether it counts.
    pub fn of(tokenizer: &Tokenizer, context: &Context, score: impl Fn(usize) -> bool) -> Self {
        Self::asking(tokenizer, context, score, |_| None)
    }

    /// The same; where `whose` gives a role for a place, the question is not for the note there but for the role's next note from there
    /// on, whatever the other plays before it. Without such a note it is for the one there after all.
    pub fn asking(
        tokenizer: &Tokenizer,
        context: &Context,
        score: impl Fn(usize) -> bool,
        mut whose: impl FnMut(usize) -> Option<Role>,
    ) -> Self {
        let vocabulary = tokenizer.vocabulary();
        let rows = Rows::new(vocabulary);
        let notes = context.notes();
        let mut examples = Vec::with_capacity(notes.len().saturating_sub(1));
        for place in 1..notes.len() {
            let found = whose(place).and_then(|role| {
                let target = notes[place..].iter().position(|note| note.role == role)?;
                Some(place + target)
            });
            let (skipping, target) = (found.is_some(), found.unwrap_or(place));
            let (before, next) = (&notes[place - 1], &notes[target]);
            let step = tokenizer.step(context, context.first() + place - 1);
            let answer = tokenizer.token(next, before.onset);
            let velocity = next.velocity.map(Vocabulary::velocity_symbol);
            let position = context.bar_position(before.onset + vocabulary.gaps.value(answer.gap));
            let asked = asked(&rows, Asked { role: next.role, skipping }, position, &answer, velocity);
            let duration_known_from = match (next.shown, next.end) {
                (Some(_), _) => target,
                (None, Some(end)) => notes.partition_point(|note| note.onset < end),
                (None, None) => usize::MAX,
            };
            let counts = score(place);
            // Question n follows the step of note n, which is the first to tell of that note.
            let velocity_known_from = if velocity.is_some() { target } else { usize::MAX };
            examples.push(TrainingExample {
                step: rows.step(&step),
                tick: before.onset,
                key: step.key,
                target_rows: asked,
                target: answer,
                scored: [counts, counts, counts && velocity.is_some(), counts && next.end.is_some()],
                known_from: [target, target, velocity_known_from, duration_known_from.max(target)],
            });
        }
        Self { examples }
    }

    /// The examples, in order.
    pub fn examples(&self) -> &[TrainingExample] {
        &self.examples
    }

    /// How many questions there are.
    pub fn len(&self) -> usize {
        self.examples.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.examples.is_empty()
    }

    /// How many of them count for a field.
    pub fn scored(&self, field: Field) -> usize {
        self.examples.iter().filter(|question| question.scored[field as usize]).count()
    }

    /// The note that a question asks for, whether or not it counts.
    pub fn token(&self, question: usize) -> &Token {
        &self.examples[question].target
    }

    /// A field of the answer to a question; nothing where it does not count.
    pub fn answer(&self, question: usize, field: Field) -> Option<usize> {
        let question = &self.examples[question];
        question.scored[field as usize].then(|| field.of(&question.target))
    }
}

/// What a field's head is told of a note.
pub(crate) fn asked_of(
    field: Field,
    rows: &Rows,
    whose: Asked,
    position: Option<segue_music::BarPosition>,
    token: &Token,
    velocity: Option<usize>,
) -> Vec<(usize, f32)> {
    match field {
        Field::Gap => rows.for_gap(whose),
        Field::Key => rows.for_key(whose, position, token.gap),
        Field::Velocity => rows.for_velocity(whose, position, token),
        Field::Duration => rows.for_duration(whose, position, token, velocity),
    }
}

/// What the four heads are told of a note.
pub(crate) fn asked(
    rows: &Rows,
    whose: Asked,
    position: Option<segue_music::BarPosition>,
    token: &Token,
    velocity: Option<usize>,
) -> [Vec<(usize, f32)>; 4] {
    Field::ALL.map(|field| asked_of(field, rows, whose, position, token, velocity))
}
