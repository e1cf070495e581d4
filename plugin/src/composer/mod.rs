//! The composer: listens, decides when to play, and plans ahead of the playhead. Runs on the
//! composer's own thread. It may allocate, lock, and use the model, the takes, the saved state and
//! the status. It reaches the audio thread only through [`segue_realtime::between`], and knows
//! neither the editor nor the plugin framework.
//!
//! Plain code between two ring ends, without a thread, a clock or a wait. [`Composer::step`] does
//! one piece of work and returns; [`thread`] is a loop around it, and tests call it directly. It
//! decides only at ticks, from what came before them, so the same input makes the same notes
//! whatever the block size, load or speed.

pub mod answer;
mod band;
mod command;
mod count_in;
pub mod groove;
mod hearing;
mod history;
pub mod journal;
pub mod model_choice;
pub mod phrase;
mod planned_answer;
mod planning;
mod player;
mod rehearsal;
mod rehearsing;
mod remembering;
mod replaying;
pub mod sound_choice;
pub mod thread;
pub mod turns;
mod work;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crossbeam_channel::Receiver;
use segue_model::{Generator, Model};
use segue_music::{Beats, ContextNote, Key, Meter, Part, Role, tick_at};
use segue_realtime::between::boundary::{ComposerEnd, Readiness};
use segue_realtime::between::heard::{Heard, Revision, Tick};
use segue_realtime::between::limits::{KEPT_UP_TICKS, NOTES_A_TICK, NOTES_REHEARSED_A_TICK, PREFILL_STEPS};
use segue_realtime::between::meters::Doing;
use segue_realtime::between::planned::{Change, Plan};
use segue_realtime::between::settings::{Settings, What};
use segue_realtime::between::situation::Terms;

use crate::status::Status;
pub use command::Command;
use history::History;
use planned_answer::PlannedAnswer;
use player::Player;
use work::Work;

/// The decay of the shown lag per tick.
const LAG_DECAY: f32 = 0.98;

/// The state as of the last tick.
struct Latest {
    settings: Settings,
    bar: Beats,
    /// A bar line.
    line: Beats,
    meter: Option<Meter>,
    /// The style that the generator was last given, by its index in the model.
    style: Option<usize>,
    /// The newest revision heard of.
    revision: Revision,
    /// Notes of takes that the host had played back.
    played_back: u32,
}

/// One instance's composer.
pub struct Composer {
    end: ComposerEnd,
    commands: Receiver<Command>,
    status: Arc<Status>,
    generator: Generator,
    player: Player,
    /// Whether a note was heard since the start, from which the bars of the form are counted.
    form_has_begun: bool,
    /// The notes of other tracks that sound.
    tracks: Vec<(Option<Part>, Key)>,
    answer: Option<PlannedAnswer>,
    latest: Latest,
    work: Work,
    /// What the plans were made with, and the tick at which a parameter last changed them.
    planned_with: (What, u64),
    /// The model's logits were not finite; it plays no more.
    model_failed: bool,
    history: History,
    /// Commands about takes that wait for the next tick.
    requests: VecDeque<Command>,
}

impl Composer {
    /// A composer that has heard nothing.
    pub fn new(
        model: Arc<Model>,
        end: ComposerEnd,
        commands: Receiver<Command>,
        status: Arc<Status>,
    ) -> Self {
        status.set_model(model.name(), model.styles(), model.config().parts);
        status.set_doing(Doing::Listening, 0.0);
        end.set_readiness(Readiness::Ready);
        let history = History::new(status.takes.clone());
        Self {
            end,
            commands,
            status,
            generator: Generator::new(model),
            player: Player::default(),
            form_has_begun: false,
            tracks: Vec::new(),
            answer: None,
            latest: Latest {
                settings: Settings::default(),
                bar: Meter::COMMON.bar(),
                line: Beats::ZERO,
                meter: None,
                style: None,
                revision: 0,
                played_back: 0,
            },
            work: Work::default(),
            planned_with: (What::default(), 0),
            model_failed: false,
            history,
            requests: VecDeque::new(),
        }
    }

    /// The notes heard and planned, for tests.
    #[doc(hidden)]
    pub fn heard(&self) -> &[ContextNote] {
        self.generator.context().notes()
    }

    /// The ring ends, for whoever runs it.
    pub fn end(&self) -> &ComposerEnd {
        &self.end
    }

    /// The ring ends, for whoever puts something between them and the audio thread's.
    pub fn end_mut(&mut self) -> &mut ComposerEnd {
        &mut self.end
    }

    /// Does one piece of work: plans a note, receives one message, or fills the generator's cache
    /// by a few steps. Returns whether there is more to do at once.
    pub fn step(&mut self) -> bool {
        self.listen_back();
        if let Some((tick, notes)) = self.work.deciding {
            let newest = self.end.ticks_since(0);
            self.work.end_note(newest);
            if notes > 0 && self.plan_note(&tick) {
                self.work.begin_note(newest);
                self.work.deciding = Some((tick, notes - 1));
            } else if self.work.rehearses && self.work.rehearsed < NOTES_REHEARSED_A_TICK {
                self.work.deciding = Some((tick, 0));
                self.work.rehearsed += 1;
                self.work.rehearses = self.rehearse_note(&tick);
            } else {
                self.work.deciding = None;
                self.show(&tick);
                self.end.acknowledge(tick.number);
            }
            return true;
        }
        if let Ok(heard) = self.end.heard.pop() {
            self.receive(heard);
            return true;
        }
        while let Ok(command) = self.commands.try_recv() {
            match command {
                Command::Forget => self.forget_the_music(),
                Command::Play(model) => self.play_with(model),
                command => self.request(command),
            }
        }
        !self.generator.prefill(PREFILL_STEPS)
    }

    fn receive(&mut self, heard: Heard) {
        match heard {
            Heard::On { at, key, velocity, survives, revision } => {
                self.latest.revision = revision;
                self.keep(at, survives);
                self.note_on(at, key, velocity);
            }
            Heard::Off { at, key } => self.note_off(at, key),
            Heard::TrackOn { at, part, key, velocity } => self.track_on(at, part, key, velocity),
            Heard::TrackOff { at, part, key } => self.track_off(at, part, key),
            Heard::Pedal { at, down } => self.generator.pedal(Role::Player, tick_at(at), down),
            Heard::Jump { from, to, jump, survives, revision } => {
                self.latest.revision = revision;
                self.jump(from, to, jump, survives);
            }
            Heard::Cut { at, survives, revision } => {
                self.latest.revision = revision;
                self.keep(at, survives);
                self.player.phrase.close();
            }
            Heard::Reset { revision } => {
                self.forget();
                self.latest.revision = revision;
            }
            Heard::Lost { at, held } => self.resync(at, held),
            Heard::Tick(tick) => self.tick(tick),
        }
    }

    /// Forgets the music: drops the context and the plans. What sounds plays to its end.
    fn forget_the_music(&mut self) {
        self.generator.forget();
        self.forget_the_player();
        self.send(Change::Withdraw { from: Beats::MIN });
    }

    /// Starts over, with an empty history.
    fn forget(&mut self) {
        self.generator.reset();
        self.forget_the_player();
        self.player.latched = None;
        self.latest.meter = None;
        self.latest.style = None;
    }

    fn forget_the_player(&mut self) {
        self.player.forget();
        self.form_has_begun = false;
        self.tracks.clear();
        self.answer = None;
        self.history.forget();
        self.status.clear_notice();
    }

    /// Changes the model. Existing plans stay; new ones come from the new model.
    pub fn play_with(&mut self, model: Arc<Model>) {
        self.status.set_model(model.name(), model.styles(), model.config().parts);
        if !model.config().parts {
            // Its context has no parts, and neither have the releases to come.
            self.tracks.iter_mut().for_each(|(part, _)| *part = None);
        }
        self.generator.set_model(model);
        self.model_failed = false;
        self.status.recover();
        self.end.set_readiness(Readiness::Ready);
    }

    fn tick(&mut self, tick: Tick) {
        self.latest.revision = tick.revision;
        let lines_moved = (tick.line - self.latest.line) % tick.bar != Beats::ZERO;
        (self.latest.bar, self.latest.line) = (tick.bar, tick.line);
        if self.latest.meter != tick.meter || (lines_moved && tick.meter.is_some()) {
            self.latest.meter = tick.meter;
            self.change_meter(&tick);
        }
        self.restyle(&tick);
        let behind = self.end.ticks_since(tick.number);
        // The worst of the last moments: a figure that changes 86 times a second cannot be read. It
        // halves in 0.4 s.
        let lag = behind as f32 * tick.milliseconds;
        self.status.set_lag_ms(lag.max(self.status.lag_ms() * LAG_DECAY));
        // When we are behind, a decision would be about the past, and later messages may have made
        // it void, so only the newest tick counts. Never while the audio thread waits for us.
        let stale = behind > KEPT_UP_TICKS && !self.end.heard.is_empty() && !self.end.is_waited_for();
        let decides = !self.model_failed && !stale && self.decide(&tick);
        self.work.deciding = Some((tick, if decides { NOTES_A_TICK } else { 0 }));
        (self.work.rehearses, self.work.rehearsed) = (decides, 0);
        if self.status.unsent.load(Ordering::Relaxed) > 0 && self.status.notice().is_none() {
            self.status.note(
                "this host takes no notes from Segue: no MIDI leaves, and the built-in sound plays them",
            );
        }
        self.say_whether_it_is_a_band(&tick);
        self.latest.settings = tick.settings;
        let played_back = self.status.played_back.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.latest.played_back, played_back) != played_back
            && self.status.notice().is_none()
        {
            self.status.note("this is a take that Segue played here before: it rests while that plays");
        }
        self.keep_takes();
    }

    /// Passes a new style to the generator, if the model knows it.
    fn restyle(&mut self, tick: &Tick) {
        let known = self.generator.model().styles().len();
        let style = tick.settings.what.style.map(usize::from).filter(|&style| style < known);
        if std::mem::replace(&mut self.latest.style, style) != style {
            self.generator.style(tick_at(tick.at), style);
        }
    }

    fn terms(&self, tick: &Tick) -> Terms {
        let settings = &tick.settings;
        let patience = self.player.spacing.beats().as_f64() * f64::from(settings.when.patience);
        Terms {
            now: tick.at,
            lead: tick.lead,
            patience: Beats::from_f64(patience),
            grid: settings.what.grid,
            bar: tick.bar,
            bar_line: tick.line,
            length: tick.bar.times(i64::from(settings.when.bars)),
            entry: settings.when.entry,
        }
    }

    /// Takes back plans from a position on, here and on the audio thread.
    fn retract(&mut self, from: Beats) {
        self.withdraw(from);
        self.send(Change::Withdraw { from });
    }

    /// Sends a change to the audio thread. If the ring is full, the change is lost and counted.
    fn send(&mut self, change: Change) {
        let plan = Plan { change, revision: self.latest.revision };
        if self.end.planned.push(plan).is_err() {
            self.status.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn show(&self, tick: &Tick) {
        self.status.roll.update(tick, self.generator.context().notes());
        let (mode, phrase) = (tick.settings.mode, &self.player.phrase);
        let length = tick.bar.times(i64::from(tick.settings.when.bars));
        let (doing, left) = match &self.answer {
            _ if self.model_failed => return,
            Some(answer) if answer.committed && tick.at >= answer.from => {
                let rests = answer.complete && answer.opening.is_none();
                (if rests { Doing::Resting } else { mode.activity() }, answer.until - tick.at)
            }
            Some(answer) if !mode.begins_on_silence() || !phrase.is_held() => {
                (Doing::Waiting, answer.from - tick.at)
            }
            _ if !tick.settings.on => (Doing::Off, Beats::ZERO),
            _ => match mode.turn(self.player.turns.left_to_player(tick.at, length)) {
                Some(turn) => turn,
                None if phrase.is_open() => (Doing::Hearing, Beats::ZERO),
                None => (Doing::Listening, Beats::ZERO),
            },
        };
        self.status.set_doing(doing, (left.as_f64() / tick.bar.as_f64()) as f32);
        self.status.set_beats_left(left.as_f64() as f32);
    }
}
