//! Chance, from a seed, alike on every platform.

use rand::Rng as _;
use rand_pcg::Pcg64Mcg;

/// A seeded generator. Everything is drawn from its 64-bit words by whole numbers and plain
/// products, so that a song does not depend on the platform's mathematics or on how a library
/// draws a range.
#[derive(Clone, Debug)]
pub struct Dice(Pcg64Mcg);

impl Dice {
    /// The dice of one song of a seed. Neighbouring seeds and songs share nothing: both are mixed
    /// first.
    pub fn of_song(seed: u64, song: u64) -> Self {
        Self::from_words(mix(seed), mix(song ^ 0x5eed_0f50_6e75_a1b2))
    }

    fn from_words(high: u64, low: u64) -> Self {
        let state =
            u128::from(mix(high ^ low)) << 64 | u128::from(mix(low.wrapping_add(high.rotate_left(17))));
        Self(Pcg64Mcg::new(state | 1))
    }

    /// Dice for a part of the work: what is drawn there moves nothing that is drawn here.
    pub fn fork(&mut self) -> Self {
        let (high, low) = (self.0.next_u64(), self.0.next_u64());
        Self::from_words(high, low)
    }

    /// A whole number below `count`, which must not be zero.
    pub fn below(&mut self, count: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * count as u128;
        (wide >> 64) as usize
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).max(0) as usize + 1) as i64
    }

    /// A real number from 0 to 1, never 1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True for this share of the draws.
    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// One of several; `of` must not be empty.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A place in a list, by weight.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (place, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return place;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// A number around zero with a standard deviation of one: twelve uniform numbers, of which none
    /// needs a logarithm.
    pub fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_fair_and_songs_are_strangers() {
        let mut first = [0; 20];
        for song in 0..4000 {
            first[Dice::of_song(1, song).below(20)] += 1;
        }
        let expected = 200.0;
        let chi: f64 = first
            .iter()
            .map(|&count| (f64::from(count) - expected) * (f64::from(count) - expected) / expected)
            .sum();
        // 19 degrees of freedom: beyond 43.8 once in a thousand.
        assert!(chi < 43.8, "chi-squared {chi}: {first:?}");
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::of_song(3, 4);
        let mut drawn = [0; 3];
        (0..3000).for_each(|_| drawn[dice.weighted(&[1.0, 0.0, 2.0])] += 1);
        assert_eq!(drawn[1], 0);
        assert!((900..1100).contains(&drawn[0]), "{drawn:?}");
    }
}
