//! The composer's thread: loads the model, then calls [`Composer::step`] until the instance ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle, Thread};
use std::time::Instant;

use crossbeam_channel::Receiver;
use segue_realtime::between::boundary::{ComposerEnd, Readiness, StopHandle};
use segue_realtime::between::limits::{JOIN_WAIT, PARK, PARK_IDLE};

use crate::composer::model_choice::ModelChoice;
use crate::composer::sound_choice::SoundChoice;
use crate::composer::{Command, Composer};
use crate::status::Status;

pub use crate::composer::model_choice::Load;

/// What is loaded beside composing.
pub struct Choices {
    /// The model.
    pub model: ModelChoice,
    /// The SoundFont, where there is a way for it to the audio thread.
    pub sound: Option<SoundChoice>,
}

impl<T: Into<ModelChoice>> From<T> for Choices {
    /// With the built-in sound.
    fn from(model: T) -> Self {
        Self { model: model.into(), sound: None }
    }
}

/// A running composer. Dropping it stops the thread and waits for it, with a limit.
pub struct ComposerThread {
    stop: StopHandle,
    thread: Option<JoinHandle<()>>,
}

impl ComposerThread {
    /// Starts one. Returns at once; the model is loaded on the new thread.
    pub fn start(
        end: ComposerEnd,
        commands: Receiver<Command>,
        status: Arc<Status>,
        choices: impl Into<Choices>,
    ) -> Self {
        let stop = end.stop_handle();
        let (inner, inner_status, choices) = (stop.clone(), status.clone(), choices.into());
        let run = move || {
            let composed =
                catch_unwind(AssertUnwindSafe(|| compose(end, commands, inner_status.clone(), choices)));
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
            stop.fail();
        }
        Self { stop, thread: thread.ok() }
    }

    /// The thread, to wake it.
    pub fn thread(&self) -> Option<Thread> {
        self.thread.as_ref().map(|thread| thread.thread().clone())
    }
}

impl Drop for ComposerThread {
    fn drop(&mut self) {
        self.stop.stop();
        let Some(thread) = self.thread.take() else { return };
        thread.thread().unpark();
        // It stops within a step, some milliseconds. Only loading a model takes longer.
        let begun = Instant::now();
        while !thread.is_finished() && begun.elapsed() < JOIN_WAIT {
            thread::sleep(PARK / 4);
        }
        if thread.is_finished() {
            // It catches its own panics, so there is no error to see.
            let _ = thread.join();
        }
    }
}

fn compose(
    end: ComposerEnd,
    commands: Receiver<Command>,
    status: Arc<Status>,
    Choices { model: mut choice, mut sound }: Choices,
) -> Result<(), String> {
    if end.stops() {
        return Ok(());
    }
    // Before the model, whose arrival is what an offline bounce waits for.
    if let Some(sound) = &mut sound {
        sound.follow_state();
    }
    let model = choice.first()?;
    let mut composer = Composer::new(model, end, commands, status);
    let mut last = Instant::now();
    while !composer.end().stops() {
        if let Some(sound) = &mut sound {
            let another = sound.state_names_another();
            if another && !composer.end().is_waited_for() {
                sound.follow_state_beside();
            } else if another {
                composer.end().set_readiness(Readiness::Loading);
                sound.follow_state();
                composer.end().set_readiness(Readiness::Ready);
            }
            sound.attend();
        }
        // Before later messages, so that in an offline bounce all notes after a loaded state are
        // the new model's.
        if choice.state_names_another() {
            composer.end().set_readiness(Readiness::Loading);
            match choice.named() {
                Some(model) => composer.play_with(model),
                None => composer.end().set_readiness(Readiness::Ready),
            }
        }
        if let Some(model) = choice.chosen() {
            composer.play_with(model);
        }
        let loads = sound.as_ref().map_or(u32::MAX, SoundChoice::loads);
        composer.end().set_followed(loads.min(choice.loads()));
        if composer.step() {
            last = Instant::now();
        } else {
            // A host that sends nothing for so long is not processing.
            thread::park_timeout(if last.elapsed() > PARK_IDLE * 25 { PARK_IDLE } else { PARK });
        }
    }
    Ok(())
}
