//! The driver without sound: time still passes, the window shows the jam and MIDI goes out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::driver::SharedInstrument;
use crate::standalone::midi::message::NullSink;

/// The sample rate, in Hz.
const RATE: f32 = 48_000.0;

/// The time between blocks.
const INTERVAL: Duration = Duration::from_millis(5);

/// The longest block, in samples. Time beyond it, during which the computer slept, is skipped.
const LONGEST: usize = 4096;

/// A thread that calls for blocks and drops their sound.
pub struct TimerDriver {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl TimerDriver {
    /// Starts the thread. `None` if the system gives us none.
    pub fn start(instrument: &SharedInstrument) -> Option<Self> {
        instrument.lock().activate(RATE);
        let stop = Arc::new(AtomicBool::new(false));
        let (instrument, stopped) = (instrument.clone(), stop.clone());
        let run = move || {
            let (mut left, mut right) = (vec![0.0; LONGEST], vec![0.0; LONGEST]);
            let (started, mut played) = (Instant::now(), 0);
            while !stopped.load(Ordering::Acquire) {
                thread::sleep(INTERVAL);
                let due = (started.elapsed().as_secs_f64() * f64::from(RATE)) as u64;
                let frames = usize::try_from(due.saturating_sub(played)).unwrap_or(LONGEST);
                let frames = frames.min(LONGEST);
                played = due;
                if let Some(mut instrument) = instrument.try_lock() {
                    let (left, right) = (&mut left[..frames], &mut right[..frames]);
                    instrument.play(std::iter::empty(), left, right, &mut NullSink);
                }
            }
        };
        let thread = thread::Builder::new().name("segue-timer".to_owned()).spawn(run).ok()?;
        Some(Self { stop, thread: Some(thread) })
    }

    /// Its name, for the player.
    pub const fn name(&self) -> &'static str {
        "no sound"
    }
}

impl Drop for TimerDriver {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
