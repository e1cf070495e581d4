//! The composer: listens, decides when to play, and plans ahead of the playhead. Runs on the composer's own thread. It may
//! allocate, lock and use the model, the takes, the parameters' state and the status; it reaches the audio thread through
//! [`segue_realtime::between`] alone, and knows neither the editor nor the plugin framework.
//!
//! Plain code between two ring ends: no thread, no clock, no wait. [`Composer::step`] does one piece of work and returns;
//! [`thread`] is a loop around it, and a test may call it in line. It decides at ticks only, from what came before them, so the
//! same input makes the same notes whatever the blocks, the load or the pace.

pub mod answer;
pub mod groove;
mod hearing;
pub mod journal;
pub mod model_choice;
pub mod phrase;
mod planned_answer;
mod planning;
mod replaying;
pub mod thread;
pub mod turns;

use std::collections::VecDeque;
use std::sync::Arc;

use crossbeam_channel::Receiver;
use segue_model::{Generator, Model};
use segue_music::{Beats, Meter, tick_at};

use crate::composer::answer::Terms;
use crate::composer::groove::Groove;
use crate::composer::journal::Journal;
use crate::composer::phrase::{Phrase, Spacing};
use crate::composer::turns::Turns;
use crate::status::Status;
use planned_answer::{PlannedAnswer, Source, Undone};
use segue_realtime::between::boundary::{ComposerEnd, Readiness};
use segue_realtime::between::heard::{Heard, Revision, Tick};
use segue_realtime::between::limits::{KEPT_UP_TICKS, NOTES_A_TICK, PREFILL_STEPS};
use segue_realtime::between::meters::Doing;
use segue_realtime::between::planned::Change;
use segue_realtime::between::settings::{Mode, Settings};
use segue_realtime::between::sounded::Sounded;

/// By tick.
const LAG_DECAY: f32 = 0.98;

/// What the editor, or whoever loads models, may ask of the composer.
#[derive(Clone)]
pub enum Wish {
    /// Forget everything that was played.
    Forget,
    /// Play with another model from here on; what was heard stays heard.
    Play(Arc<Model>),
    /// Play the take of that id again, as it was heard.
    Replay(u64),
    /// No replay any more, nor an answer that was asked for.
    StopReplay,
    /// Another answer to the prompt of that take, with the settings of now.
    Another(u64),
    /// Do not go on from the last answer, as if it had not been played.
    Undo,
    /// Do go on from the one that was undone last.
    Redo,
}

/// One instance's composer.
pub struct Composer {
    end: ComposerEnd,
    wishes: Receiver<Wish>,
    status: Arc<Status>,
    generator: Generator,
    phrase: Phrase,
    spacing: Spacing,
    turns: Turns,
    groove: Groove,
    answer: Option<PlannedAnswer>,
    /// When the latch went down, while it is.
    latched: Option<Beats>,
    /// The last tick's.
    settings: Settings,
    bar: Beats,
    meter: Option<Meter>,
    /// What the generator was asked for last, by its number among the model's styles.
    style: Option<usize>,
    revision: Revision,
    /// The newest tick when the note before this one was begun.
    note_began: Option<u64>,
    /// How many ticks came while a note was planned: none, on a machine that keeps up.
    note_ticks: u64,
    /// The tick that is being decided, and how many notes it may still plan.
    deciding: Option<(Tick, usize)>,
    /// What the plans were made with, and the tick at which they were last made anew for a parameter's sake.
    planned_with: (Settings, u64),
    /// The model's numbers were none: it plays no more.
    broken: bool,
    /// What sounded, and the takes of it: nothing that is planned depends on it.
    journal: Journal,
    /// Answers so far, also those that never sounded.
    answers: u32,
    /// Where the last answers began that were made and not replayed.
    openings: VecDeque<(u32, Beats)>,
    /// What was undone, the last at the end.
    undone: Vec<Undone>,
    /// What the player wants of the takes, until the next tick.
    asked: VecDeque<Wish>,
    /// The take that is shown as being played again.
    replaying: Option<u64>,
}

impl Composer {
    /// A composer that has heard nothing.
    pub fn new(model: Arc<Model>, end: ComposerEnd, wishes: Receiver<Wish>, status: Arc<Status>) -> Self {
        status.set_model(model.name(), model.styles());
        status.set_doing(Doing::Listening, 0.0);
        end.set_readiness(Readiness::Ready);
        let journal = Journal::new(status.takes.clone());
        Self {
            end,
            wishes,
            status,
            generator: Generator::new(model),
            phrase: Phrase::default(),
            spacing: Spacing::default(),
            turns: Turns::default(),
            groove: Groove::default(),
            answer: None,
            latched: None,
            settings: Settings::default(),
            bar: Meter::COMMON.bar(),
            meter: None,
            style: None,
            revision: 0,
            note_began: None,
            note_ticks: 0,
            deciding: None,
            planned_with: (Settings::default(), 0),
            broken: false,
            journal,
            answers: 0,
            openings: VecDeque::new(),
            undone: Vec::new(),
            asked: VecDeque::new(),
            replaying: None,
        }
    }

    /// The ring ends, for who runs it.
    pub fn end(&self) -> &ComposerEnd {
        &self.end
    }

    /// The ring ends, for who puts something between them and the audio thread's.
    pub fn end_mut(&mut self) -> &mut ComposerEnd {
        &mut self.end
    }

    /// Does one piece of work: plans a note, or takes in one thing that was heard, or brings the generator up to date by a few
    /// steps. Returns whether there is more to do at once.
    pub fn step(&mut self) -> bool {
        self.listen_back();
        if let Some((tick, notes)) = self.deciding {
            let told = self.end.ticks_since(0);
            if let Some(before) = self.note_began.take() {
                self.note_ticks = told.saturating_sub(before);
            }
            if notes > 0 && self.plan_note(&tick) {
                self.note_began = Some(told);
                self.deciding = Some((tick, notes - 1));
            } else {
                self.deciding = None;
                self.show(&tick);
                self.end.acknowledge(tick.number);
            }
            return true;
        }
        if let Ok(heard) = self.end.heard.pop() {
            self.take(heard);
            return true;
        }
        while let Ok(wish) = self.wishes.try_recv() {
            match wish {
                Wish::Forget => self.forget_the_music(),
                Wish::Play(model) => self.play_with(model),
                wish => self.ask(wish),
            }
        }
        !self.generator.prefill(PREFILL_STEPS)
    }

    fn take(&mut self, heard: Heard) {
        match heard {
            Heard::On { at, key, velocity, stays, revision } => {
                self.revision = revision;
                self.keep(at, stays);
                self.strike(at, key, velocity);
            }
            Heard::Off { at, key } => self.lift(at, key),
            Heard::Pedal { at, down } => self.pedal(at, down),
            Heard::Jump { from, to, jump, stays, revision } => {
                self.revision = revision;
                self.jump(from, to, jump, stays);
            }
            Heard::Cut { at, stays, revision } => {
                self.revision = revision;
                self.keep(at, stays);
                self.phrase.close();
            }
            Heard::Reset { revision } => {
                self.forget();
                self.revision = revision;
            }
            Heard::Lost { at, held } => self.resync(at, held),
            Heard::Tick(tick) => self.tick(tick),
        }
    }

    /// What was played is not gone on from; what is planned is not played. What sounds ends by itself.
    fn forget_the_music(&mut self) {
        self.generator.forget();
        self.forget_the_player();
        self.tell(Change::Withdraw { from: Beats::MIN });
    }

    /// From the beginning: nothing was ever heard.
    fn forget(&mut self) {
        self.generator.reset();
        self.forget_the_player();
        self.latched = None;
        self.meter = None;
        self.style = None;
    }

    fn forget_the_player(&mut self) {
        self.phrase = Phrase::default();
        self.spacing = Spacing::default();
        self.turns.reset();
        self.groove = Groove::default();
        self.answer = None;
        self.forget_answers();
        self.status.clear_notice();
    }

    /// None can be undone any more. The takes stay.
    fn forget_answers(&mut self) {
        self.journal.forget();
        self.openings.clear();
        self.undone.clear();
    }

    /// What is planned stays; what is still to be planned comes from the new model.
    pub fn play_with(&mut self, model: Arc<Model>) {
        self.status.set_model(model.name(), model.styles());
        self.generator.set_model(model);
        self.broken = false;
        self.status.recover();
        self.end.set_readiness(Readiness::Ready);
    }

    fn tick(&mut self, tick: Tick) {
        self.revision = tick.revision;
        self.bar = tick.bar;
        if self.meter != tick.meter {
            self.meter = tick.meter;
            self.change_meter(&tick);
        }
        self.restyle(&tick);
        let behind = self.end.ticks_since(tick.number);
        // The worst of the last moments, as nobody can read a figure that changes 86 times a second; it halves in 0.4 s.
        let lag = behind as f32 * tick.milliseconds;
        self.status.set_lag_ms(lag.max(self.status.lag_ms() * LAG_DECAY));
        // Behind, a decision would be about the past, and what has come since may have made it void: only the newest tick counts
        // then. Never where the audio thread waits for us.
        let stale = behind > KEPT_UP_TICKS && !self.end.heard.is_empty() && !self.end.is_waited_for();
        let decides = !self.broken && !stale && self.decide(&tick);
        self.deciding = Some((tick, if decides { NOTES_A_TICK } else { 0 }));
        self.settings = tick.settings;
        self.keep_takes();
    }

    /// From here on the music is of the style that is asked for, if the model knows it.
    fn restyle(&mut self, tick: &Tick) {
        let known = self.generator.model().styles().len();
        let style = tick.settings.style.map(usize::from).filter(|&style| style < known);
        if std::mem::replace(&mut self.style, style) != style {
            self.generator.style(tick_at(tick.at), style);
        }
    }

    fn terms(&self, tick: &Tick) -> Terms {
        let settings = &tick.settings;
        let patience = self.spacing.beats().as_f64() * f64::from(settings.patience);
        Terms {
            now: tick.at,
            lead: tick.lead,
            patience: Beats::from_f64(patience),
            grid: settings.grid,
            bar: tick.bar,
            length: tick.bar.times(i64::from(settings.bars)),
        }
    }

    /// Tells the audio thread; where its ring is full, the change is lost and counted.
    fn tell(&mut self, change: Change) {
        let plan = segue_realtime::between::planned::Plan { change, revision: self.revision };
        if self.end.planned.push(plan).is_err() {
            self.status.dropped.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }

    fn show(&self, tick: &Tick) {
        self.status.roll.tell(tick, self.generator.context().notes());
        let mode = tick.settings.mode;
        let length = tick.bar.times(i64::from(tick.settings.bars));
        let (doing, left) = match &self.answer {
            _ if self.broken => return,
            Some(answer) if answer.committed && tick.at >= answer.from => {
                let left = answer.until - tick.at;
                match mode {
                    _ if answer.complete && answer.opening.is_none() => (Doing::Resting, left),
                    Mode::Duet => (Doing::Alongside, left),
                    _ => (Doing::Answering, left),
                }
            }
            Some(answer) if mode != Mode::Answer || !self.phrase.is_held() => {
                (Doing::Waiting, answer.from - tick.at)
            }
            _ if !tick.settings.on => (Doing::Off, Beats::ZERO),
            _ => match self.turns.left_to_player(tick.at, length) {
                Some(left) if mode == Mode::Trade => (Doing::YourTurn, left),
                _ if self.phrase.is_open() => (Doing::Hearing, Beats::ZERO),
                _ => (Doing::Listening, Beats::ZERO),
            },
        };
        self.status.set_doing(doing, (left.as_f64() / tick.bar.as_f64()) as f32);
        self.status.set_beats_left(left.as_f64() as f32);
    }
}
