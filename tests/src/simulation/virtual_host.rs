//! A host without threads and without a clock: it asks the plugin's audio side for blocks, and
//! turns its composer in line.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crossbeam_channel::{Sender, bounded};
use segue::audio::processor::{Block, Processor};
use segue::between::boundary::boundary;
use segue::between::limits::lead_samples;
use segue::between::message::{Event, Message, Sink};
use segue::between::prefault;
use segue::between::settings::Settings;
use segue::composer::{Command, Composer};
use segue::status::Status;
use segue_model::Model;

use super::cue::{Asked, Cue};
use super::models;
use super::song::{Song, State};
use super::virtual_composer::{Cost, VirtualComposer};

/// The longest block there is.
pub const LONGEST: usize = 2048;

/// Room for what the plugin sends in one block.
const EVENTS: usize = 1 << 15;

/// A host's list of events for one block.
#[derive(Debug)]
pub struct List {
    /// What the plugin sent.
    pub events: Vec<Event>,
    /// How much it may send.
    pub room: usize,
    /// How much found no room.
    pub refused: usize,
}

impl Sink for List {
    fn send(&mut self, time: u32, message: Message) -> bool {
        let room = self.events.len() < self.room.min(self.events.capacity());
        if room {
            self.events.push(Event { time, message });
        } else {
            self.refused += 1;
        }
        room
    }
}

/// One host with one instance.
pub struct VirtualHost {
    /// The audio side.
    pub processor: Processor,
    /// The composer.
    pub composer: VirtualComposer,
    /// For what an editor asks.
    pub wishes: Sender<Command>,
    /// What an editor shows.
    pub status: Arc<Status>,
    /// The parameters.
    pub settings: Settings,
    /// Where the song is at the start of the next block.
    pub song: Song,
    /// Samples a second.
    pub rate: f64,
    /// Samples since the host began: the start of the next block.
    pub sample: u64,
    /// The same in seconds of virtual time.
    pub seconds: f64,
    /// The sample of the last activation or reset.
    pub fresh_at: u64,
    /// What the plugin sent in the last block.
    pub list: List,
    /// The sound of the last block.
    pub sound: [Vec<f32>; 2],
    /// When the composer was last behind.
    pub behind_at: Option<f64>,
    /// A take was asked for: it is played though Segue is off.
    pub asked: bool,
    /// The sample at which the song went back to the start of its loop in the last block.
    pub wrapped_at: Option<u64>,
    /// The sample at which an answer was last undone, or was one again.
    pub undone_at: Option<u64>,
}

impl VirtualHost {
    /// With a model, at a sample rate and a tempo; the transport plays.
    pub fn new(model: Arc<Model>, rate: f64, tempo: f64, cost: Cost) -> Self {
        let status = Arc::<Status>::default();
        let (audio, end) = boundary();
        let (wishes, taken) = bounded(8);
        let composer =
            VirtualComposer::new(cost, end, |end| Composer::new(model, end, taken, status.clone()));
        let processor = Processor::new(audio, status.meters.clone(), rate);
        let nothing =
            Event { time: 0, message: Message::Off { id: None, channel: 0, key: 0, velocity: 0.0 } };
        Self {
            processor,
            composer,
            wishes,
            status,
            settings: Settings::default(),
            song: Song::new(tempo),
            rate,
            sample: 0,
            seconds: 0.0,
            fresh_at: 0,
            list: List { events: prefault::list(EVENTS, nothing), room: usize::MAX, refused: 0 },
            sound: [vec![0.0; LONGEST], vec![0.0; LONGEST]],
            behind_at: None,
            asked: false,
            wrapped_at: None,
            undone_at: None,
        }
    }

    /// Does something between blocks. Returns whether it must end all of Segue's notes.
    pub fn apply(&mut self, cue: &Cue) -> bool {
        let (was, old) = (self.song.state, self.settings);
        match cue {
            Cue::Transport(state) => self.song.state = *state,
            Cue::Seek(at) => self.song.at = *at,
            Cue::Tempo(tempo) => {
                self.song.tempo = *tempo;
                self.song.ramp = None;
                // What is being planned for a lead from here may be due sooner.
                self.behind_at = Some(self.seconds).filter(|_| !self.composer.is_free()).or(self.behind_at);
            }
            Cue::Ramp(to, seconds) => {
                self.song.ramp = Some(((to - self.song.tempo) / seconds, *seconds));
            }
            Cue::Meter(meter) => self.song.meter = *meter,
            Cue::Cycle(cycle) => self.song.cycle = *cycle,
            Cue::Nonsense(nonsense) => self.song.nonsense = *nonsense,
            Cue::Reset => {
                self.processor.reset();
                self.fresh_at = self.sample;
            }
            Cue::Restart(rate) => {
                self.rate = *rate;
                self.processor.activate(*rate, false, None);
                self.fresh_at = self.sample;
            }
            Cue::Load => self.settings.generation += 1,
            Cue::Panic => self.status.panic.store(true, Ordering::Relaxed),
            // A full queue of wishes is one more thing that may happen.
            Cue::Forget => drop(self.wishes.try_send(Command::Forget)),
            Cue::Swap => drop(self.wishes.try_send(Command::Play(models::wild()))),
            Cue::Ask(asked, which) => self.ask(*asked, *which),
            Cue::Settings(settings) => self.settings = Settings { generation: old.generation, ..**settings },
            Cue::Room(room) => self.list.room = *room,
            Cue::Stall(seconds) => self.composer.stall(self.seconds, *seconds),
        }
        let new = self.settings;
        match cue {
            Cue::Transport(state) => (*state == State::Plays) != (was == State::Plays),
            Cue::Seek(_) => self.song.state == State::Plays,
            Cue::Reset | Cue::Restart(_) | Cue::Load | Cue::Panic => true,
            Cue::Settings(_) => {
                old.bypass != new.bypass
                    || old.sound.channel != new.sound.channel
                    || old.mode != new.mode
                    || (old.on && !new.on)
            }
            _ => false,
        }
    }

    /// A click on the takes.
    fn ask(&mut self, asked: Asked, which: usize) {
        // Of one that is gone nothing comes.
        let id = self.status.takes.list().get(which).map_or(u64::MAX, |row| row.id);
        let wish = match asked {
            Asked::Replay => Command::Replay(id),
            Asked::Another => Command::Another(id),
            Asked::StopReplay => Command::StopReplay,
            Asked::Undo => Command::Undo,
            Asked::Redo => Command::Redo,
        };
        if matches!(asked, Asked::Undo | Asked::Redo) {
            self.undone_at = Some(self.sample);
        }
        self.asked |= matches!(asked, Asked::Replay | Asked::Another);
        drop(self.wishes.try_send(wish));
    }

    /// How far behind the composer may be so that nothing of this block is late.
    fn must_be_done(&self, frames: usize) -> u64 {
        (self.sample + frames as u64).saturating_sub(lead_samples(self.rate)).min(self.sample)
    }

    /// One block. Returns whether the song went back to the start of its loop at its end.
    pub fn block(&mut self, frames: usize, events: &[Event]) -> bool {
        self.begin(frames);
        self.process(frames, events);
        self.end(frames)
    }

    /// What comes before the audio callback: the composer has had its time.
    pub fn begin(&mut self, frames: usize) {
        self.composer.until(self.seconds, self.sample);
        if self.composer.done_until() < self.must_be_done(frames) {
            self.behind_at = Some(self.seconds);
        }
        self.list.events.clear();
    }

    /// The audio callback alone.
    pub fn process(&mut self, frames: usize, events: &[Event]) {
        let [left, right] = &mut self.sound;
        let (left, right) = (&mut left[..frames], &mut right[..frames]);
        let block = Block {
            transport: self.song.transport(),
            settings: self.settings,
            events,
            tracks: &[],
            left,
            right,
        };
        self.processor.process(block, &mut self.list);
    }

    /// What comes after it: time passes.
    pub fn end(&mut self, frames: usize) -> bool {
        let seconds = frames as f64 / self.rate;
        let last = self.song.wraps(frames, self.rate).last().map_or(frames, |(before, _)| *before);
        let at = self.sample + last as u64;
        self.sample += frames as u64;
        self.seconds += seconds;
        let wrapped = self.song.advance(seconds);
        self.wrapped_at = wrapped.then_some(at);
        wrapped
    }

    /// Whether the composer was in time for everything of the last `seconds`.
    pub fn kept_up(&self, seconds: f64) -> bool {
        self.behind_at.is_none_or(|at| self.seconds - at > seconds)
    }
}
