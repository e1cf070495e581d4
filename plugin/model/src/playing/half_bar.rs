//! The half of a bar that a note of a bass falls into, and the harmony to play there.

use segue_music::{ContextNote, Part, Tick, tick_at};

use super::guards::Situation;
use crate::decoding::expectation::Expectation;

/// So near to its place a note is on it.
const NEAR: usize = 3;
/// Ticks of a quarter.
const QUARTER: usize = 48;

/// Half of a bar of four or more beats; a whole bar of fewer.
#[derive(Clone, Copy, Debug)]
pub struct HalfBar {
    /// Where its bar begins.
    bar_begins: Tick,
    /// Where it begins itself.
    begins: Tick,
    /// Ticks in the bar.
    bar: Tick,
    /// The onset that it was asked for.
    onset: Tick,
}

impl HalfBar {
    /// Where an onset falls; `None` without a metre.
    pub fn of(at: &Situation<'_>, onset: Tick) -> Option<Self> {
        let (position, (_, meter)) = at.context.bar_position(onset).zip(at.context.meter_at(onset))?;
        let late = position.phase + QUARTER * position.beat;
        let middle = if position.beats >= 4 { QUARTER * (position.beats / 2) } else { 0 };
        let bar_begins = onset - late as Tick;
        let begins = bar_begins + if late + NEAR >= middle { middle as Tick } else { 0 };
        Some(Self { bar_begins, begins, bar: tick_at(meter.bar()).max(1), onset })
    }

    /// How long after its beginning the onset is: less than nothing where it comes early.
    pub fn late(&self) -> Tick {
        self.onset - self.begins
    }

    /// Whether the onset is on its first beat.
    pub fn is_first(&self) -> bool {
        self.late() <= NEAR as Tick
    }

    /// The harmony that is to be expected from its beginning on.
    pub fn expected(&self, at: &Situation<'_>) -> Option<Expectation> {
        let notes = at.context.notes();
        if self.begins > self.bar_begins {
            Expectation::in_middle(notes, counts, (self.bar_begins, self.begins), self.bar)
        } else {
            Expectation::at(notes, counts, self.begins, self.bar)
        }
    }

    /// The harmony that has sounded since it began.
    pub fn sounding(&self, at: &Situation<'_>) -> Option<Expectation> {
        Expectation::sounding(at.context.notes(), counts, self.begins, self.bar)
    }
}

/// Whoever plays it, but for the bass itself, which may be wrong.
fn counts(note: &ContextNote) -> bool {
    !note.is_drum() && note.part != Some(Part::Bass)
}
