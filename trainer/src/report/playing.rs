//! How a model plays, beside people and beside what is bad on purpose.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rand_pcg::Pcg64Mcg;
use segue_model::Model;
use serde_json::{Value, json};

use super::music::Music;
use crate::excerpt::Excerpt;
use crate::judge::{BESIDE, Judge, Numbers, beside};
use crate::likeness::Likeness;
use crate::progress_bar::bar;
use crate::record::{Record, VoicedNote};
use crate::sampling::Sampling;

/// Everybody who goes on from the prompts: the model, and those beside.
pub fn systems() -> impl Iterator<Item = &'static str> {
    std::iter::once("Segue").chain(BESIDE)
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
        let progress = bar(excerpts.len() as u64 + 1, "{bar:30} {pos}/{len} {msg}, {eta} left");
        progress.set_message("learning what is surprising");
        let judge = Judge::new(corpus);
        let mut random = Pcg64Mcg::new(u128::from(sampling.seed) << 1 | 1);
        // By system, then by prompt.
        let mut answers = vec![Vec::new(); systems().count()];
        let mut prompts = Vec::new();
        for (excerpt, number) in excerpts.iter().zip(1..) {
            progress.inc(1);
            progress.set_message(excerpt.kind.clone());
            let segue = excerpt.answer(model, sampling)?;
            if let Some(folder) = folder {
                let path = |what: &str| folder.join(format!("{number:02}-{what}.mid"));
                excerpt.write(&path("prompt"), &[])?;
                excerpt.write(&path("segue"), &segue)?;
                excerpt.write(&path("people"), &excerpt.human)?;
            }
            let all: Vec<_> = std::iter::once(segue.clone()).chain(beside(excerpt, &mut random)).collect();
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
        progress.finish_and_clear();
        let known = judge.known(answers.iter().flatten());
        let numbers = |answers: &Vec<Vec<VoicedNote>>| judge.numbers(excerpts, answers.iter(), &known);
        Ok(Self { numbers: answers.iter().map(numbers).collect(), prompts })
    }

    /// As JSON.
    pub fn as_json(&self) -> Value {
        let systems: serde_json::Map<_, _> =
            systems().zip(&self.numbers).map(|(name, numbers)| (name.to_owned(), json!(numbers))).collect();
        json!({ "systems": systems, "prompts": self.prompts.len() })
    }
}
