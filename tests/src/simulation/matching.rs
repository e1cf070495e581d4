//! Plans as they reached the audio side, to be found again in what sounds.

use std::collections::VecDeque;

use segue::between::planned::{Change, Planned};
use segue_music::{Beats, Key, Velocity};

use super::virtual_composer::Made;

/// How many plans are looked through; more than the plugin keeps.
const REMEMBERED: usize = 4096;

/// Two late plans of 10 ms each, at 300 BPM.
const FAR: Beats = Beats::ratio(1, 10);

/// The notes that were planned and did not sound yet.
#[derive(Debug, Default)]
pub struct Plans {
    notes: VecDeque<(Planned, Made)>,
}

impl Plans {
    /// A plan is with the audio side.
    pub fn arrive(&mut self, made: Made) {
        if let Change::Play(note) = made.plan.change {
            self.notes.push_back((note, made));
            if self.notes.len() > REMEMBERED {
                self.notes.pop_front();
            }
        }
    }

    /// The plan that a note came from: of those of its key, velocity and channel the one that was
    /// to sound nearest to a jam position, and newest of two there. `None` if that is far.
    pub fn find(
        &mut self,
        key: Key,
        velocity: Velocity,
        at: Beats,
        is_of: impl Fn(&Planned) -> bool,
    ) -> Option<(Planned, Made)> {
        let off = |note: &Planned| (note.note.onset + note.shift - at).abs();
        let (index, (note, _)) = self
            .notes
            .iter()
            .enumerate()
            .filter(|(_, (note, _))| note.note.key == key && note.note.velocity == velocity && is_of(note))
            .rev()
            .min_by_key(|(_, (note, _))| off(note))?;
        if off(note) > FAR { None } else { self.notes.remove(index) }
    }
}
