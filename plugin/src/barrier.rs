//! Keeps the framework's worker from taking the host down.
//!
//! On Linux the framework's VST3 instances share one worker thread. It ends when it comes to a task of an instance that is gone,
//! and falls where a task reaches for an editor of another thread; the last instance to close then panics across the FFI, and the
//! host aborts. A parameter change in the last block is enough, or a state loaded on another thread. Two measures:
//!
//! The *anchor* is an instance that no host knows of. While an instance of a host's lives, so does the anchor, and with it the
//! handle whose end is the panic. It is let go after the last of them, and only if the worker is shown to be alive; otherwise it
//! stays, without a thread, for the next.
//!
//! The *barrier* keeps the worker alive in the first place. Its queue is first in, first out: when a task of the anchor's,
//! posted in `deactivate`, has come through, nothing of this instance is left in it.
//!
//! `tests/tests/death.rs` has the lives; without the anchor the third of them ended the host every time.

use std::cell::{Cell, RefCell};
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nice_plug::prelude::{AsyncExecutor, TaskExecutor};
use nice_plug::wrapper::vst3::Wrapper;
use parking_lot::Mutex;

use crate::limits::BARRIER_WAIT;
use crate::plugin::Segue;

/// Elsewhere the framework's tasks go to the host's own loop.
const SHARED_WORKER: bool = cfg!(all(target_family = "unix", not(target_os = "macos")));

/// A full queue, 4,096 tasks, is worked off in some 2 ms; one that refuses for so long has no worker.
const REFUSED: Duration = Duration::from_millis(20);

/// What became of a task: it is under way, it came through, or it was dropped without having been run.
const UNDER_WAY: u8 = 0;
const THROUGH: u8 = 1;
const DROPPED: u8 = 2;

/// The only task of ours: to come through.
pub struct Passed(Arc<AtomicU8>);

impl Drop for Passed {
    fn drop(&mut self) {
        // Where it was run it has come through, and stays so.
        let _ = self.0.compare_exchange(UNDER_WAY, DROPPED, Ordering::AcqRel, Ordering::Acquire);
    }
}

/// An instance that no host knows of.
struct Anchor {
    _instance: Wrapper<Segue>,
    queue: AsyncExecutor<Segue>,
}

/// How many instances hosts have, and what holds the worker for them.
struct Harbour {
    instances: usize,
    anchor: Option<Anchor>,
}

static HARBOUR: Mutex<Harbour> = Mutex::new(Harbour { instances: 0, anchor: None });

thread_local! {
    /// On this thread the anchor is being made: its instance counts for nothing.
    static MAKING: Cell<bool> = const { Cell::new(false) };
    /// The queue of the anchor being made.
    static MADE: RefCell<Option<AsyncExecutor<Segue>>> = const { RefCell::new(None) };
    /// This thread is the worker, which cannot wait for itself.
    static WORKER: Cell<bool> = const { Cell::new(false) };
}

impl Anchor {
    fn make() -> Option<Self> {
        MAKING.set(true);
        let instance = catch_unwind(Wrapper::<Segue>::new);
        MAKING.set(false);
        let queue = MADE.take();
        Some(Self { _instance: instance.ok()?, queue: queue? })
    }

    /// Whether the worker is alive, and past everything that was queued before; waits for it, bounded.
    fn is_passed(&self) -> bool {
        let begun = Instant::now();
        loop {
            let fate = Arc::new(AtomicU8::new(UNDER_WAY));
            self.queue.execute_background(Passed(fate.clone()));
            while fate.load(Ordering::Acquire) == UNDER_WAY {
                if begun.elapsed() > BARRIER_WAIT {
                    return false;
                }
                thread::sleep(Duration::from_micros(100));
            }
            if fate.load(Ordering::Acquire) == THROUGH {
                return true;
            }
            if begun.elapsed() > REFUSED {
                return false;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// An instance's part in all that.
pub struct Barrier {
    /// Whether it is a host's instance.
    counts: bool,
    needed: bool,
}

impl Default for Barrier {
    fn default() -> Self {
        let counts = SHARED_WORKER && !MAKING.get();
        if counts {
            let mut harbour = HARBOUR.lock();
            harbour.instances += 1;
            if harbour.anchor.is_none() {
                harbour.anchor = Anchor::make();
            }
        }
        Self { counts, needed: false }
    }
}

impl Barrier {
    /// What the worker does with the task.
    pub fn executor(&self) -> TaskExecutor<Segue> {
        Box::new(|passed: Passed| {
            WORKER.set(true);
            passed.0.store(THROUGH, Ordering::Release);
        })
    }

    /// Where tasks of this instance are posted.
    pub fn set_queue(&mut self, queue: AsyncExecutor<Segue>) {
        if MAKING.get() {
            MADE.set(Some(queue));
        }
    }

    /// Whether the host's format has such a worker.
    pub fn set_needed(&mut self, needed: bool) {
        self.needed = needed;
    }

    /// Waits until nothing of this instance is in the queue; bounded. Not for the audio thread.
    pub fn wait(&self) {
        if self.counts && self.needed && !WORKER.get() {
            // Without an anchor, or a worker, there is nothing to wait for.
            let _ = HARBOUR.lock().anchor.as_ref().is_some_and(Anchor::is_passed);
        }
    }
}

impl Drop for Barrier {
    fn drop(&mut self) {
        if !self.counts {
            return;
        }
        let mut harbour = HARBOUR.lock();
        harbour.instances -= 1;
        if harbour.instances > 0 || WORKER.get() {
            return;
        }
        if harbour.anchor.as_ref().is_some_and(Anchor::is_passed) {
            // The worker holds the anchor for a moment longer than its task lasts, and must not be the last to do so.
            thread::sleep(Duration::from_millis(1));
            harbour.anchor = None;
        }
    }
}
