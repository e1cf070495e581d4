//! Sequences side by side, as the training forward takes them.

use std::sync::Arc;

use segue_model::{Angles, Config, Field, Sequence};
use segue_music::Vocabulary;

use crate::ops::{Copied, Sparse};

/// Sequences of one length side by side, as the training forward takes them.
#[derive(Debug)]
pub struct Batch {
    pub(crate) length: usize,
    pub(crate) steps: Arc<Sparse>,
    pub(crate) angles: Arc<[Angles]>,
    /// By field: what its head is told.
    pub(crate) asked: [Arc<Sparse>; Field::COUNT],
    /// By field: where the copying attention stands. The onset's is at the step, the others' at the note asked for.
    pub(crate) copy_angles: [Arc<[Angles]>; Field::COUNT],
    pub(crate) copied: Vec<Vec<Arc<Copied>>>,
    pub(crate) targets: [Arc<[Option<u32>]>; Field::COUNT],
}

impl Batch {
    /// Shorter sequences are filled up with questions that count for nothing.
    pub fn new(sequences: &[Sequence], config: &Config, vocabulary: &Vocabulary) -> Self {
        let length = sequences.iter().map(Sequence::len).max().unwrap_or(0).max(1);
        let fields = Field::of_model(config);
        let rows = sequences.len() * length;
        let mut steps = Sparse::default();
        let mut asked: [Sparse; Field::COUNT] = Default::default();
        let (mut angles, mut at_note) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let mut targets: [Vec<Option<u32>>; Field::COUNT] = Default::default();
        let mut values: [Vec<i32>; Field::COUNT] = Default::default();
        let mut keys = Vec::with_capacity(rows);
        let mut known_from: [Vec<usize>; Field::COUNT] = Default::default();
        for sequence in sequences {
            for place in 0..length {
                let Some(question) = sequence.examples().get(place) else {
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
                let onset = question.tick + vocabulary.gaps.value(question.target.gap);
                at_note.push(Angles::at(onset, place));
                for &field in fields {
                    let index = field as usize;
                    asked[index].push(question.target_rows[index].iter().copied());
                    let symbol = field.of(&question.target);
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
                symbols: field.alphabet(config, vocabulary),
                values: values[field as usize].clone(),
                shifts: shifts.clone(),
                known_from: known_from[field as usize].clone(),
                strength: field.copy_strength(vocabulary),
            })
        };
        let mut intervals = copied(Field::Key, &keys);
        // A drum is at no interval from anything.
        if let Some(intervals) = Arc::get_mut(&mut intervals) {
            let drums = (0..rows).filter(|&row| values[Field::Key as usize][row] >= Vocabulary::KEYS as i32);
            drums.for_each(|row| intervals.known_from[row] = usize::MAX);
        }
        let mut copied: Vec<Vec<_>> = fields.iter().map(|&field| vec![copied(field, &none)]).collect();
        copied[Field::Key as usize].push(intervals);
        let (angles, at_note): (Arc<[_]>, Arc<[_]>) = (angles.into(), at_note.into());
        Self {
            length,
            steps: Arc::new(steps),
            copy_angles: [angles.clone(), at_note.clone(), at_note.clone(), at_note.clone(), at_note],
            angles,
            asked: asked.map(Arc::new),
            copied,
            targets: targets.map(Into::into),
        }
    }
}
