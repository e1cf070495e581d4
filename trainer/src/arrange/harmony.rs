//! The chords of a song, each with the tick at which it begins.

use segue_music::Tick;

use super::chord::Chord;
use super::grid::Grid;

/// A bar's chords; where each begins follows from how many share the bar.
pub type Bar = Vec<Chord>;

/// Changes in time order; the first is at zero.
#[derive(Clone, Debug, Default)]
pub struct Harmony {
    changes: Vec<(Tick, Chord)>,
}

impl Harmony {
    /// Bars in a row.
    pub fn of_bars<'a>(bars: impl IntoIterator<Item = &'a Bar>, grid: Grid) -> Self {
        let mut harmony = Self::default();
        for (number, bar) in bars.into_iter().enumerate() {
            let start = number as Tick * grid.bar();
            for (offset, &chord) in grid.chord_starts(bar.len()).into_iter().zip(bar) {
                harmony.changes.push((start + offset, chord));
            }
        }
        harmony
    }

    /// The chord that holds at a tick.
    pub fn at(&self, tick: Tick) -> Chord {
        let after = self.changes.partition_point(|&(start, _)| start <= tick);
        self.changes[after.saturating_sub(1)].1
    }

    /// When the chord after the one at `tick` begins; `None` within the last one.
    pub fn next_change(&self, tick: Tick) -> Option<Tick> {
        let after = self.changes.partition_point(|&(start, _)| start <= tick);
        self.changes.get(after).map(|&(start, _)| start)
    }

    /// What lies between two ticks, counted from the first.
    pub fn between(&self, start: Tick, end: Tick) -> Self {
        let inside = self.changes.iter().filter(|&&(at, _)| start < at && at < end);
        let changes = inside.map(|&(at, chord)| (at - start, chord));
        Self { changes: std::iter::once((0, self.at(start))).chain(changes).collect() }
    }

    /// A length cut where the chord changes.
    pub fn cut(&self, start: Tick, length: Tick) -> Vec<(Tick, Tick)> {
        let mut pieces = Vec::new();
        let (mut from, end) = (start, start + length);
        while let Some(next) = self.next_change(from).filter(|&next| next < end) {
            if self.at(next) != self.at(from) {
                pieces.push((from, next - from));
                from = next;
            } else {
                return vec![(start, length)];
            }
        }
        pieces.push((from, end - from));
        pieces
    }

    /// All of them.
    pub fn changes(&self) -> &[(Tick, Chord)] {
        &self.changes
    }
}
