//! The baseline that matters: an adaptive Markov model of variable order, of the corpus and of the
//! piece.
//!
//! Each field of a note is predicted from chains of contexts, each from short to long by absolute
//! discounting (Ney, Essen and Kneser 1994; lower orders as Kneser and Ney 1995), once with the
//! counts of the corpus and from there once with those of the piece so far. All orders are mixed by
//! weights that go on learning, as compressors do (Mahoney 2005), and that start where held-out
//! pieces of the corpus left them.
//!
//! The Markov model proper has one chain for each field: the same field of the notes before. Beside
//! it stands the most that counting can do: four chains, with intervals, the place in the bar, the
//! voice that a note continues, and whole motifs.

mod blend;
mod contexts;
mod listener;
mod player;
mod table;

use std::collections::BTreeMap;

use segue_model::Field;

use crate::measure::{Measure, Values};
use crate::passage::Passage;
use crate::record::Record;
use crate::score::{Bits, ByKind};
use blend::Blend;
use contexts::{CHAINS, Chain, LONGEST, Past};
pub use listener::Listener;
use listener::Reader;
use table::Table;

/// Notes of each kind that are learned from at most, about: more take memory and hardly help.
const OF_A_KIND: usize = 150_000;
/// One piece in this many is not counted but practised on, at most this many notes of it.
const PRACTISED: (usize, usize) = (25, 1500);
/// How fast weights learn while practising.
const PRACTICE_RATE: f64 = 0.004;

/// What is counted, and how it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Design {
    corpus: bool,
    piece: bool,
    /// Chains of a field that are used.
    chains: usize,
}

impl Design {
    /// The adaptive Markov model: the corpus, and the piece so far.
    pub const MARKOV: Self = Self { corpus: true, piece: true, chains: 1 };
    /// The same, of the corpus alone.
    pub const CORPUS: Self = Self { piece: false, ..Self::MARKOV };
    /// The same, of the piece alone.
    pub const PIECE: Self = Self { corpus: false, ..Self::MARKOV };
    /// All chains of contexts.
    pub const MIXTURE: Self = Self { chains: CHAINS, ..Self::MARKOV };
}

/// Counts of a corpus, and how to weigh them.
#[derive(Debug)]
pub struct Markov {
    measure: Measure,
    values: Values,
    rough: Values,
    design: Design,
    corpus: Table,
    /// By field.
    weights: [Blend; 4],
}

impl Markov {
    /// From a corpus, which may be empty.
    pub fn new(measure: Measure, design: Design, records: &[&Record]) -> Self {
        let mut markov = Self {
            measure,
            values: measure.values(),
            rough: Measure::Sixteenths.values(),
            design,
            corpus: Table::default(),
            weights: Field::ALL
                .map(|field| Blend::new(LONGEST + 1, &first_weights(field, design), PRACTICE_RATE)),
        };
        let (counted, practised) = chosen(records);
        if design.corpus {
            counted.iter().for_each(|record| markov.count(record));
        }
        for record in practised {
            let weights = {
                let mut listener = Listener::practising(&markov);
                let notes = measure.read(record).passage_notes();
                notes.iter().take(PRACTISED.1).for_each(|note| _ = listener.hear(note, true));
                listener.into_weights()
            };
            markov.weights = weights;
        }
        markov
    }

    fn count(&mut self, record: &Record) {
        let mut reader = Reader::default();
        let (corpus, chains_used) = (&mut self.corpus, self.design.chains);
        for note in self.measure.read(record).passage_notes() {
            reader.read(&self.values, &self.rough, &note, |_, symbol, chains| {
                for chain in &chains[..chains_used] {
                    corpus.learn(&chain.contexts, chain.written(symbol));
                }
            });
        }
    }

    /// Bits of passages by kind. Each piece is met without memory of the others.
    pub fn score(&self, passages: &[Passage], mut each: impl FnMut(usize)) -> ByKind {
        let mut kinds = ByKind::new();
        let mut listener = Listener::new(self);
        for passage in passages {
            if !passage.goes_on {
                listener = Listener::new(self);
            }
            let mut bits = Bits::default();
            // The notes before those scored were heard with the passage before, if that was the
            // same piece.
            for note in passage.notes.iter().filter(|note| note.scored || !passage.goes_on) {
                let nats = listener.hear(note, true);
                for field in Field::ALL {
                    if let Some(nats) = nats[field as usize].filter(|_| note.scored) {
                        bits.add(field, nats);
                    }
                }
            }
            kinds.entry(passage.kind.clone()).or_default().merge(&bits);
            each(passage.scored());
        }
        kinds
    }
}

/// How much each prediction is trusted at first: longer contexts more, and the piece more than the
/// corpus. In the order of the listener's predictions.
fn first_weights(field: Field, design: Design) -> Vec<f64> {
    let mut chains: [Chain; CHAINS] = Default::default();
    Past::default().chains(field, &contexts::Heard::default(), &mut chains);
    let trust = [design.corpus.then_some(1.0), design.piece.then_some(3.0)];
    let of_chain = |chain: &Chain| {
        let orders = chain.contexts.len();
        trust
            .into_iter()
            .flatten()
            .flat_map(move |trust: f64| (1..=orders).map(move |order| trust * (order * order) as f64))
    };
    chains[..design.chains].iter().flat_map(of_chain).collect()
}

/// The pieces to count, evenly from each kind, and those to practise on.
fn chosen<'a>(records: &[&'a Record]) -> (Vec<&'a Record>, Vec<&'a Record>) {
    let mut kinds = BTreeMap::<&str, (usize, f64)>::new();
    for record in records {
        kinds.entry(&record.kind).or_insert((0, 0.5)).0 += record.notes.len();
    }
    let (mut counted, mut practised) = (Vec::new(), Vec::new());
    for record in records {
        let (notes, due) = kinds.entry(&record.kind).or_insert((0, 0.5));
        *due += (OF_A_KIND as f64 / *notes as f64).min(1.0);
        if *due >= 1.0 {
            *due -= 1.0;
            let aside = (counted.len() + practised.len()) % PRACTISED.0 == PRACTISED.0 - 1;
            if aside { practised.push(*record) } else { counted.push(*record) }
        }
    }
    (counted, practised)
}

#[cfg(test)]
mod tests {
    use segue_music::Tokenizer;

    use super::*;
    use crate::passage::PassageNote;
    use crate::record::VoicedNote;
    use crate::window::Window;

    /// A walk over a scale, never quite the same; then the same again from the middle on.
    fn piece(seed: u64, notes: u64) -> Record {
        let mut state = seed;
        let mut onset = 0;
        let mut steps: Vec<(i64, u8, i64)> = Vec::new();
        for place in 0..notes {
            if place >= notes / 2 {
                steps.push(steps[(place - notes / 2) as usize]);
                continue;
            }
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let draw = state >> 40;
            let scale = [0, 2, 4, 5, 7, 9, 11];
            steps.push((
                [0, 12, 12, 24][draw as usize % 4],
                48 + 12 * (draw as u8 % 2) + scale[(draw >> 8) as usize % 7],
                12,
            ));
        }
        let note = |(gap, key, duration): (i64, u8, i64)| {
            onset += gap;
            VoicedNote { onset, key, duration, velocity: Some(60 + key % 20), voice: 0 }
        };
        let mut notes: Vec<VoicedNote> = steps.into_iter().map(note).collect();
        notes.sort_unstable();
        Record { kind: "test".into(), notes, ..Record::default() }
    }

    /// The probabilities of each field that the measure knows.
    fn known(listener: &Listener<'_>, note: &PassageNote) -> Vec<(Field, Vec<f64>)> {
        let all = Field::ALL.into_iter().map(|field| (field, listener.probabilities(note, field)));
        let known: Vec<_> = all.filter(|(_, probabilities)| !probabilities.is_empty()).collect();
        assert_eq!(known.len(), if note.dynamic { 4 } else { 3 });
        known
    }

    #[test]
    fn probabilities_of_a_field_sum_to_one() {
        let corpus = [piece(1, 400), piece(2, 400)];
        for (measure, design) in [
            (Measure::Free, Design::MIXTURE),
            (Measure::Sixteenths, Design::MIXTURE),
            (Measure::Sixteenths, Design::MARKOV),
            (Measure::Free, Design::PIECE),
            (Measure::Sixteenths, Design::CORPUS),
        ] {
            let markov = Markov::new(measure, design, &corpus.iter().collect::<Vec<_>>());
            let mut listener = Listener::new(&markov);
            for (place, note) in measure.read(&piece(3, 120)).passage_notes().iter().enumerate() {
                if place % 20 == 7 {
                    for (field, probabilities) in known(&listener, note) {
                        let sum: f64 = probabilities.iter().sum();
                        assert_eq!(probabilities.len(), markov.values.count(field));
                        assert!((sum - 1.0).abs() < 1e-9, "{measure:?} {design:?} {}: {sum}", field.name());
                    }
                }
                let before = known(&listener, note);
                let nats = listener.hear(note, true);
                for (field, probabilities) in before {
                    let value = markov.values.of_token(&note.token)[field as usize];
                    let scored = nats[field as usize].unwrap_or_else(|| panic!("no {}", field.name()));
                    assert!((scored + probabilities[value].ln()).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn it_learns_from_the_corpus_and_from_the_piece() {
        let corpus: Vec<Record> = (10..40).map(|seed| piece(seed, 200)).collect();
        let tokenizer = Tokenizer::new();
        let passages = Window::Whole.passages(&tokenizer, &piece(5, 300), Measure::Sixteenths);
        let bits = |design, corpus: &[Record]| {
            let markov = Markov::new(Measure::Sixteenths, design, &corpus.iter().collect::<Vec<_>>());
            markov.score(&passages, |_| ())["test"].per_note().total
        };
        let (nothing, only_corpus) = (bits(Design::CORPUS, &[]), bits(Design::CORPUS, &corpus));
        let (only_piece, both) = (bits(Design::PIECE, &corpus), bits(Design::MARKOV, &corpus));
        assert!(only_corpus < nothing - 3.0, "{only_corpus} of {nothing}");
        assert!(both < only_corpus - 0.3 && both < only_piece - 0.3, "{both} of {only_corpus}, {only_piece}");
    }
}
