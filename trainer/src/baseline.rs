//! What a model must beat: counting.

use segue_model::{Field, Sequence};
use segue_music::{Role, Token, Tokenizer, Vocabulary};

use crate::record::Record;
use crate::score::{Bits, ByKind};

/// Counts of symbols, alone and after the same field of the note before. They begin with the training notes, if there are any, and go
/// on counting while they score, so that a baseline too learns the piece at hand.
pub struct Counts {
    fields: [FieldCounts; 4],
}

struct FieldCounts {
    symbols: usize,
    /// (symbols)
    alone: Vec<f64>,
    total: f64,
    /// (symbols before, symbols)
    after: Vec<f64>,
    totals: Vec<f64>,
    /// How many different symbols came after each.
    kinds: Vec<f64>,
}

impl FieldCounts {
    fn new(symbols: usize) -> Self {
        Self {
            symbols,
            alone: vec![0.0; symbols],
            total: 0.0,
            after: vec![0.0; symbols * symbols],
            totals: vec![0.0; symbols],
            kinds: vec![0.0; symbols],
        }
    }

    fn count(&mut self, before: Option<usize>, symbol: usize) {
        self.alone[symbol] += 1.0;
        self.total += 1.0;
        let Some(before) = before else { return };
        let count = &mut self.after[before * self.symbols + symbol];
        if *count == 0.0 {
            self.kinds[before] += 1.0;
        }
        *count += 1.0;
        self.totals[before] += 1.0;
    }

    /// With half a count added to each symbol (Krichevsky and Trofimov 1981).
    fn order_0(&self, symbol: usize) -> f64 {
        (self.alone[symbol] + 0.5) / (self.total + 0.5 * self.symbols as f64)
    }

    /// Backing off to the symbol alone as often as something new came after the one before (Witten and Bell 1991).
    fn bigram(&self, before: Option<usize>, symbol: usize) -> f64 {
        let alone = self.order_0(symbol);
        let Some(before) = before.filter(|&before| self.totals[before] > 0.0) else { return alone };
        let count = self.after[before * self.symbols + symbol];
        (count + self.kinds[before] * alone) / (self.totals[before] + self.kinds[before])
    }
}

fn symbol(token: &Token, field: Field) -> usize {
    match field {
        Field::Gap => token.gap,
        Field::Key => token.key,
        Field::Velocity => token.velocity,
        Field::Duration => token.duration,
    }
}

impl Counts {
    /// Of nothing yet.
    pub fn new() -> Self {
        let vocabulary = Vocabulary::new();
        Self { fields: Field::ALL.map(|field| FieldCounts::new(field.symbols(&vocabulary))) }
    }

    /// Counts the answers of a sequence, and calls `each` with the two probabilities before each is counted: of the symbol alone, and after the
    /// one before.
    fn read(&mut self, sequence: &Sequence, mut each: impl FnMut(Field, f64, f64)) {
        for question in 0..sequence.len() {
            for field in Field::ALL {
                let Some(answer) = sequence.answer(question, field) else { continue };
                let before = question.checked_sub(1).map(|before| symbol(sequence.token(before), field));
                let counts = &mut self.fields[field as usize];
                each(field, counts.order_0(answer), counts.bigram(before, answer));
                counts.count(before, answer);
            }
        }
    }

    /// Counts the notes of pieces without scoring them.
    pub fn learn(&mut self, records: &[Record]) {
        let tokenizer = Tokenizer::new();
        for record in records {
            let mut before: Option<Token> = None;
            for pair in record.notes.windows(2) {
                let token = tokenizer.token(&pair[1].told(Role::Player, true), pair[0].onset);
                for field in Field::ALL {
                    if field == Field::Velocity && pair[1].velocity.is_none() {
                        continue;
                    }
                    let last = before.map(|before| symbol(&before, field));
                    self.fields[field as usize].count(last, symbol(&token, field));
                }
                before = Some(token);
            }
        }
    }

    /// Bits of sequences by kind: of the order-0 and of the bigram model.
    pub fn score(&mut self, sequences: &[(String, Sequence)]) -> (ByKind, ByKind) {
        let (mut order_0, mut bigram) = (ByKind::new(), ByKind::new());
        for (kind, sequence) in sequences {
            let (mut alone, mut after) = (Bits::default(), Bits::default());
            self.read(sequence, |field, probability, bigram| {
                alone.add(field, -probability.ln());
                after.add(field, -bigram.ln());
            });
            order_0.entry(kind.clone()).or_default().merge(&alone);
            bigram.entry(kind.clone()).or_default().merge(&after);
        }
        (order_0, bigram)
    }
}
