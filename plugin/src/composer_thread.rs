//! The composer's thread: loads the model, then turns [`Composer::step`] until the instance ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle, Thread};
use std::time::Instant;

use crossbeam_channel::Receiver;
use segue_model::Model;

use crate::boundary::{ComposerEnd, Lifeline};
use crate::composer::{Composer, Wish};
use crate::limits::{JOIN_WAIT, PARK, PARK_IDLE};
use crate::status::Status;

/// Where the model comes from; the error is shown to the player.
pub type Load = fn() -> Result<Arc<Model>, String>;

/// A running composer. Ends with it: dropping this stops the thread and waits for it, bounded.
pub struct ComposerThread {
    lifeline: Lifeline,
    thread: Option<JoinHandle<()>>,
}

impl ComposerThread {
    /// Starts one. Returns at once: the model is loaded on the new thread.
    pub fn start(end: ComposerEnd, wishes: Receiver<Wish>, status: Arc<Status>, load: Load) -> Self {
        let lifeline = end.lifeline();
        let (inner, inner_status) = (lifeline.clone(), status.clone());
        let run = move || {
            let composed =
                catch_unwind(AssertUnwindSafe(|| compose(end, wishes, inner_status.clone(), load)));
            let failure = match composed {
                Ok(Ok(())) => return,
                Ok(Err(reason)) => reason,
                Err(_) => "the composer stopped with an error; please report it".to_owned(),
            };
            inner_status.fail(&failure);
            inner.fail();
        };
        let thread = thread::Builder::new().name("segue-composer".to_owned()).spawn(run);
        if let Err(error) = &thread {
            status.fail(&format!("no thread to compose on: {error}"));
            lifeline.fail();
        }
        Self { lifeline, thread: thread.ok() }
    }

    /// For waking it.
    pub fn thread(&self) -> Option<Thread> {
        self.thread.as_ref().map(|thread| thread.thread().clone())
    }
}

impl Drop for ComposerThread {
    fn drop(&mut self) {
        self.lifeline.stop();
        let Some(thread) = self.thread.take() else { return };
        thread.thread().unpark();
        // It stops within a step, some milliseconds; only loading a model takes longer.
        let begun = Instant::now();
        while !thread.is_finished() && begun.elapsed() < JOIN_WAIT {
            thread::sleep(PARK / 4);
        }
        if thread.is_finished() {
            // It catches its own panics: there is no error to see.
            let _ = thread.join();
        }
    }
}

fn compose(end: ComposerEnd, wishes: Receiver<Wish>, status: Arc<Status>, load: Load) -> Result<(), String> {
    if end.stops() {
        return Ok(());
    }
    let model = load()?;
    let mut composer = Composer::new(model, end, wishes, status);
    let mut last = Instant::now();
    while !composer.end().stops() {
        if composer.step() {
            last = Instant::now();
        } else {
            // A host that sends nothing for so long is not processing.
            thread::park_timeout(if last.elapsed() > PARK_IDLE * 25 { PARK_IDLE } else { PARK });
        }
    }
    Ok(())
}
