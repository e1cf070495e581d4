//! What the critic is asked about.

use segue_music::{ContextNote, Role, Tick};

use super::passage::Passage;

/// How many bars of what was heard the answer is held against.
const BARS: i64 = 8;

/// Some bars of an answer, and the music before them.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// Everything that was played, by onset.
    pub notes: &'a [ContextNote],
    /// Where the bars begin that are judged.
    pub from: Tick,
    /// Where they end.
    pub until: Tick,
    /// How long a bar is.
    pub bar: Tick,
}

impl Stretch<'_> {
    /// The eight bars before, whoever plays.
    pub(super) fn given(&self) -> Passage {
        Passage::of(self.notes.iter(), (self.from - BARS * self.bar, self.from), self.bar)
    }

    /// Segue's notes of the bars that are judged.
    pub(super) fn own(&self) -> Passage {
        let own = self.notes.iter().filter(|note| note.role == Role::Segue);
        Passage::of(own, (self.from, self.until), self.bar)
    }

    /// The notes before.
    pub(super) fn before(&self) -> &[ContextNote] {
        &self.notes[..self.notes.partition_point(|note| note.onset < self.from)]
    }
}
