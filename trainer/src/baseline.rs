//! What a model must beat: counting.

use segue_model::Field;

use crate::measure::{Measure, Values};
use crate::passage::{Passage, PassageNote};
use crate::record::Record;
use crate::score::{Bits, ByKind};

/// Counts of symbols, alone and after the same field of the note before. They begin with the
/// training notes, if there are any, and go on counting while they score, so that a baseline learns
/// the piece at hand, too.
pub struct Counts {
    measure: Measure,
    values: Values,
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

    /// Backs off to the symbol alone as often as a new symbol came after the one before (Witten and
    /// Bell 1991).
    fn bigram(&self, before: Option<usize>, symbol: usize) -> f64 {
        let alone = self.order_0(symbol);
        let Some(before) = before.filter(|&before| self.totals[before] > 0.0) else { return alone };
        let count = self.after[before * self.symbols + symbol];
        (count + self.kinds[before] * alone) / (self.totals[before] + self.kinds[before])
    }
}

impl Counts {
    /// Without any counts.
    pub fn new(measure: Measure) -> Self {
        let values = measure.values();
        let fields = Field::ALL.map(|field| FieldCounts::new(values.count(field)));
        Self { measure, values, fields }
    }

    /// Calls `each` with two probabilities of every known field of a note, of the symbol alone and
    /// after the one before, and then counts the note.
    fn read(
        &mut self,
        before: Option<&PassageNote>,
        note: &PassageNote,
        mut each: impl FnMut(Field, f64, f64),
    ) {
        let before = before.map(|before| self.values.of_token(&before.token));
        let symbols = self.values.of_token(&note.token);
        for field in Field::ALL {
            if field == Field::Velocity && !note.dynamic {
                continue;
            }
            let (before, symbol) = (before.map(|before| before[field as usize]), symbols[field as usize]);
            let counts = &mut self.fields[field as usize];
            each(field, counts.order_0(symbol), counts.bigram(before, symbol));
            counts.count(before, symbol);
        }
    }

    /// Counts the notes of pieces without scoring them.
    pub fn learn(&mut self, records: &[&Record]) {
        for record in records {
            let mut before = None;
            for note in self.measure.read(record).passage_notes() {
                self.read(before.as_ref(), &note, |_, _, _| ());
                before = Some(note);
            }
        }
    }

    /// Bits of passages by kind: of the order-0 and of the bigram model.
    pub fn score(&mut self, passages: &[Passage]) -> (ByKind, ByKind) {
        let (mut order_0, mut bigram) = (ByKind::new(), ByKind::new());
        for passage in passages {
            let (mut alone, mut after) = (Bits::default(), Bits::default());
            for (place, note) in passage.notes.iter().enumerate().filter(|(_, note)| note.scored) {
                let before = place.checked_sub(1).map(|before| &passage.notes[before]);
                self.read(before, note, |field, probability, bigram| {
                    alone.add(field, -probability.ln());
                    after.add(field, -bigram.ln());
                });
            }
            order_0.entry(passage.kind.clone()).or_default().merge(&alone);
            bigram.entry(passage.kind.clone()).or_default().merge(&after);
        }
        (order_0, bigram)
    }
}
