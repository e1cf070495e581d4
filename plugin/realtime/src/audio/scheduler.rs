//! The planned notes, in the order in which they sound.

use segue_music::{Beats, Key, Note, Part, PedalMove};

use crate::between::limits::PLANNED;
use crate::between::planned::Planned;
use crate::between::prefault;

/// A queue of fixed capacity, ordered by the time of sounding, then by key and part. Note-offs are
/// not in it but with the voices, so a full queue loses plans and never a note-off.
pub struct Scheduler {
    /// The latest first, so that the next note is at the end.
    queue: Vec<Planned>,
}

impl Scheduler {
    /// Nothing is planned.
    pub fn new() -> Self {
        let note = Note { onset: Beats::ZERO, key: 0, duration: Beats::ZERO, velocity: 0 };
        let some = Planned {
            note,
            part: None,
            pedal: PedalMove::Stay,
            shift: Beats::ZERO,
            opens: false,
            answer: 0,
            as_heard: false,
        };
        Self { queue: prefault::list(PLANNED, some) }
    }

    /// Adds a note. Returns false if there is no room.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits; moves at most 1,024 notes.
    pub fn receive(&mut self, planned: Planned) -> bool {
        if self.queue.len() == PLANNED {
            return false;
        }
        let order = |planned: &Planned| (planned.note.onset + planned.shift, planned.note.key, planned.part);
        let place = self.queue.partition_point(|other| order(other) > order(&planned));
        self.queue.insert(place, planned);
        true
    }

    /// When the next note sounds.
    pub fn next(&self) -> Option<Beats> {
        self.queue.last().map(|planned| planned.note.onset + planned.shift)
    }

    /// Removes and returns the next note.
    pub fn pop(&mut self) -> Option<Planned> {
        self.queue.pop()
    }

    /// Drops the notes that begin at a position or later.
    pub fn withdraw(&mut self, from: Beats) {
        self.queue.retain(|planned| planned.note.onset < from);
    }

    /// Makes a planned note of a part that would sound at `at` end there.
    pub fn end(&mut self, ends: Option<Part>, key: Key, at: Beats) {
        for Planned { note, part, shift, .. } in &mut self.queue {
            let sounds = note.onset + *shift;
            if (*part, note.key) == (ends, key) && sounds < at && note.end() + *shift > at {
                note.duration = at - sounds;
            }
        }
    }

    /// Drops every note.
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

    fn planned(onset: i64, key: u8, shift: i64) -> Planned {
        let note = Note { onset: Beats::ratio(onset, 4), key, duration: Beats::ONE, velocity: 80 };
        let shift = Beats::from_parts(shift);
        Planned { note, part: None, pedal: PedalMove::Stay, shift, opens: false, answer: 1, as_heard: false }
    }

    fn drain(scheduler: &mut Scheduler) -> Vec<(Beats, Key, Beats)> {
        std::iter::from_fn(|| scheduler.pop()).map(|p| (p.note.onset, p.note.key, p.note.duration)).collect()
    }

    #[test]
    fn notes_leave_by_their_sounding_then_key() {
        let mut scheduler = Scheduler::new();
        for (onset, key, shift) in [(3, 60, 0), (1, 64, 0), (1, 60, 0), (1, 66, 9), (1, 70, -9), (2, 50, 0)] {
            assert!(scheduler.receive(planned(onset, key, shift)));
        }
        let order: Vec<_> = drain(&mut scheduler).into_iter().map(|(_, key, _)| key).collect();
        assert_eq!(order, [70, 60, 64, 66, 50, 60]);
    }

    #[test]
    fn plans_are_withdrawn_and_shortened() {
        let mut scheduler = Scheduler::new();
        for (onset, key) in [(0, 60), (1, 64), (2, 67), (3, 72)] {
            assert!(scheduler.receive(planned(onset, key, 0)));
        }
        scheduler.withdraw(Beats::ratio(3, 4));
        // Shifted by its groove, it is still to have ended there.
        let late = Beats::from_parts(1000);
        assert!(scheduler.receive(Planned { shift: late, ..planned(1, 65, 0) }));
        scheduler.end(None, 65, Beats::ratio(1, 2));
        scheduler.end(None, 64, Beats::ratio(1, 2));
        scheduler.end(Some(Part::Bass), 60, Beats::ratio(1, 8));
        scheduler.end(None, 67, Beats::ratio(1, 2));
        let left = drain(&mut scheduler);
        let (half, one) = (Beats::ratio(1, 4), Beats::ONE);
        let expected = [(0, 60, one), (1, 64, half), (1, 65, half - late), (2, 67, one)];
        assert_eq!(left, expected.map(|(onset, key, length)| (Beats::ratio(onset, 4), key, length)));
    }

    #[test]
    fn a_full_queue_refuses() {
        let mut scheduler = Scheduler::new();
        let taken = (0..2000).filter(|&onset| scheduler.receive(planned(onset, 60, 0))).count();
        assert_eq!(taken, PLANNED);
    }
}
