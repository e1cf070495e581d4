//! The generator: it hears notes, keeps the cache in step with them, and plays the next one. Pure:
//! the same calls give the same notes.

use std::sync::Arc;

use segue_music::{
    Context, ContextNote, Key, Meter, Note, Part, PartSet, PedalMove, Role, Tick, Token, Vocabulary, beats_at,
};

use crate::decoding::cache::KvCache;
use crate::decoding::decoder::Decoder;
use crate::decoding::model::Model;
use crate::decoding::query::HeadQuery;
use crate::playing::chance;
use crate::playing::draw::{Draw, Stop, part_of};
use crate::playing::onsets::Onsets;
use crate::playing::request::{Next, NoteRequest, Rest};
use crate::playing::sampler::Candidates;
use crate::shape::parameters::Field;
use crate::shape::target::Target;

mod fields;

/// How many notes of the context are kept when it is trimmed.
const KEPT: usize = 2048;
/// How many it may grow to before.
const LARGEST: usize = 4096;

/// One jam: the notes heard and played, and the cache over them.
#[derive(Clone, Debug)]
pub struct Generator {
    model: Arc<Model>,
    context: Context,
    cache: KvCache,
    decoder: Decoder,
    candidates: Candidates,
}

impl Generator {
    /// For a model. Allocates all the memory that a jam will need, except for the context's, which
    /// is bounded.
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

    /// Forgets the notes. The pedal, the metre and the onsets of its own last notes are still
    /// known: limits count those.
    pub fn forget(&mut self) {
        self.context.forget(0);
        self.cache.reset(self.context.len());
    }

    /// The notes heard and played.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The model that plays.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Adds a note: a key went down, or a whole note is known. A model that knows no parts hears
    /// what has a pitch, of no part.
    pub fn hear(&mut self, note: ContextNote) {
        let knows_parts = self.model.config.parts;
        if note.is_drum() && !knows_parts {
            return;
        }
        let note = ContextNote { part: note.part.filter(|_| knows_parts), ..note };
        if self.context.notes().len() >= LARGEST {
            self.context.forget(self.count_to_keep());
        }
        let changed = self.context.hear(note);
        self.keep(changed);
    }

    /// How many of the newest notes to keep: [`KEPT`], or more where one of its own still sounds,
    /// which the limits count, after a flood of the player's notes.
    fn count_to_keep(&self) -> usize {
        let notes = self.context.notes();
        let now = notes.last().map_or(0, |note| note.onset);
        let sounds = |note: &ContextNote| note.role == Role::Segue && note.end.is_some_and(|end| end > now);
        notes.iter().position(sounds).map_or(KEPT, |oldest| KEPT.max(notes.len() - oldest))
    }

    /// Ends a note of a part: a key came up.
    pub fn release(&mut self, part: Option<Part>, key: Key, role: Role, at: Tick) {
        let changed = self.context.release(part, key, role, at);
        self.keep(changed);
    }

    /// Ends a role's sounding notes, and forgets those that would begin at `at` or later.
    pub fn cut(&mut self, role: Role, at: Tick) {
        let changed = self.context.cut(role, at);
        self.keep(changed);
    }

    /// Ends a role's sounding notes; those that begin at `at` or later stay.
    pub fn release_all(&mut self, role: Role, at: Tick) {
        let changed = self.context.hush(role, at);
        self.keep(changed);
    }

    /// Forgets a role's notes that begin at `from` or later; those that sound go on.
    pub fn withdraw(&mut self, role: Role, from: Tick) {
        let changed = self.context.withdraw(role, from);
        self.keep(changed);
    }

    /// Switches to another model, which reads the context at the next request.
    pub fn set_model(&mut self, model: Arc<Model>) {
        self.cache = KvCache::new(&model);
        self.decoder = Decoder::new(&model);
        if !model.config.parts {
            self.context.forget_parts();
        }
        self.model = model;
    }

    /// A role's pedal goes down or up.
    pub fn pedal(&mut self, role: Role, at: Tick, down: bool) {
        let changed = self.context.pedal(role, at, down);
        self.keep(changed);
    }

    /// From `at` on bars have this metre, the first at `at`; `None` where no metre is known.
    pub fn meter(&mut self, at: Tick, meter: Option<Meter>) {
        let changed = self.context.meter(at, meter);
        self.keep(changed);
    }

    /// At `at`, a bar line, a form begins: the bars from there on are counted.
    pub fn form(&mut self, at: Tick) {
        let changed = self.context.form(at);
        self.keep(changed);
    }

    /// From `at` on asks for this style, by its number among the model's; `None` for no style.
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

    /// Reads at most `steps` notes into the cache. Returns whether all are read.
    pub fn prefill(&mut self, steps: usize) -> bool {
        // A long past is read from where no later step can tell the difference, and a window
        // earlier, so that a window of notes can be taken back before everything must be read
        // again.
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

    /// Plays the next note of a role, and adds it to the context.
    ///
    /// # Errors
    /// Says why there is none; the context is then what it was.
    pub fn next(&mut self, request: &NoteRequest) -> Result<Next, Rest> {
        let last = *self.context.last().ok_or(Rest::Unheard)?;
        let model = self.model.clone();
        // Parts that are out of reach, or that the model does not know, are not asked for.
        let parts = request.parts.iter().filter(|_| model.config.parts);
        let within_reach: PartSet = parts.filter(|&part| request.limits.has_key(Some(part))).collect();
        if within_reach.is_empty() && !request.parts.is_empty() && model.config.parts {
            let limit = request.limits.forbids_all(request.parts);
            return Err(Rest::Limits(limit.unwrap_or("key")));
        }
        let request = &NoteRequest { parts: within_reach, ..*request };
        let onsets = Onsets::of(request, &self.context, last.onset, model.vocabulary())?;
        self.prefill(usize::MAX);
        let mut draw = Draw { request, last, random: chance::random(&self.context, request.seed) };
        let drawn = match self.draw_note(&mut draw, &onsets) {
            Err(Stop::Full) => {
                let later = NoteRequest { from: beats_at(last.onset + 1), ..*request };
                let onsets = Onsets::of(&later, &self.context, last.onset, model.vocabulary())?;
                self.draw_note(&mut draw, &onsets)
            }
            drawn => drawn,
        };
        match drawn {
            Ok((onset, token)) => self.play(request, onset, &token),
            Err(Stop::Rest(rest)) => Err(rest),
            Err(Stop::Full) => Err(Rest::After),
        }
    }

    /// Adds the note to the context, and ends the oldest voice where one too many would sound.
    fn play(&mut self, request: &NoteRequest, onset: Tick, token: &Token) -> Result<Next, Rest> {
        let velocity = request.limits.velocity(token.velocity).ok_or(Rest::NotFinite)?;
        let part = part_of(token.part);
        if let Some(drum) = token.key.checked_sub(Vocabulary::KEYS) {
            let stroke = ContextNote::drum(onset, Part::drum_key(drum), Some(velocity), request.role);
            self.hear(stroke);
            return Ok(Next { note: stroke.note(onset), part, pedal: PedalMove::Stay, shortened: None });
        }
        let note = Note {
            onset: beats_at(onset),
            key: token.key as Key,
            duration: beats_at(self.model.vocabulary().durations.value(token.duration)),
            velocity,
        };
        let one_too_many = match part.filter(|part| part.is_monophonic()) {
            Some(_) => self.sounding_in(request.role, part, onset),
            None => request.limits.one_too_many(&self.context, request.role, onset, note.key),
        };
        let shortened = one_too_many.and_then(|number| self.shorten(number, onset));
        self.hear(ContextNote { part, ..ContextNote::whole(&note, request.role) });
        let pedal = PedalMove::ALL[token.pedal];
        let changed = self.context.move_pedal(request.role, onset, pedal);
        self.keep(changed);
        Ok(Next { note, part, pedal, shortened })
    }

    /// The number of the newest note of a part that sounds at a tick and began before.
    fn sounding_in(&self, role: Role, part: Option<Part>, at: Tick) -> Option<usize> {
        let sounding =
            self.context.sounding(role, at).filter(|(_, note)| note.part == part && note.onset < at);
        sounding.map(|(number, _)| number).last()
    }

    /// Ends a note of the context at a tick, and returns it as it then is.
    fn shorten(&mut self, number: usize, at: Tick) -> Option<(Option<Part>, Note)> {
        let changed = self.context.shorten(number, at);
        self.keep(changed);
        self.context.get(number).map(|note| (note.part, note.note(at)))
    }

    /// The mean of the trunk's last states after the notes that begin from `from` on and before
    /// `until`, (dim); `None` where there are none. Allocates.
    pub fn mean_state(&mut self, from: Tick, until: Tick) -> Option<Vec<f32>> {
        self.prefill(usize::MAX);
        let (notes, first) = (self.context.notes(), self.context.first());
        let number = |at: Tick| first + notes.partition_point(|note| note.onset < at);
        let kept = self.cache.oldest_state()..self.cache.len();
        let numbers = number(from).max(kept.start)..number(until).min(kept.end);
        let count = numbers.len();
        let mut mean = vec![0.0; self.model.config.dim];
        for number in numbers {
            let state = self.cache.state(number);
            mean.iter_mut().zip(state).for_each(|(sum, number)| *sum += number / count as f32);
        }
        (count > 0).then_some(mean)
    }

    /// What the model's critic thinks of the notes from `from` on and before `until`, the higher
    /// the better; `None` where there are none, or nobody to ask. Allocates.
    pub fn score(&mut self, from: Tick, until: Tick) -> Option<f64> {
        let model = self.model.clone();
        model.critic().and_then(|critic| Some(critic.score(&self.mean_state(from, until)?)))
    }

    /// The logits of a field after everything heard, for tests of parity.
    #[doc(hidden)]
    pub fn logits(&mut self, field: Field, role: Role, token: Token) -> Option<Vec<f32>> {
        self.prefill(usize::MAX);
        let base = self.context.last()?.onset;
        let target = Target::next_of(role);
        let query = HeadQuery::about(&self.context, self.model.vocabulary(), target, (base, token));
        Some(self.decoder.logits(&self.model, &self.cache, &self.context, field, &query).to_vec())
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
