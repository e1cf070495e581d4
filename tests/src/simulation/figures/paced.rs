//! One run at the pace of a sound card, with threads and a real clock: printed beside, as these
//! machines miss deadlines on their own.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Result;
use crossbeam_channel::bounded;
use rand_pcg::Pcg64Mcg;
use segue::audio::processor::{Block, Processor};
use segue::between::boundary::boundary;
use segue::between::message::{Event, Message};
use segue::between::settings::{Mode, Settings, When};
use segue::composer::thread::{ComposerThread, Load};
use segue::status::Status;

use super::{Figure, quantile};
use crate::simulation::models;
use crate::simulation::musician::{Musician, Style};
use crate::simulation::song::Song;

const RATE: f64 = 48_000.0;
const FRAMES: usize = 256;

/// This many seconds of it.
///
/// # Errors
/// Where the model cannot be loaded.
pub fn measure(seconds: u64) -> Result<Vec<Figure>> {
    let status = Arc::<Status>::default();
    let (audio, end) = boundary();
    let (_wish, wishes) = bounded(1);
    // Loaded here, so that the first seconds are no exception.
    let _model = models::shipped()?;
    let load: Load = || segue::models::embedded::shared().map_err(|error| error.to_string());
    let thread = ComposerThread::start(end, wishes, status.clone(), load);
    let mut processor = Processor::new(audio, status.meters.clone(), RATE);
    processor.activate(RATE, false, thread.thread());
    let mut musician = Musician::new(Pcg64Mcg::new(31), Style::Sparse);
    let (mut left, mut right) = (vec![0.0; FRAMES], vec![0.0; FRAMES]);
    let mut out: Vec<Event> = Vec::with_capacity(4096);
    let (mut song, mut notes, mut lag, mut walls) = (Song::new(120.0), 0u64, 0.0f32, Vec::new());
    let length = FRAMES as f64 / RATE;
    let begun = Instant::now();
    for block in 0..(seconds as f64 / length) as u64 {
        let mode = Mode::ALL[(block as f64 * length / 15.0) as usize % Mode::ALL.len()];
        musician.style = if mode == Mode::Duet { Style::Sixteenths } else { Style::Sparse };
        let latch = (block as f64 * length) % 6.0 > 3.0;
        let settings = Settings { mode, when: When { latch, ..When::default() }, ..Settings::default() };
        let events = musician.play(block * FRAMES as u64, FRAMES, RATE / 2.0, RATE);
        let due = begun + Duration::from_secs_f64(block as f64 * length);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let start = Instant::now();
        let transport = song.transport();
        processor.process(
            Block { transport, settings, events: &events, tracks: &[], left: &mut left, right: &mut right },
            &mut out,
        );
        walls.push(start.elapsed().as_secs_f64() / length);
        lag = lag.max(status.lag_ms());
        notes +=
            out.iter().filter(|event| matches!(event.message, Message::On { id: None, .. })).count() as u64;
        out.clear();
        song.advance(length);
    }
    drop(thread);
    let late = status.late.load(Ordering::Relaxed) + status.late_starts.load(Ordering::Relaxed);
    println!(
        "  paced: {seconds} s, {notes} notes, lag {lag:.0} ms at most; process() took {:.2} % of a block p99.9, {:.0} % at most (wall)",
        quantile(&mut walls, 0.999) * 100.0,
        quantile(&mut walls, 1.0) * 100.0
    );
    Ok(vec![
        Figure::most("paced", f64::from(late), 0.0, notes, "notes too late at the pace of a sound card")
            .paced(),
    ])
}
