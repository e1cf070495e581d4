//! What the composer is at: the tick that it decides, and how long a note takes it.

use segue_realtime::between::heard::Tick;

/// The work on one tick.
#[derive(Default)]
pub struct Work {
    /// The tick that is being decided, and how many notes it may still plan.
    pub deciding: Option<(Tick, usize)>,
    /// The newest tick when the note before this one was begun.
    note_began: Option<u64>,
    /// How many ticks came while a note was planned: none, on a machine that keeps up.
    note_ticks: u64,
}

impl Work {
    /// A note begins to be planned at this tick.
    pub fn begin_note(&mut self, newest: u64) {
        self.note_began = Some(newest);
    }

    /// The note that was begun has been planned by this tick.
    pub fn end_note(&mut self, newest: u64) {
        if let Some(before) = self.note_began.take() {
            self.note_ticks = newest.saturating_sub(before);
        }
    }

    /// How many ticks the next note may take: one more than the one before it, unless that took none.
    pub fn expected_ticks(&self) -> u64 {
        if self.note_ticks > 0 { self.note_ticks + 1 } else { 0 }
    }
}
