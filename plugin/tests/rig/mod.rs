//! A host in a few lines: feeds a processor blocks of any size, turns the composer in line, and
//! keeps what comes out.
#![allow(dead_code, reason = "each test uses a part of it")]

pub mod band;

use std::sync::Arc;

use crossbeam_channel::{Sender, bounded};
use segue::audio::clock::Transport;
use segue::audio::processor::{Block, Processor};
use segue::between::boundary::boundary;
use segue::between::message::{Event, Message, Sink};
use segue::between::settings::{Settings, When};
use segue::composer::thread::{ComposerThread, Load};
use segue::composer::{Command, Composer};
use segue::status::Status;
use segue::takes::Takes;
use segue_model::Model;
use segue_music::{Beats, Channel, Key, Meter};

/// How blocks are cut.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// All of one size.
    Of(usize),
    /// From 1 to 2048, at random, always the same.
    Random,
}

/// The host's clock: a song position for each sample.
#[derive(Clone, Copy, Debug)]
pub enum Song {
    /// Plays from a position, at a tempo.
    Plays(f64, f64),
    /// Goes round from the beginning to a position, at a tempo; blocks reach over its end. Whether
    /// the host tells its loop.
    Cycles(f64, f64, bool),
    /// Stands, at a tempo.
    Stands(f64),
    /// There is none.
    None,
}

pub struct Rig {
    pub processor: Processor,
    pub composer: Option<Composer>,
    pub thread: Option<ComposerThread>,
    /// What the editor may ask of the composer.
    pub wish: Option<Sender<Command>>,
    pub status: Arc<Status>,
    pub settings: Settings,
    pub song: Song,
    /// What the host says of bars.
    pub meter: Meter,
    pub rate: f64,
    /// Samples since the beginning, or since the song moved.
    pub sample: u64,
    pub song_from: u64,
    pub out: Vec<(u64, Message)>,
    /// The highest output sample.
    pub peak: f32,
    /// The host takes no notes.
    pub deaf: bool,
}

/// What a host takes of what we send.
struct Output {
    events: Vec<Event>,
    deaf: bool,
}

impl Sink for Output {
    fn send(&mut self, time: u32, message: Message) -> bool {
        let refused = self.deaf && matches!(message, Message::On { .. } | Message::Off { .. });
        !refused && self.events.send(time, message)
    }
}

pub const OURS: Channel = 1;

impl Rig {
    /// With the composer in line.
    pub fn new(rate: f64, song: Song) -> Self {
        Self::of(Model::random(7), rate, song)
    }

    /// With another model.
    pub fn of(model: Model, rate: f64, song: Song) -> Self {
        Self::keeping(model, rate, song, Arc::default())
    }

    /// With takes that there are already.
    pub fn keeping(model: Model, rate: f64, song: Song, takes: Arc<Takes>) -> Self {
        let status = Arc::new(Status::default().keeping(takes));
        let (audio, end) = boundary();
        let (wish, wishes) = bounded(1);
        let composer = Composer::new(Arc::new(model), end, wishes, status.clone());
        let processor = Processor::new(audio, status.meters.clone(), rate);
        let rig = Self::with(rate, song, status, processor, Some(composer), None);
        Self { wish: Some(wish), ..rig }
    }

    /// With the composer on its thread, rendering offline or not.
    pub fn threaded(rate: f64, song: Song, offline: bool, load: Load) -> Self {
        let status = Arc::<Status>::default();
        let (audio, end) = boundary();
        let (_, wishes) = bounded(1);
        let thread = ComposerThread::start(end, wishes, status.clone(), load);
        let mut processor = Processor::new(audio, status.meters.clone(), rate);
        processor.activate(rate, offline, thread.thread());
        Self::with(rate, song, status, processor, None, Some(thread))
    }

    fn with(
        rate: f64,
        song: Song,
        status: Arc<Status>,
        processor: Processor,
        composer: Option<Composer>,
        thread: Option<ComposerThread>,
    ) -> Self {
        let when = When { bars: 4, ..When::default() };
        let settings = Settings { when, ..Settings::default() };
        Self {
            processor,
            composer,
            thread,
            wish: None,
            status,
            settings,
            song,
            meter: Meter::COMMON,
            rate,
            sample: 0,
            song_from: 0,
            out: Vec::new(),
            peak: 0.0,
            deaf: false,
        }
    }

    /// The transport at a sample.
    pub fn transport(&self) -> Transport {
        let meter = Some(self.meter);
        match self.song {
            Song::Plays(from, tempo) => {
                let song = from + (self.sample - self.song_from) as f64 / self.rate * tempo / 60.0;
                Transport {
                    playing: true,
                    tempo: Some(tempo),
                    meter,
                    song: Some(song),
                    ..Transport::default()
                }
            }
            Song::Cycles(end, tempo, told) => {
                let song = (self.sample - self.song_from) as f64 / self.rate * tempo / 60.0;
                Transport {
                    playing: true,
                    tempo: Some(tempo),
                    meter,
                    song: Some(song % end),
                    cycle: told.then_some((0.0, end)),
                    ..Transport::default()
                }
            }
            Song::Stands(tempo) => Transport {
                playing: false,
                tempo: Some(tempo),
                meter,
                song: Some(3.3),
                ..Transport::default()
            },
            Song::None => Transport::default(),
        }
    }

    /// The song goes on elsewhere, or otherwise.
    pub fn move_song(&mut self, song: Song) {
        self.song = song;
        self.song_from = self.sample;
    }

    /// One block with these events, their times within it.
    pub fn block(&mut self, frames: usize, events: &[Event]) {
        self.block_beside(frames, events, &[]);
    }

    /// The same, with these events on the input for other tracks.
    pub fn block_beside(&mut self, frames: usize, events: &[Event], tracks: &[Event]) {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        let mut output = Output { events: Vec::new(), deaf: self.deaf };
        let (transport, settings) = (self.transport(), self.settings);
        let block = Block { transport, settings, events, tracks, left: &mut left, right: &mut right };
        self.processor.process(block, &mut output);
        let out = output.events;
        for pair in out.windows(2) {
            assert!(pair[0].time <= pair[1].time, "output out of order: {pair:?}");
        }
        for event in out {
            assert!((event.time as usize) < frames.max(1), "{event:?} in a block of {frames}");
            self.out.push((self.sample + u64::from(event.time), event.message));
        }
        self.peak = left.iter().chain(&right).fold(self.peak, |peak, sample| peak.max(sample.abs()));
        self.sample += frames as u64;
        if let Some(composer) = &mut self.composer {
            while composer.step() {}
        }
    }

    /// Blocks up to a sample, with these events at their samples.
    pub fn run(&mut self, until: u64, cut: Cut, input: &[(u64, Message)]) {
        self.run_beside(until, cut, input, &[]);
    }

    /// The same, with these events on the input for other tracks.
    pub fn run_beside(&mut self, until: u64, cut: Cut, input: &[(u64, Message)], tracks: &[(u64, Message)]) {
        let mut random = 12345u64;
        while self.sample < until {
            let size = match cut {
                Cut::Of(size) => size,
                Cut::Random => {
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    1 + (random >> 33) as usize % 2048
                }
            };
            let frames = size.min((until - self.sample) as usize);
            let end = self.sample + frames as u64;
            let here = |all: &[(u64, Message)]| -> Vec<Event> {
                let here = all.iter().filter(|(at, _)| (self.sample..end).contains(at));
                here.map(|&(at, message)| Event { time: (at - self.sample) as u32, message }).collect()
            };
            let (input, tracks) = (here(input), here(tracks));
            self.block_beside(frames, &input, &tracks);
        }
    }

    /// The sample of a beat, from the beginning, at a tempo.
    pub fn at(&self, beat: f64, tempo: f64) -> u64 {
        (beat * 60.0 / tempo * self.rate).round() as u64
    }

    /// Our notes so far: sample, key, velocity of 127, end.
    pub fn ours(&self) -> Vec<(u64, Key, u8, u64)> {
        notes(&self.out, OURS)
    }
}

/// The notes on a channel: sample, key, velocity of 127, end.
pub fn notes(out: &[(u64, Message)], wanted: Channel) -> Vec<(u64, Key, u8, u64)> {
    let mut notes = Vec::new();
    for (i, &(at, message)) in out.iter().enumerate() {
        if let Message::On { channel, key, velocity, .. } = message
            && channel == wanted
        {
            let off = |message: &Message| matches!(message, Message::Off { channel, key: other, .. } if *channel == wanted && *other == key);
            let end = out[i..].iter().find(|(_, message)| off(message)).map_or(u64::MAX, |&(at, _)| at);
            notes.push((at, key, (velocity * 127.0).round() as u8, end));
        }
    }
    notes
}

/// Every on is followed by exactly one off before the next on at its address, and there is no off
/// without an on. Returns how many voices still sound.
pub fn hygiene(out: &[(u64, Message)]) -> usize {
    let mut sounding = std::collections::HashSet::new();
    for pair in out.windows(2) {
        assert!(pair[0].0 <= pair[1].0, "output goes back in time: {pair:?}");
    }
    for (at, message) in out {
        match message {
            Message::On { channel, key, .. } => {
                assert!(sounding.insert((*channel, *key)), "a second on at {at}: {message:?}");
            }
            Message::Off { channel, key, .. } => {
                assert!(sounding.remove(&(*channel, *key)), "an orphan off at {at}: {message:?}");
            }
            _ => {}
        }
    }
    sounding.len()
}

pub fn on(key: Key) -> Message {
    Message::On { id: None, channel: 0, key, velocity: 0.7 }
}

pub fn off(key: Key) -> Message {
    Message::Off { id: None, channel: 0, key, velocity: 0.0 }
}

pub fn control(controller: u8, value: f32) -> Message {
    Message::Control { channel: 0, controller, value }
}

/// Four quarters from a beat on, each held for half a beat: the last release is 3.5 beats after the
/// start.
pub fn phrase(rig: &Rig, from: f64, tempo: f64) -> Vec<(u64, Message)> {
    [60, 64, 67, 72]
        .iter()
        .zip(0..)
        .flat_map(|(&key, i)| {
            let beat = from + f64::from(i);
            [(rig.at(beat, tempo), on(key)), (rig.at(beat + 0.5, tempo), off(key))]
        })
        .collect()
}

/// A length as beats for comparing.
pub fn sixteenth() -> Beats {
    Beats::ratio(1, 4)
}
