//! Where there is no sound: time passes all the same, so that the window shows the jam and MIDI goes out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::driver::Shared;
use super::wire::{Outlet, Wire};

/// Samples a second.
const RATE: f32 = 48_000.0;

/// How often a block is made.
const EVERY: Duration = Duration::from_millis(5);

/// Samples a block has at most; what a computer slept through is not made up for.
const LONGEST: usize = 4096;

/// A thread that calls for audio and throws it away.
pub struct Quiet {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct Nowhere;

impl Outlet for Nowhere {
    fn send(&mut self, _wire: Wire) -> bool {
        true
    }
}

impl Quiet {
    /// Starts it; nothing where no thread can be had.
    pub fn start(instrument: &Shared) -> Option<Self> {
        instrument.lock().activate(RATE);
        let stop = Arc::new(AtomicBool::new(false));
        let (instrument, stopped) = (instrument.clone(), stop.clone());
        let run = move || {
            let (mut left, mut right) = (vec![0.0; LONGEST], vec![0.0; LONGEST]);
            let (begun, mut played) = (Instant::now(), 0);
            while !stopped.load(Ordering::Acquire) {
                thread::sleep(EVERY);
                let due = (begun.elapsed().as_secs_f64() * f64::from(RATE)) as u64;
                let frames = usize::try_from(due.saturating_sub(played)).unwrap_or(LONGEST).min(LONGEST);
                played = due;
                if let Some(mut instrument) = instrument.try_lock() {
                    let (left, right) = (&mut left[..frames], &mut right[..frames]);
                    instrument.play(std::iter::empty(), left, right, &mut Nowhere);
                }
            }
        };
        let thread = thread::Builder::new().name("segue-time".to_owned()).spawn(run).ok()?;
        Some(Self { stop, thread: Some(thread) })
    }
}

impl Quiet {
    /// What it is, for the player.
    pub const fn name(&self) -> &'static str {
        "no sound"
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
