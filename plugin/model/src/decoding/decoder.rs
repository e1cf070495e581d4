//! The model at play: reads notes of a context into the cache, and computes the logits of each
//! field of the next note. It computes what the training forward computes.

use segue_music::{Context, Part, Tick, Token, Vocabulary, has_pedal};

use crate::decoding::cache::{Fact, KvCache};
use crate::decoding::cpu::Cpu;
use crate::decoding::forward::Forward;
use crate::decoding::lookback::Lookback;
use crate::decoding::model::Model;
use crate::decoding::query::HeadQuery;
use crate::decoding::sequence::interval_base;
use crate::shape::config::HEAD_DIM;
use crate::shape::parameters::Field;
use crate::shape::rotary::Angles;
use crate::shape::rows::TableRows;
use crate::shape::target::Target;

/// The forward pass of one jam, and what it need not compute twice.
#[derive(Clone, Debug)]
pub struct Decoder {
    cpu: Cpu,
    forward: Forward,
    /// The angles computed last, with their tick and step: the fields of one note share theirs.
    angles: Option<(Tick, usize, Angles)>,
    /// By field: the query computed last, and its copying keys.
    computed: [Option<Computed>; Field::COUNT],
    /// By the note's place in a ring: a duration looked up last and its symbol. To look it up again
    /// for the whole window took a tenth of a note's time.
    durations: Vec<(Tick, usize)>,
}

/// The last query of a field. If the next note turns out as in the query, its copying keys need not
/// be computed again.
#[derive(Clone, Debug)]
struct Computed {
    /// How many notes had been appended, and the newest of them: the past it was computed after.
    past: (u64, usize),
    rows: TableRows,
    at: Tick,
    /// (copies · HEAD_DIM)
    keys: Vec<f32>,
}

impl Decoder {
    /// For a model.
    pub fn new(model: &Model) -> Self {
        Self::on(model, Cpu::best())
    }

    /// For a model, with given instructions.
    pub fn on(model: &Model, cpu: Cpu) -> Self {
        Self {
            cpu,
            forward: Forward::new(model, cpu),
            angles: None,
            computed: [const { None }; Field::COUNT],
            durations: vec![
                (0, model.vocabulary().durations.symbol(0));
                (model.config.copy_window + 1).next_power_of_two()
            ],
        }
    }

    /// The angles at a tick and a step.
    fn angles(&mut self, tick: Tick, step: usize) -> Angles {
        match &self.angles {
            Some((at, of, angles)) if (*at, *of) == (tick, step) => angles.clone(),
            _ => {
                let angles = Angles::at(tick, step);
                self.angles = Some((tick, step, angles.clone()));
                angles
            }
        }
    }

    /// Reads the next note of the context into the cache.
    pub fn append(&mut self, model: &Model, cache: &mut KvCache, context: &Context) {
        let note = cache.append();
        if note > cache.start() {
            self.remember_prediction(model, cache, context, note);
        }
        let step = model.tokenizer.step(context, note);
        let angles = self.angles(step.tick, note);
        self.forward.step(model, cache, note, &model.rows.step(&step), &angles);
    }

    /// Keeps what the copying heads need of the prediction whose target was `note`.
    fn remember_prediction(&mut self, model: &Model, cache: &mut KvCache, context: &Context, note: usize) {
        let (Some(before), Some(next)) = (context.get(note - 1), context.get(note)) else { return };
        let pedal = context.pedal_moved(next.role, before.onset, next.onset).index();
        let token = Token { pedal, ..model.tokenizer.token(next, before.onset) };
        let velocity = next.velocity.map(Vocabulary::velocity_symbol);
        let base = interval_base(&context.notes()[..note - context.first()], next.part);
        *cache.fact_mut(note) = Fact {
            gap: token.gap as u16,
            key: token.key as u8,
            part: next.part.map(|_| token.part as u8),
            interval: (!next.is_drum()).then(|| i16::from(next.key) - base as i16),
            velocity: velocity.map(|velocity| velocity as u16),
            duration: next.shown.map(|shown| model.vocabulary().durations.symbol(shown) as u16),
            pedal: (has_pedal(next.part) && context.uses_pedal(next.role)).then_some(pedal as u8),
        };
        let target = Target::next_of(next.role);
        let query = HeadQuery::about(context, model.vocabulary(), target, (before.onset, token));
        let lookback = Lookback::after(context, note, target);
        let rows = query.rows(model.vocabulary(), &model.rows, velocity, lookback.as_ref());
        for (&field, rows) in Field::of_model(&model.config).iter().zip(rows) {
            let at = if field == Field::Gap { before.onset } else { query.onset };
            let past = (cache.appended() - 1, note - 1);
            match &self.computed[field as usize] {
                Some(computed) if (computed.past, computed.at) == (past, at) && computed.rows == rows => {
                    cache.write_copies(self.cpu, field, note, &computed.keys);
                }
                _ => {
                    let angles = self.angles(at, note - 1);
                    self.forward.head(model, cache, note - 1, field, &rows);
                    let copy_qk = self.forward.copy_qk(model, field, &angles);
                    cache.write_copies(self.cpu, field, note, &keys(copy_qk));
                }
            }
        }
    }

    /// The logits of a field of the next note, (symbols), after everything in the cache.
    pub fn logits(
        &mut self,
        model: &Model,
        cache: &KvCache,
        context: &Context,
        field: Field,
        query: &HeadQuery,
    ) -> &mut [f32] {
        let last = cache.len() - 1;
        let velocity = Some(query.token.velocity);
        let lookback = Lookback::after(context, cache.len(), query.target);
        let tables = (model.vocabulary(), &model.rows);
        let rows = query.rows_of(field, tables, velocity, lookback.as_ref());
        let here = context.get(last).map_or(0, |note| note.onset);
        let at = if field == Field::Gap { here } else { query.onset };
        let angles = self.angles(at, last);
        self.forward.head(model, cache, last, field, &rows);
        self.forward.logits(model, field);
        let keys = keys(self.forward.copy_qk(model, field, &angles));
        self.computed[field as usize] = Some(Computed { past: (cache.appended(), last), rows, at, keys });
        self.add_copies(model, cache, context, field, query.token.part);
        self.forward.sums(model, field)
    }

    /// Adds what the copying attentions read off the notes of the window.
    fn add_copies(&mut self, model: &Model, cache: &KvCache, context: &Context, field: Field, part: usize) {
        let Some(reader) = context.get(cache.len() - 1) else { return };
        match field {
            Field::Gap => {
                let gap = |note| Some(cache.fact(note).gap.into());
                self.forward.add_copies(model, cache, field, 0, gap);
            }
            Field::Key => {
                let key = |note| Some(cache.fact(note).key.into());
                self.forward.add_copies(model, cache, field, 0, key);
                let before = &context.notes()[..cache.len() - context.first()];
                let part = part.checked_sub(1).and_then(|index| Part::ALL.get(index).copied());
                let base = interval_base(before, part) as i16;
                let symbols = field.alphabet(&model.config, model.vocabulary());
                self.forward.add_copies(model, cache, field, 1, |note| {
                    let key = base + cache.fact(note).interval?;
                    usize::try_from(key).ok().filter(|&key| key < symbols)
                });
            }
            Field::Part => {
                let part = |note| cache.fact(note).part.map(usize::from);
                self.forward.add_copies(model, cache, field, 0, part);
            }
            Field::Pedal => {
                let pedal = |note| cache.fact(note).pedal.map(usize::from);
                self.forward.add_copies(model, cache, field, 0, pedal);
            }
            Field::Velocity => {
                let velocity = |note| cache.fact(note).velocity.map(usize::from);
                self.forward.add_copies(model, cache, field, 0, velocity);
            }
            Field::Duration => {
                let (forward, ring) = (&mut self.forward, &mut self.durations);
                forward.add_copies(model, cache, field, 0, |note| {
                    if let Some(shown) = cache.fact(note).duration {
                        return Some(shown.into());
                    }
                    let copied = context.get(note).filter(|note| !note.is_drum())?;
                    let end = copied.end.filter(|&end| end <= reader.onset)?;
                    let (duration, place) = (end - copied.onset, note & (ring.len() - 1));
                    if ring[place].0 != duration {
                        ring[place] = (duration, model.vocabulary().durations.symbol(duration));
                    }
                    Some(ring[place].1)
                });
            }
        }
    }
}

/// The keys among queries and keys of copying attentions.
pub fn keys(copy_qk: &[f32]) -> Vec<f32> {
    let mut keys = Vec::with_capacity(copy_qk.len() / 2);
    copy_qk.chunks_exact(2 * HEAD_DIM).for_each(|pair| keys.extend_from_slice(&pair[HEAD_DIM..]));
    keys
}
