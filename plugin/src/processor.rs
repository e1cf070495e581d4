//! The audio thread: hears, passes through, and plays what was planned.
//!
//! The only place that knows where in a block something is. A block is cut at every event, at every tick and at every note
//! that begins or ends; at one sample the order is: tick, ends, what comes in, beginnings. So output leaves in time
//! order, and nothing depends on where blocks begin.
//!
//! Names no type of the model and none of the plugin framework.

mod incoming;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;

use segue_music::{Beats, Channel, Key, Role};

use crate::boundary::AudioEnd;
use crate::clock::{Clock, Transport};
use crate::echo::Echo;
use crate::heard::{Heard, Revision, Tick};
use crate::limits::{LATE_SECONDS, TICK_SAMPLES, lead_samples};
use crate::message::{Event, Message, Sink};
use crate::player::Player;
use crate::scheduler::Scheduler;
use crate::settings::Settings;
use crate::sound::Sound;
use crate::status::Status;
use crate::voices::{Address, On, Voices};

/// One block from the host.
pub struct Block<'a> {
    /// Its clock at the first sample.
    pub transport: Transport,
    /// The parameters.
    pub settings: Settings,
    /// What comes in, in time order.
    pub events: &'a [Event],
    /// Where the sound goes.
    pub left: &'a mut [f32],
    /// Where the sound goes; as long as `left`.
    pub right: &'a mut [f32],
}

/// What happens next within a block, in the order in which it does at one sample.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Tick,
    End(Channel, Key),
    Input,
    Begin,
}

/// The audio side of one instance. Allocates in `new`, then never.
pub struct Processor {
    end: AudioEnd,
    status: Arc<Status>,
    clock: Clock,
    scheduler: Scheduler,
    voices: Voices,
    player: Player,
    echo: Echo,
    sound: Sound,
    settings: Settings,
    sample_rate: f64,
    /// Samples since the activation or the last reset, at the start of the block.
    sample: u64,
    next_tick: u64,
    ticks: u64,
    lead: u64,
    late: u64,
    revision: Revision,
    /// The latest position told to the composer: what is told never goes back.
    told: Beats,
    /// An answer has opened, and no note of it was played: the first may have been late.
    opens: bool,
    /// A reset came: to be done in the next block, as only there note-offs can be sent.
    fresh: bool,
}

impl Processor {
    /// At rest. Allocates everything that it will ever need.
    pub fn new(end: AudioEnd, status: Arc<Status>, sample_rate: f64) -> Self {
        let mut processor = Self {
            end,
            status,
            clock: Clock::new(sample_rate),
            scheduler: Scheduler::new(),
            voices: Voices::new(),
            player: Player::new(),
            echo: Echo::new(sample_rate),
            sound: Sound::new(sample_rate as f32),
            settings: Settings::default(),
            sample_rate,
            sample: 0,
            next_tick: 0,
            ticks: 0,
            lead: 0,
            late: 0,
            revision: 0,
            told: Beats::ZERO,
            opens: false,
            fresh: true,
        };
        processor.activate(sample_rate, false, None);
        processor
    }

    /// The host begins, or begins anew, with this sample rate. In its offline mode the composer may be waited for.
    /// Allocates: not for the audio thread. What still sounds is ended in the next block.
    pub fn activate(&mut self, sample_rate: f64, offline: bool, composer: Option<Thread>) {
        self.sample_rate = sample_rate;
        self.echo = Echo::new(sample_rate);
        self.sound = Sound::new(sample_rate as f32);
        self.lead = lead_samples(sample_rate);
        self.late = (LATE_SECONDS * sample_rate) as u64;
        self.end.set_composer(composer);
        self.end.set_offline(offline);
        self.fresh = true;
    }

    /// Whether the composer may be waited for.
    ///
    /// # Real-time safety
    /// Sets a flag.
    pub fn set_offline(&mut self, offline: bool) {
        self.end.set_offline(offline);
    }

    /// The host wants us as after the activation. Done in the next block.
    ///
    /// # Real-time safety
    /// Sets a flag.
    pub fn reset(&mut self) {
        self.fresh = true;
    }

    /// One block.
    ///
    /// # Real-time safety
    /// Neither allocates, locks, waits nor logs; in the host's offline mode it waits for plans, bounded.
    pub fn process(&mut self, block: Block<'_>, sink: &mut dyn Sink) {
        let frames = block.left.len().min(block.right.len());
        self.voices.settle(0, sink);
        self.begin(&block, sink);
        let (start, end) = (self.sample, self.sample + frames as u64);
        let mut input = block.events;
        if frames == 0 {
            // No time passes, but a release that comes with such a block must not be lost.
            for event in input {
                self.take(event.message, start, 0, sink);
            }
            return;
        }
        let (mut now, mut rendered) = (start, 0);
        self.fetch_plans();
        while let Some((at, next)) = self.next(now, start, frames as u64, input) {
            if at >= end {
                break;
            }
            now = at;
            let time = (at - start) as u32;
            let ready = (at - start) as usize;
            if ready > rendered {
                self.render(&mut block.left[rendered..ready], &mut block.right[rendered..ready]);
                rendered = ready;
            }
            match next {
                Next::Tick => self.tick(at),
                Next::End(channel, key) => self.end_ours_at(Address { channel, key }, time, sink),
                Next::Input => {
                    if let Some((event, rest)) = input.split_first() {
                        input = rest;
                        self.take(event.message, at, time, sink);
                    }
                }
                Next::Begin => self.play_next(at, time, sink),
            }
        }
        self.render(&mut block.left[rendered..frames], &mut block.right[rendered..frames]);
        self.sample = end;
    }

    /// Ends everything at the start of a block: for the one that falls back to passing through.
    pub fn silence(&mut self, sink: &mut dyn Sink) {
        Role::ALL.into_iter().for_each(|role| self.voices.end_all(role, 0, sink));
        self.sound.fade();
    }

    /// Resets, jumps and changed parameters take effect at the start of a block.
    fn begin(&mut self, block: &Block<'_>, sink: &mut dyn Sink) {
        let (old, new) = (self.settings, block.settings);
        self.settings = new;
        if self.fresh {
            self.fresh = false;
            self.end_everything(0, sink);
            self.sample = 0;
            self.next_tick = 0;
            self.told = Beats::ZERO;
            self.clock = Clock::new(self.sample_rate);
            self.end.tell(Heard::Reset { revision: self.revision }, Beats::ZERO);
        } else if old.bypass != new.bypass
            || old.generation != new.generation
            || self.status.panic.swap(false, Ordering::Relaxed)
        {
            self.end_everything(0, sink);
            self.cut(self.sample);
        } else if old.channel != new.channel || (old.on && !new.on) {
            self.end_ours(0, sink);
            self.cut(self.sample);
        }
        if old.pass && !new.pass {
            self.voices.end_all(Role::Player, 0, sink);
        }
        if block.left.is_empty() {
            return;
        }
        if let Some((jump, from, to)) = self.clock.locate(self.sample, &block.transport) {
            // What was told up to here is at `from` at the latest; a ramp may have brought us a little beyond.
            let from = from.max(self.told);
            self.told = from;
            self.release_held(from);
            self.end_everything(0, sink);
            self.told = to.max(from);
            self.end.tell(Heard::Jump { from, to: self.told, jump, revision: self.revision }, from);
        }
    }

    /// Ends all voices, forgets all plans and whatever the player holds.
    fn end_everything(&mut self, time: u32, sink: &mut dyn Sink) {
        let at = self.now(self.sample + u64::from(time));
        self.release_held(at);
        Role::ALL.into_iter().for_each(|role| self.voices.end_all(role, time, sink));
        self.sound.fade();
        self.forget_plans();
        for key in 0..128 {
            self.status.set_key(Role::Segue, key, false);
        }
    }

    /// Ends our voices and forgets all plans.
    fn end_ours(&mut self, time: u32, sink: &mut dyn Sink) {
        for (address, _) in self.voices.of(Role::Segue) {
            self.sound.off(address);
            self.status.set_key(Role::Segue, address.key, false);
        }
        self.voices.end_all(Role::Segue, time, sink);
        self.forget_plans();
    }

    fn forget_plans(&mut self) {
        self.revision = self.revision.wrapping_add(1);
        self.scheduler.clear();
        self.opens = false;
    }

    fn cut(&mut self, sample: u64) {
        let at = self.now(sample);
        self.end.tell(Heard::Cut { at, revision: self.revision }, at);
    }

    /// Tells the composer that every key is up.
    fn release_held(&mut self, at: Beats) {
        for key in 0..128 {
            if self.player.holds(key) {
                self.end.tell(Heard::Off { at, key }, at);
                self.status.set_key(Role::Player, key, false);
            }
        }
        self.player.release_all();
    }

    /// The jam position of a sample, never before one that was told.
    fn now(&mut self, sample: u64) -> Beats {
        self.told = self.told.max(self.clock.beats_at(sample));
        self.told
    }

    /// What happens next at or after `now`, and when.
    fn next(&self, now: u64, start: u64, frames: u64, input: &[Event]) -> Option<(u64, Next)> {
        let ends = self.voices.of(Role::Segue).filter_map(|(address, voice)| {
            let due = self.clock.sample_at(voice.end?).max(voice.since + 1);
            Some((due, Next::End(address.channel, address.key)))
        });
        let arrives = input.first().map(|event| (start + u64::from(event.time).min(frames - 1), Next::Input));
        let begins = self.scheduler.next().map(|onset| (self.clock.sample_at(onset), Next::Begin));
        ends.chain(arrives)
            .chain(begins)
            .chain([(self.next_tick, Next::Tick)])
            .map(|(at, next)| (at.max(now), next))
            .min()
    }

    /// A tick: the composer decides. In offline rendering the plans that the samples up to the next one need are
    /// waited for.
    fn tick(&mut self, sample: u64) {
        self.ticks += 1;
        self.next_tick = sample + TICK_SAMPLES;
        let settings = Settings { on: self.settings.on && !self.settings.bypass, ..self.settings };
        let tick = Tick {
            number: self.ticks,
            at: self.now(sample),
            lead: self.clock.length_of(self.lead),
            bar: self.clock.bar(),
            meter: self.clock.meter(),
            settings,
            revision: self.revision,
        };
        self.end.tick(tick);
        self.end.wait_for(self.ticks.saturating_sub(self.lead / TICK_SAMPLES));
        self.fetch_plans();
    }

    fn fetch_plans(&mut self) {
        while let Some(planned) = self.end.next_plan() {
            // A plan of an older revision is stale, which is as it should be; only a lack of room counts.
            if !self.scheduler.take(planned, self.revision) && planned.revision == self.revision {
                self.status.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Plays the next planned note, unless it is too late for it.
    fn play_next(&mut self, sample: u64, time: u32, sink: &mut dyn Sink) {
        let Some(planned) = self.scheduler.pop() else { return };
        let note = planned.note;
        self.opens |= planned.opens;
        if sample - self.clock.sample_at(note.onset).min(sample) > self.late {
            self.status.late.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let channel = self.settings.channel;
        if std::mem::take(&mut self.opens) && self.player.pedal_is_down() {
            sink.send(time, Message::Control { channel, controller: Message::PEDAL, value: 0.0 });
        }
        let address = Address { channel, key: note.key };
        let velocity = f32::from(note.velocity) / 127.0;
        let on = On { role: Role::Segue, id: None, velocity, end: Some(note.end()), since: sample };
        if self.voices.start(address, on, time, sink) {
            self.echo.sent(channel, note.key, sample);
            self.sound.on(address, Role::Segue, velocity);
            self.status.set_key(Role::Segue, note.key, true);
        } else {
            self.status.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn end_ours_at(&mut self, address: Address, time: u32, sink: &mut dyn Sink) {
        self.voices.end(address, time, sink);
        self.sound.off(address);
        self.status.set_key(Role::Segue, address.key, false);
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let level = if self.settings.bypass { 0.0 } else { self.settings.level };
        self.sound.render(left, right, level);
    }
}
