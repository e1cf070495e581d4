//! Which pattern in which bar: four bars that go round, the same for every section of a letter.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::song::BarOf;

/// Chosen patterns by letter.
#[derive(Default)]
pub struct Cycles(BTreeMap<char, [usize; 4]>);

impl Cycles {
    /// The pattern of a bar, among so many. `restless` is the chance that every second bar has
    /// another one.
    pub fn pattern(&mut self, dice: &mut Dice, bar: &BarOf, patterns: usize, restless: f64) -> usize {
        let cycle = self.0.entry(bar.section.letter).or_insert_with(|| {
            let (main, other) = (dice.below(patterns), dice.below(patterns));
            let third = dice.below(patterns);
            match dice.unit() {
                draw if draw < restless => [main, other, main, third],
                draw if draw < restless + 0.4 => [main, main, main, other],
                _ => [main; 4],
            }
        });
        cycle[bar.number % 4]
    }
}
