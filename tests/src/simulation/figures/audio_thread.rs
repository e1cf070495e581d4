//! R4: what the audio thread costs, and that it neither allocates nor waits.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, ensure};
use rand_pcg::Pcg64Mcg;
use segue::between::settings::{Mode, Settings, When};

use super::supply::Desk;
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
/// system.
///
/// # Errors
/// Where the model cannot be loaded, or this program counts no allocations.
pub fn measure() -> Result<Vec<Figure>> {
    ensure!(allocations::counts(), "this program's allocator does not count");
    let model = models::shipped()?;
    let over = AtomicBool::new(false);
    let (mut shares, mut nothing, allocated, asked) = std::thread::scope(|scope| {
        let over = &over;
        let load = scope.spawn(|| {
            // Another instance, as busy as one can be.
            let mut desk = Desk::new(&model, Mode::Duet, 99, 1.0);
            while !over.load(Ordering::Relaxed) {
                desk.block();
            }
        });
        let mut host = VirtualHost::new(model.clone(), RATE, 120.0, Cost::Cpu(1.0));
        let mut musician = Musician::new(Pcg64Mcg::new(9), Style::Sixteenths);
        let (mut shares, mut nothing, mut allocated, mut asked) =
            (Vec::new(), Vec::new(), 0, Asked::default());
        // Each mode and way to play for ten seconds; then again.
        for part in 0..2 * MODES {
            host.settings = Settings {
                mode: Mode::ALL[part % MODES],
                when: When { latch: true, bars: 4, ..When::default() },
                ..Settings::default()
            };
            musician.style = [Style::Sixteenths, Style::Sparse, Style::Chords, Style::Sixteenths]
                [(part + part / MODES) % 4];
            let end = host.seconds + 10.0;
            while host.seconds < end {
                let mut events = musician.play(host.sample, FRAMES, RATE / 2.0, RATE);
                if shares.len() % 7_500 == 7_400 {
                    events.splice(0..0, gesture::controllers(true));
                }
                host.begin(FRAMES);
                let before = Asked::now();
                let begun = thread_seconds();
                let ((), count) = allocations::count(|| host.process(FRAMES, &events));
                let done = thread_seconds();
                asked.add_since(before);
                shares.push((done - begun) * RATE / FRAMES as f64);
                nothing.push((thread_seconds() - done) * RATE / FRAMES as f64);
                allocated += count;
                host.composer.arrived.clear();
                host.end(FRAMES);
            }
        }
        over.store(true, Ordering::Relaxed);
        // Nothing is lost with it but load.
        let _ = load.join();
        (shares, nothing, allocated, asked)
    });
    let count = shares.len() as u64;
    println!(
        "  R4: {:.2} % of a block in the middle, {:.2} % p99, {:.2} % at most; measuring nothing {:.2} % p99.9",
        quantile(&mut shares, 0.5) * 100.0,
        quantile(&mut shares, 0.99) * 100.0,
        quantile(&mut shares, 1.0) * 100.0,
        quantile(&mut nothing, 0.999) * 100.0,
    );
    let p999 = quantile(&mut shares, 0.999);
    Ok(vec![
        Figure::most(
            "R4",
            p999,
            0.05,
            count,
            "share of a block's time that process() computes, p99.9, 64 samples at 48 k",
        ),
        Figure::most(
            "R4 allocations",
            allocated as f64,
            0.0,
            count,
            "allocations and releases of memory there",
        ),
        Figure::most(
            "R4 locks",
            asked.waits as f64,
            0.0,
            count,
            "times that it gave up its core there, as one waiting for a lock does",
        ),
        Figure::most(
            "R4 pages",
            asked.faults as f64,
            NEW_CODE,
            count,
            "times that it touched memory there that the system had still to give it",
        ),
    ])
}
