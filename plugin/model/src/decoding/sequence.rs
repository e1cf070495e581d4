//! Runs of notes as questions and answers, for training and scoring.

use segue_music::{Context, ContextNote, Part, PartSet, Role, Tick, Token, Tokenizer, Vocabulary};

use crate::shape::parameters::Field;
use crate::shape::rows::{Asked, Rows};

/// One prediction: after reading a step, what is the next note?
#[derive(Clone, Debug)]
pub struct TrainingExample {
    /// The rows of the step read, with their weights.
    pub step: Vec<(usize, f32)>,
    /// The onset of the note read.
    pub tick: Tick,
    /// The key that the target's interval counts from.
    pub key: usize,
    /// By field: the rows that describe the target to its head, with their weights.
    pub target_rows: [Vec<(usize, f32)>; Field::COUNT],
    /// The note to predict.
    pub target: Token,
    /// By field: whether it counts.
    pub scored: [bool; Field::COUNT],
    /// By field: the first example that may know it. That is the one after the target's onset, but
    /// for durations of notes still held and for velocities that were never known.
    pub known_from: [usize; Field::COUNT],
}

/// What an example asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aim {
    /// The next note of this role, whatever the other plays before it; `None` for the very next note.
    pub role: Option<Role>,
    /// The note is one of these parts; none of them where nobody says.
    pub parts: PartSet,
}

impl Aim {
    /// Whether a note is what it asks for.
    fn fits(&self, note: &ContextNote) -> bool {
        let of_parts = self.parts.is_empty() || note.part.is_some_and(|part| self.parts.contains(part));
        self.role.is_none_or(|role| note.role == role) && of_parts
    }
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
        Self::asking(tokenizer, context, score, |_| Aim::default())
    }

    /// The same, each example asking for what `aim` says of its place. Where no note from there on fits, it asks for the one there.
    pub fn asking(
        tokenizer: &Tokenizer,
        context: &Context,
        score: impl Fn(usize) -> bool,
        mut aim: impl FnMut(usize) -> Aim,
    ) -> Self {
        let vocabulary = tokenizer.vocabulary();
        let rows = Rows::new(vocabulary);
        let notes = context.notes();
        let mut examples = Vec::with_capacity(notes.len().saturating_sub(1));
        for place in 1..notes.len() {
            let aim = aim(place);
            let found = match aim.role {
                Some(_) => notes[place..].iter().position(|note| aim.fits(note)),
                None => aim.fits(&notes[place]).then_some(0),
            };
            let parts = if found.is_some() { aim.parts } else { PartSet::NONE };
            let skipping = found.is_some() && aim.role.is_some();
            let target = place + found.unwrap_or(0);
            let (before, next) = (&notes[place - 1], &notes[target]);
            let step = tokenizer.step(context, context.first() + place - 1);
            let answer = tokenizer.token(next, before.onset);
            let velocity = next.velocity.map(Vocabulary::velocity_symbol);
            let position = context.bar_position(before.onset + vocabulary.gaps.value(answer.gap));
            let asked = asked(&rows, Asked { role: next.role, skipping, parts }, position, &answer, velocity);
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
                key: interval_base(&notes[..place], next.part),
                target_rows: asked,
                target: answer,
                scored: [
                    counts,
                    counts,
                    counts && velocity.is_some(),
                    counts && next.end.is_some() && !next.is_drum(),
                    counts && next.part.is_some(),
                ],
                known_from: [
                    target,
                    target,
                    velocity_known_from,
                    if next.is_drum() { usize::MAX } else { duration_known_from.max(target) },
                    if next.part.is_some() { target } else { usize::MAX },
                ],
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
        Field::Part => rows.for_part(whose, position, token.gap),
        Field::Key => rows.for_key(whose, position, token),
        Field::Velocity => rows.for_velocity(whose, position, token),
        Field::Duration => rows.for_duration(whose, position, token, velocity),
    }
}

/// What the heads are told of a note, by field.
pub(crate) fn asked(
    rows: &Rows,
    whose: Asked,
    position: Option<segue_music::BarPosition>,
    token: &Token,
    velocity: Option<usize>,
) -> [Vec<(usize, f32)>; Field::COUNT] {
    [Field::Gap, Field::Key, Field::Velocity, Field::Duration, Field::Part]
        .map(|field| asked_of(field, rows, whose, position, token, velocity))
}

/// The key that the interval of a note of a part counts from: that of the part's last note, so that what one part played is no leap of
/// another's. Without one it is the last pitched note's, and without that the middle C.
pub(crate) fn interval_base(before: &[ContextNote], part: Option<Part>) -> usize {
    const LOOK_BACK: usize = 64;
    let mut newest = before.iter().rev().take(LOOK_BACK).filter(|note| !note.is_drum()).peekable();
    let last = newest.peek().map(|note| note.key);
    usize::from(newest.find(|note| note.part == part).map(|note| note.key).or(last).unwrap_or(60))
}
