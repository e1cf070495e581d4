//! `trainer critic`: a critic learns to tell people's phrases from a model's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use segue_model::{CRITIC_NUMBERS, Critic, Model, Stretch, Weighed};
use segue_music::{Context, ContextNote, Role, Tick, replace};

use crate::excerpt::{self, Excerpt, Lengths};
use crate::material::Material;
use crate::progress_bar::bar;
use crate::record::VoicedNote;
use crate::sampling::Sampling;
use crate::saved;
use crate::told_apart::logistic::{Logistic, area};

/// Bars of an excerpt: as many are given as the critic hears, and two phrases follow, as the
/// plugin chooses them.
const LENGTHS: Lengths = Lengths { prompt: 8, answer: 9 };
/// The bars of the phrases that are judged.
const PHRASES: [(usize, usize); 2] = [(0, 5), (5, 9)];
/// Parts that the pieces fall into: what it is worth is asked about pieces that it has not seen.
const PARTS: usize = 6;
/// No deviation is smaller.
const LEAST: f64 = 1e-6;
/// Fewer pieces teach nothing.
const FEWEST: usize = 24;

/// The numbers of a phrase.
type Numbers = [f64; CRITIC_NUMBERS.len()];

/// Let a critic learn to tell people's phrases from a model's, by pieces of the training split; the
/// plugin plays what it likes best of several ways to go on
#[derive(Args, Debug)]
pub struct Learn {
    /// The model.
    #[arg(long, default_value = "assets/segue.safetensors")]
    model: PathBuf,
    #[command(flatten)]
    material: Material,
    /// From how many pieces it learns.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pieces: u32,
    #[command(flatten)]
    sampling: Sampling,
    /// Where it goes.
    #[arg(long, default_value = "assets/critic.json")]
    out: PathBuf,
}

impl Learn {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        saved::ready_for(&self.out)?;
        let model = Arc::new(Model::load(&self.model)?);
        let excerpts = excerpt::choose(&self.material.corpus()?, LENGTHS, self.pieces as usize, Excerpt::of);
        ensure!(
            excerpts.len() >= FEWEST,
            "a critic needs {FEWEST} pieces of {} bars, and there are {}; name more music with --shards",
            LENGTHS.prompt + LENGTHS.answer,
            excerpts.len()
        );
        let sampling = Sampling { candidates: 1, ..self.sampling.clone() };
        let progress = bar(excerpts.len() as u64, "{bar:30} {percent} %, {eta} left");
        let mut pairs: Vec<[Vec<Numbers>; 2]> = Vec::new();
        for excerpt in &excerpts {
            progress.inc(1);
            let own = excerpt.answer(&model, &sampling)?;
            pairs.push([phrases(excerpt, &excerpt.human), phrases(excerpt, &own)]);
        }
        progress.finish_and_clear();
        let mut areas = Vec::new();
        for part in 0..PARTS {
            let of_part = |asked: bool| {
                pairs
                    .iter()
                    .enumerate()
                    .filter(move |(at, _)| (at % PARTS == part) == asked)
                    .map(|(_, pair)| pair)
            };
            let critic = learned(of_part(false));
            let scores = |kind: usize| -> Vec<f64> {
                of_part(true).flat_map(|pair| &pair[kind]).map(|numbers| critic.oddness_of(numbers)).collect()
            };
            areas.push(area(&scores(0), &scores(1)));
        }
        let critic = learned(pairs.iter());
        replace(&self.out, critic.write()?.as_bytes())
            .with_context(|| format!("cannot write {}", self.out.display()))?;
        let mean = areas.iter().sum::<f64>() / areas.len() as f64;
        say!(
            "{}: learned from {} pieces; of two phrases of other pieces it knows people's in {:.0} %",
            self.out.display(),
            excerpts.len(),
            100.0 * mean
        );
        Ok(())
    }
}

/// One that was made before.
pub fn load(path: &Path) -> Result<Critic> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Critic::read(&text).with_context(|| format!("{}", path.display()))
}

/// A critic that has learned from people's phrases, the first of each pair, and a model's.
///
/// A number in which the model is less odd than people, the others given, is left out: it would
/// have the critic prefer what nobody plays.
fn learned<'a>(pairs: impl Iterator<Item = &'a [Vec<Numbers>; 2]> + Clone) -> Critic {
    let of = |kind: usize| pairs.clone().flat_map(move |pair| &pair[kind]);
    let mut weighed = [Weighed::default(); CRITIC_NUMBERS.len()];
    for (place, weighed) in weighed.iter_mut().enumerate() {
        let count = of(0).count().max(1) as f64;
        let mean = of(0).map(|numbers| numbers[place]).sum::<f64>() / count;
        let square = of(0).map(|numbers| (numbers[place] - mean).powi(2)).sum::<f64>() / count;
        *weighed = Weighed { mean, deviation: square.sqrt().max(LEAST), weight: 0.0 };
    }
    let mut left: Vec<usize> = (0..CRITIC_NUMBERS.len()).collect();
    loop {
        let squares = |numbers: &Numbers| -> Vec<f64> {
            left.iter().map(|&place| weighed[place].square(numbers[place])).collect()
        };
        let people = of(0).map(|numbers| (squares(numbers), false));
        let rows: Vec<(Vec<f64>, bool)> =
            people.chain(of(1).map(|numbers| (squares(numbers), true))).collect();
        let examples: Vec<(&[f64], bool)> = rows.iter().map(|(row, own)| (&row[..], *own)).collect();
        let slopes = Logistic::learned(&examples).slopes();
        if slopes.iter().all(|slope| *slope >= 0.0) {
            for (place, slope) in left.into_iter().zip(slopes) {
                weighed[place].weight = slope;
            }
            return Critic::new(weighed);
        }
        left =
            left.into_iter().zip(slopes).filter(|(_, slope)| *slope >= 0.0).map(|(place, _)| place).collect();
    }
}

/// The numbers of an answer's phrases.
fn phrases(excerpt: &Excerpt, answer: &[VoicedNote]) -> Vec<Numbers> {
    let begins = excerpt.bar_line;
    let lines: Vec<Tick> = excerpt.bar_lines().into_iter().filter(|&line| line >= begins).collect();
    let heard = |note: &VoicedNote, role: Role| ContextNote {
        onset: note.onset,
        key: note.key,
        velocity: note.velocity,
        end: Some(note.onset + note.duration.max(1)),
        shown: Some(note.duration.max(1)),
        role,
        part: None,
    };
    let given = excerpt.prompt.iter().map(|note| heard(note, Role::Player));
    // As the plugin hears both: a key that is struck again ends.
    let mut context = Context::new();
    for note in given.chain(answer.iter().map(|note| heard(note, Role::Segue))) {
        context.hear(note);
    }
    let bar = lines.get(1).map_or(1, |line| line - begins);
    let stretch = |&(from, until): &(usize, usize)| {
        let (from, until) = (*lines.get(from)?, *lines.get(until)?);
        Some(Critic::numbers(&Stretch { notes: context.notes(), from, until, bar }))
    };
    PHRASES.iter().filter_map(stretch).collect()
}
