//! Motifs: a rhythm with a shape, to be set on any chords.

use super::dice::Dice;
use super::rhythm::Rhythm;

/// A rhythm and how many scale degrees each note lies above the first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Motif {
    /// Onsets and lengths, in ticks from its start.
    pub rhythm: Rhythm,
    /// Degrees above the first note, one a note.
    pub contour: Vec<i32>,
}

impl Motif {
    /// A rhythm with a shape of its own.
    pub fn new(dice: &mut Dice, rhythm: Rhythm) -> Self {
        let contour = contour(dice, rhythm.len());
        Self { rhythm, contour }
    }

    /// The same beginning with another end.
    #[must_use]
    pub fn with_new_tail(&self, dice: &mut Dice) -> Self {
        let cut = self.rhythm.len() / 2;
        let from = cut.checked_sub(1).map_or(0, |last| self.contour[last]);
        let tail = contour(dice, self.rhythm.len() - cut + 1);
        let tail = tail.iter().skip(1).map(|degree| from + degree);
        Self {
            rhythm: self.rhythm.clone(),
            contour: self.contour[..cut].iter().copied().chain(tail).collect(),
        }
    }

    /// Upside down.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        Self { rhythm: self.rhythm.clone(), contour: self.contour.iter().map(|degree| -degree).collect() }
    }

    /// The same shape in another rhythm.
    #[must_use]
    pub fn in_rhythm(&self, rhythm: Rhythm) -> Self {
        let (count, last) = (rhythm.len().max(1), self.contour.len().saturating_sub(1));
        let at = |place: usize| self.contour.get((place * self.contour.len() / count).min(last)).copied();
        let contour = (0..rhythm.len()).map(|place| at(place).unwrap_or(0)).collect();
        Self { rhythm, contour }
    }

    /// Its first half twice, the second time a degree lower.
    #[must_use]
    pub fn fragmented(&self, length: i64) -> Self {
        let half = length / 2;
        let all = self.rhythm.iter().copied().zip(self.contour.iter().copied());
        let head: Vec<_> = all.filter(|&((at, _), _)| at < half).collect();
        let mut motif = Self { rhythm: Vec::new(), contour: Vec::new() };
        for time in 0..2 {
            for &((at, lasts), degree) in &head {
                motif.rhythm.push((at + time * half, lasts.min(half - at)));
                motif.contour.push(degree - time as i32);
            }
        }
        motif
    }
}

/// How a line moves.
const SHAPES: [Shape; 6] = [Shape::Arch, Shape::Fall, Shape::Rise, Shape::Wave, Shape::Repeat, Shape::Leap];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Arch,
    Fall,
    Rise,
    Wave,
    Repeat,
    Leap,
}

/// Degrees above the first of this many notes.
fn contour(dice: &mut Dice, count: usize) -> Vec<i32> {
    let shape = *dice.pick(&SHAPES);
    let mut at = 0;
    let mut contour = Vec::with_capacity(count);
    for place in 0..count {
        let up = match shape {
            Shape::Arch => place < count.div_ceil(2),
            Shape::Fall => false,
            Shape::Rise => true,
            Shape::Wave => place / 3 % 2 == 0,
            Shape::Repeat => dice.chance(0.5),
            Shape::Leap => dice.chance(0.3),
        };
        let step = match shape {
            Shape::Repeat if dice.chance(0.6) => 0,
            Shape::Leap if place == 1 => dice.between(3, 5) as i32,
            _ => {
                let size = [1, 2, 0, 3][dice.weighted(&[6.0, 2.0, 1.5, 0.6])];
                if up { size } else { -size }
            }
        };
        if place > 0 {
            // A tune of one phrase stays within a tenth or so.
            at = (at + step).clamp(-7, 7);
        }
        contour.push(at);
    }
    contour
}
