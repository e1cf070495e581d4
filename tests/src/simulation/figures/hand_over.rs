//! R3 and R7: from the player's last note to our first, and from the player's first to our last, in
//! virtual time.

use std::collections::VecDeque;
use std::sync::Arc;

use anyhow::Result;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue::between::limits::DUET_HORIZON;
use segue::between::message::{Event, Message};
use segue::between::settings::{Mode, Settings, What, When};
use segue_model::Model;
use segue_music::{Beats, TICK};

use super::{Figure, on_two_threads, quantile};
use crate::simulation::models;
use crate::simulation::virtual_composer::Cost;
use crate::simulation::virtual_host::VirtualHost;
use crate::simulation::witness::Witness;

/// Hand-overs in each mode.
const EACH: usize = 250;
/// Hosts that share them.
const HOSTS: usize = 5;
/// The grid of all of them.
const GRID: Beats = Beats::ratio(1, 4);

/// One hand-over.
#[derive(Clone, Copy, Debug)]
struct HandOver {
    /// Samples from where the first own note was to begin to where it did; `None` if none came.
    late: Option<f64>,
    /// Milliseconds of computing between the last event and the first plan.
    compute: f64,
    /// Whether the plan was there when the phrase had ended, and when the last key came up.
    ready: (bool, bool),
}

/// The figures of hand-overs and of barge-ins.
///
/// # Errors
/// Where the model cannot be loaded, or something does not hold that always must.
pub fn measure() -> Result<Vec<Figure>> {
    let model = models::shipped()?;
    let hosts: Vec<(Mode, usize)> =
        Mode::ALL.into_iter().flat_map(|mode| (0..HOSTS).map(move |host| (mode, host))).collect();
    let results = on_two_threads(&hosts, |&(mode, host)| Stage::new(&model, mode, host).run(EACH / HOSTS));
    let (mut all, mut barge_ins) = (Vec::new(), Vec::new());
    for ((mode, _), result) in hosts.iter().zip(results) {
        let (hand_overs, yields) = result.map_err(|what| anyhow::anyhow!("{mode:?}: {what}"))?;
        all.extend(hand_overs.into_iter().map(|hand_over| (*mode, hand_over)));
        barge_ins.extend(yields);
    }
    for mode in Mode::ALL {
        let of: Vec<&HandOver> = all.iter().filter(|(it, _)| *it == mode).map(|(_, it)| it).collect();
        let mut compute: Vec<f64> = of.iter().map(|it| it.compute).collect();
        let late = of.iter().filter(|it| it.is_late()).count();
        let share =
            |ready: fn(&HandOver) -> bool| of.iter().filter(|it| ready(it)).count() * 100 / of.len().max(1);
        println!(
            "  R3 {mode:?}: {} hand-overs, {late} late, compute {:.2} ms in the middle, {:.2} ms p99; the plan was there at the end of the phrase {} %, at its last release {} %",
            of.len(),
            quantile(&mut compute, 0.5),
            quantile(&mut compute, 0.99),
            share(|it| it.ready.0),
            share(|it| it.ready.1),
        );
    }
    let count = all.len() as u64;
    let late = all.iter().filter(|(_, it)| it.is_late()).count();
    let mut compute: Vec<f64> = all.iter().map(|(_, it)| it.compute).collect();
    let ready = all.iter().filter(|(_, it)| it.ready.0).count() as f64 / count.max(1) as f64;
    let longest = barge_ins.iter().copied().fold(0.0, f64::max);
    Ok(vec![
        Figure::most("R3", late as f64, 0.0, count, "late starts in virtual time, all modes"),
        Figure::most(
            "R3 compute",
            quantile(&mut compute, 0.99),
            10.0,
            count,
            "milliseconds computed for the first note, p99",
        ),
        Figure::least("R3 ready", ready, 0.99, count, "share with the plan there when the phrase ended"),
        Figure::most(
            "R7",
            longest,
            1.0,
            barge_ins.len() as u64,
            "blocks from the player's first note to our last",
        ),
    ])
}

impl HandOver {
    fn is_late(&self) -> bool {
        // A sample is what R2 allows.
        self.late.is_none_or(|samples| samples > 1.001)
    }
}

/// A host in which one hand-over follows another. The song plays from its start, so that the jam is
/// where the song is.
struct Stage {
    host: VirtualHost,
    witness: Witness,
    random: Pcg64Mcg,
    frames: usize,
    beats_a_sample: f64,
    input: VecDeque<(u64, Message)>,
    /// The distances between the last onsets, and the last one.
    distances: VecDeque<Beats>,
    last: Option<Beats>,
    names: i32,
}

impl Stage {
    fn new(model: &Arc<Model>, mode: Mode, host: usize) -> Self {
        let rate = [48_000.0, 44_100.0, 48_000.0, 96_000.0, 48_000.0][host % 5];
        let frames = [256, 64, 512, 1024, 128][host % 5];
        let mut random = Pcg64Mcg::new(77 + 2 * host as u128);
        let tempo = [120.0, 93.0, 147.0, 180.0, 75.0][host % 5] + random.random_range(0.0..1.0);
        let mut host = VirtualHost::new(model.clone(), rate, tempo, Cost::Cpu(1.0));
        host.settings = Settings {
            mode,
            when: When { bars: 1, ..When::default() },
            what: What { grid: GRID, ..What::default() },
            ..Settings::default()
        };
        let witness = Witness::new(&host);
        let beats_a_sample = tempo / 60.0 / rate;
        Self {
            host,
            witness,
            random,
            frames,
            beats_a_sample,
            input: VecDeque::new(),
            distances: VecDeque::new(),
            last: None,
            names: 0,
        }
    }

    fn run(mut self, count: usize) -> Result<(Vec<HandOver>, Vec<f64>), String> {
        let mut hand_overs = Vec::new();
        while hand_overs.len() < count {
            hand_overs.extend(self.hand_over()?);
            let more = self.random.random_range(0.3..2.0);
            self.run_until(self.sample_of(self.now() + more))?;
        }
        let frames = self.frames as f64;
        let barge_ins = self.witness.barge_ins.iter().map(|&samples| samples as f64 / frames).collect();
        Ok((hand_overs, barge_ins))
    }

    fn now(&self) -> f64 {
        self.host.sample as f64 * self.beats_a_sample
    }

    fn sample_of(&self, beat: f64) -> u64 {
        (beat / self.beats_a_sample).round().max(0.0) as u64
    }

    fn beat_of(&self, sample: u64) -> f64 {
        sample as f64 * self.beats_a_sample
    }

    /// One: a phrase, what asks for us, and our first note. None where we rest, as in a duet we
    /// may.
    fn hand_over(&mut self) -> Result<Option<HandOver>, String> {
        let mode = self.host.settings.mode;
        // From here on the player plays into what is left of the answer before.
        let from = match mode {
            // The player's turns are even bars, counted from the first.
            Mode::Trade => ((self.now() / 8.0).ceil() * 8.0).max(8.0) + 0.1,
            Mode::Answer | Mode::Continue | Mode::Duet => {
                (self.now() + self.random.random_range(0.1..1.0)).max(1.0)
            }
        };
        let last = self.phrase(from, mode);
        let before = self.witness.ours.len();
        self.run_until(last + 1)?;
        let (spent, mut asked) = (self.host.composer.spent(), last);
        // The beat at which the phrase is over, and the one at which we are to begin; `None` in a
        // duet, where the model decides.
        let (over, due) = match mode {
            Mode::Answer => {
                let released = Beats::from_f64(self.beat_of(last));
                let over = (released + self.spacing()).round_to(TICK);
                (over.as_f64(), Some(over.ceil_to(GRID).as_f64()))
            }
            Mode::Trade => {
                let bar = (self.beat_of(last) / 4.0).ceil() * 4.0;
                (bar, Some(bar))
            }
            Mode::Continue => {
                self.run_until(self.sample_of(self.beat_of(last) + 0.3))?;
                asked = self.host.sample;
                self.host.settings.when.latch = true;
                // Decided at the next tick, for a lead after it; then comes the line.
                let lead = segue::between::limits::lead_samples(self.host.rate)
                    + segue::between::limits::tick_samples(self.host.rate).ceil() as u64;
                let soonest = Beats::from_f64(self.beat_of(asked + lead)).ceil_to(GRID).as_f64();
                (soonest, Some(soonest))
            }
            Mode::Duet => (self.beat_of(last), None),
        };
        let longest = self.sample_of(due.unwrap_or(over) + 6.0);
        let own = |stage: &Self| stage.witness.ours[before..].iter().find(|note| note.on >= asked).copied();
        while own(self).is_none() && self.host.sample < longest {
            self.block()?;
        }
        self.host.settings.when.latch = false;
        let Some(first) = own(self) else {
            let missed = HandOver { late: None, compute: 0.0, ready: (false, false) };
            return Ok(Some(missed).filter(|_| mode != Mode::Duet));
        };
        let late = match due {
            // The tick may come sooner.
            Some(due) if mode == Mode::Continue => (first.on as f64 - due / self.beats_a_sample).max(0.0),
            Some(due) => first.on as f64 - due / self.beats_a_sample,
            None => first.error.unwrap_or(f64::NAN),
        };
        let seconds = |sample: u64| sample as f64 / self.host.rate;
        if late.abs() > 1.001 {
            let (mode, beat) = (self.host.settings.mode, self.beat_of(first.on));
            println!(
                "  R3 {mode:?}: asked at beat {:.4}, due {due:?}, began at {beat:.4}",
                self.beat_of(asked)
            );
        }
        // In a duet what is further away than the horizon is not to be planned yet: it is, at the
        // next tick, once it is not.
        let near = self.beat_of(first.on) - DUET_HORIZON.as_f64();
        let ticks = segue::between::limits::tick_samples(self.host.rate) * 2.0;
        let over = if due.is_none() { over.max(near + ticks * self.beats_a_sample) } else { over };
        Ok(Some(HandOver {
            late: Some(late).filter(|late| *late > -1.001),
            compute: (first.made.spent - spent).max(0.0) * 1000.0,
            ready: (first.made.at <= seconds(self.sample_of(over)), first.made.at <= seconds(last)),
        }))
    }

    /// Plans the player's notes; returned is the sample of the last release.
    fn phrase(&mut self, from: f64, mode: Mode) -> u64 {
        let apart = [0.25, 0.5, 0.75][self.random.random_range(0..3)];
        let most = if mode == Mode::Trade { (3.4 / apart) as usize } else { 10 };
        let count = self.random.random_range(4..=most.max(4));
        let mut key: u8 = self.random.random_range(55..75);
        let mut last = 0;
        for i in 0..count {
            let at = from + apart * i as f64;
            let (on, off) = (self.sample_of(at), self.sample_of(at + apart * 0.7));
            key = (key + [0, 2, 3, 5, 7][self.random.random_range(0..5)]).saturating_sub(3).clamp(40, 90);
            self.names += 1;
            let (id, velocity) = (Some(self.names), self.random.random_range(0.3..0.9));
            self.input.push_back((on, Message::On { id, channel: 0, key, velocity }));
            self.input.push_back((off, Message::Off { id, channel: 0, key, velocity: 0.0 }));
            self.struck(Beats::from_f64(self.beat_of(on)));
            last = off;
        }
        last
    }

    fn struck(&mut self, at: Beats) {
        if let Some(last) = self.last.replace(at)
            && at - last <= Beats::ratio(4, 1)
        {
            self.distances.push_back(at - last);
            if self.distances.len() > 16 {
                self.distances.pop_front();
            }
        }
    }

    /// The wait at *Patience* 1: the third quartile of the last distances, between half a beat and
    /// two.
    fn spacing(&self) -> Beats {
        let mut sorted: Vec<Beats> = self.distances.iter().copied().collect();
        sorted.sort_unstable();
        if sorted.len() < 3 {
            return Beats::ONE;
        }
        sorted[sorted.len() * 3 / 4].clamp(Beats::ratio(1, 2), Beats::ratio(2, 1))
    }

    fn run_until(&mut self, sample: u64) -> Result<(), String> {
        while self.host.sample < sample {
            self.block()?;
        }
        Ok(())
    }

    fn block(&mut self) -> Result<(), String> {
        let (start, end) = (self.host.sample, self.host.sample + self.frames as u64);
        let mut events = Vec::new();
        while let Some((at, message)) = self.input.pop_front_if(|(at, _)| *at < end) {
            events.push(Event { time: at.saturating_sub(start) as u32, message });
        }
        self.host.begin(self.frames);
        self.host.process(self.frames, &events);
        self.witness.see(&mut self.host, self.frames, &events, false)?;
        self.host.end(self.frames);
        Ok(())
    }
}
