//! How well a classifier tells somebody's answers from people's (Q3 of tests/MEASURES.md).
//!
//! Eight groups of numbers of an answer, each with a classifier of its own, which learns from some
//! pieces and is asked about others. What it is worth shows beside answers that must be hard to
//! tell and others that must be easy: without them there is no number.

mod arc;
mod groups;
mod heard;
pub mod logistic;
mod numbers;
mod structure;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use serde_json::{Value, json};

use crate::excerpt::Excerpt;
use crate::judge::FURTHER_ON;
use crate::record::VoicedNote;
use crate::table::Table;
use groups::GROUPS;
use heard::Heard;
use logistic::{Logistic, area};

/// Fewer pieces say nothing.
pub const FEWEST: usize = 12;
/// Parts that the pieces fall into; all but one are learned from.
const PARTS: usize = 6;
/// How often the pieces are divided anew.
const TIMES: usize = 3;

/// One system beside people.
#[derive(Clone, Debug)]
pub struct Told {
    /// Who.
    pub who: String,
    /// How many pieces there were.
    pub pieces: usize,
    /// The area under the curve, by group: a half is chance.
    pub groups: [f64; GROUPS.len()],
    /// What each single number tells, that which tells most first.
    pub tells: Vec<Tell>,
}

/// What one number tells.
#[derive(Clone, Debug)]
pub struct Tell {
    /// Its group and what it is.
    pub what: String,
    /// Its mean over people's answers and over the others.
    pub means: [f64; 2],
    /// Its standard deviation, the mean of both.
    pub spread: f64,
    /// How often it is greater in another's answer than in people's: a half tells nothing.
    pub area: f64,
}

impl Tell {
    /// How far the means lie apart, in spreads.
    pub fn apart(&self) -> f64 {
        (self.means[1] - self.means[0]) / self.spread.max(1e-3)
    }
}

impl Told {
    /// How one collection of music is told from another: what follows the prompt of each excerpt.
    /// There are as many excerpts of both.
    pub fn between(excerpts: &[Excerpt], others: &[Excerpt], who: &str) -> Self {
        let numbers = |excerpt: &Excerpt| {
            let heard = Heard::of(excerpt, &excerpt.human);
            GROUPS.map(|(_, numbers, _)| numbers(&heard))
        };
        let pairs: Vec<_> =
            excerpts.iter().zip(others).map(|(one, other)| (numbers(one), numbers(other))).collect();
        Self::of_pairs(who, &pairs)
    }

    fn of_pairs(who: &str, pairs: &[(Numbers, Numbers)]) -> Self {
        let group = |group: usize| {
            let pairs: Vec<(&[f64], &[f64])> =
                pairs.iter().map(|(people, own)| (&people[group][..], &own[group][..])).collect();
            crossed(&pairs)
        };
        let groups = std::array::from_fn(group);
        Self { who: who.to_owned(), pieces: pairs.len(), groups, tells: tells(pairs) }
    }

    /// The mean over the groups.
    pub fn mean(&self) -> f64 {
        numbers::mean(&self.groups)
    }
}

/// Everybody beside people.
#[derive(Clone, Debug)]
pub struct ToldApart {
    /// In the order given.
    pub rows: Vec<Told>,
}

impl ToldApart {
    /// Of systems' answers, one to each excerpt in order, and empty where there is none. `Err` says
    /// what is missing: a number without its opposites is not given.
    pub fn of(excerpts: &[Excerpt], systems: &[(&str, &Vec<Vec<VoicedNote>>)]) -> Result<Self, String> {
        let numbers = |excerpt: &Excerpt, answer: &[VoicedNote]| {
            let heard = Heard::of(excerpt, answer);
            GROUPS.map(|(_, numbers, _)| numbers(&heard))
        };
        let people: Vec<_> = excerpts.iter().map(|excerpt| numbers(excerpt, &excerpt.human)).collect();
        let mut rows = Vec::new();
        for &(who, answers) in systems {
            let answered = excerpts.iter().zip(answers).zip(&people);
            let pairs: Vec<_> = answered
                .filter(|((_, answer), _)| !answer.is_empty())
                .map(|((excerpt, answer), people)| (people.clone(), numbers(excerpt, answer)))
                .collect();
            if pairs.len() < FEWEST {
                return Err(format!(
                    "a classifier needs {FEWEST} pieces, and of {who:?} there are {}; ask for more with --prompts",
                    pairs.len()
                ));
            }
            rows.push(Told::of_pairs(who, &pairs));
        }
        Ok(Self { rows })
    }

    /// Those who are known to be bad and yet no easier to tell than people further on.
    pub fn fails<'a>(&'a self, bad: &'a [&str]) -> impl Iterator<Item = &'a str> {
        let hard = self.rows.iter().find(|row| row.who == FURTHER_ON).map_or(f64::NAN, Told::mean);
        let passes = move |row: &&Told| bad.contains(&&row.who[..]) && row.mean() <= hard;
        self.rows.iter().filter(passes).map(|row| &row.who[..])
    }

    /// As a table.
    pub fn table(&self) -> Table {
        let mut heads = vec!["told from people", "pieces"];
        heads.extend(GROUPS.iter().map(|(name, ..)| *name));
        heads.push("mean");
        let row = |told: &Told| {
            let areas = told.groups.iter().chain([&told.mean()]).map(|area| format!("{area:.2}")).collect();
            [vec![told.who.clone(), told.pieces.to_string()], areas].concat()
        };
        Table { heads, rows: self.rows.iter().map(row).collect() }
    }

    /// What tells each of these apart most, so many numbers of each.
    pub fn tells(&self, whose: &[&str], most: usize) -> Table {
        let row = |told: &Told| -> Vec<Vec<String>> {
            let tell = |Tell { what, means: [people, own], area, .. }: &Tell| {
                vec![
                    told.who.clone(),
                    what.clone(),
                    format!("{people:.3}"),
                    format!("{own:.3}"),
                    format!("{area:.2}"),
                ]
            };
            told.tells.iter().take(most).map(tell).collect()
        };
        let rows = self.rows.iter().filter(|told| whose.contains(&&told.who[..])).flat_map(row).collect();
        Table { heads: vec!["who", "number", "people", "own", "AUC alone"], rows }
    }

    /// As JSON.
    pub fn as_json(&self) -> Value {
        let row = |told: &Told| {
            let groups: serde_json::Map<_, _> = GROUPS
                .iter()
                .zip(told.groups)
                .map(|((name, ..), area)| ((*name).to_owned(), json!(area)))
                .collect();
            (told.who.clone(), json!({ "pieces": told.pieces, "mean": told.mean(), "groups": groups }))
        };
        Value::Object(self.rows.iter().map(row).collect())
    }
}

/// The numbers of one answer, by group.
type Numbers = [Vec<f64>; GROUPS.len()];

fn tells(pairs: &[(Numbers, Numbers)]) -> Vec<Tell> {
    let mut tells = Vec::new();
    for (group, (name, _, labels)) in GROUPS.iter().enumerate() {
        for (place, label) in labels().into_iter().enumerate() {
            let people: Vec<f64> = pairs.iter().map(|(people, _)| people[group][place]).collect();
            let own: Vec<f64> = pairs.iter().map(|(_, own)| own[group][place]).collect();
            let means = [numbers::mean(&people), numbers::mean(&own)];
            let what = format!("{name}, {label}");
            let spread = (numbers::spread(&people) + numbers::spread(&own)) / 2.0;
            tells.push(Tell { what, means, spread, area: area(&people, &own) });
        }
    }
    tells.sort_by(|one, other| (other.area - 0.5).abs().total_cmp(&(one.area - 0.5).abs()));
    tells
}

/// The mean area over parts that the classifier did not learn from. Both answers of a piece are in
/// the same part, or it would know the piece again.
fn crossed(pairs: &[(&[f64], &[f64])]) -> f64 {
    let mut random = Pcg64Mcg::new(3);
    let mut areas = Vec::new();
    for _ in 0..TIMES {
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        for place in (1..order.len()).rev() {
            order.swap(place, random.random_range(0..=place));
        }
        for part in 0..PARTS {
            let of_part = |asked: bool| {
                let places = order.iter().enumerate().filter(move |(at, _)| (at % PARTS == part) == asked);
                places.map(|(_, &place)| pairs[place])
            };
            let examples: Vec<(&[f64], bool)> =
                of_part(false).flat_map(|(people, own)| [(people, false), (own, true)]).collect();
            let logistic = Logistic::learned(&examples);
            let scores = |own: bool| -> Vec<f64> {
                of_part(true)
                    .map(|(people, other)| logistic.score(if own { other } else { people }))
                    .collect()
            };
            areas.push(area(&scores(false), &scores(true)));
        }
    }
    numbers::mean(&areas)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::excerpt::Lengths;
    use crate::judge::{BAD, BESIDE, beside};
    use crate::record::Record;

    /// A walk over a scale in eighths and quarters above a bass that changes with the bar, of 40
    /// bars.
    fn piece(seed: u64) -> Record {
        let mut random = Pcg64Mcg::new(u128::from(seed) << 1 | 1);
        let scale = [0, 2, 4, 5, 7, 9, 11];
        let key = |degree: i64| (12 * degree.div_euclid(7) + scale[degree.rem_euclid(7) as usize]) as u8;
        let note = |onset, key, duration| VoicedNote { onset, key, duration, velocity: None, voice: 0 };
        let (mut notes, mut degree, mut onset) = (Vec::new(), 36, 0);
        while onset < 40 * 192 {
            degree = (degree + random.random_range(-2..=2)).clamp(31, 44);
            let length = if random.random_range(0..4) == 0 { 48 } else { 24 };
            notes.push(note(onset, key(degree), length));
            onset += length;
        }
        for bar in 0..40 {
            notes.push(note(192 * bar, key(21 + [0, 3, 4, 5][random.random_range(0..4)]), 192));
        }
        notes.sort_unstable();
        Record { notes, ..Record::default() }
    }

    fn excerpts(count: u64) -> Vec<Excerpt> {
        let lengths = Lengths { prompt: 4, answer: 8 };
        (0..count).map(|seed| Excerpt::of(&piece(seed), lengths).expect("long enough")).collect()
    }

    #[test]
    fn people_are_hard_to_tell_from_people_and_the_bad_are_easy() {
        let excerpts = excerpts(24);
        let mut random = Pcg64Mcg::new(5);
        let mut answers = vec![Vec::new(); BESIDE.len()];
        for excerpt in &excerpts {
            let others = beside(excerpt, &mut random);
            answers.iter_mut().zip(others).for_each(|(answers, answer)| answers.push(answer));
        }
        let systems: Vec<_> = BESIDE.into_iter().zip(&answers).skip(1).collect();
        let told = ToldApart::of(&excerpts, &systems).unwrap();
        let [people, bad @ ..] = &told.rows[..] else { panic!("no rows") };
        assert!(people.who == FURTHER_ON && people.mean() > 0.35 && people.mean() < 0.63, "{told:?}");
        assert!(bad.iter().all(|row| row.mean() > people.mean() + 0.1), "{told:?}");
        assert_eq!(told.fails(&BAD).count(), 0);
        // Each group hears what it is for: shuffled pitches leap, a loop has the same bars again.
        let area = |row: usize, name: &str| {
            let group = GROUPS.iter().position(|(group, ..)| *group == name).expect("a group");
            bad[row].groups[group]
        };
        assert!(area(0, "outer voices") > 0.95 && area(2, "structure") > 0.95, "{told:?}");

        // Single numbers say why.
        let numbers = Heard::of(&excerpts[0], &excerpts[0].human);
        for (name, of, labels) in GROUPS {
            assert_eq!(of(&numbers).len(), labels().len(), "{name}");
        }
        let looped = &bad[2].tells;
        assert!(
            looped[0].area > 0.99 && looped.is_sorted_by_key(|tell| -(tell.area - 0.5).abs()),
            "{looped:?}"
        );
        let table = told.tells(&[BAD[2]], 3);
        let named = |row: &Vec<String>| row[0] == BAD[2] && row[1].contains(", ");
        assert!(table.rows.len() == 3 && table.rows.iter().all(named), "{table:?}");

        // With people in the place of somebody bad, the measure says that it is broken.
        let fooled = [(FURTHER_ON, &answers[2]), (BAD[0], &answers[1])];
        let told = ToldApart::of(&excerpts, &fooled).unwrap();
        assert_eq!(told.fails(&BAD).collect::<Vec<_>>(), [BAD[0]]);
    }

    #[test]
    fn without_its_opposites_there_is_no_number() {
        let excerpts = excerpts(FEWEST as u64);
        let people: Vec<_> = excerpts.iter().map(|excerpt| excerpt.human.clone()).collect();
        let mut later: Vec<_> = excerpts.iter().map(|excerpt| excerpt.later.clone()).collect();
        assert!(ToldApart::of(&excerpts, &[("Segue", &people), (FURTHER_ON, &later)]).is_ok());
        later[3].clear();
        let why = ToldApart::of(&excerpts, &[("Segue", &people), (FURTHER_ON, &later)]).unwrap_err();
        assert!(why.contains(FURTHER_ON) && why.contains("11") && why.contains("--prompts"), "{why}");
    }
}
