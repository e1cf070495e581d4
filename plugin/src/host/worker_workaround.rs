//! Rids hosts of the framework's worker, which takes them down.
//!
//! On Linux the framework's VST3 instances share one worker thread, for telling editors what changed. It ends when it comes to a
//! task of an instance that is gone, and then the last instance to close panics across the FFI: the host aborts. A parameter change
//! in the last block is enough, or a state loaded on another thread. Where the host lends its editors no loop, the worker
//! falls over each change while an editor is open, and closing the editor in that moment panics as well.
//!
//! We need none of it: our editor looks for itself, every 50 ms. So the worker is ended before any host's instance has a task for
//! it, by the very fault: it is held, given a task of an instance that is gone, and let go. And the handle whose end would be the
//! panic is held for good, by an instance that no host knows of, the *anchor*: a megabyte, and no thread. What the framework posts
//! from then on is refused at once, with neither memory nor a system call: on the audio thread, too.
//!
//! `tests/tests/death.rs` has the lives that ended hosts, and the editor's check those with an open editor.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::catch_unwind;
use std::sync::OnceLock;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};
use nice_plug::prelude::{AsyncExecutor, Vst3Plugin};
use nice_plug::wrapper::vst3::Wrapper;

/// Elsewhere the framework's tasks go to the host's own loop.
const SHARED_WORKER: bool = cfg!(all(target_family = "unix", not(target_os = "macos")));

/// How long the worker is held at most, while two instances are made and one of them dies: some milliseconds.
const LONGEST_HOLD: Duration = Duration::from_secs(10);

/// The only task of ours: holds whoever runs it, until its other end is dropped.
pub struct Hold(Receiver<()>);

impl Hold {
    /// Waits, bounded.
    pub fn wait(self) {
        // Nothing is ever sent: either way there is nothing more to wait for.
        let _ = self.0.recv_timeout(LONGEST_HOLD);
    }
}

thread_local! {
    /// On this thread an instance is being made that no host knows of.
    static MAKING: Cell<bool> = const { Cell::new(false) };
    /// Its queue: an `AsyncExecutor` of the plugin.
    static QUEUE: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// To be called before an instance is made.
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

/// To be called with the queue of every instance.
pub fn keep_queue<P: Vst3Plugin<BackgroundTask = Hold>>(queue: AsyncExecutor<P>) {
    if MAKING.get() {
        QUEUE.set(Some(Box::new(queue)));
    }
}

/// What remains is the anchor.
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
