//! The composer: listens, decides when to answer, and plans the answer ahead of the playhead.
//!
//! Plain code between two ring ends: no thread, no clock, no wait. [`Composer::step`] takes in what has come and returns; the
//! thread is a loop around it, and a test may call it in line. It decides at ticks only, from what came before them, so the
//! same input makes the same notes whatever the blocks, the load or the pace.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crossbeam_channel::Receiver;
use segue_model::{Ask, Generator, Model};
use segue_music::{Beats, ContextNote, Key, Meter, Role, Velocity, tick_at};

use crate::answer::{Phrase, Terms, begins};
use crate::boundary::{ComposerEnd, Readiness};
use crate::heard::{Heard, Jump, Revision, Tick};
use crate::limits::{HORIZON, NOTES_A_TICK, OPENING, PREFILL_STEPS, STALE_TICKS};
use crate::planned::Planned;
use crate::status::{Doing, Status};

/// What the editor may ask of the composer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Forget everything that was played.
    Forget,
}

/// An answer that is planned or played.
struct Answer {
    from: Beats,
    until: Beats,
    /// The onset of the last note planned.
    planned: Beats,
    /// Nothing more comes.
    complete: bool,
    /// No note of it was planned yet.
    opens: bool,
    /// What it answers, to be taken up again if it never sounded.
    phrase: Phrase,
}

/// One instance's composer.
pub struct Composer {
    end: ComposerEnd,
    wishes: Receiver<Wish>,
    status: Arc<Status>,
    generator: Generator,
    phrase: Phrase,
    answer: Option<Answer>,
    meter: Option<Meter>,
    revision: Revision,
}

impl Composer {
    /// A composer that has heard nothing.
    pub fn new(model: Arc<Model>, end: ComposerEnd, wishes: Receiver<Wish>, status: Arc<Status>) -> Self {
        status.set_model(model.name());
        status.set_doing(Doing::Listening, 0.0);
        end.set_readiness(Readiness::Ready);
        Self {
            end,
            wishes,
            status,
            generator: Generator::new(model),
            phrase: Phrase::default(),
            answer: None,
            meter: None,
            revision: 0,
        }
    }

    /// The ring ends, for who runs it.
    pub fn end(&self) -> &ComposerEnd {
        &self.end
    }

    /// Takes in everything that was heard, then brings the generator up to date by a few steps. Returns whether there
    /// is more to do at once.
    pub fn step(&mut self) -> bool {
        let mut any = false;
        while let Ok(heard) = self.end.heard.pop() {
            any = true;
            self.take(heard);
            if self.end.stops() {
                return false;
            }
        }
        while let Ok(wish) = self.wishes.try_recv() {
            match wish {
                Wish::Forget => self.forget(),
            }
        }
        let up_to_date = self.generator.prefill(PREFILL_STEPS);
        any || !up_to_date
    }

    fn take(&mut self, heard: Heard) {
        match heard {
            Heard::On { at, key, velocity, revision } => self.strike(at, key, velocity, revision),
            Heard::Off { at, key } => {
                self.generator.release(key, Role::Player, tick_at(at));
                self.phrase.lift(key, at);
            }
            Heard::Pedal { at, down } => self.generator.pedal(tick_at(at), down),
            Heard::Jump { from, to, jump, revision } => self.jump(from, to, jump, revision),
            Heard::Cut { at, revision } => {
                self.yield_at(at);
                self.phrase.close();
                self.revision = revision;
            }
            Heard::Reset { revision } => {
                self.forget();
                self.revision = revision;
            }
            Heard::Lost { at } => {
                for key in self.phrase.held() {
                    self.generator.release(key, Role::Player, tick_at(at));
                }
                self.phrase = Phrase::default();
                self.yield_at(at);
            }
            Heard::Tick(tick) => {
                self.tick(&tick);
                self.end.acknowledge(tick.number);
            }
        }
    }

    fn forget(&mut self) {
        self.generator.reset();
        self.phrase = Phrase::default();
        self.answer = None;
        self.meter = None;
    }

    /// The player strikes a key: what we had still to say is forgotten, as nobody heard it.
    fn strike(&mut self, at: Beats, key: Key, velocity: Velocity, revision: Revision) {
        self.yield_at(at);
        self.revision = revision;
        self.generator.hear(ContextNote::held(tick_at(at), key, velocity, Role::Player));
        self.phrase.strike(key, at);
    }

    fn yield_at(&mut self, at: Beats) {
        if let Some(answer) = self.answer.take() {
            self.generator.cut(Role::Segue, tick_at(at.min(answer.until)));
        }
    }

    /// The song jumped. A phrase that a loop's end came into is still answered; one before a start or a stop is not.
    fn jump(&mut self, from: Beats, to: Beats, jump: Jump, revision: Revision) {
        if let Some(answer) = self.answer.take() {
            self.generator.cut(Role::Segue, tick_at(from));
            if answer.from >= from {
                self.phrase.reopen(&answer.phrase);
            }
        }
        match jump {
            Jump::Moved => self.phrase.shift(to - from),
            Jump::Started | Jump::Stopped => self.phrase.close(),
        }
        self.revision = revision;
    }

    fn tick(&mut self, tick: &Tick) {
        self.revision = tick.revision;
        if self.meter != tick.meter {
            self.meter = tick.meter;
            // Bar lines are multiples of the bar; the one before now is where this metre's bars are counted from.
            let from = if tick.meter.is_some() { tick.at.floor_to(tick.bar) } else { tick.at };
            self.generator.meter(tick_at(from), tick.meter);
        }
        if self.is_stale(tick) {
            return;
        }
        if !tick.settings.on {
            self.phrase.close();
        }
        if self.answer.as_ref().is_some_and(|answer| tick.at >= answer.until) {
            let until = self.answer.take().map_or(tick.at, |answer| answer.until);
            self.generator.cut(Role::Segue, tick_at(until));
        }
        if self.answer.is_none() {
            self.answer = self.begin(tick);
        }
        if let Some(mut answer) = self.answer.take() {
            self.extend(&mut answer, tick);
            self.answer = Some(answer);
        }
        self.show(tick);
    }

    /// Whether so much has come since that a decision made here would be about the past. Never where the audio thread
    /// waits for us; after the model was loaded, or on a machine that is too slow, only the newest ticks count.
    fn is_stale(&self, tick: &Tick) -> bool {
        self.end.ticks_since(tick.number) > STALE_TICKS
    }

    fn begin(&mut self, tick: &Tick) -> Option<Answer> {
        let settings = &tick.settings;
        let terms = Terms { patience: settings.patience, grid: settings.grid, lead: tick.lead };
        let from = begins(&self.phrase, tick.at, &terms)?;
        let phrase = self.phrase;
        self.phrase.close();
        let until = from + tick.bar.times(i64::from(settings.bars));
        Some(Answer { from, until, planned: from, complete: false, opens: true, phrase })
    }

    /// Plans on, to the horizon.
    fn extend(&mut self, answer: &mut Answer, tick: &Tick) {
        let horizon = (tick.at + HORIZON).max(answer.from + OPENING);
        let settings = &tick.settings;
        for _ in 0..NOTES_A_TICK {
            if answer.complete || answer.planned >= horizon || self.end.stops() {
                return;
            }
            // Only where we have fallen behind does the time of asking matter; else the notes would depend on it.
            let behind = answer.planned < tick.at && answer.from < tick.at;
            let ask = Ask {
                role: Role::Segue,
                from: if behind { tick.at + tick.lead } else { answer.from },
                until: answer.until,
                grid: settings.grid,
                at_once: answer.opens,
                temperature: settings.temperature,
                top_p: settings.top_p,
                seed: settings.seed,
            };
            let Some(mut note) = self.generator.next(&ask).filter(|note| note.onset < answer.until) else {
                answer.complete = true;
                return;
            };
            note.duration = note.duration.min(answer.until - note.onset);
            answer.planned = note.onset;
            let planned = Planned { note, opens: answer.opens, revision: self.revision };
            answer.opens = false;
            if self.end.planned.push(planned).is_err() {
                self.status.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn show(&self, tick: &Tick) {
        let (doing, left) = match &self.answer {
            Some(answer) if tick.at < answer.from => (Doing::Waiting, answer.from - tick.at),
            Some(answer) => (Doing::Answering, answer.until - tick.at),
            None if !tick.settings.on => (Doing::Off, Beats::ZERO),
            None if self.phrase.is_open() => (Doing::Hearing, Beats::ZERO),
            None => (Doing::Listening, Beats::ZERO),
        };
        self.status.set_doing(doing, (left.as_f64() / tick.bar.as_f64()) as f32);
    }
}
