//! `trainer sweep`: which sampling plays most like people.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, ensure};
use clap::Args;
use rand_pcg::Pcg64Mcg;
use segue_model::Model;
use serde_json::{Value, json};

use crate::excerpt::{self, Excerpt, Lengths};
use crate::judge::{BESIDE, Judge, Numbers, beside};
use crate::material::Material;
use crate::progress::bar;
use crate::record::{Record, VoicedNote};
use crate::sampling::Sampling;

/// Find the sampling that plays most like people: answers to the same prompts at every temperature and top-p asked for, judged by the same numbers
/// as in a report, as long as asked for and half as long.
#[derive(Args, Debug)]
pub struct Sweep {
    /// The model.
    #[arg(long, default_value = "assets/segue.safetensors")]
    model: PathBuf,
    #[command(flatten)]
    material: Material,
    /// How many prompts are answered, once each at every setting.
    #[arg(long, default_value_t = 96, value_parser = clap::value_parser!(u32).range(1..=1000))]
    prompts: u32,
    /// Bars of a prompt.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    prompt_bars: u32,
    /// Bars of an answer.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(2..=64))]
    bars: u32,
    /// Temperatures to try.
    #[arg(long, value_delimiter = ',', default_values_t = [0.7, 0.8, 0.9, 1.0])]
    temperatures: Vec<f32>,
    /// Shares of probability to try.
    #[arg(long, value_delimiter = ',', default_values_t = [0.9, 0.95, 0.98, 1.0])]
    top_ps: Vec<f32>,
    /// The one seed of all answers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A row: somebody's name and answers.
type Row = (String, Vec<Vec<VoicedNote>>);

impl Sweep {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let model = Arc::new(Model::load(&self.model)?);
        let lengths = Lengths { prompt: self.prompt_bars, answer: self.bars };
        let excerpts = excerpt::choose(&self.material.pieces()?, lengths, self.prompts as usize);
        ensure!(
            !excerpts.is_empty(),
            "no piece is long enough for {} bars given and {} answered; ask for fewer with --prompt-bars and --bars",
            self.prompt_bars,
            self.bars
        );
        let corpus = self.material.corpus()?;
        let known: Vec<&Record> = corpus.iter().collect();
        let judge = Judge::new(&known);
        let answers = self.answers(&model, &excerpts)?;
        let halves: Vec<Excerpt> = excerpts.iter().map(Excerpt::half).collect();
        let half = |(name, answers): &Row| {
            let parts = halves.iter().zip(answers).map(|(half, answer)| half.within(answer));
            (name.clone(), parts.collect())
        };
        let short = [self.beside(&halves), answers.iter().map(half).collect()].concat();
        let long = [self.beside(&excerpts), answers].concat();
        let known = judge.known(long.iter().flat_map(|(_, answers)| answers));
        let mut json = serde_json::Map::new();
        for (bars, excerpts, rows) in [(self.bars / 2, &halves, &short), (self.bars, &excerpts, &long)] {
            let table = table(&judge, excerpts, rows, &known);
            if self.json {
                json.insert(format!("{bars}_bars"), as_json(&table));
            } else {
                print(bars, &table);
            }
        }
        if self.json {
            println!("{}", serde_json::to_string_pretty(&json)?);
        }
        Ok(())
    }

    fn beside(&self, excerpts: &[Excerpt]) -> Vec<Row> {
        let mut random = Pcg64Mcg::new(u128::from(self.seed) << 1 | 1);
        let mut rows: Vec<Row> = BESIDE.map(|name| (name.to_owned(), Vec::new())).into();
        for excerpt in excerpts {
            for ((_, answers), answer) in rows.iter_mut().zip(beside(excerpt, &mut random)) {
                answers.push(answer);
            }
        }
        rows
    }

    /// The model's answers at each setting.
    fn answers(&self, model: &Arc<Model>, excerpts: &[Excerpt]) -> Result<Vec<Row>> {
        let settings = self.temperatures.iter().flat_map(|&temperature| {
            self.top_ps.iter().map(move |&top_p| Sampling { temperature, top_p, seed: self.seed })
        });
        let settings: Vec<Sampling> = settings.collect();
        let progress =
            bar((settings.len() * excerpts.len()) as u64, "{bar:30} {percent} % {msg}, {eta} left");
        let mut rows = Vec::new();
        for sampling in settings {
            let name = format!("T {}, top-p {}", sampling.temperature, sampling.top_p);
            progress.set_message(name.clone());
            let answer = |excerpt: &Excerpt| {
                progress.inc(1);
                excerpt.answer(model, &sampling)
            };
            rows.push((name, excerpts.iter().map(answer).collect::<Result<_>>()?));
        }
        progress.finish_and_clear();
        Ok(rows)
    }
}

/// The numbers of every row, and how far they are from people's, who stand first.
fn table(
    judge: &Judge<'_>,
    excerpts: &[Excerpt],
    rows: &[Row],
    known: &HashSet<u64>,
) -> Vec<(String, Numbers, f64)> {
    let numbers: Vec<Numbers> =
        rows.iter().map(|(_, answers)| judge.numbers(excerpts, answers.iter(), known)).collect();
    let row = |((name, _), own): (&Row, &Numbers)| (name.clone(), *own, own.distance(&numbers[0]));
    rows.iter().zip(&numbers).map(row).collect()
}

fn print(bars: u32, table: &[(String, Numbers, f64)]) {
    println!("\n{bars} bars, {} prompts\n", table.first().map_or(0, |(_, numbers, _)| numbers.answers));
    println!(
        "| | notes | in scale | cosine | from prompt | from itself | from training | surprise | distance |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (name, numbers, distance) in table {
        println!(
            "| {name} | {:.0} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.2} | **{distance:.2}** |",
            numbers.notes,
            numbers.in_key,
            numbers.cosine,
            numbers.copied,
            numbers.looped,
            numbers.trained,
            numbers.surprise
        );
    }
}

fn as_json(table: &[(String, Numbers, f64)]) -> Value {
    let row = |(name, numbers, distance): &(String, Numbers, f64)| {
        (name.clone(), json!({ "numbers": numbers, "distance": distance }))
    };
    Value::Object(table.iter().map(row).collect())
}
