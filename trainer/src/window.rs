//! The questions that a piece is scored by.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_music::{Beats, Meter, Role, Tick, Tokenizer, tick_at};

use crate::measure::Measure;
use crate::passage::Passage;
use crate::record::{Cast, Record};

/// How a piece is cut: every note is predicted once, with the notes before it in view.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Notes a sequence reads at most.
    pub length: usize,
    /// Notes of it that only give context, after the first sequence.
    pub overlap: usize,
}

/// A sequence's worth of memory, half of it context: as long as what training saw.
pub const CUT: Cut = Cut { length: 512, overlap: CONTEXT };
/// Notes of context in one.
pub const CONTEXT: usize = 256;

impl Cut {
    /// Every note is scored with at least so many notes before it in view, where the piece has
    /// them; a sequence is half context.
    pub fn with_context(notes: usize) -> Self {
        Self { length: 2 * notes, overlap: notes }
    }
}

/// Which notes of a piece are scored.
#[derive(Clone, Copy, Debug)]
pub enum Window {
    /// All.
    Whole,
    /// Pairs of bars that are given and bars that are scored, one pair after the other through the
    /// piece.
    Prompts {
        /// Bars given.
        prompt: u32,
        /// Bars scored.
        score: u32,
    },
}

impl Window {
    /// The passages of a piece, read under a measure and cut as usual.
    pub fn passages(self, tokenizer: &Tokenizer, record: &Record, measure: Measure) -> Vec<Passage> {
        self.cut(CUT, tokenizer, record, measure)
    }

    /// The passages of a piece, read under a measure.
    pub fn cut(self, cut: Cut, tokenizer: &Tokenizer, record: &Record, measure: Measure) -> Vec<Passage> {
        let read;
        let record = match measure {
            Measure::Free => record,
            Measure::Sixteenths => {
                read = measure.read(record);
                &read
            }
        };
        match self {
            Self::Whole => whole(tokenizer, record, cut),
            Self::Prompts { prompt, score } => prompts(tokenizer, record, prompt, score, cut),
        }
    }
}

/// All notes of a piece, as the player's, with durations known at once.
pub fn whole(tokenizer: &Tokenizer, record: &Record, cut: Cut) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut from = 0;
    while from + 1 < record.notes.len() {
        let to = (from + cut.length + 1).min(record.notes.len());
        let mut context = record.context(&record.notes[from..to], true, |note| Cast {
            part: record.part(note.voice),
            ..Cast::PLAYER
        });
        context.form(0);
        let fresh = if from == 0 { 1 } else { cut.overlap + 1 };
        passages.push(Passage::of(tokenizer, &context, &record.kind, from > 0, |place| place >= fresh));
        if to == record.notes.len() {
            break;
        }
        from = to - 1 - cut.overlap;
    }
    passages
}

/// Sequences of each kind that an evaluation during training scores.
const WATCHED: usize = 6;

/// The same sequences of these pieces every time, a few of each kind.
pub fn watched(records: &[Record]) -> Vec<Passage> {
    let tokenizer = Tokenizer::new();
    let mut random = Pcg64Mcg::new(7);
    let mut kinds = std::collections::BTreeMap::<String, Vec<Passage>>::new();
    for record in records {
        let passages = whole(&tokenizer, record, CUT);
        if let Some(passage) = passages.get(random.random_range(0..passages.len().max(1))) {
            kinds.entry(record.kind.clone()).or_default().push(passage.clone());
        }
    }
    let few = |passages: Vec<Passage>| {
        let stride = passages.len().div_ceil(WATCHED).max(1);
        passages.into_iter().step_by(stride)
    };
    kinds.into_values().flat_map(few).collect()
}

/// Windows of at most twice `length` notes: the prompt is the player's, the rest Segue's.
fn prompts(tokenizer: &Tokenizer, record: &Record, prompt: u32, score: u32, cut: Cut) -> Vec<Passage> {
    let mut passages = Vec::new();
    let Some(last) = record.notes.last().map(|note| note.onset) else { return passages };
    let mut start = 0;
    while start <= last {
        let (scored, end) = (record.bars_later(start, prompt), record.bars_later(start, prompt + score));
        let notes = &record.notes[record.place_at(start)..record.place_at(end)];
        let notes = &notes[..notes.len().min(2 * cut.length)];
        let given = notes.partition_point(|note| note.onset < scored);
        if given > 0 && notes.len() > given {
            let mut context = record.context(notes, true, |note| {
                let role = if note.onset < scored { Role::Player } else { Role::Segue };
                Cast { role, shown: true, part: record.part(note.voice) }
            });
            context.form(start);
            passages.push(Passage::of(tokenizer, &context, &record.kind, false, |place| place >= given));
        }
        debug_assert!(end > start, "bars have a length");
        start = end;
    }
    passages
}

impl Record {
    /// The tick this many bars later, in the metre there. Pieces without a metre count bars of four
    /// beats.
    pub fn bars_later(&self, tick: Tick, bars: u32) -> Tick {
        let meter = self.meters.iter().take_while(|&&(change, _)| change <= tick).last();
        let bar = meter.map_or(Beats::ONE.times(4), |(_, meter)| meter.bar());
        tick + tick_at(bar.times(i64::from(bars)))
    }

    /// Where the last bars of a piece begin, of which the last holds its last onset; `None` where
    /// it has fewer.
    pub fn last_bars(&self, bars: u32) -> Option<Tick> {
        let last = self.bar_line(self.notes.last()?.onset);
        let lines = std::iter::successors(Some(last), |&line| Some(self.bar_line(line - 1)));
        lines.take_while(|&line| line >= 0).nth(bars.checked_sub(1)? as usize)
    }

    /// The bar line at a tick or before it, in pieces without a metre as below.
    pub fn bar_line(&self, tick: Tick) -> Tick {
        let (start, bar) = self.bar_at(tick);
        start + (tick - start).div_euclid(bar) * bar
    }

    /// The first bar line after a tick. Pieces without a metre count bars of four beats.
    pub fn next_bar_line(&self, tick: Tick) -> Tick {
        self.next_line(tick, 1)
    }

    /// The first bar line after a tick on which a phrase of four bars begins.
    pub fn next_phrase(&self, tick: Tick) -> Tick {
        self.next_line(tick, 4)
    }

    /// The first of every so many bar lines after a tick, counted from the change of metre before.
    fn next_line(&self, tick: Tick, bars: Tick) -> Tick {
        let (start, bar) = self.bar_at(tick);
        let length = bar * bars;
        start + ((tick - start).div_euclid(length) + 1) * length
    }

    /// Where the metre begins that holds at a tick, and how long its bars are.
    fn bar_at(&self, tick: Tick) -> (Tick, Tick) {
        let change = self.meters.iter().take_while(|&&(change, _)| change <= tick).last();
        let (start, bar) = change.map_or((0, Meter::COMMON.bar()), |&(start, meter)| (start, meter.bar()));
        (start, tick_at(bar).max(1))
    }
}
