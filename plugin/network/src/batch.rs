//! Sequences side by side, as the training forward takes them.

use std::sync::Arc;

use segue_model::{Angles, Config, Field, Sequence};
use segue_music::Vocabulary;

use crate::ops::{Copied, Sparse, Turns};

/// Sequences of one length side by side, as the training forward takes them.
#[derive(Debug)]
pub struct Batch {
    pub(crate) length: usize,
    pub(crate) steps: Arc<Sparse>,
    pub(crate) angles: Arc<Turns>,
    /// By field: the rows that describe the target to its head.
    pub(crate) target_rows: [Arc<Sparse>; Field::COUNT],
    /// By field: the position of the copying attention. The onset's is at the step, the others' at
    /// the target.
    pub(crate) copy_angles: [Arc<Turns>; Field::COUNT],
    pub(crate) copied: Vec<Vec<Arc<Copied>>>,
    pub(crate) targets: [Arc<[Option<u32>]>; Field::COUNT],
}

impl Batch {
    /// Shorter sequences are padded with examples that do not count.
    pub fn new(sequences: &[Sequence], config: &Config, vocabulary: &Vocabulary) -> Self {
        let length = sequences.iter().map(Sequence::len).max().unwrap_or(0).max(1);
        let fields = Field::of_model(config);
        let rows = sequences.len() * length;
        let mut steps = Sparse::default();
        let mut target_rows: [Sparse; Field::COUNT] = Default::default();
        let (mut angles, mut at_note) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let mut targets: [Vec<Option<u32>>; Field::COUNT] = Default::default();
        let mut values: [Vec<i32>; Field::COUNT] = Default::default();
        let mut keys = Vec::with_capacity(rows);
        let mut known_from: [Vec<usize>; Field::COUNT] = Default::default();
        for sequence in sequences {
            for place in 0..length {
                let Some(example) = sequence.examples().get(place) else {
                    steps.push([]);
                    target_rows.iter_mut().for_each(|rows| rows.push([]));
                    angles.push(Angles::at(0, place));
                    at_note.push(Angles::at(0, place));
                    targets.iter_mut().for_each(|targets| targets.push(None));
                    values.iter_mut().for_each(|values| values.push(0));
                    keys.push(0);
                    known_from.iter_mut().for_each(|known_from| known_from.push(usize::MAX));
                    continue;
                };
                steps.push(example.step.iter().copied());
                angles.push(Angles::at(example.tick, place));
                let onset = example.tick + vocabulary.gaps.value(example.target.gap);
                at_note.push(Angles::at(onset, place));
                for &field in fields {
                    let index = field as usize;
                    target_rows[index].push(example.target_rows[index].iter().copied());
                    values[index].push(field.of(&example.played) as i32);
                    known_from[index].push(example.known_from[index]);
                    let target = field.of(&example.target) as u32;
                    targets[index].push(example.scored[index].then_some(target));
                }
                keys.push(example.key as i32);
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
            let keys = &values[Field::Key as usize];
            let drums = (0..rows).filter(|&row| keys[row] >= Vocabulary::KEYS as i32);
            drums.for_each(|row| intervals.known_from[row] = usize::MAX);
        }
        let mut copied: Vec<Vec<_>> = fields.iter().map(|&field| vec![copied(field, &none)]).collect();
        copied[Field::Key as usize].push(intervals);
        let [angles, at_note] = [angles, at_note].map(|angles| Arc::new(Turns::from(angles)));
        Self {
            length,
            steps: Arc::new(steps),
            copy_angles: Field::WITH_PEDAL.map(|field| match field {
                Field::Gap => angles.clone(),
                _ => at_note.clone(),
            }),
            angles,
            target_rows: target_rows.map(Arc::new),
            copied,
            targets: targets.map(Into::into),
        }
    }
}
