//! The rhythms of tunes.

use anyhow::{Result, ensure};
use segue_music::Tick;
use serde::Deserialize;

use super::dice::Dice;
use super::grid::Grid;
use super::pattern::Row;

/// How many notes a tune has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Long notes.
    Calm,
    /// Mostly beats and their halves.
    Moving,
    /// Few rests.
    Busy,
}

/// Bars of rhythm, by how much happens in them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rhythms {
    /// Steps of a bar.
    pub steps: u8,
    calm: Vec<Row>,
    moving: Vec<Row>,
    busy: Vec<Row>,
    /// Bars in which a phrase ends.
    end: Vec<Row>,
}

/// Onsets and lengths, in ticks from the cell's start.
pub type Rhythm = Vec<(Tick, Tick)>;

impl Rhythms {
    /// Refuses lists without bars, and bars of another length.
    ///
    /// # Errors
    /// Names the field.
    pub fn check(&self) -> Result<()> {
        let lists =
            [("calm", &self.calm), ("moving", &self.moving), ("busy", &self.busy), ("end", &self.end)];
        for (field, list) in lists {
            ensure!(!list.is_empty(), "{field}: there is no bar");
            for (number, row) in list.iter().enumerate() {
                let (length, steps) = (row.0.len(), usize::from(self.steps));
                ensure!(length == steps, "{field}[{number}]: {length} steps instead of {steps}");
                ensure!(row.hits().next().is_some(), "{field}[{number}]: a bar without a note");
            }
        }
        Ok(())
    }

    /// The rhythm of a motif of this many bars. Its bars are often alike, and the last one mostly
    /// comes to rest.
    pub fn motif(&self, dice: &mut Dice, grid: Grid, bars: usize, level: Level, syncopation: f64) -> Rhythm {
        let list = match level {
            Level::Calm => &self.calm,
            Level::Moving => &self.moving,
            Level::Busy => &self.busy,
        };
        let mut row = dice.pick(list);
        let mut onsets = Vec::new();
        for bar in 0..bars {
            if bar + 1 == bars && bars > 1 && dice.chance(0.7) {
                row = dice.pick(&self.end);
            } else if bar > 0 && dice.chance(0.6) {
                row = dice.pick(list);
            }
            for (step, _) in row.hits() {
                let mut at = bar as Tick * grid.steps + step;
                // A note on a beat comes early now and then.
                if step > 0 && step % grid.steps_a_beat() == 0 && dice.chance(syncopation) {
                    at -= if grid.steps_a_beat() == 4 { 2 } else { 1 };
                }
                onsets.push(at);
            }
        }
        onsets.sort_unstable();
        onsets.dedup();
        let detached = dice.chance(0.2);
        lengths(&onsets, bars as Tick * grid.steps, grid, detached)
    }
}

/// Each note lasts up to the next one, at most three quarters of a bar; half of that where they are
/// detached.
pub fn lengths(steps: &[Tick], end: Tick, grid: Grid, detached: bool) -> Rhythm {
    let next = steps.iter().skip(1).copied().chain([end]);
    let length = |gap: Tick| {
        let whole = (gap * grid.step).min(grid.bar() * 3 / 4);
        if detached { (whole / 2).max(grid.step) } else { whole }
    };
    steps.iter().zip(next).map(|(&step, next)| (step * grid.step, length((next - step).max(1)))).collect()
}
