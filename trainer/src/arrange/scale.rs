//! The pitch classes that a line may use, and keys among them.

use segue_music::{PitchClasses, Scale};

use super::chord::Chord;

/// Major or minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Ionian.
    Major,
    /// Natural minor, bent by its chords.
    Minor,
}

/// A tonic with its mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The tonic's pitch class, 0 to 11.
    pub tonic: i32,
    /// Major or minor.
    pub mode: Mode,
}

impl Key {
    /// This many semitones higher.
    #[must_use]
    pub fn up(self, semitones: i32) -> Self {
        Self { tonic: (self.tonic + semitones).rem_euclid(12), ..self }
    }

    /// A scale on the tonic.
    pub fn on_tonic(self, scale: Scale) -> PitchClasses {
        PitchClasses::of(self.tonic as u8, scale)
    }

    /// The scale of the key bent to a chord: its tones are in, and what lies a semitone beside them
    /// is out.
    pub fn over(self, chord: Chord) -> PitchClasses {
        let scale = if self.mode == Mode::Major { Scale::Major } else { Scale::Minor };
        let tones = chord.set(4);
        let mut set = self.on_tonic(scale);
        for class in chord.classes().take(4) {
            if !has(set, class) {
                for beside in [class - 1, class + 1].map(|beside| beside.rem_euclid(12)) {
                    if !has(tones, beside) {
                        set = without(set, beside);
                    }
                }
                set = set.with(class as u8);
            }
        }
        set
    }
}

/// Whether a set has the pitch class of a key.
pub fn has(set: PitchClasses, key: i32) -> bool {
    set.contains(key.rem_euclid(12) as u8)
}

fn without(set: PitchClasses, class: i32) -> PitchClasses {
    PitchClasses(set.0 & !(1 << class.rem_euclid(12)))
}

/// The key of a set that is nearest to `key` from `low` to `high`, the lower of two; `key` itself,
/// clamped, if there is none.
pub fn nearest(key: i32, set: PitchClasses, (low, high): (i32, i32)) -> i32 {
    let inside = |candidate: &i32| (low..=high).contains(candidate) && has(set, *candidate);
    let found = (0..=24).find_map(|distance| [key - distance, key + distance].into_iter().find(inside));
    found.unwrap_or_else(|| key.clamp(low, high))
}

/// All keys of a set in a range, rising.
pub fn keys_of(set: PitchClasses, (low, high): (i32, i32)) -> Vec<i32> {
    (low..=high).filter(|&key| has(set, key)).collect()
}

/// This many degrees of a set above a key, which need not be one of them; folded back where it
/// leaves the range.
pub fn degrees_up(key: i32, degrees: i32, set: PitchClasses, range: (i32, i32)) -> i32 {
    let keys = keys_of(set, range);
    if keys.is_empty() {
        return key.clamp(range.0, range.1);
    }
    let from = nearest(key, set, range);
    let place = keys.iter().position(|&candidate| candidate >= from).unwrap_or(keys.len() - 1) as i32;
    let last = keys.len() as i32 - 1;
    let mut target = place + degrees;
    if target < 0 {
        target = -target;
    }
    if target > last {
        target = 2 * last - target;
    }
    keys[target.clamp(0, last) as usize]
}

/// The lowest key of a pitch class from `floor` up.
pub fn low_key(class: i32, floor: i32) -> i32 {
    floor + (class - floor).rem_euclid(12)
}

#[cfg(test)]
mod tests {
    use super::super::numeral;
    use super::*;

    #[test]
    fn a_chord_bends_the_scale() {
        let key = Key { tonic: 0, mode: Mode::Major };
        for (numeral, has_not, has_now) in [("V7/ii", 0, 1), ("iv", 9, 8), ("bVII", 11, 10), ("I", 1, 11)] {
            let set = key.over(numeral::parse(numeral).unwrap());
            assert!(!has(set, has_not) && has(set, has_now), "{numeral}: {:012b}", set.0);
        }
    }

    #[test]
    fn degrees_stay_in_range() {
        let set = Key { tonic: 0, mode: Mode::Major }.on_tonic(Scale::Major);
        for degrees in -30..30 {
            let key = degrees_up(67, degrees, set, (60, 79));
            assert!((60..=79).contains(&key) && has(set, key), "{degrees}: {key}");
        }
        assert_eq!(degrees_up(60, 4, set, (48, 84)), 67);
    }
}
