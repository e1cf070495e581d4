//! The half of a bar that a note of a bass falls into, and the harmony to play there.

use segue_music::{ContextNote, Part, Tick, tick_at};

use super::guards::Situation;
use crate::decoding::expectation::Expectation;

/// So near to its place a note is on it.
const NEAR: Tick = 3;
/// Ticks of a quarter.
const QUARTER: Tick = 48;

/// Half of a bar of four or more beats; a whole bar of fewer.
#[derive(Clone, Copy, Debug)]
pub struct HalfBar {
    /// Where its bar begins.
    bar_begins: Tick,
    /// Where it begins itself.
    begins: Tick,
    /// Where the next begins.
    ends: Tick,
    /// Ticks in the bar.
    bar: Tick,
    /// The onset that it was asked for.
    onset: Tick,
}

impl HalfBar {
    /// Where an onset falls; `None` without a metre.
    pub fn of(at: &Situation<'_>, onset: Tick) -> Option<Self> {
        let (line, meter) = at.context.meter_at(onset)?;
        let bar = tick_at(meter.bar()).max(1);
        let late = (onset - line).rem_euclid(bar);
        let middle = if bar > 3 * QUARTER { (bar + QUARTER - 1) / (2 * QUARTER) * QUARTER } else { 0 };
        let bar_begins = onset - late;
        let (begins, ends) = if late + NEAR >= middle { (middle, bar) } else { (0, middle) };
        Some(Self { bar_begins, begins: bar_begins + begins, ends: bar_begins + ends, bar, onset })
    }

    /// The one after it, if its last beat has come.
    pub fn approached(&self, at: &Situation<'_>) -> Option<Self> {
        if self.onset + QUARTER + NEAR >= self.ends { Self::of(at, self.ends) } else { None }
    }

    /// How long after its beginning the onset is: less than nothing where it comes early.
    pub fn late(&self) -> Tick {
        self.onset - self.begins
    }

    /// Whether the onset is on its first beat.
    pub fn is_first(&self) -> bool {
        self.late() <= NEAR
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

#[cfg(test)]
mod tests {
    use segue_music::{Context, Meter, Role};

    use super::*;

    #[test]
    fn halves_of_bars_of_any_length_begin_where_they_begin() {
        // (metre, quarters after the second bar line, where its bar and its half begin)
        for ((numerator, denominator), quarters, bar, half) in [
            ((4, 4), 0, 0, 0),
            ((4, 4), 1, 0, 0),
            ((4, 4), 3, 0, 2),
            ((3, 4), 2, 0, 0),
            ((5, 4), 4, 0, 2),
            ((6, 4), 4, 0, 3),
            ((20, 4), 9, 0, 0),
            ((20, 4), 19, 0, 10),
            ((12, 8), 7, 6, 6),
        ] {
            let meter = Meter::new(numerator, denominator).unwrap();
            let mut context = Context::new();
            context.meter(0, Some(meter));
            context.hear(ContextNote::held(0, 60, 80, Role::Player));
            let line = tick_at(meter.bar());
            let at = Situation { context: &context, role: Role::Segue, last: 0, until: Tick::MAX };
            let found = HalfBar::of(&at, line + QUARTER * quarters).unwrap();
            let begins = (line + QUARTER * bar, line + QUARTER * half);
            assert_eq!((found.bar_begins, found.begins), begins, "{meter:?} + {quarters}");
        }
    }
}
