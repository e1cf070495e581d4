//! A musician and a host's clock, written down: what is played when, and what the transport does
//! meanwhile.
//!
//! Script time is in Beats of the script's own tempo from its first sample, whether the transport
//! runs or not, since a musician plays on when the host stands still.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;
use segue_music::{Beats, Channel, Meter, Note, Tempo};

use crate::{Block, Event, Host, Message, Output, Performance, Setup, Transport};

/// What the host's clock does from some moment on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clock {
    /// The song runs from this position on.
    Plays(Beats),
    /// The song stands at this position; the host still tells tempo and metre.
    Stands(Beats),
    /// The host tells nothing.
    Absent,
}

/// What happens at some moment besides notes; at the beginning of the first block that does not
/// begin before it.
#[derive(Clone, Debug, PartialEq)]
pub enum Cue {
    /// The clock changes.
    Clock(Clock),
    /// The host tells this tempo, which need not be a sensible one, and runs at [`Script::tempo`]
    /// where it is none.
    Tempo(f64),
    /// The host tells another metre.
    Meter(Meter),
    /// The host resets the plugin.
    Reset,
    /// The host deactivates the plugin and activates it again.
    Restart,
    /// The host loads a kept state.
    Load(Vec<u8>),
}

/// A whole performance to be had from a plugin.
#[derive(Clone, Debug)]
pub struct Script {
    /// What is played, in any order.
    pub messages: Vec<(Beats, Message)>,
    /// What else happens, in time order.
    pub cues: Vec<(Beats, Cue)>,
    /// The musician's tempo, and the host's unless a cue says otherwise.
    pub tempo: Tempo,
    /// The host's metre.
    pub meter: Meter,
    /// Samples a second.
    pub sample_rate: f64,
    /// The lengths of the blocks, over and over; at least one is not zero.
    pub blocks: Vec<usize>,
    /// Whether the host renders offline. If not, blocks come no faster than a sound card would ask
    /// for them.
    pub offline: bool,
    /// How long it lasts.
    pub length: Beats,
    /// Ends earlier: once notes of other channels than this were heard, none of them sounds, and
    /// none came for this long.
    pub rest: Option<(Channel, Beats)>,
}

impl Script {
    /// Nobody plays; the song runs from its start at this tempo, in common time, at 48 kHz, in
    /// blocks of 512, offline.
    pub fn new(tempo: Tempo, length: Beats) -> Self {
        Self {
            messages: Vec::new(),
            cues: vec![(Beats::ZERO, Cue::Clock(Clock::Plays(Beats::ZERO)))],
            tempo,
            meter: Meter::COMMON,
            sample_rate: 48_000.0,
            blocks: vec![512],
            offline: true,
            length,
            rest: None,
        }
    }

    /// Has the musician play these notes.
    pub fn phrase(mut self, channel: Channel, notes: &[Note]) -> Self {
        for note in notes {
            let on = Message::On { channel, key: note.key, velocity: note.velocity };
            self.messages.push((note.onset, on));
            self.messages.push((note.end(), Message::Off { channel, key: note.key }));
        }
        self
    }

    /// The sample of a moment, not rounded.
    pub fn sample_at(&self, at: Beats) -> f64 {
        self.tempo.seconds_in(at) * self.sample_rate
    }

    /// Plays it on a plugin that is not active, and leaves it inactive.
    pub fn play(&self, host: &mut dyn Host) -> Result<Performance> {
        let setup = Setup {
            sample_rate: self.sample_rate,
            block: self.blocks.iter().copied().max().unwrap_or(1),
            offline: self.offline,
        };
        let mut stage = Stage::new(self);
        host.activate(setup)?;
        let result = stage.run(host, setup);
        host.deactivate();
        result.map(|()| stage.performance)
    }

    /// All messages by sample. At one sample ends come first, so that a repeated key ends before it
    /// begins again.
    fn scheduled(&self) -> Vec<Event> {
        let mut events: Vec<Event> = self
            .messages
            .iter()
            .map(|&(at, message)| Event { sample: self.sample_at(at).round().max(0.0) as u64, message })
            .collect();
        events.sort_by_key(|event| (event.sample, !matches!(event.message, Message::Off { .. })));
        events
    }
}

/// A script being played.
struct Stage<'a> {
    script: &'a Script,
    waiting: std::vec::IntoIter<Event>,
    cues: std::slice::Iter<'a, (Beats, Cue)>,
    /// The clock, and the sample since which it holds.
    clock: (u64, Clock),
    told_tempo: f64,
    meter: Meter,
    performance: Performance,
}

impl<'a> Stage<'a> {
    fn new(script: &'a Script) -> Self {
        Self {
            script,
            waiting: script.scheduled().into_iter(),
            cues: script.cues.iter(),
            clock: (0, Clock::Absent),
            told_tempo: script.tempo.bpm(),
            meter: script.meter,
            performance: Performance { sample_rate: script.sample_rate, ..Performance::default() },
        }
    }

    fn run(&mut self, host: &mut dyn Host, setup: Setup) -> Result<()> {
        let end = self.script.sample_at(self.script.length).ceil() as u64;
        let began = Instant::now();
        let mut output = Output::default();
        let mut now = 0;
        for &frames in self.script.blocks.iter().cycle() {
            if now >= end || self.rests(now) {
                break;
            }
            self.follow_cues(host, setup, now)?;
            if !self.script.offline {
                let due = Duration::from_secs_f64(now as f64 / self.script.sample_rate);
                sleep(due.saturating_sub(began.elapsed()));
            }
            let next = now + frames as u64;
            let events = self.take_messages(now, next);
            host.process(
                &Block { start: now, frames, transport: self.transport(now), events: &events },
                &mut output,
            )?;
            let events = output.events.iter().map(|event| Event { sample: now + event.sample, ..*event });
            self.performance.events.extend(events);
            for (all, block) in self.performance.audio.iter_mut().zip(&output.audio) {
                all.extend_from_slice(block);
            }
            now = next;
        }
        Ok(())
    }

    /// The messages of a block, by its own samples.
    fn take_messages(&mut self, now: u64, next: u64) -> Vec<Event> {
        let count = self.waiting.as_slice().iter().take_while(|event| event.sample < next).count();
        self.waiting.by_ref().take(count).map(|event| Event { sample: event.sample - now, ..event }).collect()
    }

    fn follow_cues(&mut self, host: &mut dyn Host, setup: Setup, now: u64) -> Result<()> {
        while let Some((at, cue)) = self.cues.as_slice().first()
            && self.script.sample_at(*at) <= now as f64
        {
            self.cues.next();
            match cue {
                Cue::Clock(clock) => self.clock = (now, *clock),
                Cue::Tempo(bpm) => {
                    // The song goes on from where it is.
                    if let (Some(told), (_, Clock::Plays(_))) = (self.transport(now), self.clock) {
                        self.clock = (now, Clock::Plays(Beats::from_f64(told.beats)));
                    }
                    self.told_tempo = *bpm;
                }
                Cue::Meter(meter) => self.meter = *meter,
                Cue::Reset => host.reset()?,
                Cue::Restart => {
                    host.deactivate();
                    host.activate(setup)?;
                }
                Cue::Load(state) => host.load(state)?,
            }
        }
        Ok(())
    }

    /// What the host tells at the first sample of a block.
    fn transport(&self, now: u64) -> Option<Transport> {
        let (since, clock) = self.clock;
        let tempo = self.told_tempo;
        let bpm = if tempo.is_finite() && tempo > 0.0 { tempo } else { self.script.tempo.bpm() };
        let (playing, beats) = match clock {
            Clock::Absent => return None,
            Clock::Stands(at) => (false, at.as_f64()),
            Clock::Plays(from) => {
                (true, from.as_f64() + (now - since) as f64 / self.script.sample_rate * bpm / 60.0)
            }
        };
        Some(Transport { playing, beats, seconds: beats * 60.0 / bpm, tempo, meter: self.meter })
    }

    /// Whether the channel waited for has played and been silent long enough.
    fn rests(&self, now: u64) -> bool {
        self.script.rest.is_some_and(|(channel, rest)| {
            let others = self.performance.channels_but(channel);
            let last = others.iter().filter_map(|&other| self.performance.last(other)).max();
            last.is_some_and(|last| {
                now as f64 > last as f64 + self.script.sample_at(rest)
                    && others.iter().all(|&other| self.performance.sounding(other) == 0)
            })
        })
    }
}
