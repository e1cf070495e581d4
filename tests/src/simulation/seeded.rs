//! One seed: a host that does everything to us, and a witness who looks after every block.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::Result;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64Mcg;
use segue::between::message::{Event, Message};
use segue::between::meters::Doing;
use segue_model::Model;

use super::cue::{Asked, Cue};
use super::musician::{Musician, Style};
use super::mutation::{self, RATES};
use super::song::State;
use super::virtual_composer::Cost;
use super::virtual_host::VirtualHost;
use super::witness::Witness;
use super::{gesture, models};

/// Blocks of 1,024 samples after which a replay is over: eight bars of five quarters at 40 BPM are
/// a minute, at 96 kHz.
const LONGEST_REPLAY: usize = 6_000;

/// What does not hold.
#[derive(Clone, Debug)]
pub struct Breach {
    /// Replays it.
    pub seed: u64,
    /// The sample at which the block began.
    pub sample: u64,
    /// What.
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}: in the block at {}: {}", self.seed, self.sample, self.what)
    }
}

/// Totals of a run without a failure.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Blocks after which everything was looked at.
    pub blocks: u64,
    /// Our notes.
    pub notes: u64,
    /// How often our pedal went down.
    pub pedals: u64,
    /// What hosts did.
    pub cues: u64,
    /// Strikes into our notes, and the most samples until the last of them had ended.
    pub barge_ins: (u64, u64),
}

impl Tally {
    /// Both together.
    pub fn add(&mut self, other: &Self) {
        self.blocks += other.blocks;
        self.pedals += other.pedals;
        self.notes += other.notes;
        self.cues += other.cues;
        self.barge_ins.0 += other.barge_ins.0;
        self.barge_ins.1 = self.barge_ins.1.max(other.barge_ins.1);
    }
}

/// A seed being played.
struct Scene {
    random: Pcg64Mcg,
    host: VirtualHost,
    witness: Witness,
    musician: Musician,
    foot: gesture::Foot,
    /// The length of blocks; `None` for random ones.
    block: Option<usize>,
    /// How likely something happens before a block of a second.
    eventful: f64,
    /// Told block by block.
    told: bool,
    /// The model's numbers are none: it may not play.
    mute: bool,
    tally: Tally,
}

/// Plays a seed; `told` prints what happens.
///
/// # Errors
/// Where a model cannot be loaded.
pub fn play(seed: u64, told: bool) -> Result<std::result::Result<Tally, Breach>> {
    let mut scene = Scene::new(seed, told)?;
    let seconds = scene.random.random_range(4.0..24.0);
    let outcome = catch_unwind(AssertUnwindSafe(|| scene.run(seconds)));
    let what = match outcome {
        Ok(Ok(())) => return Ok(Ok(scene.tally)),
        Ok(Err(what)) => what,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            format!("a panic: {}", text.unwrap_or("without words"))
        }
    };
    Ok(Err(Breach { seed, sample: scene.host.sample, what }))
}

/// Which model a seed plays with: most with the smallest, as its notes are the wildest and cost the
/// least.
fn model(random: &mut Pcg64Mcg) -> Result<Arc<Model>> {
    Ok(match random.random_range(0..20) {
        0 => models::broken()?,
        1..=4 => models::shipped()?,
        5..=10 => models::band()?,
        _ => models::wild(),
    })
}

impl Scene {
    fn new(seed: u64, told: bool) -> Result<Self> {
        let mut random = Pcg64Mcg::new((u128::from(seed) << 1 | 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c));
        let model = model(&mut random)?;
        let mute = Arc::ptr_eq(&model, &models::broken()?);
        let cost = match random.random_range(0..3) {
            0 => Cost::Chance(Pcg64Mcg::new(u128::from(random.random::<u64>())), 0.06),
            1 => Cost::Chance(Pcg64Mcg::new(u128::from(random.random::<u64>())), 0.002),
            _ => Cost::Nothing,
        };
        let rate = *RATES.choose(&mut random).unwrap_or(&48_000.0);
        let mut host = VirtualHost::new(model, rate, random.random_range(40.0..300.0), cost);
        host.song.tells_bar = random.random_bool(0.3);
        host.song.straddles = random.random_bool(0.3);
        host.song.tells_cycle = random.random_bool(0.5);
        host.settings = mutation::settings(&mut random);
        if random.random_bool(0.3) {
            host.apply(&Cue::Transport(State::Stands));
        }
        let witness = Witness::new(&host);
        let style = Style::random(&mut random);
        let musician = Musician::new(Pcg64Mcg::new(u128::from(random.random::<u64>())), style);
        let sizes = [1, 16, 32, 64, 128, 256, 512, 1024, 2048];
        let block = random.random_bool(0.6).then(|| sizes.choose(&mut random).copied().unwrap_or(64));
        // Cubed: half of the seeds see less than an event in two seconds, some see four in one.
        let eventful = 0.05 + random.random::<f64>().powi(3) * 4.0;
        let foot = gesture::Foot::new(seed);
        Ok(Self {
            random,
            host,
            witness,
            musician,
            foot,
            block,
            eventful,
            told,
            mute,
            tally: Tally::default(),
        })
    }

    fn run(&mut self, seconds: f64) -> std::result::Result<(), String> {
        if self.told {
            println!("{:.1} s at {} Hz, blocks of {:?}", seconds, self.host.rate, self.block);
            println!("{:?} {:?}", self.musician.style, self.host.settings);
        }
        let mut wrapped = false;
        // One-sample blocks cost as much as others each.
        let blocks = if self.block == Some(1) { 40_000 } else { u64::MAX };
        while self.host.seconds < seconds && self.tally.blocks < blocks {
            let ended = self.change() | wrapped;
            let frames = self.frames();
            wrapped = self.block(frames, ended)?;
        }
        self.finish()
    }

    /// Something happens, or nothing does. Returns whether it ends all of ours.
    fn change(&mut self) -> bool {
        let typical = self.block.unwrap_or(1024) as f64 / self.host.rate;
        if !self.random.random_bool((self.eventful * typical).min(0.5)) {
            return false;
        }
        self.tally.cues += 1;
        let rests = self.musician.style == Style::Silent;
        if self.random.random_bool(if rests { 0.5 } else { 0.2 }) {
            self.musician.style = Style::random(&mut self.random);
            // On our channel, too: one instrument may play for both.
            let shared = self.random.random_bool(0.3);
            let other = self.random.random_range(0..16);
            self.musician.channel = if shared { self.host.settings.sound.channel } else { other };
            return false;
        }
        let some = !self.host.status.takes.list().is_empty();
        let cue = if some && self.random.random_bool(0.4) {
            mutation::wish(&mut self.random)
        } else {
            mutation::cue(&mut self.random, &self.host.song, &self.host.settings)
        };
        if self.told {
            println!("{} {cue:?}", self.host.sample);
        }
        if matches!(cue, Cue::Ask(..)) && self.random.random_bool(0.7) {
            // Who asks to hear something listens.
            self.musician.style = Style::Silent;
        }
        self.mute &= cue != Cue::Swap;
        let sane = self.host.song.nonsense.is_none();
        let ends = self.host.apply(&cue);
        // If the host reported nonsense before, nobody can say whether this is a jump.
        let jumps = matches!(cue, Cue::Transport(_) | Cue::Seek(_));
        ends && (sane || !jumps)
    }

    /// The length of the next block: to the end of a loop at most in hosts that cut there.
    fn frames(&mut self) -> usize {
        let frames = match self.block {
            Some(frames) => frames,
            None if self.random.random_bool(0.02) => 0,
            None => self.random.random_range(1..=2048),
        };
        let song = &self.host.song;
        let cuts = song.cycle.filter(|_| !song.straddles);
        let end = cuts.filter(|(_, to)| song.state == State::Plays && song.at < *to);
        let left = end.map(|(_, to)| (song.seconds_to(to) * self.host.rate).ceil().max(1.0) as usize);
        frames.min(left.unwrap_or(frames))
    }

    /// One block. Returns whether the song wrapped at its end.
    fn block(&mut self, frames: usize, ended: bool) -> std::result::Result<bool, String> {
        let beat = 60.0 / self.host.song.tempo * self.host.rate;
        let mut events = Vec::new();
        if self.random.random_bool((0.3 * frames as f64 / self.host.rate).min(1.0)) {
            let ours = self.witness.one_of_ours();
            events = gesture::random(&mut self.random, ours);
        }
        events.extend(self.foot.act(frames as f64 / self.host.rate));
        if frames > 0 {
            events.extend(self.musician.play(self.host.sample, frames, beat, self.host.rate));
        }
        if self.told && !events.is_empty() {
            let ons = events.iter().filter(|event| matches!(event.message, Message::On { .. })).count();
            println!("{} +{frames}: {} events, {ons} notes", self.host.sample, events.len());
        }
        self.pass(frames, &events, ended)
    }

    fn pass(&mut self, frames: usize, events: &[Event], ended: bool) -> std::result::Result<bool, String> {
        self.host.begin(frames);
        self.host.list.refused = 0;
        self.host.process(frames, events);
        if self.told {
            for made in &self.host.composer.arrived {
                println!("  {} {:?} of {}", self.host.sample, made.plan.change, made.plan.revision);
            }
        }
        let (notes, barge_ins) = (self.witness.ours.len(), self.witness.barge_ins.len());
        let pedals = self.witness.pedals();
        self.witness.see(&mut self.host, frames, events, ended)?;
        let doing = self.host.status.doing().0;
        if self.mute && (self.witness.ours.len() > notes || doing == Doing::Answering) {
            return Err("a note or an answer from a model whose numbers are none".to_owned());
        }
        if doing == Doing::Failed && self.host.status.reason().is_none() {
            return Err("it failed, and nobody says why".to_owned());
        }
        self.tally.blocks += 1;
        self.tally.pedals += u64::from((self.witness.pedals() & !pedals).count_ones());
        self.tally.notes += (self.witness.ours.len() - notes) as u64;
        for &samples in &self.witness.barge_ins[barge_ins..] {
            self.tally.barge_ins.0 += 1;
            self.tally.barge_ins.1 = self.tally.barge_ins.1.max(samples);
        }
        if self.told {
            for note in &self.witness.ours[notes..] {
                println!("  {note:?}");
            }
        }
        let truth = self.host.song.nonsense.is_none();
        Ok(self.host.end(frames) && truth)
    }

    /// After a reset nothing sounds, and nothing comes by itself but what was asked for and is not
    /// over.
    fn finish(&mut self) -> std::result::Result<(), String> {
        self.host.apply(&Cue::Room(usize::MAX));
        self.pass(64, &[], false)?;
        self.host.apply(&Cue::Reset);
        self.pass(64, &[], true)?;
        self.host.apply(&Cue::Ask(Asked::StopReplay, 0));
        for passed in 0.. {
            self.pass(1024, &[], false)?;
            let asked = self.host.asked && self.witness.sounding() > 0 && passed < LONGEST_REPLAY;
            if passed >= 100 && !asked {
                break;
            }
        }
        match (self.witness.sounding(), self.witness.pedals()) {
            (0, 0) => Ok(()),
            (0, channels) => Err(format!("our pedal stays down on the channels {channels:016b}")),
            (stuck, _) => Err(format!("{stuck} voices are stuck")),
        }
    }
}
