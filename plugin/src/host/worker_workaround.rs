//! Ends the framework's worker thread, which can crash hosts.
//!
//! On Linux the framework's VST3 instances share one worker thread that tells editors about
//! changes. It panics on a task of an instance that is gone, and then the last instance to close
//! panics across the FFI: the host aborts. A parameter change in the last block is enough, or a
//! state loaded on another thread. If the host gives its editors no event loop, the worker panics
//! on each change while an editor is open, and closing the editor at that moment panics as well.
//!
//! We do not need it: our editor polls every 50 ms. So we end the worker before any instance of a
//! host has a task for it, by way of the same bug: we block it, queue a task of an instance that is
//! gone, and unblock it. The handle that would panic when dropped is kept for good by an instance
//! that no host knows of, the *anchor*: a megabyte, and no thread. From then on whatever the
//! framework posts is refused at once, without allocation or system call, also on the audio thread.
//!
//! `tests/tests/death.rs` has the sequences that crashed hosts; the editor's check has those with
//! an open editor.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::catch_unwind;
use std::sync::OnceLock;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};
use nice_plug::prelude::{AsyncExecutor, Vst3Plugin};
use nice_plug::wrapper::vst3::Wrapper;

/// Elsewhere the framework's tasks run in the host's own loop.
const SHARED_WORKER: bool = cfg!(all(target_family = "unix", not(target_os = "macos")));

/// How long the worker is blocked at most, while two instances are made and one of them dropped:
/// some milliseconds.
const LONGEST_HOLD: Duration = Duration::from_secs(10);

/// Our only task: blocks whoever runs it until its other end is dropped.
pub struct Hold(Receiver<()>);

impl Hold {
    /// Waits, with a limit.
    pub fn wait(self) {
        // Nothing is ever sent, so there is nothing to handle.
        let _ = self.0.recv_timeout(LONGEST_HOLD);
    }
}

thread_local! {
    /// Whether this thread is making an instance that no host knows of.
    static MAKING: Cell<bool> = const { Cell::new(false) };
    /// The queue of that instance: an `AsyncExecutor` of the plugin.
    static QUEUE: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// Ends the worker, once per process. Call before an instance is made.
pub fn install<P>()
where
    P: Vst3Plugin<BackgroundTask = Hold>,
    Wrapper<P>: Send + Sync,
{
    static ANCHOR: OnceLock<Option<Box<dyn Any + Send + Sync>>> = OnceLock::new();
    if SHARED_WORKER && !MAKING.get() {
        ANCHOR.get_or_init(|| {
            MAKING.set(true);
            let anchor = catch_unwind(end_the_worker::<P>).ok().flatten();
            MAKING.set(false);
            Some(Box::new(anchor?))
        });
    }
}

/// Call with the queue of every instance.
pub fn keep_queue<P: Vst3Plugin<BackgroundTask = Hold>>(queue: AsyncExecutor<P>) {
    if MAKING.get() {
        QUEUE.set(Some(Box::new(queue)));
    }
}

/// Ends the worker, and returns the anchor.
fn end_the_worker<P: Vst3Plugin<BackgroundTask = Hold>>() -> Option<Wrapper<P>> {
    let (anchor, anchors_queue) = instance::<P>()?;
    let (victim, victims_queue) = instance::<P>()?;
    let (release, held) = bounded(0);
    anchors_queue.execute_background(Hold(held.clone()));
    victims_queue.execute_background(Hold(held));
    drop(victim);
    drop(release);
    Some(anchor)
}

fn instance<P: Vst3Plugin>() -> Option<(Wrapper<P>, Box<AsyncExecutor<P>>)> {
    let instance = Wrapper::new();
    Some((instance, QUEUE.take()?.downcast().ok()?))
}
