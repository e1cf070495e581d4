//! The composer's plans, as far as they are still wanted.

use segue_music::Beats;

use crate::audio::revisions::Revisions;
use crate::audio::scheduler::Scheduler;
use crate::between::planned::Planned;
use crate::between::span::Span;
use crate::between::survival::Survives;

/// The plans. Allocates in `new` only.
pub struct Plans {
    /// The notes to come.
    pub scheduler: Scheduler,
    /// Which plans are wanted.
    pub revisions: Revisions,
    /// The stretch that is Segue's, as the composer last sent it.
    pub turn: Option<Span>,
    /// An answer has started, but no note of it was played yet: its first may have been late.
    opens: bool,
}

impl Plans {
    /// Nothing is planned.
    pub fn new() -> Self {
        Self { scheduler: Scheduler::new(), revisions: Revisions::new(), turn: None, opens: false }
    }

    /// Begins a new revision, and drops the plans that do not survive it.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn begin_revision(&mut self, survives: Survives) {
        self.revisions.begin(survives);
        match survives {
            Survives::Nothing | Survives::Sounding => {
                self.scheduler.clear();
                self.opens = false;
                self.turn = None;
            }
            Survives::Until(commit) => self.scheduler.withdraw(commit),
        }
    }

    /// Drops what begins at a position or later.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn withdraw(&mut self, from: Beats) {
        self.scheduler.withdraw(from);
        self.turn = self.turn.filter(|turn| turn.from < from);
    }

    /// Whether a position lies in Segue's time.
    pub fn is_our_turn(&self, at: Beats) -> bool {
        self.turn.is_some_and(|turn| turn.from <= at && at < turn.until)
    }

    /// Removes and returns the next note.
    pub fn pop(&mut self) -> Option<Planned> {
        let planned = self.scheduler.pop()?;
        self.opens |= planned.opens;
        Some(planned)
    }

    /// Whether the note that is played now is the first of its answer. Resets the mark.
    pub fn take_opening(&mut self) -> bool {
        std::mem::take(&mut self.opens)
    }
}

impl Default for Plans {
    fn default() -> Self {
        Self::new()
    }
}
