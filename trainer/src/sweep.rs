//! `trainer sweep`: which sampling plays most like people.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, ensure};
use clap::Args;
use clap::builder::PossibleValuesParser;
use rand_pcg::Pcg64Mcg;
use segue_model::{Guards, Model};
use serde_json::{Value, json};

use crate::drift::Drift;
use crate::excerpt::{self, Excerpt, Lengths};
use crate::form::Form;
use crate::judge::{BESIDE, Judge, Numbers, beside};
use crate::material::Material;
use crate::progress_bar::bar;
use crate::record::{Record, VoicedNote};
use crate::sampling::Sampling;
use crate::told_apart::{self, ToldApart};

/// Find the sampling that plays most like people: answers to the same prompts at every temperature
/// and top-p given, judged by the numbers of a report, at full and at half length; and see what
/// each soft guard does
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
    /// Leave out the pieces that so many prompts would come from: those that guards and sampling
    /// were tuned on
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
    skip: u32,
    /// Bars of a prompt.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    prompt_bars: u32,
    /// Bars of an answer.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(2..=64))]
    bars: u32,
    /// Take the last bars of each piece, so that what people play ends, too; by default they are
    /// from its middle
    #[arg(long)]
    ends: bool,
    /// Temperatures to try.
    #[arg(long, value_delimiter = ',', default_values_t = [0.7, 0.8, 0.9, 1.0])]
    temperatures: Vec<f32>,
    /// Shares of probability to try.
    #[arg(long, value_delimiter = ',', default_values_t = [0.9, 0.95, 0.98, 1.0])]
    top_ps: Vec<f32>,
    /// Switch a soft guard off, to see what it does; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Guards::names()))]
    without_guard: Vec<String>,
    /// Switch all soft guards off but this one; may be given several times.
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "without_guard",
        value_parser = PossibleValuesParser::new(Guards::names())
    )]
    only_guard: Vec<String>,
    /// Also show answers at each setting for which the model's critic chose among so many ways to
    /// go on, phrase by phrase
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=64))]
    candidates: u64,
    /// The one seed of all answers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also show so many single numbers that tell each setting's answers from people's most
    #[arg(long, value_name = "COUNT", default_value_t = 0, conflicts_with = "json")]
    tells: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A row: somebody's name and answers.
type Row = (String, Vec<Vec<VoicedNote>>);

/// A row of a table.
struct Line {
    /// Whose answers.
    name: String,
    numbers: Numbers,
    /// How far the numbers are from people's.
    distance: f64,
    drift: Drift,
    form: Form,
}

impl Sweep {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let model = Arc::new(Model::load(&self.model)?);
        let lengths = Lengths { prompt: self.prompt_bars, answer: self.bars };
        let taken = if self.ends { Excerpt::ending } else { Excerpt::of };
        let mut pieces = self.material.pieces()?;
        let seen: HashSet<String> = excerpt::choose(&pieces, lengths, self.skip as usize, taken)
            .into_iter()
            .map(|seen| seen.name)
            .collect();
        pieces.retain(|piece| !seen.contains(&piece.name));
        let excerpts = excerpt::choose(&pieces, lengths, self.prompts as usize, taken);
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
            let enough = |(_, answers): &&Row| {
                answers.iter().filter(|answer| !answer.is_empty()).count() >= told_apart::FEWEST
            };
            let others: Vec<_> =
                rows[1..].iter().filter(enough).map(|(name, answers)| (&name[..], answers)).collect();
            let told = ToldApart::of(excerpts, &others);
            if self.json {
                json.insert(format!("{bars}_bars"), as_json(&table));
                let told = told.map_or_else(Value::String, |told| told.as_json());
                json.insert(format!("{bars}_bars_told_apart"), told);
            } else {
                print(bars, &table);
                match told {
                    Ok(told) => {
                        say!("\n{}", told.table().markdown());
                        let ours: Vec<&str> = rows
                            .iter()
                            .map(|(name, _)| &name[..])
                            .filter(|name| !BESIDE.contains(name))
                            .collect();
                        if self.tells > 0 {
                            say!("{}", told.tells(&ours, self.tells).markdown());
                        }
                    }
                    Err(missing) => say!("\nno classifier: {missing}"),
                }
            }
        }
        if self.json {
            say!("{}", serde_json::to_string_pretty(&json)?);
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
        // Nothing is further on than an end.
        rows.retain(|(_, answers)| answers.iter().any(|answer| !answer.is_empty()));
        rows
    }

    /// The guards that act, and how their choice is written behind a row's name.
    fn guards(&self) -> Result<(Guards, String)> {
        let (all, names, on, word) = match self.only_guard.is_empty() {
            true => (Guards::ALL, &self.without_guard, false, "without"),
            false => (Guards::NONE, &self.only_guard, true, "only"),
        };
        let guards = names.iter().try_fold(all, |guards, name| guards.switch(name, on))?;
        let chosen =
            if names.is_empty() { String::new() } else { format!(", {word} {}", names.join(" and ")) };
        Ok((guards, chosen))
    }

    /// The model's answers at each setting.
    fn answers(&self, model: &Arc<Model>, excerpts: &[Excerpt]) -> Result<Vec<Row>> {
        let (guards, chosen) = self.guards()?;
        let candidates: &[u64] = if self.candidates > 1 { &[1, self.candidates] } else { &[1] };
        let settings = self.temperatures.iter().flat_map(|&temperature| {
            let of = move |&top_p: &f32| {
                candidates.iter().map(move |&candidates| (temperature, top_p, candidates))
            };
            self.top_ps.iter().flat_map(of)
        });
        let settings: Vec<Sampling> = settings
            .map(|(temperature, top_p, candidates)| Sampling {
                temperature,
                top_p,
                seed: self.seed,
                guards,
                candidates,
            })
            .collect();
        let progress =
            bar((settings.len() * excerpts.len()) as u64, "{bar:30} {percent} % {msg}, {eta} left");
        let mut rows = Vec::new();
        for sampling in &settings {
            let mut name = format!("T {}, top-p {}{chosen}", sampling.temperature, sampling.top_p);
            if sampling.candidates > 1 {
                name = format!("{name}, chosen of {}", sampling.candidates);
            }
            progress.set_message(name.clone());
            let answer = |excerpt: &Excerpt| {
                progress.inc(1);
                excerpt.answer(model, sampling)
            };
            rows.push((name.clone(), excerpts.iter().map(answer).collect::<Result<_>>()?));
        }
        progress.finish_and_clear();
        Ok(rows)
    }
}

/// The numbers of every row, and how far they are from people's, who stand first.
fn table(judge: &Judge<'_>, excerpts: &[Excerpt], rows: &[Row], known: &HashSet<u64>) -> Vec<Line> {
    let numbers: Vec<Numbers> =
        rows.iter().map(|(_, answers)| judge.numbers(excerpts, answers.iter(), known)).collect();
    let row = |((name, answers), own): (&Row, &Numbers)| {
        let pairs = || excerpts.iter().zip(answers);
        Line {
            name: name.clone(),
            numbers: *own,
            distance: own.distance(&numbers[0]),
            drift: Drift::of(pairs().map(|(excerpt, answer)| (&excerpt.prompt[..], &answer[..]))),
            form: Form::of(pairs().map(|(excerpt, answer)| (excerpt, &answer[..]))),
        }
    };
    rows.iter().zip(&numbers).map(row).collect()
}

fn print(bars: u32, table: &[Line]) {
    say!("\n{bars} bars, {} prompts\n", table.first().map_or(0, |line| line.numbers.answers));
    say!("| | notes | in scale | cosine | from prompt | from itself | from training | surprise | distance |");
    say!("|---|---|---|---|---|---|---|---|---|");
    for Line { name, numbers, distance, .. } in table {
        say!(
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
    say!("\n| | turning | far from its range | thicker chords | longer silences | off its pulse | denser |");
    say!("|---|---|---|---|---|---|---|");
    for Line { name, drift, .. } in table {
        let Drift { turning, far, thick, silent, off_pulse, dense } = drift;
        say!("| {name} | {turning:.4} | {far:.4} | {thick:.4} | {silent:.4} | {off_pulse:.4} | {dense:.4} |");
    }
    say!(
        "\n| | bars with bass, by thirds | bass lost | stuck | like four bars before | like eight | brief | closed |"
    );
    say!("|---|---|---|---|---|---|---|---|");
    for Line {
        name,
        form: Form { bass: [first, second, third], lost, stuck, likeness: [four, eight], brief, closed },
        ..
    } in table
    {
        say!(
            "| {name} | {first:.3} {second:.3} {third:.3} | {lost:.3} | {stuck:.3} | {four:.3} | {eight:.3} | {brief:.4} | {closed:.3} |"
        );
    }
}

fn as_json(table: &[Line]) -> Value {
    let row = |Line { name, numbers, distance, drift, form }: &Line| {
        let row = json!({ "numbers": numbers, "distance": distance, "drift": drift, "form": form });
        (name.clone(), row)
    };
    Value::Object(table.iter().map(row).collect())
}
