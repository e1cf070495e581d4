//! Where the next note may begin.

use segue_music::{Alphabet, Context, TICK, Tick, Vocabulary, beats_at};

use crate::playing::request::{NoteRequest, Rest};

/// How far ahead an onset can be when the silence before it is longer than the longest gap.
const AFTER_SILENCE: Tick = 192;

/// The onsets that grid, limits and time leave for the next note, by the symbols of the gap
/// alphabet. A symbol stands for a range of ticks; it is allowed if a grid line lies in that range.
#[derive(Debug)]
pub(crate) struct Onsets<'a> {
    gaps: &'a Alphabet,
    /// Ticks between two grid lines.
    grid: Tick,
    /// No note begins before this.
    from: Tick,
    /// What gaps are counted from: the newest onset, or after a longer silence somewhere nearer.
    base: Tick,
}

impl<'a> Onsets<'a> {
    /// For a request after everything in a context, whose newest note begins at `last`.
    ///
    /// # Errors
    /// Says why there is none.
    pub fn of(
        request: &NoteRequest,
        context: &Context,
        last: Tick,
        vocabulary: &'a Vocabulary,
    ) -> Result<Self, Rest> {
        let limits = &request.limits;
        if let Some(limit) = limits.forbids_all(request.parts) {
            return Err(Rest::Limits(limit));
        }
        let grid = request.grid.round_to(TICK).div_floor(TICK).max(1);
        let from = request.from.ceil_to(TICK).div_floor(TICK).max(last);
        if beats_at(ceil_to(grid, from)) >= request.until {
            return Err(Rest::After);
        }
        let (from, put_off) = limits.earliest(context, request.role, request.parts, from);
        let first = ceil_to(grid, from);
        if beats_at(first) >= request.until {
            return Err(put_off.map_or(Rest::After, Rest::Limits));
        }
        let gaps = &vocabulary.gaps;
        let base = if first - last > gaps.longest() { first - AFTER_SILENCE } else { last };
        Ok(Self { gaps, grid, from, base })
    }

    /// The first of them.
    pub fn first(&self) -> Tick {
        ceil_to(self.grid, self.from)
    }

    /// What gaps are counted from.
    pub fn base(&self) -> Tick {
        self.base
    }

    /// The onset that a symbol stands for, `None` where it is masked.
    pub fn at(&self, gap: usize) -> Option<Tick> {
        let (first, last) = self.gaps.range(gap);
        let line = ceil_to(self.grid, self.from.max(self.base + first));
        (line <= self.base + last).then_some(line)
    }

    /// The symbol of an onset, and the onset that the symbol stands for.
    pub fn symbol(&self, onset: Tick) -> (usize, Tick) {
        let gap = self.gaps.symbol(onset - self.base);
        (gap, self.base + self.gaps.value(gap))
    }
}

/// The first multiple of the grid at or after a tick.
fn ceil_to(grid: Tick, tick: Tick) -> Tick {
    -(-tick).div_euclid(grid) * grid
}
