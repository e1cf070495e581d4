//! The tune as one instrument plays it.

use super::dice::Dice;
use super::dynamics::{accent, level};
use super::part::Part;
use super::scale::nearest;
use super::song::Song;

/// The tune; in a share of the letters with a second note below, on its heavy and long notes.
pub fn play(dice: &mut Dice, song: &Song, part: &mut Part, thickened: f64, base: i32) {
    let mut thick = std::collections::BTreeMap::new();
    for (section, tone) in song.tune() {
        let in_thirds = *thick.entry(section.letter).or_insert_with(|| dice.chance(thickened));
        let in_octaves = thickened > 0.0 && section.intensity > 0.9;
        let velocity = level(song, tone.at, base, 26) + accent(song, tone.at);
        part.add(tone.at, tone.length, tone.key, velocity);
        let heavy = song.grid.weight(tone.at) > 0 || tone.length >= song.grid.beat();
        if in_octaves && heavy {
            part.add(tone.at, tone.length, tone.key - 12, velocity - 10);
        } else if in_thirds && heavy {
            let below = nearest(tone.key - 5, song.chord(tone.at).set(4), (tone.key - 9, tone.key - 3));
            part.add(tone.at, tone.length, below, velocity - 12);
        }
    }
}
