//! The whole boundary between the audio thread and the composer's: three rings and five atomics.
//!
//! The audio thread pushes [`Heard`] and pops [`Plan`], both wait-free, and reads how far the composer is; what really sounded it reports
//! through a ring that nothing else depends on. It never
//! waits, with one exception: in the host's offline mode, where it must not be faster than the music is made.
//!
//! Acknowledgements make the two deterministic together. The composer decides at ticks only, from what came before
//! them, and plans nothing nearer than the lead. It acknowledges a tick after its plans are in the ring. So where the audio
//! thread has not passed a tick's sample plus the lead before that tick is acknowledged, every plan is there in time, and
//! it does not matter when exactly it came.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer};
use segue_music::Beats;

use crate::between::heard::{Heard, Tick};
use crate::between::limits::{HEARD, HEARD_RESERVE, LOAD_WAIT, OFFLINE_WAIT, PLANNED, SOUNDED};
use crate::between::planned::{Change, Plan};
use crate::between::resident;
use crate::between::sounded::{Reports, Sounded};

/// How far the composer has come with its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Readiness {
    /// It has not begun, or the model is being loaded.
    Loading,
    /// It composes.
    Ready,
    /// There is no model, or the composer fell; notes pass through.
    Failed,
}

/// What both sides see.
struct Shared {
    /// The last tick that was told.
    told: AtomicU64,
    /// The last tick whose plans are in the ring.
    acknowledged: AtomicU64,
    readiness: AtomicU8,
    /// The audio thread waits for the composer.
    waits: AtomicBool,
    stop: AtomicBool,
}

/// The audio thread's end.
pub struct AudioEnd {
    heard: Producer<Heard>,
    planned: Consumer<Plan>,
    shared: Arc<Shared>,
    /// A message was lost since the last that got through.
    lost: bool,
    /// The host renders faster or slower than time passes: waiting is allowed.
    offline: bool,
    /// Woken in offline rendering only.
    composer: Option<Thread>,
    /// Until the processor has taken them.
    reports: Option<Reports>,
}

/// The composer's end.
pub struct ComposerEnd {
    /// What the player does, and ticks.
    pub heard: Consumer<Heard>,
    /// Where plans go.
    pub planned: Producer<Plan>,
    /// What really sounded.
    pub sounded: Consumer<Sounded>,
    shared: Arc<Shared>,
}

/// What is left of a composer for those outside its thread.
#[derive(Clone)]
pub struct StopHandle(Arc<Shared>);

impl StopHandle {
    /// It stops at its next turn.
    pub fn stop(&self) {
        self.0.stop.store(true, Ordering::Release);
    }

    /// It composes no more; nobody waits for it.
    pub fn fail(&self) {
        self.0.readiness.store(Readiness::Failed as u8, Ordering::Release);
    }
}

/// Both ends.
pub fn boundary() -> (AudioEnd, ComposerEnd) {
    let (heard_in, heard) = resident::ring(HEARD, Heard::Off { at: Beats::ZERO, key: 0 });
    let (planned, planned_out) =
        resident::ring(PLANNED, Plan { change: Change::Withdraw { from: Beats::ZERO }, revision: 0 });
    let (sounded_in, sounded) = resident::ring(SOUNDED, Sounded::Fresh);
    let shared = Arc::new(Shared {
        told: AtomicU64::new(0),
        acknowledged: AtomicU64::new(0),
        readiness: AtomicU8::new(Readiness::Loading as u8),
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
    /// Whom to wake. Called outside of processing.
    pub fn set_composer(&mut self, composer: Option<Thread>) {
        self.composer = composer;
    }

    /// Where to report what really sounds; nowhere, if somebody does that already. Called outside of processing.
    pub fn reports(&mut self) -> Reports {
        self.reports.take().unwrap_or_else(Reports::nowhere)
    }

    /// Whether waiting is allowed.
    ///
    /// # Real-time safety
    /// Sets a flag.
    pub fn set_offline(&mut self, offline: bool) {
        self.offline = offline;
        self.shared.waits.store(offline, Ordering::Release);
    }

    /// Tells the composer. Where the ring is full the message is lost; false then, and until [`Self::recover`].
    ///
    /// # Real-time safety
    /// Wait-free, but for offline rendering.
    pub fn send(&mut self, heard: Heard) -> bool {
        if self.offline && self.heard.slots() <= 1 {
            self.wait(OFFLINE_WAIT, |end| end.heard.slots() > HEARD_RESERVE);
        }
        self.lost = self.lost || self.heard.push(heard).is_err();
        !self.lost
    }

    /// Whether messages were lost, and there is room again to say what is held.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn can_recover(&self) -> bool {
        self.lost && self.heard.slots() > HEARD_RESERVE
    }

    /// Tells the composer what is held, a bit a key: nothing that was lost matters any more.
    ///
    /// # Real-time safety
    /// Wait-free, but for offline rendering.
    pub fn recover(&mut self, at: Beats, held: u128) {
        self.lost = false;
        self.send(Heard::Lost { at, held });
    }

    /// Tells the composer to decide, unless the ring is so full that notes need the room.
    ///
    /// # Real-time safety
    /// Wait-free, but for offline rendering.
    pub fn tick(&mut self, tick: Tick) {
        self.shared.told.store(tick.number, Ordering::Release);
        if self.offline && self.heard.slots() <= HEARD_RESERVE {
            self.wait(OFFLINE_WAIT, |end| end.heard.slots() > HEARD_RESERVE);
        }
        if self.heard.slots() > HEARD_RESERVE {
            self.send(Heard::Tick(tick));
        }
    }

    /// The next plan that has arrived.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn next_plan(&mut self) -> Option<Plan> {
        self.planned.pop().ok()
    }

    /// In offline rendering, waits until the plans of a tick are there: bounded, and not at all for a composer that
    /// failed. In real time returns at once.
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
    /// The plans of that tick, and of all before it, are in the ring.
    pub fn acknowledge(&self, tick: u64) {
        self.shared.acknowledged.store(tick, Ordering::Release);
    }

    /// Says how far the composer is.
    pub fn set_readiness(&self, readiness: Readiness) {
        self.shared.readiness.store(readiness as u8, Ordering::Release);
    }

    /// Whether the instance ends.
    pub fn stops(&self) -> bool {
        self.shared.stop.load(Ordering::Acquire)
    }

    /// How many ticks have come since that one.
    pub fn ticks_since(&self, tick: u64) -> u64 {
        self.shared.told.load(Ordering::Acquire).saturating_sub(tick)
    }

    /// Whether the audio thread waits for plans, so that none comes too late.
    pub fn is_waited_for(&self) -> bool {
        self.shared.waits.load(Ordering::Acquire)
    }

    /// How to reach it from outside.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle(self.shared.clone())
    }
}
