//! How a model plays, beside people and beside what is bad on purpose.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rand_pcg::Pcg64Mcg;
use segue_model::Model;
use serde_json::{Value, json};

use super::music::Music;
use crate::drift::Thirds;
use crate::excerpt::Excerpt;
use crate::form::Form;
use crate::judge::{BESIDE, Judge, Numbers, beside};
use crate::likeness::Likeness;
use crate::markov::{Design, Markov};
use crate::measure::Measure;
use crate::progress_bar::bar;
use crate::record::{Record, VoicedNote};
use crate::sampling::Sampling;
use crate::told_apart::ToldApart;

/// Everybody who goes on from the prompts: the model, and those beside.
pub fn systems() -> impl Iterator<Item = &'static str> {
    std::iter::once("Segue").chain(BESIDE).chain(["Markov model"])
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
    /// Of Segue's answer, and of people's.
    pub likeness: [Likeness; 2],
    /// Everybody's answers to be played, where they may be written.
    pub music: Option<Music>,
}

/// All prompts.
#[derive(Clone, Debug)]
pub struct Playing {
    /// In the order of [`systems`].
    pub numbers: Vec<Numbers>,
    /// How their answers hold over many bars, in the same order.
    pub forms: Vec<Form>,
    /// How far they drift, in the same order.
    pub thirds: Vec<Thirds>,
    /// How well all but people are told from people, or why that is not known.
    pub told_apart: Result<ToldApart, String>,
    /// In the order in which they were chosen.
    pub prompts: Vec<Prompt>,
}

impl Playing {
    /// Lets everybody go on from every prompt, once, and writes what the model and people play.
    pub fn of(
        model: &Arc<Model>,
        excerpts: &[Excerpt],
        corpus: &[&Record],
        sampling: &Sampling,
        folder: Option<&Path>,
    ) -> Result<Self> {
        let progress = bar(2 * excerpts.len() as u64, "{bar:30} {percent} % {msg}, {eta} left");
        progress.set_message("the Markov model learns");
        // It takes memory, as the judge does: it has played before the judge comes.
        let markov: Vec<_> = {
            let markov = Markov::new(Measure::Free, Design::MARKOV, corpus);
            let answer = |excerpt| {
                progress.inc(1);
                markov.answer(excerpt, sampling)
            };
            excerpts.iter().map(answer).collect()
        };
        let mut random = Pcg64Mcg::new(u128::from(sampling.seed) << 1 | 1);
        // By system, then by prompt.
        let mut answers = vec![Vec::new(); systems().count()];
        let mut prompts = Vec::new();
        for ((excerpt, markov), number) in excerpts.iter().zip(markov).zip(1..) {
            progress.inc(1);
            progress.set_message(excerpt.kind.clone());
            let segue = excerpt.answer(model, sampling)?;
            if let Some(folder) = folder {
                let path = |what: &str| folder.join(format!("{number:02}-{what}.mid"));
                excerpt.write(&path("prompt"), &[])?;
                excerpt.write(&path("segue"), &segue)?;
                excerpt.write(&path("people"), &excerpt.human)?;
            }
            let others = beside(excerpt, &mut random).into_iter().chain([markov]);
            let all: Vec<_> = std::iter::once(segue.clone()).chain(others).collect();
            let music = folder.map(|_| {
                let name = format!("{}, {}", excerpt.name, excerpt.kind);
                Music::of(excerpt, name, systems().zip(all.iter().map(Vec::as_slice)))
            });
            prompts.push(Prompt {
                name: excerpt.name.clone(),
                kind: excerpt.kind.clone(),
                number,
                music,
                likeness: [&segue, &excerpt.human].map(|answer| Likeness::of(&excerpt.prompt, answer)),
            });
            answers.iter_mut().zip(all).for_each(|(answers, answer)| answers.push(answer));
        }
        progress.set_message("learning what is surprising");
        let judge = Judge::new(corpus);
        progress.finish_and_clear();
        let known = judge.known(answers.iter().flatten());
        let numbers = |answers: &Vec<Vec<VoicedNote>>| judge.numbers(excerpts, answers.iter(), &known);
        let told: Vec<_> = systems().zip(&answers).filter(|(who, _)| *who != BESIDE[0]).collect();
        Ok(Self {
            numbers: answers.iter().map(numbers).collect(),
            forms: answers.iter().map(|answers| Form::of(pairs(excerpts, answers))).collect(),
            thirds: answers.iter().map(|answers| Thirds::of(pairs(excerpts, answers))).collect(),
            told_apart: ToldApart::of(excerpts, &told),
            prompts,
        })
    }

    /// As JSON.
    pub fn as_json(&self) -> Value {
        let by_system = |numbers: Vec<Value>| -> Value {
            Value::Object(systems().map(str::to_owned).zip(numbers).collect())
        };
        json!({
            "systems": by_system(self.numbers.iter().map(|numbers| json!(numbers)).collect()),
            "form": by_system(self.forms.iter().map(|form| json!(form)).collect()),
            "thirds": by_system(self.thirds.iter().map(|thirds| json!(thirds)).collect()),
            "told_apart": self.told_apart.as_ref().map_or(Value::Null, ToldApart::as_json),
            "prompts": self.prompts.len(),
        })
    }
}

/// Each excerpt with somebody's answer to it.
fn pairs<'a>(
    excerpts: &'a [Excerpt],
    answers: &'a [Vec<VoicedNote>],
) -> impl Iterator<Item = (&'a Excerpt, &'a [VoicedNote])> {
    excerpts.iter().zip(answers.iter().map(Vec::as_slice))
}
