//! What the composer is working on: the tick that it decides, and how long a note takes.

use segue_realtime::between::heard::Tick;

/// The work on one tick.
#[derive(Default)]
pub struct Work {
    /// The tick that is being decided, and how many notes it may still plan.
    pub deciding: Option<(Tick, usize)>,
    /// Whether there may be more to rehearse at this tick.
    pub rehearses: bool,
    /// How many notes were rehearsed at it.
    pub rehearsed: usize,
    /// The newest tick when the current note was begun.
    note_began: Option<u64>,
    /// How many ticks the next note may take: one more than the last, unless that took none.
    note_ticks: u64,
}

impl Work {
    /// Planning a note begins at this tick.
    pub fn begin_note(&mut self, newest: u64) {
        self.note_began = Some(newest);
    }

    /// The note that was begun is planned by this tick.
    pub fn end_note(&mut self, newest: u64) {
        if let Some(before) = self.note_began.take() {
            self.note_ticks = newest.saturating_sub(before);
        }
    }

    /// How many ticks the next note may take: one more than the one before it, unless that took
    /// none.
    pub fn expected_ticks(&self) -> u64 {
        if self.note_ticks > 0 { self.note_ticks + 1 } else { 0 }
    }
}
