//! R9: what a note costs and what is held, at notes 100 and 2,000 and at note 100,000.

use std::sync::Arc;

use anyhow::Result;
use segue::between::message::{Event, Message};
use segue::between::planned::Change;
use segue::between::settings::{Mode, Settings, When};
use segue_model::Model;

use super::{Figure, quantile};
use crate::simulation::cpu_time::{resident_bytes, thread_seconds};
use crate::simulation::virtual_composer::Cost;
use crate::simulation::virtual_host::VirtualHost;
use crate::simulation::{allocations, models};

const RATE: f64 = 48_000.0;
const FRAMES: usize = 512;
/// A jam is old after this many notes.
const OLD: usize = 100_000;
/// And young after this many.
const YOUNG: usize = 100;
/// By then every window of the model is full: from there on nothing is left to grow.
const FULL: usize = 2_000;
/// Notes of the player that are timed at once.
const TIMED: usize = 64;
/// How often, young and old in turn, so that a machine that changes its pace changes both.
const ROUNDS: usize = 24;

/// A jam: a player who plays a scale in even notes, and Segue along.
struct Jam {
    host: VirtualHost,
    struck: usize,
}

impl Jam {
    fn new(model: &Arc<Model>) -> Self {
        let mut host = VirtualHost::new(model.clone(), RATE, 120.0, Cost::Cpu(1.0));
        // In a duet Segue plays all the time, so young and old jams make as many notes.
        host.settings = Settings {
            mode: Mode::Duet,
            when: When { bars: 1, ..When::default() },
            on: false,
            ..Settings::default()
        };
        Self { host, struck: 0 }
    }

    /// One that has come so far, and in which Segue plays along.
    fn after(model: &Arc<Model>, notes: usize) -> Self {
        let mut jam = Self::new(model);
        jam.play(notes - TIMED / 4, true);
        jam.begin();
        jam
    }

    /// From here on Segue plays along.
    fn begin(&mut self) {
        self.host.settings.on = true;
        self.play(TIMED / 4, false);
    }

    /// The player plays this many notes, eight to a block if `dense`, else one a sixteenth.
    /// Returned is what each note of ours cost, in milliseconds: its own step, its four heads, and
    /// the steps of what was heard since the one before.
    fn play(&mut self, notes: usize, dense: bool) -> Vec<f64> {
        let host = &mut self.host;
        let (until, mut costs) = (self.struck + notes, Vec::new());
        for block in 0.. {
            if self.struck >= until {
                break;
            }
            let mut events = Vec::new();
            let struck = if dense { 8 } else { usize::from(block % 12 == 0) };
            for i in 0..struck {
                let key = 48 + (self.struck * 7 % 36) as u8;
                let (id, time) = (Some(self.struck as i32), i as u32 * 64);
                events.push(Event { time, message: Message::On { id, channel: 0, key, velocity: 0.6 } });
                let off = Message::Off { id, channel: 0, key, velocity: 0.0 };
                events.push(Event { time: time + 48, message: off });
                self.struck += 1;
            }
            host.block(FRAMES, &events);
            let made = host.composer.arrived.drain(..);
            costs.extend(
                made.filter(|made| matches!(made.plan.change, Change::Play(_)))
                    .map(|made| made.took * 1000.0),
            );
        }
        costs
    }
}

/// How far the cost of a note and the memory of a jam are from flat.
///
/// # Errors
/// Where the model cannot be loaded.
pub fn measure() -> Result<Vec<Figure>> {
    let begun = thread_seconds();
    let model = Model::from_checkpoint(segue::models::embedded::checkpoint()?)?;
    let load = (thread_seconds() - begun) * 1000.0;
    drop(model);
    let model = models::shipped()?;

    let empty = allocations::held();
    let mut old = Jam::new(&model);
    old.play(YOUNG, true);
    let young_held = allocations::held() - empty;
    let young_resident = resident_bytes();
    old.play(OLD - YOUNG, true);
    let old_held = allocations::held() - empty;
    let old_resident = resident_bytes();

    let (mut young_cost, mut full_cost, mut old_cost) = (Vec::new(), Vec::new(), Vec::new());
    old.begin();
    for _ in 0..ROUNDS {
        young_cost.extend(Jam::after(&model, YOUNG).play(TIMED, false));
        full_cost.extend(Jam::after(&model, FULL).play(TIMED, false));
        old_cost.extend(old.play(TIMED, false));
    }
    let [young, full, last] =
        [&mut young_cost, &mut full_cost, &mut old_cost].map(|cost| quantile(cost, 0.5));
    let megabytes = |bytes: f64| bytes / 1e6;
    println!(
        "  R9: {young:.3} ms a note at note {YOUNG}, {full:.3} at {FULL}, {last:.3} at {OLD}; a jam holds {:.2} MB and {:.2} MB; resident {:.0} MB and {:.0} MB; the model loads in {load:.0} ms",
        megabytes(young_held as f64),
        megabytes(old_held as f64),
        megabytes(young_resident as f64),
        megabytes(old_resident as f64),
    );
    let memory = old_held as f64 / young_held.max(1) as f64;
    let (notes, more) = (OLD as u64, |before: f64| (last / before - 1.0).max(0.0));
    Ok(vec![
        Figure::most(
            "R9",
            more(full),
            0.05,
            notes,
            "more time a note at note 100,000 than at 2,000, where every window is full, as a share",
        ),
        Figure::most(
            "R9 filling",
            more(young),
            0.5,
            notes,
            "the same against note 100, which sees a hundred notes and not all that the windows hold",
        ),
        Figure::most("R9 memory", (memory - 1.0).max(0.0), 0.05, notes, "more memory held then, as a share"),
    ])
}
