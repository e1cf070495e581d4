//! R4: what the audio thread costs, and that it neither allocates nor waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, ensure};
use rand_pcg::Pcg64Mcg;
use segue::between::settings::{Mode, Settings, When};
use segue_model::Model;
use segue_music::Part;

use super::supply::{BAND, Desk};
use super::{Figure, quantile};
use crate::simulation::cpu_time::{Asked, thread_seconds};
use crate::simulation::models;
use crate::simulation::musician::{Musician, Style};
use crate::simulation::virtual_composer::Cost;
use crate::simulation::virtual_host::VirtualHost;
use crate::simulation::{allocations, gesture};

const RATE: f64 = 48_000.0;
const FRAMES: usize = 64;
const MODES: usize = Mode::ALL.len();
/// Pages of code that may run there for the first time.
const NEW_CODE: f64 = 8.0;

/// The cost of blocks of 64 samples while the other core is loaded, and what they asked of the
/// system; with one voice, and with a band of five and its built-in sounds.
///
/// # Errors
/// Where the model cannot be loaded, or this program counts no allocations.
pub fn measure() -> Result<Vec<Figure>> {
    ensure!(allocations::counts(), "this program's allocator does not count");
    let model = models::shipped()?;
    ensure!(model.config().parts, "the built-in model knows no parts, so there is no band to measure");
    let mut figures = Asking::of(&model, &[]).figures("R4");
    figures.extend(Asking::of(&model, &BAND).figures("R4 band"));
    Ok(figures)
}

/// What each block took, as a share of its time, and asked for.
struct Asking {
    shares: Vec<f64>,
    /// What measuring takes.
    nothing: Vec<f64>,
    allocated: u64,
    asked: Asked,
}

impl Asking {
    fn of(model: &Arc<Model>, parts: &[Part]) -> Self {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let over = &over;
            let load = scope.spawn(|| {
                // Another instance, as busy as one can be.
                let mut desk = Desk::new(model, Mode::Duet, 99, 1.0);
                while !over.load(Ordering::Relaxed) {
                    desk.block();
                }
            });
            let asking = Self::blocks(model, parts);
            over.store(true, Ordering::Relaxed);
            // Nothing is lost with it but load.
            let _ = load.join();
            asking
        })
    }

    fn blocks(model: &Arc<Model>, parts: &[Part]) -> Self {
        let mut host = VirtualHost::new(model.clone(), RATE, 120.0, Cost::Cpu(1.0));
        let mut musician = Musician::new(Pcg64Mcg::new(9), Style::Sixteenths);
        let mut all = Self { shares: Vec::new(), nothing: Vec::new(), allocated: 0, asked: Asked::default() };
        // Each mode and way to play for ten seconds; then again.
        for part in 0..2 * MODES {
            host.settings = Settings {
                mode: Mode::ALL[part % MODES],
                when: When { latch: true, bars: 4, ..When::default() },
                ..Settings::default()
            };
            host.settings.what.band.parts = parts.iter().copied().collect();
            musician.style = [Style::Sixteenths, Style::Sparse, Style::Chords, Style::Sixteenths]
                [(part + part / MODES) % 4];
            let end = host.seconds + 10.0;
            while host.seconds < end {
                let mut events = musician.play(host.sample, FRAMES, RATE / 2.0, RATE);
                if all.shares.len() % 7_500 == 7_400 {
                    events.splice(0..0, gesture::controllers(true));
                }
                host.begin(FRAMES);
                let before = Asked::now();
                let begun = thread_seconds();
                let ((), count) = allocations::count(|| host.process(FRAMES, &events));
                let done = thread_seconds();
                all.asked.add_since(before);
                all.shares.push((done - begun) * RATE / FRAMES as f64);
                all.nothing.push((thread_seconds() - done) * RATE / FRAMES as f64);
                all.allocated += count;
                host.composer.arrived.clear();
                host.end(FRAMES);
            }
        }
        all
    }

    fn figures(mut self, id: &str) -> Vec<Figure> {
        let count = self.shares.len() as u64;
        println!(
            "  {id}: {:.2} % of a block in the middle, {:.2} % p99, {:.2} % at most; measuring nothing {:.2} % p99.9",
            quantile(&mut self.shares, 0.5) * 100.0,
            quantile(&mut self.shares, 0.99) * 100.0,
            quantile(&mut self.shares, 1.0) * 100.0,
            quantile(&mut self.nothing, 0.999) * 100.0,
        );
        let p999 = quantile(&mut self.shares, 0.999);
        let figure = |what: &str, value, limit, words: &str| {
            Figure::most(format!("{id}{what}").as_str(), value, limit, count, words)
        };
        vec![
            figure(
                "",
                p999,
                0.05,
                "share of a block's time that process() computes, p99.9, 64 samples at 48 k",
            ),
            figure(" allocations", self.allocated as f64, 0.0, "allocations and releases of memory there"),
            figure(
                " locks",
                self.asked.waits as f64,
                0.0,
                "times that it gave up its core there, as one waiting for a lock does",
            ),
            figure(
                " pages",
                self.asked.faults as f64,
                NEW_CODE,
                "times that it touched memory there that the system had still to give it",
            ),
        ]
    }
}
