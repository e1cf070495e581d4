//! Runs of notes as questions and answers, for training and scoring.

use std::sync::Arc;

use segue_music::{Context, Role, Token, Tokenizer, Vocabulary};

use crate::config::Config;
use crate::ops::{Copied, Sparse};
use crate::parameters::Field;
use crate::rotary::Angles;
use crate::rows::{Asked, Rows};

/// One prediction: after reading a step, what is the next note?
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The rows of the step read.
    pub(crate) step: Vec<(usize, f32)>,
    /// Where it lies.
    pub(crate) tick: i64,
    /// Its key.
    pub(crate) key: usize,
    /// For each field, what its head is told.
    pub(crate) asked: [Vec<(usize, f32)>; 4],
    /// The next note.
    pub(crate) answer: Token,
    /// Which of its fields count.
    pub(crate) scored: [bool; 4],
    /// By field: the first question that may know the answer; the next one, but for durations of notes still held, and for velocities
    /// that nobody knows.
    pub(crate) known_from: [usize; 4],
}

/// The questions of one run of notes: each note but the last is read, each but the first asked for.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    pub(crate) questions: Vec<Question>,
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
        let mut questions = Vec::with_capacity(notes.len().saturating_sub(1));
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
            questions.push(Question {
                step: rows.step(&step),
                tick: before.onset,
                key: step.key,
                asked,
                answer,
                scored: [counts, counts, counts && velocity.is_some(), counts && next.end.is_some()],
                known_from: [target, target, velocity_known_from, duration_known_from.max(target)],
            });
        }
        Self { questions }
    }

    /// How many questions there are.
    pub fn len(&self) -> usize {
        self.questions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.questions.is_empty()
    }

    /// How many of them count for a field.
    pub fn scored(&self, field: Field) -> usize {
        self.questions.iter().filter(|question| question.scored[field as usize]).count()
    }

    /// The note that a question asks for, whether or not it counts.
    pub fn token(&self, question: usize) -> &Token {
        &self.questions[question].answer
    }

    /// A field of the answer to a question; nothing where it does not count.
    pub fn answer(&self, question: usize, field: Field) -> Option<usize> {
        let question = &self.questions[question];
        question.scored[field as usize].then(|| symbol(&question.answer, field))
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

/// A field of a token.
pub(crate) fn symbol(token: &Token, field: Field) -> usize {
    match field {
        Field::Gap => token.gap,
        Field::Key => token.key,
        Field::Velocity => token.velocity,
        Field::Duration => token.duration,
    }
}

/// Sequences of one length side by side, as the training forward takes them.
#[derive(Debug)]
pub struct Batch {
    pub(crate) length: usize,
    pub(crate) steps: Arc<Sparse>,
    pub(crate) angles: Arc<[Angles]>,
    /// By field: what its head is told.
    pub(crate) asked: [Arc<Sparse>; 4],
    /// By field: where the copying attention stands. The onset's is at the step, the others' at the note asked for.
    pub(crate) copy_angles: [Arc<[Angles]>; 4],
    pub(crate) copied: [Vec<Arc<Copied>>; 4],
    pub(crate) targets: [Arc<[Option<u32>]>; 4],
}

impl Batch {
    /// Shorter sequences are filled up with questions that count for nothing.
    pub fn new(sequences: &[Sequence], config: &Config, vocabulary: &Vocabulary) -> Self {
        let length = sequences.iter().map(Sequence::len).max().unwrap_or(0).max(1);
        let rows = sequences.len() * length;
        let mut steps = Sparse::default();
        let mut asked: [Sparse; 4] = Default::default();
        let (mut angles, mut at_note) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let mut targets: [Vec<Option<u32>>; 4] = Default::default();
        let mut values: [Vec<i32>; 4] = Default::default();
        let mut keys = Vec::with_capacity(rows);
        let mut known_from: [Vec<usize>; 4] = Default::default();
        for sequence in sequences {
            for place in 0..length {
                let Some(question) = sequence.questions.get(place) else {
                    steps.push([]);
                    asked.iter_mut().for_each(|asked| asked.push([]));
                    angles.push(Angles::at(0, place));
                    at_note.push(Angles::at(0, place));
                    targets.iter_mut().for_each(|targets| targets.push(None));
                    values.iter_mut().for_each(|values| values.push(0));
                    keys.push(0);
                    known_from.iter_mut().for_each(|known_from| known_from.push(usize::MAX));
                    continue;
                };
                steps.push(question.step.iter().copied());
                angles.push(Angles::at(question.tick, place));
                let onset = question.tick + vocabulary.gaps.value(question.answer.gap);
                at_note.push(Angles::at(onset, place));
                for field in Field::ALL {
                    let index = field as usize;
                    asked[index].push(question.asked[index].iter().copied());
                    let symbol = symbol(&question.answer, field);
                    values[index].push(symbol as i32);
                    known_from[index].push(question.known_from[index]);
                    targets[index].push(question.scored[index].then_some(symbol as u32));
                }
                keys.push(question.key as i32);
            }
        }
        let none = vec![0; rows];
        let copied = |field: Field, shifts: &Vec<i32>| {
            Arc::new(Copied {
                length,
                window: config.copy_window,
                symbols: field.symbols(vocabulary),
                values: values[field as usize].clone(),
                shifts: shifts.clone(),
                known_from: known_from[field as usize].clone(),
                strength: field.copy_strength(vocabulary),
            })
        };
        let copied = [
            vec![copied(Field::Gap, &none)],
            vec![copied(Field::Key, &none), copied(Field::Key, &keys)],
            vec![copied(Field::Velocity, &none)],
            vec![copied(Field::Duration, &none)],
        ];
        let (angles, at_note): (Arc<[_]>, Arc<[_]>) = (angles.into(), at_note.into());
        Self {
            length,
            steps: Arc::new(steps),
            copy_angles: [angles.clone(), at_note.clone(), at_note.clone(), at_note],
            angles,
            asked: asked.map(Arc::new),
            copied,
            targets: targets.map(Into::into),
        }
    }
}
