//! A model and the counting models on the same notes.

use std::collections::BTreeMap;

use anyhow::Result;
use segue_model::Field;
use segue_network::Network;
use serde_json::{Value, json};

use crate::baseline::Counts;
use crate::markov::{Design, Markov};
use crate::measure::Measure;
use crate::passage::Passage;
use crate::progress_bar::bar;
use crate::record::Record;
use crate::score::{self, Bits, ByKind};

/// Kinds with fewer notes are printed, but not part of the mean over kinds.
pub const LEAST: u64 = 3000;

/// Bits of the same notes by each.
#[derive(Debug)]
pub struct Comparison {
    /// How they are counted.
    pub measure: Measure,
    /// The model.
    pub model: ByKind,
    /// The adaptive Markov model, of corpus and piece.
    pub markov: ByKind,
    /// The same of the corpus alone.
    pub corpus: ByKind,
    /// The same of the piece alone.
    pub piece: ByKind,
    /// The strongest counting model: many contexts mixed.
    pub mixture: ByKind,
    /// How often a symbol comes.
    pub order_0: ByKind,
    /// How often it comes after the one before.
    pub bigram: ByKind,
}

impl Comparison {
    /// Scores passages. The counting models learn from `corpus` first, which may be empty.
    pub fn of(network: &Network, passages: &[Passage], measure: Measure, corpus: &[&Record]) -> Result<Self> {
        Self::seen(network, passages, measure, corpus, |_, _, _| ())
    }

    /// The same; `seen` looks at every answer of the model.
    pub fn seen(
        network: &Network,
        passages: &[Passage],
        measure: Measure,
        corpus: &[&Record],
        seen: impl FnMut(Field, &[f64], usize),
    ) -> Result<Self> {
        let mut counts = Counts::new(measure);
        counts.learn(corpus);
        let (order_0, bigram) = counts.score(passages);
        let notes = passages.iter().map(Passage::scored).sum::<usize>() as u64;
        let progress = bar(5 * notes, "{bar:30} {msg:20} {percent} %, {eta} left");
        let counted = |design, name: &'static str| {
            progress.set_message(name);
            Markov::new(measure, design, corpus).score(passages, |notes| progress.inc(notes as u64))
        };
        let of_corpus = counted(Design::CORPUS, "Markov, corpus only");
        let piece = counted(Design::PIECE, "Markov, piece only");
        let markov = counted(Design::MARKOV, "Markov");
        let mixture = counted(Design::MIXTURE, "mixed contexts");
        progress.set_message("the model");
        let model = score::score_seen(network, passages, measure, |notes| progress.inc(notes as u64), seen)?;
        progress.finish_and_clear();
        Ok(Self { measure, model, markov, corpus: of_corpus, piece, mixture, order_0, bigram })
    }

    /// As JSON: the model's numbers, and under their names the others'.
    pub fn as_json(&self, name: &str) -> Value {
        let mut result = kinds_as_json(&self.model);
        result["model"] = json!(name);
        result["grid"] = match self.measure {
            Measure::Free => Value::Null,
            Measure::Sixteenths => json!(16),
        };
        for (name, kinds) in [
            ("markov", &self.markov),
            ("markov_corpus_only", &self.corpus),
            ("markov_piece_only", &self.piece),
            ("mixed_contexts", &self.mixture),
            ("order_0", &self.order_0),
            ("bigram", &self.bigram),
        ] {
            result[name] = kinds_as_json(kinds);
        }
        result["below_markov"] = json!(mean(&self.markov) - mean(&self.model));
        result
    }

    /// As a table.
    pub fn print(&self, name: &str) {
        let grid = match self.measure {
            Measure::Free => "",
            Measure::Sixteenths => " on a sixteenth grid",
        };
        say!("bits per note of {name}{grid}, beside counting models on the same notes\n");
        say!(
            "| kind | notes | onset | key | velocity | duration | total | mixed contexts | Markov | corpus only | piece only | bigram | order-0 |"
        );
        say!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        for (kind, bits) in &self.model {
            self.print_row(kind, bits, |kinds| {
                kinds.get(kind).map_or(f64::NAN, |bits| bits.per_note().total)
            });
        }
        self.print_row("all notes", &all(&self.model), |kinds| all(kinds).per_note().total);
        say!("| mean of kinds | | | | | | **{:.2}** |{}", mean(&self.model), self.others(mean));
        let saved = |kinds: &ByKind| 100.0 * (1.0 - mean(&self.model) / mean(kinds));
        say!(
            "\n{:.1} % below order-0, {:.1} % below the bigram, {:.1} % ({:.2} bits) below the adaptive Markov model,\n\
             {:.2} bits below mixed contexts, the strongest counting model (mean of kinds)",
            saved(&self.order_0),
            saved(&self.bigram),
            saved(&self.markov),
            mean(&self.markov) - mean(&self.model),
            mean(&self.mixture) - mean(&self.model),
        );
    }

    fn print_row(&self, kind: &str, bits: &Bits, total: impl Fn(&ByKind) -> f64) {
        let mean = bits.per_note();
        let velocity = mean.velocity.map_or("-".into(), |bits| format!("{bits:.2}"));
        say!(
            "| {kind} | {} | {:.2} | {:.2} | {velocity} | {:.2} | **{:.2}** |{}",
            bits.notes(),
            mean.onset,
            mean.key,
            mean.duration,
            mean.total,
            self.others(total),
        );
    }

    fn others(&self, total: impl Fn(&ByKind) -> f64) -> String {
        [&self.mixture, &self.markov, &self.corpus, &self.piece, &self.bigram, &self.order_0]
            .map(|kinds| format!(" {:.2} |", total(kinds)))
            .concat()
    }
}

/// All kinds together.
pub fn all(kinds: &ByKind) -> Bits {
    kinds.values().fold(Bits::default(), |mut sum, bits| {
        sum.merge(bits);
        sum
    })
}

/// The mean over the kinds that have enough notes.
pub fn mean(kinds: &ByKind) -> f64 {
    score::mean_total(kinds, LEAST)
}

fn kinds_as_json(kinds: &ByKind) -> Value {
    let total = all(kinds);
    let each: BTreeMap<_, _> = kinds
        .iter()
        .map(|(kind, bits)| (kind, json!({"notes": bits.notes(), "bits_per_note": bits.per_note()})))
        .collect();
    json!({
        "notes": total.notes(),
        "bits_per_note": total.per_note(),
        "mean_of_kinds": mean(kinds),
        "kinds": each,
    })
}
