//! Which pattern in which bar: four bars that go round, the same for every section of a letter.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::song::{BarOf, Song};

/// Chosen patterns by letter.
pub struct Cycles {
    by_letter: BTreeMap<char, [usize; 4]>,
    /// The share of bars with another pattern than their turn's.
    freedom: f64,
}

impl Cycles {
    /// For a song, whose freedom is mostly spent on the figures themselves.
    pub fn new(song: &Song) -> Self {
        Self { by_letter: BTreeMap::new(), freedom: song.freedom / 4.0 }
    }

    /// The pattern of a bar, among this many. `restless` is the chance that every second bar has
    /// another one.
    pub fn pattern(&mut self, dice: &mut Dice, bar: &BarOf, patterns: usize, restless: f64) -> usize {
        let cycle = self.by_letter.entry(bar.section.letter).or_insert_with(|| {
            let (main, other) = (dice.below(patterns), dice.below(patterns));
            let third = dice.below(patterns);
            match dice.unit() {
                draw if draw < restless => [main, other, main, third],
                draw if draw < restless + 0.4 => [main, main, main, other],
                _ => [main; 4],
            }
        });
        if dice.chance(self.freedom) { dice.below(patterns) } else { cycle[bar.number % 4] }
    }
}
