//! Somebody who plays to the plugin at the pace of the clock, whatever else happens to its window.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bundler::{Block, ClapHost, Event, Host, Message, Output, Setup, Transport};
use segue_music::Meter;

use crate::picture::Picture;
use crate::screen::Screen;

/// As a host on a stage has it.
pub const SETUP: Setup = Setup { sample_rate: 48_000.0, block: 512, offline: false };

const TEMPO: f64 = 120.0;

/// How long a slow machine without a graphics card gets for the first picture, and for what a
/// phrase changes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Two bars of the player's: onset and length in sixteenths, key, velocity.
const PHRASE: [(u32, u32, u8, u8); 20] = [
    (0, 7, 48, 62),
    (0, 3, 64, 88),
    (3, 1, 67, 80),
    (4, 4, 72, 96),
    (8, 8, 55, 60),
    (8, 2, 71, 84),
    (10, 2, 67, 78),
    (12, 3, 69, 90),
    (15, 1, 67, 70),
    (16, 7, 53, 62),
    (16, 3, 65, 88),
    (19, 1, 69, 80),
    (20, 4, 72, 94),
    (24, 4, 55, 60),
    (24, 2, 74, 92),
    (26, 2, 71, 82),
    (28, 2, 67, 84),
    (28, 2, 59, 60),
    (30, 1, 65, 76),
    (31, 1, 64, 74),
];

/// The length of the phrase.
const BARS: f64 = 2.0;

/// A player, an instance, and a clock.
pub struct Jam {
    /// What is played to.
    pub host: ClapHost,
    /// What came back since it was emptied last.
    pub heard: Vec<Message>,
    began: Instant,
    blocks: u64,
    /// The beats at which the phrase begins, from the newest.
    phrases: Vec<f64>,
    /// To be set with the next block.
    set: Vec<Event>,
}

impl Jam {
    /// With an instance that is active.
    pub fn new(host: ClapHost) -> Self {
        Self {
            host,
            heard: Vec::new(),
            began: Instant::now(),
            blocks: 0,
            phrases: Vec::new(),
            set: Vec::new(),
        }
    }

    /// Sets a parameter by its name, from text.
    pub fn set(&mut self, name: &str, text: &str) -> Result<()> {
        let parameters = self.host.parameters()?;
        let parameter = parameters.iter().find(|parameter| parameter.name == name);
        let id = parameter.with_context(|| format!("{name}: there is no such parameter"))?.id;
        let value = self.host.parse(id, text)?;
        self.set.push(Event { sample: 0, message: Message::Parameter { id, value } });
        Ok(())
    }

    fn beats(block: u64) -> f64 {
        block as f64 * SETUP.block as f64 / SETUP.sample_rate * TEMPO / 60.0
    }

    /// The phrase is played from the next bar on, this many times over.
    pub fn phrase(&mut self, times: usize) {
        let bar = (Self::beats(self.blocks) / 4.0).ceil() * 4.0;
        self.phrases = (0..times).map(|time| bar + time as f64 * BARS * 4.0).collect();
    }

    /// Beats since the phrase was begun for the first time; negative before.
    pub fn since_phrase(&self) -> f64 {
        Self::beats(self.blocks) - self.phrases.first().copied().unwrap_or(f64::INFINITY)
    }

    /// Up to the time that has passed.
    fn catch_up(&mut self) -> Result<()> {
        let mut output = Output::default();
        let passed = self.began.elapsed().as_secs_f64() * TEMPO / 60.0;
        while Self::beats(self.blocks) < passed {
            let (from, to) = (Self::beats(self.blocks), Self::beats(self.blocks + 1));
            let mut events = std::mem::take(&mut self.set);
            for begin in &self.phrases {
                events.extend(struck(from - begin, to - begin));
            }
            let transport = Transport {
                playing: true,
                beats: from,
                seconds: from * 60.0 / TEMPO,
                tempo: TEMPO,
                meter: Meter::COMMON,
            };
            let start = self.blocks * SETUP.block as u64;
            let block = Block { start, frames: SETUP.block, transport: Some(transport), events: &events };
            self.host.process(&block, &mut output)?;
            self.heard.extend(output.events.iter().map(|event| event.message));
            self.blocks += 1;
        }
        Ok(())
    }

    /// For a while, in steps as short as a host's: what is played in bursts is a lag.
    fn play(&mut self) -> Result<()> {
        for _ in 0..5 {
            self.catch_up()?;
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// The first picture like that.
    pub fn picture(
        &mut self,
        screen: &Screen,
        like: impl Fn(&Picture) -> bool,
        unless: &str,
    ) -> Result<Picture> {
        let began = Instant::now();
        loop {
            self.play()?;
            let shown = screen.picture()?;
            if like(&shown) {
                return Ok(shown);
            }
            ensure!(began.elapsed() < PATIENCE, "the editor {unless}");
        }
    }

    /// Until this many beats after the phrase was begun.
    pub fn until(&mut self, beats: f64) -> Result<()> {
        while self.since_phrase() < beats {
            self.play()?;
        }
        Ok(())
    }

    /// For so long.
    pub fn wait(&mut self, long: Duration) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < long {
            self.play()?;
        }
        Ok(())
    }

    /// Until such a message comes back.
    pub fn wait_for(&mut self, wanted: impl Fn(&Message) -> bool, unless: &str) -> Result<()> {
        let began = Instant::now();
        while !self.heard.iter().any(&wanted) {
            ensure!(began.elapsed() < PATIENCE, "{unless}: {:?}", self.heard);
            self.play()?;
        }
        Ok(())
    }

    /// A click there.
    pub fn click(&mut self, screen: &Screen, at: (i16, i16)) -> Result<()> {
        screen.button(true, at)?;
        self.play()?;
        screen.button(false, at)?;
        // Still there when the editor sees the click: one that has gone clicks on nothing.
        self.wait(Duration::from_millis(300))?;
        screen.rest()
    }
}

/// What the phrase has between two beats of it: releases first.
fn struck(from: f64, to: f64) -> Vec<Event> {
    let within = |sixteenth: u32| (from..to).contains(&(f64::from(sixteenth) / 4.0));
    let offs = PHRASE.iter().filter(|(onset, length, ..)| within(onset + length));
    let offs = offs.map(|&(.., key, _)| Message::Off { channel: 0, key });
    let ons = PHRASE.iter().filter(|(onset, ..)| within(*onset));
    let ons = ons.map(|&(.., key, velocity)| Message::On { channel: 0, key, velocity });
    offs.chain(ons).map(|message| Event { sample: 0, message }).collect()
}
