//! The audio thread: hears, passes through, and plays what was planned.
//!
//! The only place that knows where in a block something is. A block is cut at every event, at every tick and at every note
//! that begins or ends; at one sample the order is: tick, ends, what comes in, beginnings. So output leaves in time
//! order, and nothing depends on where blocks begin.
//!
//! Names no type of the model and none of the plugin framework.

mod changes;
mod incoming;
mod plans;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;

use segue_music::{Beats, Channel, Key, Role, TICK};

use crate::audio::clock::{Clock, Transport};
use crate::audio::echo::Echo;
use crate::audio::player::Player;
use crate::audio::revisions::Revisions;
use crate::audio::scheduler::Scheduler;
use crate::audio::sound::Sound;
use crate::audio::voices::{Address, Moment, Voices};
use crate::between::boundary::AudioEnd;
use crate::between::heard::{Heard, Stays, Tick};
use crate::between::limits::{KEPT_UP_TICKS, LATE_SECONDS, lead_samples, tick_sample, tick_samples};
use crate::between::message::{Event, Message, Sink};
use crate::between::meters::Meters;
use crate::between::settings::{Mode, Settings, Yield};
use crate::between::span::Span;
use crate::between::touch::Touches;

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
    meters: Arc<Meters>,
    clock: Clock,
    scheduler: Scheduler,
    voices: Voices,
    player: Player,
    echo: Echo,
    /// What is played in the window.
    touches: Option<Touches>,
    sound: Sound,
    settings: Settings,
    sample_rate: f64,
    /// Samples since the activation or the last reset, at the start of the block.
    sample: u64,
    next_tick: u64,
    /// Ticks since the activation or the last reset.
    ticked: u64,
    ticks: u64,
    lead: u64,
    late: u64,
    revisions: Revisions,
    /// What the composer last said is Segue's time.
    turn: Option<Span>,
    /// What the player's trigger made of the mode, until the parameter moves.
    mode: Option<Mode>,
    /// The player's trigger holds the latch down.
    latch: bool,
    /// The sustain pedal is down on our channel.
    pedal: bool,
    /// Messages to the composer were lost: our notes end in the next block, as it will not know them.
    overrun: bool,
    /// The latest position told to the composer: what is told never goes back.
    told: Beats,
    /// An answer has opened, and no note of it was played: the first may have been late.
    opens: bool,
    /// A reset came: to be done in the next block, as only there note-offs can be sent.
    fresh: bool,
}

impl Processor {
    /// At rest. Allocates everything that it will ever need.
    pub fn new(mut end: AudioEnd, meters: Arc<Meters>, sample_rate: f64) -> Self {
        let voices = Voices::new(end.reports());
        let mut processor = Self {
            end,
            meters,
            clock: Clock::new(sample_rate),
            scheduler: Scheduler::new(),
            voices,
            player: Player::new(),
            echo: Echo::new(sample_rate),
            touches: None,
            sound: Sound::new(sample_rate as f32),
            settings: Settings::default(),
            sample_rate,
            sample: 0,
            next_tick: 0,
            ticked: 0,
            ticks: 0,
            lead: 0,
            late: 0,
            revisions: Revisions::new(),
            turn: None,
            mode: None,
            latch: false,
            pedal: false,
            overrun: false,
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

    /// Hears what is played in the window, too. Called outside of processing.
    pub fn listen_to(&mut self, touches: Touches) {
        self.touches = Some(touches);
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
        self.voices.settle(self.moment(0), sink);
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
        self.touched(start, sink);
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
                Next::End(channel, key) => self.end_due(Address { channel, key }, at, time, sink),
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
        let now = self.moment(0);
        Role::ALL.into_iter().for_each(|role| self.voices.end_all(role, now, sink));
        self.sound.fade();
    }

    /// How our notes make way where the player takes the time.
    fn yields(&self) -> Stays {
        match self.settings.yields {
            Yield::AtOnce => Stays::Nothing,
            Yield::LetEnd => Stays::Sounding,
        }
    }

    fn mode(&self) -> Mode {
        self.mode.unwrap_or(self.settings.mode)
    }

    fn latched(&self) -> bool {
        self.latch || self.settings.latch
    }

    fn cut(&mut self, sample: u64, stays: Stays) {
        let at = self.now(sample);
        self.tell(Heard::Cut { at, stays, revision: self.revisions.newest() });
    }

    fn tell(&mut self, heard: Heard) {
        // As it was before what is told now.
        match heard {
            Heard::On { at, key, .. } => self.recover(at, self.player.keys() & !(1 << key)),
            Heard::Off { at, key } => self.recover(at, self.player.keys() | 1 << key),
            _ => {}
        }
        self.overrun |= !self.end.tell(heard);
    }

    /// Where messages were lost, tells what is held as soon as there is room.
    fn recover(&mut self, at: Beats, held: u128) {
        if self.end.can_recover() {
            self.end.recover(at, held);
        }
    }

    /// Tells the composer that every key is up.
    fn release_held(&mut self, at: Beats) {
        for key in 0..128 {
            if self.player.holds(key) {
                self.tell(Heard::Off { at, key });
                self.meters.set_key(Role::Player, key, false);
            }
        }
        self.player.release_all();
    }

    /// The jam position of a sample, never before one that was told.
    fn now(&mut self, sample: u64) -> Beats {
        self.told = self.told.max(self.clock.beats_at(sample));
        self.told
    }

    /// A moment of this block, as it is reported.
    fn moment(&self, time: u32) -> Moment {
        Moment { time, at: self.told.max(self.clock.beats_at(self.sample + u64::from(time))) }
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
        self.ticked += 1;
        // In a pile of ticks at one sample nobody could decide anything.
        self.next_tick = tick_sample(self.ticked, self.sample_rate).max(sample + 1);
        let settings = Settings {
            on: self.settings.on && !self.settings.bypass,
            mode: self.mode(),
            latch: self.latched(),
            ..self.settings
        };
        let tick = Tick {
            number: self.ticks,
            at: self.now(sample),
            lead: self.clock.length_of(self.lead),
            step: self.clock.length_of(tick_samples(self.sample_rate) as u64),
            milliseconds: (tick_samples(self.sample_rate) / self.sample_rate * 1000.0) as f32,
            bar: self.clock.bar(),
            meter: self.clock.meter(),
            settings,
            revision: self.revisions.newest(),
        };
        self.recover(tick.at, self.player.keys());
        self.end.tick(tick);
        self.end.wait_for(self.ticks.saturating_sub(KEPT_UP_TICKS));
        self.fetch_plans();
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let Settings { bypass, level, segue_level, .. } = self.settings;
        let levels = if bypass { [0.0; 2] } else { [level, segue_level] };
        self.sound.render(left, right, levels);
    }
}
