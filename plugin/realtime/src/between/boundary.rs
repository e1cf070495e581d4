//! The rings and the shared state between the audio thread and the composer. Counters and flags for
//! the editor are in `meters`, keys played in the window in `touch`.
//!
//! The audio thread pushes [`Heard`] and pops [`Plan`], both wait-free, and reads how far the
//! composer is. A third ring reports what really sounded; nothing that is played depends on it. The
//! audio thread never waits, except in the host's offline mode, where it must not run ahead of the
//! composer.
//!
//! Acknowledgements make the two deterministic together. The composer decides only at ticks, from
//! what came before them, and plans nothing nearer than the lead. It acknowledges a tick once its
//! plans are in the ring. As long as each tick is acknowledged before the audio thread is a lead
//! past it, every plan arrives in time, and the exact moment does not matter.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer};
use segue_music::Beats;

use crate::between::heard::{Heard, Tick};
use crate::between::limits::{HEARD, HEARD_RESERVE, LOAD_WAIT, OFFLINE_WAIT, PLANNED, SOUNDED};
use crate::between::planned::{Change, Plan};
use crate::between::prefault;
use crate::between::sounded::{Reports, Sounded};

/// How far the composer has come with its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Readiness {
    /// It has not started, or the model is still loading.
    Loading,
    /// The composer is at work.
    Ready,
    /// There is no model, or the composer panicked; notes pass through.
    Failed,
}

/// The state that both ends share.
struct Shared {
    /// The newest tick.
    newest_tick: AtomicU64,
    /// The newest tick whose plans are in the ring.
    acknowledged: AtomicU64,
    readiness: AtomicU8,
    /// The newest loaded state whose model and sound the composer has seen to.
    followed: AtomicU32,
    /// The audio thread waits for the composer.
    waits: AtomicBool,
    stop: AtomicBool,
}

/// The audio thread's end.
pub struct AudioEnd {
    heard: Producer<Heard>,
    planned: Consumer<Plan>,
    shared: Arc<Shared>,
    /// A message was lost, and [`AudioEnd::recover`] has not been called since.
    lost: bool,
    /// The host renders offline, so waiting is allowed.
    offline: bool,
    /// Woken during offline rendering only.
    composer: Option<Thread>,
    /// Until the processor receives them.
    reports: Option<Reports>,
}

/// The composer's end.
pub struct ComposerEnd {
    /// What the player does, and the ticks.
    pub heard: Consumer<Heard>,
    /// Plans on their way to the audio thread.
    pub planned: Producer<Plan>,
    /// What really sounded.
    pub sounded: Consumer<Sounded>,
    shared: Arc<Shared>,
}

/// Stops a composer from outside its thread.
#[derive(Clone)]
pub struct StopHandle(Arc<Shared>);

impl StopHandle {
    /// The composer stops after its current step.
    pub fn stop(&self) {
        self.0.stop.store(true, Ordering::Release);
    }

    /// Marks the composer as failed, so that nobody waits for it.
    pub fn fail(&self) {
        self.0.readiness.store(Readiness::Failed as u8, Ordering::Release);
    }
}

/// Makes both ends.
pub fn boundary() -> (AudioEnd, ComposerEnd) {
    let (heard_in, heard) = prefault::ring(HEARD, Heard::Off { at: Beats::ZERO, key: 0 });
    let (planned, planned_out) =
        prefault::ring(PLANNED, Plan { change: Change::Withdraw { from: Beats::ZERO }, revision: 0 });
    let (sounded_in, sounded) = prefault::ring(SOUNDED, Sounded::Reset);
    let shared = Arc::new(Shared {
        newest_tick: AtomicU64::new(0),
        acknowledged: AtomicU64::new(0),
        readiness: AtomicU8::new(Readiness::Loading as u8),
        followed: AtomicU32::new(0),
        waits: AtomicBool::new(false),
        stop: AtomicBool::new(false),
    });
    let audio = AudioEnd {
        heard: heard_in,
        planned: planned_out,
        shared: shared.clone(),
        lost: false,
        offline: false,
        composer: None,
        reports: Some(Reports::new(sounded_in)),
    };
    (audio, ComposerEnd { heard, planned, sounded, shared })
}

impl Shared {
    fn readiness(&self) -> Readiness {
        match self.readiness.load(Ordering::Acquire) {
            0 => Readiness::Loading,
            1 => Readiness::Ready,
            _ => Readiness::Failed,
        }
    }
}

impl AudioEnd {
    /// Sets the thread to wake. Not while processing.
    pub fn set_composer(&mut self, composer: Option<Thread>) {
        self.composer = composer;
    }

    /// Returns where to report what sounds. Only the first call gets the ring; later ones report
    /// nowhere. Not while processing.
    pub fn reports(&mut self) -> Reports {
        self.reports.take().unwrap_or_else(Reports::nowhere)
    }

    /// Sets whether waiting is allowed.
    ///
    /// # Real-time safety
    /// Sets a flag.
    pub fn set_offline(&mut self, offline: bool) {
        self.offline = offline;
        self.shared.waits.store(offline, Ordering::Release);
    }

    /// Sends a message to the composer. Returns false if the ring is full and the message lost, and
    /// from then on until [`Self::recover`].
    ///
    /// # Real-time safety
    /// Wait-free, except in offline rendering.
    pub fn send(&mut self, heard: Heard) -> bool {
        if self.offline && self.heard.slots() <= 1 {
            self.wait(OFFLINE_WAIT, |end| end.heard.slots() > HEARD_RESERVE);
        }
        self.lost = self.lost || self.heard.push(heard).is_err();
        !self.lost
    }

    /// Whether messages were lost and there is room again to report the held keys.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn can_recover(&self) -> bool {
        self.lost && self.heard.slots() > HEARD_RESERVE
    }

    /// Reports the held keys, one bit per key. The composer then no longer needs the messages that
    /// were lost.
    ///
    /// # Real-time safety
    /// Wait-free, except in offline rendering.
    pub fn recover(&mut self, at: Beats, held: u128) {
        self.lost = false;
        self.send(Heard::Lost { at, held });
    }

    /// Sends a tick, unless the ring is so full that notes need the room.
    ///
    /// # Real-time safety
    /// Wait-free, except in offline rendering.
    pub fn tick(&mut self, tick: Tick) {
        self.shared.newest_tick.store(tick.number, Ordering::Release);
        if self.offline && self.heard.slots() <= HEARD_RESERVE {
            self.wait(OFFLINE_WAIT, |end| end.heard.slots() > HEARD_RESERVE);
        }
        if self.heard.slots() > HEARD_RESERVE {
            self.send(Heard::Tick(tick));
        }
    }

    /// The next plan that has arrived, if any.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn next_plan(&mut self) -> Option<Plan> {
        self.planned.pop().ok()
    }

    /// In offline rendering, waits until the plans of a tick have arrived. The wait is bounded, and
    /// skipped if the composer has failed. In real time it returns at once.
    ///
    /// # Real-time safety
    /// Waits, in the host's offline mode only.
    pub fn wait_for(&mut self, tick: u64) {
        if !self.offline {
            return;
        }
        if self.shared.readiness() == Readiness::Loading {
            self.wait(LOAD_WAIT, |end| end.shared.readiness() != Readiness::Loading);
        }
        self.wait(OFFLINE_WAIT, |end| end.shared.acknowledged.load(Ordering::Acquire) >= tick);
    }

    /// In offline rendering, waits until what a loaded state names is there. `loads` counts the
    /// loaded states.
    ///
    /// # Real-time safety
    /// Waits, in the host's offline mode only.
    pub fn wait_for_state(&mut self, loads: u32) {
        let followed = |end: &Self| end.shared.followed.load(Ordering::Acquire) >= loads;
        if self.offline && !followed(self) {
            self.wait(LOAD_WAIT, followed);
        }
    }

    fn wait(&mut self, longest: Duration, done: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        let mut turns = 0;
        while !done(self) && self.shared.readiness() != Readiness::Failed && begun.elapsed() < longest {
            if let Some(composer) = &self.composer {
                composer.unpark();
            }
            turns += 1;
            if turns < 50 {
                std::thread::yield_now();
            } else {
                std::thread::sleep(Duration::from_micros(100));
            }
        }
    }
}

impl ComposerEnd {
    /// Acknowledges a tick: its plans, and those of all ticks before it, are in the ring.
    pub fn acknowledge(&self, tick: u64) {
        self.shared.acknowledged.store(tick, Ordering::Release);
    }

    /// Sets how far the composer is.
    pub fn set_readiness(&self, readiness: Readiness) {
        self.shared.readiness.store(readiness as u8, Ordering::Release);
    }

    /// What the loaded states up to this one name is there, or was refused.
    pub fn set_followed(&self, loads: u32) {
        self.shared.followed.store(loads, Ordering::Release);
    }

    /// Whether the instance is being dropped.
    pub fn stops(&self) -> bool {
        self.shared.stop.load(Ordering::Acquire)
    }

    /// How many ticks have come since the given one.
    pub fn ticks_since(&self, tick: u64) -> u64 {
        self.shared.newest_tick.load(Ordering::Acquire).saturating_sub(tick)
    }

    /// Whether the audio thread waits for plans, so that none can be late.
    pub fn is_waited_for(&self) -> bool {
        self.shared.waits.load(Ordering::Acquire)
    }

    /// A handle that stops the composer from outside its thread.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle(self.shared.clone())
    }
}
