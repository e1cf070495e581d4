//! The pure iterator that plays: it hears notes, keeps the cache in step with them, and says the next note.

use std::sync::Arc;

use rand_pcg::Pcg64Mcg;
use segue_music::{Context, ContextNote, Key, Meter, Note, PartSet, Role, TICK, Tick, Token, beats_at};

use crate::decoding::cache::KvCache;
use crate::decoding::decoder::{Decoder, Question};
use crate::decoding::model::Model;
use crate::playing::guards::density::restrain;
use crate::playing::guards::key::draw_home;
use crate::playing::guards::motif::recall;
use crate::playing::guards::range::stay_near;
use crate::playing::guards::repetition::tire;
use crate::playing::guards::subdivision::keep_pulse;
use crate::playing::guards::texture::keep_texture;
use crate::playing::request::{Ask, Next, Rest};
use crate::playing::sampler::{Candidates, Sampler};
use crate::shape::parameters::Field;
use crate::shape::rows::Asked;

/// Notes of the context kept when it is trimmed, and how many it may grow to before.
const KEPT: usize = 2048;
const MOST: usize = 4096;
/// How far ahead an onset can be when the silence before it is longer than the alphabet's longest gap.
const AFTER_SILENCE: Tick = 192;

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
            cache: KvCache::new(&model),
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

    /// Forgets what was played; the pedal, the metre and when its own notes began are still known, as limits count them.
    pub fn forget(&mut self) {
        self.context.forget(0);
        self.cache.reset(self.context.len());
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
            self.context.forget(self.worth_keeping());
        }
        let changed = self.context.hear(note);
        self.keep(changed);
    }

    /// How many of the newest notes matter still: the limits count what sounds, also where a flood of the player's notes has come since.
    fn worth_keeping(&self) -> usize {
        let notes = self.context.notes();
        let now = notes.last().map_or(0, |note| note.onset);
        let sounds = |note: &ContextNote| note.role == Role::Segue && note.end.is_some_and(|end| end > now);
        notes.iter().position(sounds).map_or(KEPT, |oldest| KEPT.max(notes.len() - oldest))
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

    /// A role's sounding notes end; those that begin at `at` or later stay.
    pub fn hush(&mut self, role: Role, at: Tick) {
        let changed = self.context.hush(role, at);
        self.keep(changed);
    }

    /// Forgets a role's notes that begin at `from` or later; those that sound go on.
    pub fn withdraw(&mut self, role: Role, from: Tick) {
        let changed = self.context.withdraw(role, from);
        self.keep(changed);
    }

    /// Another model plays on with what was heard and made, which it reads when it is first asked.
    pub fn set_model(&mut self, model: Arc<Model>) {
        self.cache = KvCache::new(&model);
        self.decoder = Decoder::new(&model);
        self.model = model;
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

    /// From `at` on the music is of this style, by its number among the model's; nothing asks for none.
    pub fn style(&mut self, at: Tick, style: Option<usize>) {
        let changed = self.context.style(at, style);
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
        // A long past that is read at once is read from where no later step can tell the difference, and some notes more, so that so many
        // can be taken back before it must be read again.
        let (reach, more) = (self.model.config.reach(), self.model.config.window);
        let needed = self.context.len().saturating_sub(reach).max(self.context.first());
        let first = self.context.first();
        if self.cache.start() > needed || self.cache.len() + more < needed || self.cache.len() < first {
            self.cache.reset(needed.saturating_sub(more).max(first));
        }
        for _ in 0..steps {
            if self.cache.len() == self.context.len() {
                break;
            }
            self.decoder.append(&self.model, &mut self.cache, &self.context);
        }
        self.cache.len() == self.context.len()
    }

    /// The next note of the role asked for, which joins the context.
    ///
    /// # Errors
    /// Says why there is none; the context is then what it was.
    pub fn next(&mut self, ask: &Ask) -> Result<Next, Rest> {
        let last = *self.context.last().ok_or(Rest::Unheard)?;
        let limits = &ask.limits;
        if let Some(limit) = limits.forbids_all() {
            return Err(Rest::Limits(limit));
        }
        let grid = ask.grid.round_to(TICK).div_floor(TICK).max(1);
        let from = ask.from.ceil_to(TICK).div_floor(TICK).max(last.onset);
        if beats_at(ceil_to(grid, from)) >= ask.until {
            return Err(Rest::After);
        }
        let (from, put_off) = limits.earliest(&self.context, ask.role, from);
        let line = ceil_to(grid, from);
        if beats_at(line) >= ask.until {
            return Err(put_off.map_or(Rest::After, Rest::Limits));
        }
        self.prefill(usize::MAX);

        let number = self.context.len() as u128;
        let mut random =
            Pcg64Mcg::new((number << 64 | u128::from(ask.seed)).wrapping_mul(0xda94_2042_e4dd_58b5) | 1);
        let sampler = Sampler { temperature: ask.temperature, top_p: ask.top_p };
        // What is unlikely of times is long: without it music gets dense.
        let times = Sampler { top_p: 1.0, ..sampler };
        let vocabulary = self.model.tokenizer.vocabulary();
        // After a silence longer than any gap the model counts from nearer by.
        let base =
            if line - last.onset > vocabulary.gaps.longest() { line - AFTER_SILENCE } else { last.onset };
        let mut question = Question {
            whose: Asked { role: ask.role, skipping: ask.skipping, parts: PartSet::NONE },
            position: None,
            token: Token { gap: 0, part: 0, key: 0, velocity: 0, duration: 0 },
            onset: base,
        };
        let onset_of = |gap: usize| {
            let (first, last) = vocabulary.gaps.range(gap);
            let line = ceil_to(grid, from.max(base + first));
            (line <= base + last).then_some(line)
        };
        let onset = if ask.at_once {
            line
        } else {
            let gaps = self.decoder.logits(&self.model, &self.cache, &self.context, Field::Gap, &question);
            let time = |gap| onset_of(gap).map_or(0, |onset| onset - last.onset);
            restrain(&self.context, ask.role, last.onset, gaps, time);
            keep_pulse(&self.context, ask.role, last.onset, gaps, onset_of);
            // Who plays along has a part of its own.
            if !ask.skipping {
                keep_texture(&self.context, ask.role, last.onset, gaps, onset_of);
            }
            let class = |gap| class(onset_of(gap).map_or(0, |onset| onset - base));
            let allowed = |gap| onset_of(gap).is_some();
            let gap = times.draw_time(gaps, &mut self.candidates, &mut random, allowed, class);
            gap.and_then(onset_of).ok_or(Rest::NotFinite)?
        };
        if beats_at(onset) >= ask.until {
            return Err(Rest::After);
        }
        question.token.gap = vocabulary.gaps.symbol(onset - base);
        question.onset = base + vocabulary.gaps.value(question.token.gap);
        question.position = self.context.bar_position(question.onset);

        // A second note on the last one's onset lies above it: steps are in order of their keys.
        let lowest = if onset == last.onset { last.key + 1 } else { 0 };
        let mut draw = |field, question: &Question, allowed: &dyn Fn(usize) -> bool| {
            let logits = self.decoder.logits(&self.model, &self.cache, &self.context, field, question);
            if field == Field::Key {
                tire(&self.context, ask.role, onset, logits);
                draw_home(&self.context, ask.role, logits);
                recall(&self.context, ask.role, logits);
                if !ask.skipping {
                    stay_near(&self.context, ask.role, logits);
                }
            }
            sampler.draw(logits, &mut self.candidates, &mut random, allowed).ok_or(Rest::NotFinite)
        };
        question.token.key = draw(Field::Key, &question, &|symbol| {
            Key::try_from(symbol).is_ok_and(|key| key >= lowest && limits.allows(key))
        })?;
        question.token.velocity =
            draw(Field::Velocity, &question, &|symbol| limits.velocity(symbol).is_some())?;
        let durations =
            self.decoder.logits(&self.model, &self.cache, &self.context, Field::Duration, &question);
        let class = |symbol| class(vocabulary.durations.value(symbol));
        let duration = times.draw_time(durations, &mut self.candidates, &mut random, |_| true, class);
        question.token.duration = duration.ok_or(Rest::NotFinite)?;

        let note = Note {
            onset: beats_at(onset),
            key: question.token.key as Key,
            duration: beats_at(vocabulary.durations.value(question.token.duration)),
            velocity: limits.velocity(question.token.velocity).ok_or(Rest::NotFinite)?,
        };
        let one_too_many = limits.one_too_many(&self.context, ask.role, onset, note.key);
        let shortened = one_too_many.and_then(|number| self.shorten(number, onset));
        self.hear(ContextNote::whole(&note, ask.role));
        Ok(Next { note, shortened })
    }

    /// Ends a note of the context at a tick, and returns it as it then is.
    fn shorten(&mut self, number: usize, at: Tick) -> Option<Note> {
        let changed = self.context.shorten(number, at);
        self.keep(changed);
        self.context.get(number).map(|note| note.note(at))
    }

    /// The logits of a field after everything heard, for tests of parity.
    #[doc(hidden)]
    pub fn logits(&mut self, field: Field, role: Role, token: Token) -> Option<Vec<f32>> {
        self.prefill(usize::MAX);
        let base = self.context.last()?.onset;
        let onset = base + self.model.vocabulary().gaps.value(token.gap);
        let whose = Asked { role, skipping: false, parts: PartSet::NONE };
        let question = Question { whose, position: self.context.bar_position(onset), token, onset };
        Some(self.decoder.logits(&self.model, &self.cache, &self.context, field, &question).to_vec())
    }

    /// Bytes of weights and cache that one note reads, for measuring what it costs.
    #[doc(hidden)]
    pub fn bytes_a_note(&self) -> usize {
        self.model.bytes_a_note() + self.cache.bytes_a_note(&self.model.config)
    }

    /// Bytes of memory the cache holds.
    pub fn cache_bytes(&self) -> usize {
        self.cache.bytes()
    }
}

/// Times of one class sound alike: within a quarter of each other, a third of an octave.
fn class(ticks: Tick) -> usize {
    if ticks <= 0 { 0 } else { 1 + (3.0 * (ticks as f32).log2()) as usize }
}

/// The first multiple of the grid at or after a tick.
fn ceil_to(grid: Tick, tick: Tick) -> Tick {
    -(-tick).div_euclid(grid) * grid
}
