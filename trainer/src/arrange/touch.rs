//! How long a pianist's fingers stay on the keys.

use segue_music::Tick;

use super::dice::Dice;
use super::part::Part;
use super::pattern::{Event, Figure};
use super::song::Song;
use super::style::HALF;

/// What fingers make of a written length: steps less or more, and how often, for lengths of 1, 2,
/// 3, 4 and more steps. Counted in 60 songs of POP909 (Wang et al. 2020), which no weights of ours
/// learn from and the card does not score.
const TOUCH: [[(Tick, f64); 5]; 5] = [
    [(0, 62.0), (1, 24.0), (2, 9.0), (3, 5.0), (0, 0.0)],
    [(-1, 33.0), (0, 38.0), (1, 17.0), (2, 12.0), (0, 0.0)],
    [(-2, 20.0), (-1, 35.0), (0, 35.0), (1, 10.0), (0, 0.0)],
    [(-3, 10.0), (-2, 30.0), (-1, 37.0), (0, 20.0), (1, 3.0)],
    [(-4, 6.0), (-3, 18.0), (-2, 34.0), (-1, 28.0), (0, 14.0)],
];

/// How a player's fingers leave the keys: early mostly, and sometimes beyond the next stroke.
#[derive(Clone, Copy)]
pub struct Touch {
    /// From -1, short, to 1, long; most play long.
    legato: f64,
}

impl Touch {
    /// One player's.
    pub fn draw(dice: &mut Dice) -> Self {
        Self { legato: 1.6 * dice.unit() - 0.6 }
    }

    /// What becomes of a length in steps.
    pub fn steps(self, dice: &mut Dice, steps: Tick) -> Tick {
        let list = &TOUCH[(steps.clamp(1, 5) - 1) as usize];
        let mut draw = || list[dice.weighted(&list.map(|(_, weight)| weight))].0;
        let (one, other) = (draw(), draw());
        let more = match dice.chance(self.legato.abs()) {
            true if self.legato > 0.0 => one.max(other),
            true => one.min(other),
            false => one,
        };
        (steps + more).max(1)
    }

    /// The figure as this player always plays it.
    pub fn figure(self, dice: &mut Dice, figure: &Figure) -> Figure {
        let event = |event: &Event| {
            let length = self.steps(dice, event.length).min((HALF - event.step).max(1));
            Event { length, ..*event }
        };
        Figure(figure.0.iter().map(event).collect())
    }

    /// No two strokes are quite alike: a share of the notes before the last bar is touched
    /// again.
    pub fn notes(self, dice: &mut Dice, song: &Song, part: &mut Part) {
        let (share, step, home) = (0.25 * dice.unit(), song.grid.step, song.end() - song.grid.bar());
        for note in part.notes.iter_mut().filter(|note| note.at < home) {
            if dice.chance(share) {
                note.length = (self.steps(dice, note.length / step) * step).min(home - note.at);
            }
        }
    }
}
