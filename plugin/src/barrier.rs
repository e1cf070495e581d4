//! Empties the framework's task queue before an instance may end.
//!
//! On Linux the framework's VST3 instances share one worker. A task queued for an instance that is then destroyed kills
//! the worker, and closing the last instance panics: the host aborts. A parameter change in the last block is enough. The
//! queue is first in, first out: when a task of our own has come through, nothing of this instance is left in it.
//! Seen in JUCE's host, thirty instances with one parameter change each, processed on another thread: without this three runs of
//! four aborted, with it none of four.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nice_plug::prelude::{AsyncExecutor, TaskExecutor};

use crate::limits::BARRIER_WAIT;
use crate::plugin::Segue;

/// The only task of ours: that it came through.
pub struct Passed;

/// The way to know that the queue is empty.
#[derive(Default)]
pub struct Barrier {
    queue: Option<AsyncExecutor<Segue>>,
    passed: Arc<AtomicU32>,
    needed: bool,
}

impl Barrier {
    /// What the worker does with the task.
    pub fn executor(&self) -> TaskExecutor<Segue> {
        let passed = self.passed.clone();
        Box::new(move |Passed| {
            passed.fetch_add(1, Ordering::Release);
        })
    }

    /// Where tasks are posted.
    pub fn set_queue(&mut self, queue: AsyncExecutor<Segue>) {
        self.queue = Some(queue);
    }

    /// Whether the host's format has such a queue.
    pub fn set_needed(&mut self, needed: bool) {
        self.needed = needed;
    }

    /// Posts the task and waits until it came through; bounded. Not for the audio thread.
    pub fn wait(&self) {
        let Some(queue) = self.queue.as_ref().filter(|_| self.needed) else { return };
        let before = self.passed.load(Ordering::Acquire);
        queue.execute_background(Passed);
        let begun = Instant::now();
        while self.passed.load(Ordering::Acquire) == before && begun.elapsed() < BARRIER_WAIT {
            thread::sleep(Duration::from_micros(100));
        }
        // The worker holds the instance for a moment longer than its task lasts.
        thread::sleep(Duration::from_millis(1));
    }
}
