//! Chords as keys, each near the one before.

use super::chord::Chord;

/// Sets chords for one hand or instrument.
#[derive(Clone, Debug)]
pub struct Voicer {
    /// The lowest and the highest key.
    pub range: (i32, i32),
    /// Keys of a chord.
    pub voices: usize,
    /// Whether the root is left to the bass, and a ninth may take its place.
    pub rootless: bool,
    before: Vec<i32>,
}

impl Voicer {
    /// One that has set nothing yet.
    pub fn new(range: (i32, i32), voices: usize, rootless: bool) -> Self {
        Self { range, voices, rootless, before: Vec::new() }
    }

    /// Forgets the chord before, so that a section that comes back is set alike.
    pub fn begin_again(&mut self) {
        self.before.clear();
    }

    /// The keys of a chord, from the lowest: the inversion that moves least from the chord before.
    pub fn set(&mut self, chord: Chord) -> Vec<i32> {
        let classes = self.classes(chord);
        let (low, high) = self.range;
        let mut best: Option<(i32, Vec<i32>)> = None;
        for inversion in 0..classes.len() {
            for base in low..=high {
                if base.rem_euclid(12) != classes[inversion] {
                    continue;
                }
                let mut keys = vec![base];
                for place in 1..classes.len() {
                    let class = classes[(inversion + place) % classes.len()];
                    let last = keys[place - 1];
                    let step = (class - last).rem_euclid(12);
                    keys.push(last + if step == 0 { 12 } else { step });
                }
                while keys.len() < self.voices && keys[keys.len() - classes.len()] + 12 <= high {
                    keys.push(keys[keys.len() - classes.len()] + 12);
                }
                if keys.last().is_none_or(|&top| top > high) {
                    continue;
                }
                let cost = self.cost(&keys);
                if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                    best = Some((cost, keys));
                }
            }
        }
        let keys = best.map_or_else(
            || classes.iter().map(|class| low + (class - low).rem_euclid(12)).collect(),
            |best| best.1,
        );
        self.before.clone_from(&keys);
        keys
    }

    /// How far the voices move; at first, how far they are from the middle. Close low intervals
    /// growl.
    fn cost(&self, keys: &[i32]) -> i32 {
        let growls = keys.windows(2).filter(|pair| pair[0] < 52 && pair[1] - pair[0] < 4).count() as i32;
        if self.before.is_empty() {
            let middle = self.range.0 + self.range.1;
            let sum: i32 = keys.iter().sum();
            return (2 * sum / keys.len() as i32 - middle).abs() + 6 * growls;
        }
        let moves: i32 = keys.iter().zip(&self.before).map(|(now, before)| (now - before).abs()).sum();
        2 * moves + 6 * growls
    }

    /// The pitch classes that are played: without the root where the bass has it, then without the
    /// fifth, where there are too many.
    fn classes(&self, chord: Chord) -> Vec<i32> {
        let mut tones = chord.quality.tones().to_vec();
        if self.rootless && tones.len() >= 4 {
            tones.remove(0);
            if matches!(chord.quality.symbol(), "7" | "m7" | "maj7") && self.voices > 3 {
                tones.push(14);
            }
        }
        let mut classes: Vec<i32> = Vec::new();
        for tone in tones {
            let class = (chord.root + tone).rem_euclid(12);
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        let fifth = (chord.root + 7).rem_euclid(12);
        if classes.len() > self.voices && classes.len() > 3 {
            classes.retain(|&class| class != fifth);
        }
        classes.truncate(self.voices);
        classes
    }
}

#[cfg(test)]
mod tests {
    use super::super::numeral;
    use super::*;

    #[test]
    fn voices_stay_in_range_and_move_little() {
        let mut voicer = Voicer::new((52, 74), 3, false);
        let mut before: Option<Vec<i32>> = None;
        for numeral in ["I", "vi", "IV", "ii7", "V7", "Imaj7", "iv6", "bVII", "V7b9", "I"] {
            let keys = voicer.set(numeral::parse(numeral).unwrap());
            assert!(
                keys.is_sorted() && keys.len() == 3 && keys[0] >= 52 && keys[2] <= 74,
                "{numeral}: {keys:?}"
            );
            if let Some(before) = before {
                let moved: i32 = keys.iter().zip(&before).map(|(now, then)| (now - then).abs()).sum();
                assert!(moved <= 12, "{numeral}: {before:?} to {keys:?}");
            }
            before = Some(keys);
        }
    }
}
