//! How a model plays, beside people and beside what is bad on purpose.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rand_pcg::Pcg64Mcg;
use segue_model::Model;
use serde_json::{Value, json};

use crate::excerpt::Excerpt;
use crate::likeness::{self, Likeness};
use crate::markov::{Design, Listener, Markov};
use crate::measure::{Measure, SIXTEENTH, sixteenths};
use crate::progress::bar;
use crate::record::{Record, VoicedNote};
use crate::runs;

/// How answers are sampled.
#[derive(Clone, Copy, Debug)]
pub struct Sampling {
    /// Above 1 bolder, below 1 more careful.
    pub temperature: f32,
    /// The share of probability that is kept.
    pub top_p: f32,
    /// One for all.
    pub seed: u64,
}

/// Who goes on from the prompt.
pub const SYSTEMS: [&str; 6] = [
    "Segue",
    "human",
    "human, further on",
    "human, pitches shuffled",
    "human, 10 % wrong notes",
    "loop of the prompt",
];
/// The place of the human in [`SYSTEMS`], whom the others are compared to.
pub const HUMAN: usize = 1;
/// Notes of a run that is called copied from the training set.
const RUN: usize = 16;

/// The numbers of one who goes on, over all prompts.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    /// Answers it gave.
    pub answers: usize,
    /// Means over the answers.
    pub notes: f64,
    /// See [`Likeness`].
    pub in_key: f64,
    /// See [`Likeness`].
    pub cosine: f64,
    /// See [`Likeness`].
    pub copied: f64,
    /// See [`Likeness`].
    pub looped: f64,
    /// The share of answers with a run of 16 notes, in any key, that stands in the training set.
    pub trained: f64,
    /// How far apart the surprises of its notes and of the human's lie, in bits, over all prompts.
    pub surprise: f64,
}

/// One prompt and what was made of it.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// The piece.
    pub name: String,
    /// The kind of music.
    pub kind: String,
    /// The number that its files begin with.
    pub number: usize,
    /// Of Segue's answer, and of the human's.
    pub likeness: [Likeness; 2],
}

/// All prompts.
#[derive(Clone, Debug)]
pub struct Playing {
    /// In the order of [`SYSTEMS`].
    pub numbers: Vec<Numbers>,
    /// In the order in which they were chosen.
    pub prompts: Vec<Prompt>,
}

impl Playing {
    /// Lets everybody go on from every prompt, once, and writes what the model and the human play.
    pub fn of(
        model: &Arc<Model>,
        excerpts: &[Excerpt],
        corpus: &[&Record],
        sampling: Sampling,
        folder: &Path,
    ) -> Result<Self> {
        let progress = bar(excerpts.len() as u64 + 1, "{bar:30} {pos}/{len} {msg}, {eta} left");
        progress.set_message("learning what is surprising");
        let markov = Markov::new(Measure::Sixteenths, Design::MARKOV, corpus);
        let mut random = Pcg64Mcg::new(u128::from(sampling.seed) << 1 | 1);
        let mut answers: Vec<[Vec<VoicedNote>; 6]> = Vec::new();
        for (place, excerpt) in excerpts.iter().enumerate() {
            progress.inc(1);
            progress.set_message(excerpt.kind.clone());
            let segue = excerpt.answer(model, sampling.temperature, sampling.top_p, sampling.seed)?;
            let number = place + 1;
            excerpt.write(&folder.join(format!("{number:02}-prompt.mid")), &[])?;
            excerpt.write(&folder.join(format!("{number:02}-segue.mid")), &segue)?;
            excerpt.write(&folder.join(format!("{number:02}-human.mid")), &excerpt.human)?;
            answers.push([
                segue,
                excerpt.human.clone(),
                excerpt.later.clone(),
                likeness::shuffled(&excerpt.human, &mut random),
                likeness::wrong(&excerpt.human, &mut random),
                likeness::looped(excerpt),
            ]);
        }
        progress.finish_and_clear();
        let trained = in_training(&answers, corpus);
        let mut numbers = vec![Numbers::default(); SYSTEMS.len()];
        let mut prompts = Vec::new();
        // By system: the bits of every note of its answers, and of the human's to the same prompts.
        let mut surprises = vec![(Vec::new(), Vec::new()); SYSTEMS.len()];
        for (place, (excerpt, answers)) in excerpts.iter().zip(&answers).enumerate() {
            let human = surprise(&markov, excerpt, &answers[HUMAN]);
            for (system, answer) in answers.iter().enumerate().filter(|(_, answer)| !answer.is_empty()) {
                let likeness = Likeness::of(&excerpt.prompt, answer);
                numbers[system].add(&likeness, trained[place][system]);
                surprises[system].0.extend(surprise(&markov, excerpt, answer));
                surprises[system].1.extend_from_slice(&human);
            }
            let likeness = [&answers[0], &answers[HUMAN]].map(|answer| Likeness::of(&excerpt.prompt, answer));
            prompts.push(Prompt {
                name: excerpt.name.clone(),
                kind: excerpt.kind.clone(),
                number: place + 1,
                likeness,
            });
        }
        for (numbers, (own, human)) in numbers.iter_mut().zip(&surprises) {
            numbers.average();
            numbers.surprise = likeness::distance(own, human);
        }
        Ok(Self { numbers, prompts })
    }

    /// As JSON.
    pub fn as_json(&self) -> Value {
        let systems: serde_json::Map<_, _> = SYSTEMS
            .iter()
            .zip(&self.numbers)
            .map(|(name, numbers)| {
                let numbers = json!({
                    "answers": numbers.answers, "notes": numbers.notes,
                    "in_key": numbers.in_key, "pitch_class_cosine": numbers.cosine,
                    "copied_8_from_prompt": numbers.copied, "looped_8": numbers.looped,
                    "files_with_16_from_training": numbers.trained, "surprise_distance": numbers.surprise,
                });
                ((*name).to_owned(), numbers)
            })
            .collect();
        json!({ "systems": systems, "prompts": self.prompts.len() })
    }
}

impl Numbers {
    fn add(&mut self, likeness: &Likeness, trained: bool) {
        self.answers += 1;
        self.notes += likeness.notes as f64;
        self.in_key += likeness.in_key;
        self.cosine += likeness.cosine;
        self.copied += likeness.copied;
        self.looped += likeness.looped;
        self.trained += f64::from(u8::from(trained));
    }

    fn average(&mut self) {
        let answers = self.answers.max(1) as f64;
        for number in [
            &mut self.notes,
            &mut self.in_key,
            &mut self.cosine,
            &mut self.copied,
            &mut self.looped,
            &mut self.trained,
        ] {
            *number /= answers;
        }
    }
}

/// For each answer, whether a run of it stands in the training set, in any key. Only the answers' runs are kept in memory.
fn in_training(answers: &[[Vec<VoicedNote>; 6]], corpus: &[&Record]) -> Vec<[bool; 6]> {
    let runs: Vec<[Vec<u64>; 6]> = answers
        .iter()
        .map(|answers| answers.each_ref().map(|answer| runs::transposed(answer, RUN)))
        .collect();
    let asked: HashSet<u64> = runs.iter().flatten().flatten().copied().collect();
    let mut found = HashSet::new();
    for record in corpus {
        found.extend(runs::transposed(&record.notes, RUN).into_iter().filter(|run| asked.contains(run)));
    }
    runs.iter().map(|runs| runs.each_ref().map(|runs| runs.iter().any(|run| found.contains(run)))).collect()
}

/// The bits of each note of an answer, on sixteenths, by a Markov model that learned the prompt and then learns no more.
fn surprise(markov: &Markov, excerpt: &Excerpt, answer: &[VoicedNote]) -> Vec<f64> {
    // What is further on is heard as if it came at once.
    let early =
        answer.first().map_or(0, |note| (note.onset - excerpt.bar_line).div_euclid(excerpt.answer.max(1)));
    let moved = |note: &VoicedNote| VoicedNote { onset: note.onset - early * excerpt.answer, ..*note };
    let notes = excerpt.prompt.iter().copied().chain(answer.iter().map(moved)).collect();
    let record = Measure::Sixteenths.read(&Record { notes, meters: excerpt.meters(), ..Record::default() });
    let given = record.place_at(sixteenths(excerpt.bar_line) * SIXTEENTH);
    let mut listener = Listener::new(markov);
    let mut bits = Vec::new();
    for (place, said) in record.said().iter().enumerate() {
        let nats = listener.hear(said, place + 1 < given);
        if place + 1 >= given {
            bits.push(nats.iter().flatten().sum::<f64>() / std::f64::consts::LN_2);
        }
    }
    bits
}
