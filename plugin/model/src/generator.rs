//! The pure iterator that plays: it hears notes, keeps the cache in step with them, and says the next note.

use std::sync::Arc;

use rand_pcg::Pcg64Mcg;
use segue_music::{
    Beats, Context, ContextNote, Key, Meter, Note, Role, TICK, Tick, Token, Vocabulary, beats_at,
};

use crate::cache::KvCache;
use crate::decoder::{Decoder, Question};
use crate::model::Model;
use crate::parameters::Field;
use crate::sampler::{Candidates, Sampler};

/// Notes of the context kept when it is trimmed, and how many it may grow to before.
const KEPT: usize = 2048;
const MOST: usize = 4096;
/// The keys of a piano: no answer leaves them.
const KEYS: std::ops::RangeInclusive<Key> = 21..=108;
/// How far ahead an onset can be when the silence before it is longer than the alphabet's longest gap.
const AFTER_SILENCE: Tick = 192;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask {
    /// Whose next note.
    pub role: Role,
    /// It begins here or later.
    pub from: Beats,
    /// It begins before this.
    pub until: Beats,
    /// It begins on a multiple of this; zero for anywhere.
    pub grid: Beats,
    /// It begins on the first line of the grid at or after `from`, whatever the model would say of its onset: the first note of an
    /// answer comes when it is due.
    pub at_once: bool,
    /// Above 1 bolder, below 1 more careful; 0 takes the likeliest note.
    pub temperature: f32,
    /// Only the likeliest symbols that together have this probability are drawn from.
    pub top_p: f32,
    /// What chance begins from; mixed with the number of the note.
    pub seed: u64,
}

/// One jam: what was heard and made, and the cache over it.
#[derive(Debug)]
pub struct Generator {
    model: Arc<Model>,
    context: Context,
    cache: KvCache,
    decoder: Decoder,
    candidates: Candidates,
}

impl Generator {
    /// For a model; takes all the memory a jam will need but that of the context, which is bounded.
    pub fn new(model: Arc<Model>) -> Self {
        Self {
            context: Context::new(),
            cache: KvCache::new(&model.config),
            decoder: Decoder::new(&model),
            candidates: Candidates::default(),
            model,
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.context = Context::new();
        self.cache.reset(0);
    }

    /// What was heard and made.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The model that plays.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// A key went down, or a whole note is known.
    pub fn hear(&mut self, note: ContextNote) {
        if self.context.notes().len() >= MOST {
            self.context.forget(KEPT);
        }
        let changed = self.context.hear(note);
        self.keep(changed);
    }

    /// A key came up.
    pub fn release(&mut self, key: Key, role: Role, at: Tick) {
        let changed = self.context.release(key, role, at);
        self.keep(changed);
    }

    /// A role's sounding notes end, and those that were to begin at `at` or later are forgotten.
    pub fn cut(&mut self, role: Role, at: Tick) {
        let changed = self.context.cut(role, at);
        self.keep(changed);
    }

    /// The pedal goes down or up.
    pub fn pedal(&mut self, at: Tick, down: bool) {
        let changed = self.context.pedal(at, down);
        self.keep(changed);
    }

    /// From `at` on bars of this metre begin at `at`; nothing means that no metre is known.
    pub fn meter(&mut self, at: Tick, meter: Option<Meter>) {
        let changed = self.context.meter(at, meter);
        self.keep(changed);
    }

    /// Keeps the cache up to the first note whose step changed.
    fn keep(&mut self, changed: usize) {
        if !self.cache.truncate(changed) {
            self.cache.reset(0);
        }
    }

    /// Reads notes into the cache, at most so many. Returns whether all are read.
    pub fn prefill(&mut self, steps: usize) -> bool {
        // A long past that is read at once is read from where no later step can tell the difference.
        let oldest = self.context.len().saturating_sub(self.model.config.reach()).max(self.context.first());
        if self.cache.len() < oldest {
            self.cache.reset(oldest);
        }
        for _ in 0..steps {
            if self.cache.len() == self.context.len() {
                break;
            }
            self.decoder.append(&self.model, &mut self.cache, &self.context);
        }
        self.cache.len() == self.context.len()
    }

    /// The next note of the role asked for, which joins the context. Nothing where the model's next note would not begin before `until`,
    /// or nothing was heard yet, or its numbers are none.
    pub fn next(&mut self, ask: &Ask) -> Option<Note> {
        self.prefill(usize::MAX);
        let last = *self.context.last()?;
        let number = self.context.len() as u128;
        let mut random =
            Pcg64Mcg::new((number << 64 | u128::from(ask.seed)).wrapping_mul(0xda94_2042_e4dd_58b5) | 1);
        let sampler = Sampler { temperature: ask.temperature, top_p: ask.top_p };
        let from = ask.from.ceil_to(TICK).div_floor(TICK).max(last.onset);
        // After a silence longer than any gap the model counts from nearer by.
        let longest = self.model.vocabulary().gaps.longest();
        let base = if from - last.onset > longest { from - AFTER_SILENCE } else { last.onset };

        let mut question = Question {
            role: ask.role,
            position: None,
            token: Token { gap: 0, key: 0, velocity: 0, duration: 0 },
            onset: base,
        };
        let grid = ask.grid.round_to(TICK).div_floor(TICK).max(1);
        // A second note on the last one's onset lies above it: steps are in order of their keys.
        let has_room = |onset: Tick| onset > last.onset || last.key < *KEYS.end();
        let vocabulary = self.model.vocabulary();
        let onset_of = |gap: usize| {
            let (first, last) = vocabulary.gaps.range(gap);
            on_grid(grid, (base + first).max(from)..=base + last).filter(|&onset| has_room(onset))
        };
        let onset = if ask.at_once {
            on_grid(grid, from..=from + grid).filter(|&onset| has_room(onset))?
        } else {
            let gaps = self.decoder.logits(&self.model, &self.cache, &self.context, Field::Gap, &question);
            let gap = sampler.draw(gaps, &mut self.candidates, &mut random, |gap| onset_of(gap).is_some())?;
            onset_of(gap)?
        };
        if beats_at(onset) >= ask.until {
            return None;
        }
        question.token.gap = vocabulary.gaps.symbol(onset - base);
        question.onset = base + vocabulary.gaps.value(question.token.gap);
        question.position = self.context.bar_position(question.onset);

        let lowest = if onset == last.onset { (last.key + 1).max(*KEYS.start()) } else { *KEYS.start() };
        let keys = self.decoder.logits(&self.model, &self.cache, &self.context, Field::Key, &question);
        let playable = usize::from(lowest)..=usize::from(*KEYS.end());
        question.token.key =
            sampler.draw(keys, &mut self.candidates, &mut random, |key| playable.contains(&key))?;

        let velocities =
            self.decoder.logits(&self.model, &self.cache, &self.context, Field::Velocity, &question);
        question.token.velocity = sampler.draw(velocities, &mut self.candidates, &mut random, |_| true)?;

        let durations =
            self.decoder.logits(&self.model, &self.cache, &self.context, Field::Duration, &question);
        question.token.duration = sampler.draw(durations, &mut self.candidates, &mut random, |_| true)?;

        let duration = vocabulary.durations.value(question.token.duration);
        let note = Note {
            onset: beats_at(onset),
            key: question.token.key as Key,
            duration: beats_at(duration),
            velocity: Vocabulary::velocity_value(question.token.velocity),
        };
        self.hear(ContextNote::whole(&note, ask.role));
        Some(note)
    }

    /// The logits of a field after everything heard, for tests of parity.
    #[doc(hidden)]
    pub fn logits(&mut self, field: Field, role: Role, token: Token) -> Option<Vec<f32>> {
        self.prefill(usize::MAX);
        let base = self.context.last()?.onset;
        let onset = base + self.model.vocabulary().gaps.value(token.gap);
        let question = Question { role, position: self.context.bar_position(onset), token, onset };
        Some(self.decoder.logits(&self.model, &self.cache, &self.context, field, &question).to_vec())
    }

    /// Bytes of memory the cache holds.
    pub fn cache_bytes(&self) -> usize {
        self.cache.bytes()
    }
}

/// The first multiple of the grid in a range of ticks.
fn on_grid(grid: Tick, range: std::ops::RangeInclusive<Tick>) -> Option<Tick> {
    let line = -(-range.start()).div_euclid(grid) * grid;
    (line <= *range.end()).then_some(line)
}
