//! The notes to come, in the order in which they are due.

use segue_music::Beats;

use crate::heard::Revision;
use crate::limits::PLANNED;
use crate::planned::Planned;

/// A queue of fixed capacity, by onset, then key. Offs are not in it: they live with the voices, so that a full queue
/// loses plans and never a note-off.
pub struct Scheduler {
    /// Latest first, so that the next note is at the end.
    queue: Vec<Planned>,
}

impl Scheduler {
    /// Nothing is planned.
    pub fn new() -> Self {
        Self { queue: Vec::with_capacity(PLANNED) }
    }

    /// Takes a plan; false where it is of another revision, or there is no room.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits; moves at most 1,024 notes.
    pub fn take(&mut self, planned: Planned, revision: Revision) -> bool {
        if planned.revision != revision || self.queue.len() == PLANNED {
            return false;
        }
        let order = |planned: &Planned| (planned.note.onset, planned.note.key);
        let place = self.queue.partition_point(|other| order(other) > order(&planned));
        self.queue.insert(place, planned);
        true
    }

    /// When the next note is due.
    pub fn next(&self) -> Option<Beats> {
        self.queue.last().map(|planned| planned.note.onset)
    }

    /// Takes the next note out.
    pub fn pop(&mut self) -> Option<Planned> {
        self.queue.pop()
    }

    /// Drops every plan.
    pub fn clear(&mut self) {
        self.queue.clear();
    }
}

impl Default for Scheduler {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_music::Note;

    fn planned(onset: i64, key: u8, revision: Revision) -> Planned {
        let note = Note { onset: Beats::ratio(onset, 4), key, duration: Beats::ONE, velocity: 80 };
        Planned { note, opens: false, revision }
    }

    #[test]
    fn notes_leave_by_onset_then_key() {
        let mut scheduler = Scheduler::new();
        for (onset, key) in [(3, 60), (1, 64), (1, 60), (2, 50), (1, 62)] {
            assert!(scheduler.take(planned(onset, key, 7), 7));
        }
        assert!(!scheduler.take(planned(0, 1, 6), 7), "stale");
        let order: Vec<_> =
            std::iter::from_fn(|| scheduler.pop()).map(|p| (p.note.onset, p.note.key)).collect();
        let expected = [(1, 60), (1, 62), (1, 64), (2, 50), (3, 60)];
        assert_eq!(order, expected.map(|(onset, key)| (Beats::ratio(onset, 4), key)));
    }

    #[test]
    fn a_full_queue_refuses() {
        let mut scheduler = Scheduler::new();
        let taken = (0..2000).filter(|&onset| scheduler.take(planned(onset, 60, 0), 0)).count();
        assert_eq!(taken, PLANNED);
    }
}
