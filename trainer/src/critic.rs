//! `trainer critic`: a critic learns to tell people's phrases from a model's.

mod choice;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use anyhow::{Result, ensure};
use clap::Args;
use segue_model::{CANDIDATES, Checkpoint, Critic, Model};

use crate::excerpt::{self, Excerpt, Lengths};
use crate::material::Material;
use crate::parallel::spread;
use crate::progress_bar::bar;
use crate::record::VoicedNote;
use crate::sampling::Sampling;
use crate::saved;
use choice::Choice;

/// Bars of an excerpt: eight are given, and two phrases follow, as the plugin chooses them.
const LENGTHS: Lengths = Lengths { prompt: 8, answer: 9 };
/// Parts that the pieces fall into: what it is worth is asked about pieces that it has not seen.
const PARTS: usize = 6;
/// How hard weights are held to zero. From 3 to 30 it knew people's phrase of nine in 54 to 56 % of
/// other pieces, at 100 in 52 %.
const RIDGE: f64 = 10.0;
/// Fewer pieces teach nothing.
const FEWEST: usize = 24;

/// Let a critic learn to tell people's phrases from a model's, by pieces of the training split; of
/// several ways to go on the plugin plays what it likes best. It is written beside the model
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
}

impl Learn {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let checkpoint = Checkpoint::load_alone(&self.model)?;
        saved::ready_for(&Critic::path(&self.model))?;
        let model = Arc::new(Model::from_checkpoint(checkpoint.clone())?);
        let excerpts = excerpt::choose(&self.material.corpus()?, LENGTHS, self.pieces as usize, Excerpt::of);
        ensure!(
            excerpts.len() >= FEWEST,
            "a critic needs {FEWEST} pieces of {} bars, and there are {}; name more music with --shards",
            LENGTHS.prompt + LENGTHS.answer,
            excerpts.len()
        );
        let progress = bar(excerpts.len() as u64, "{bar:30} {percent} %, {eta} left");
        let mut cores = vec![(); thread::available_parallelism().map_or(1, usize::from)];
        let pieces = spread(&mut cores, excerpts.iter().collect(), |(), excerpt| {
            let choices = self.choices(excerpt, &model);
            progress.inc(1);
            choices
        })?;
        progress.finish_and_clear();
        let critic = learned(pieces.iter().flatten());
        checkpoint.save_critic(&critic, &self.model)?;
        let [of_all, of_two] = known(&pieces);
        say!(
            "{}: learned from {} pieces; of people's phrase in another piece and {CANDIDATES} of the model's it knows people's in {:.0} %, and of two in {:.0} %",
            Critic::path(&self.model).display(),
            excerpts.len(),
            100.0 * of_all,
            100.0 * of_two,
        );
        Ok(())
    }

    /// People's phrases and the model's after the same music, as their mean states.
    fn choices(&self, excerpt: &Excerpt, model: &Arc<Model>) -> Result<Vec<Choice>> {
        let numbers = |state: Vec<f32>| state.into_iter().map(f64::from).collect::<Vec<f64>>();
        let people = excerpt.phrases(&excerpt.human, model).into_iter();
        let mut choices: Vec<Choice> = people.map(|state| state.map(numbers).into_iter().collect()).collect();
        for answer in 0..CANDIDATES {
            let seed = self.sampling.seed.wrapping_mul(1000).wrapping_add(answer);
            let sampling = Sampling { candidates: 1, seed, ..self.sampling.clone() };
            let mut own = excerpt.answer(model, &sampling)?;
            if excerpt.human.iter().all(|note| note.velocity.is_none()) {
                // How hard keys are struck must not give away who plays.
                own.iter_mut().for_each(|note: &mut VoicedNote| note.velocity = None);
            }
            for (choice, own) in choices.iter_mut().zip(excerpt.phrases(&own, model)) {
                if !choice.is_empty() {
                    choice.extend(own.map(numbers));
                }
            }
        }
        choices.retain(|choice| choice.len() > 1);
        Ok(choices)
    }
}

/// A critic that has learned which phrase of each choice is people's.
fn learned<'a>(choices: impl Iterator<Item = &'a Choice>) -> Critic {
    Critic::new(choice::weights(choices, RIDGE).into_iter().map(|weight| weight as f32).collect())
}

/// The share of choices in which a critic that has not seen the piece knows people's phrase of all,
/// and the share of pairs in which it does.
fn known(pieces: &[Vec<Choice>]) -> [f64; 2] {
    let (mut of_all, mut of_two) = (Vec::new(), Vec::new());
    for part in 0..PARTS {
        let of_part = |asked: bool| {
            let pieces = pieces.iter().enumerate();
            pieces.filter(move |(at, _)| (at % PARTS == part) == asked).flat_map(|(_, choices)| choices)
        };
        let critic = learned(of_part(false));
        let score =
            |state: &Vec<f64>| critic.score(&state.iter().map(|&number| number as f32).collect::<Vec<_>>());
        for choice in of_part(true) {
            let (people, own) = (score(&choice[0]), &choice[1..]);
            let beaten: Vec<bool> = own.iter().map(|own| score(own) < people).collect();
            of_all.push(beaten.iter().all(|beaten| *beaten));
            of_two.extend(beaten);
        }
    }
    [of_all, of_two].map(|known| share(&known))
}

fn share(known: &[bool]) -> f64 {
    known.iter().filter(|known| **known).count() as f64 / known.len().max(1) as f64
}
