//! A written performance: the same music and the same host, at any sample rate and in any blocks.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue::between::message::{Event, Message};
use segue::between::settings::Settings;
use segue_model::Model;
use segue_music::{Beats, Key, Velocity};

use super::cue::Cue;
use super::virtual_composer::Cost;
use super::virtual_host::{LONGEST, VirtualHost};
use super::witness::{Sounded, Witness};

/// How blocks are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// All of one size.
    Of(usize),
    /// Of 1 to 2048 samples at random, the same each time.
    Random,
}

/// Times are in seconds, and whole hundredths, which are whole samples at every rate.
#[derive(Clone, Debug)]
pub struct Script {
    /// For display.
    pub name: &'static str,
    /// How long it lasts.
    pub seconds: f64,
    /// The host's tempo at the beginning.
    pub tempo: f64,
    /// The parameters at the beginning.
    pub settings: Settings,
    /// Keys that go down, and when they come up again.
    pub notes: Vec<(f64, f64, Key)>,
    /// What the host does; a block ends there.
    pub cues: Vec<(f64, Cue)>,
}

/// What came of it.
#[derive(Debug)]
pub struct Performance {
    /// All that the plugin sent.
    pub out: Vec<(u64, Message)>,
    /// Our notes.
    pub ours: Vec<Sounded>,
}

impl Script {
    /// Performs it, and looks after every block.
    ///
    /// # Errors
    /// What does not hold.
    pub fn perform(
        &self,
        model: &Arc<Model>,
        rate: f64,
        cut: Cut,
        cost: Cost,
    ) -> Result<Performance, String> {
        self.perform_seeing(model, rate, cut, cost, |_| ()).map(|(performance, _)| performance)
    }

    /// The same, and what somebody sees of the host after each block.
    ///
    /// # Errors
    /// What does not hold.
    pub fn perform_seeing<T>(
        &self,
        model: &Arc<Model>,
        rate: f64,
        cut: Cut,
        cost: Cost,
        see: impl Fn(&VirtualHost) -> T,
    ) -> Result<(Performance, Vec<T>), String> {
        let mut seen = Vec::new();
        let sample = |seconds: f64| (seconds * rate).round() as u64;
        let mut host = VirtualHost::new(model.clone(), rate, self.tempo, cost);
        host.settings = self.settings;
        let mut witness = Witness::new(&host);
        let mut input = self.input(rate).into_iter().peekable();
        let mut cues = self.cues.iter().peekable();
        let mut random = Pcg64Mcg::new(12_345);
        let (mut out, mut wrapped) = (Vec::new(), false);
        while host.sample < sample(self.seconds) {
            let mut ended = wrapped;
            while let Some((_, cue)) = cues.next_if(|(at, _)| sample(*at) <= host.sample) {
                ended |= host.apply(cue);
            }
            let next = cues.peek().map_or(self.seconds, |(at, _)| *at);
            let most = match cut {
                Cut::Of(size) => size,
                Cut::Random => random.random_range(1..=LONGEST),
            };
            let to_cue = (sample(next) - host.sample) as usize;
            let frames = most.min(to_cue.max(1)).min(self.to_wrap(&host));
            let end = host.sample + frames as u64;
            let mut events = Vec::new();
            while let Some((at, message)) = input.next_if(|(at, _)| *at < end) {
                events.push(Event { time: (at - host.sample) as u32, message });
            }
            host.begin(frames);
            host.process(frames, &events);
            witness
                .see(&mut host, frames, &events, ended)
                .map_err(|what| format!("{}, {rate} Hz, {cut:?}, at {}: {what}", self.name, host.sample))?;
            out.extend(
                host.list.events.iter().map(|event| (host.sample + u64::from(event.time), event.message)),
            );
            seen.push(see(&host));
            wrapped = host.end(frames);
        }
        Ok((Performance { out, ours: witness.ours }, seen))
    }

    fn input(&self, rate: f64) -> Vec<(u64, Message)> {
        let mut input = Vec::new();
        for (id, &(from, to, key)) in self.notes.iter().enumerate() {
            let id = Some(id as i32);
            let velocity = 0.4 + f32::from(key % 12) / 24.0;
            input.push(((from * rate).round() as u64, Message::On { id, channel: 0, key, velocity }));
            input.push(((to * rate).round() as u64, Message::Off { id, channel: 0, key, velocity: 0.0 }));
        }
        input.sort_by_key(|(at, message)| (*at, matches!(message, Message::On { .. })));
        input
    }

    /// Samples to the end of the loop, where the host cuts.
    fn to_wrap(&self, host: &VirtualHost) -> usize {
        let song = &host.song;
        let ahead = song.cycle.filter(|(_, to)| song.at < *to - 1e-9);
        ahead.map_or(LONGEST, |(_, to)| ((song.seconds_to(to) * host.rate - 1e-6).ceil() as usize).max(1))
    }
}

/// A note apart from samples.
pub type Score = Vec<(Beats, Key, Velocity, Beats)>;

impl Performance {
    /// What was heard of us, in Beats.
    pub fn score(&self) -> Score {
        let of = |sounded: &Sounded| {
            let note = sounded.planned.note;
            (note.onset + sounded.planned.shift, note.key, note.velocity, note.duration)
        };
        self.ours.iter().map(of).collect()
    }

    /// A number that stands for everything sent.
    pub fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (sample, message) in &self.out {
            (sample, format!("{message:?}")).hash(&mut hasher);
        }
        hasher.finish()
    }
}
