//! The Markov model while it hears a piece.

use segue_model::Field;

use super::Markov;
use super::blend::Blend;
use super::contexts::{CHAINS, Chain, Heard, LONGEST, Past};
use super::table::Table;
use crate::measure::Values;
use crate::passage::PassageNote;

/// How fast weights learn in a piece.
const RATE: f64 = 0.02;
const KEYS: usize = 128;

/// Turns notes into contexts, one after the other.
#[derive(Debug, Default)]
pub struct Reader {
    past: Past,
    chains: [Chain; CHAINS],
}

impl Reader {
    /// Calls `each` with every known field of a note, its symbol and its contexts.
    pub fn read(
        &mut self,
        values: &Values,
        rough: &Values,
        note: &PassageNote,
        mut each: impl FnMut(Field, usize, &[Chain; CHAINS]),
    ) {
        let roughly = rough.of_token(&note.token);
        let mut next = Heard {
            values: values.of_token(&note.token),
            rough: [roughly[0], roughly[3]],
            position: note.position.map_or(0, |place| place.number(0)),
            place: 0,
        };
        for field in Field::ALL {
            if field == Field::Key {
                next.position = note.position.map_or(0, |place| place.number(note.gap));
            }
            if field == Field::Velocity && !note.dynamic {
                continue;
            }
            self.past.chains(field, &next, &mut self.chains);
            each(field, next.values[field as usize], &self.chains);
        }
        self.past.hear(next);
    }
}

impl Chain {
    /// A symbol as this chain counts it.
    pub fn written(&self, symbol: usize) -> usize {
        // Only keys are shifted.
        if self.shift == 0 { symbol } else { (symbol + KEYS - self.shift) % KEYS }
    }
}

/// The Markov model while it hears a piece.
#[derive(Debug)]
pub struct Listener<'a> {
    markov: &'a Markov,
    reader: Reader,
    piece: Table,
    weights: [Blend; 4],
    predictions: Vec<f64>,
}

impl<'a> Listener<'a> {
    /// At the beginning of a piece.
    pub fn new(markov: &'a Markov) -> Self {
        Self::with(markov, markov.weights.clone().map(|blend| blend.at_rate(RATE)))
    }

    /// One whose weights are to be kept.
    pub fn practising(markov: &'a Markov) -> Self {
        Self::with(markov, markov.weights.clone())
    }

    fn with(markov: &'a Markov, weights: [Blend; 4]) -> Self {
        Self { markov, reader: Reader::default(), piece: Table::default(), weights, predictions: Vec::new() }
    }

    /// The weights as they are now.
    pub fn into_weights(self) -> [Blend; 4] {
        self.weights
    }

    /// Hears a note, and returns the nats of each of its known fields. With `learns` unset it
    /// becomes the past of later notes, but counts and weights stay.
    pub fn hear(&mut self, note: &PassageNote, learns: bool) -> [Option<f64>; 4] {
        let Self { markov, reader, piece, weights, predictions } = self;
        let mut nats = [None; 4];
        reader.read(&markov.values, &markov.rough, note, |field, symbol, chains| {
            let situation = predict(markov, piece, field, symbol, chains, predictions);
            let blend = &mut weights[field as usize];
            nats[field as usize] = Some(-blend.mean(situation, predictions).ln());
            if learns {
                blend.learn(situation, predictions);
                if markov.design.piece {
                    let chains = &chains[..markov.design.chains];
                    chains.iter().for_each(|chain| piece.learn(&chain.contexts, chain.written(symbol)));
                }
            }
        });
        nats
    }

    /// The probabilities of one known field of the next note, given the fields before it in `note`.
    pub fn probabilities(&self, note: &PassageNote, wanted: Field) -> Vec<f64> {
        let mut reader = Reader { past: self.reader.past.clone(), chains: Default::default() };
        let (mut probabilities, mut predictions) = (Vec::new(), Vec::new());
        reader.read(&self.markov.values, &self.markov.rough, note, |field, _, chains| {
            if field == wanted {
                let probability = |symbol| {
                    let situation =
                        predict(self.markov, &self.piece, field, symbol, chains, &mut predictions);
                    self.weights[field as usize].mean(situation, &predictions)
                };
                probabilities = (0..self.markov.values.count(field)).map(probability).collect();
            }
        });
        probabilities
    }
}

/// The probability of a symbol by every order of every chain. Returns the length of the longest
/// context seen before.
fn predict(
    markov: &Markov,
    piece: &Table,
    field: Field,
    symbol: usize,
    chains: &[Chain; CHAINS],
    predictions: &mut Vec<f64>,
) -> usize {
    predictions.clear();
    let any = (markov.values.count(field) as f64).recip();
    let nearest = if markov.design.piece { piece } else { &markov.corpus };
    let (mut longest, mut alone) = (0, any);
    for chain in &chains[..markov.design.chains] {
        let written = chain.written(symbol);
        // Every chain but the first starts from how often the symbol comes at all.
        let mut probability = alone;
        for table in [markov.design.corpus.then_some(&markov.corpus), markov.design.piece.then_some(piece)] {
            let Some(table) = table else { continue };
            for (order, &context) in chain.contexts.iter().enumerate() {
                probability = table.probability(context, written, probability);
                predictions.push(probability);
                if predictions.len() == 1 && order == 0 {
                    alone = probability;
                }
            }
        }
        longest = longest.max(chain.contexts.iter().take_while(|&&context| nearest.knows(context)).count());
    }
    longest.min(LONGEST)
}
