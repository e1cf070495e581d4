//! Walking basses: a note a beat, chord tones that lead to the next root.

use super::dice::Dice;
use super::dynamics::level;
use super::part::Part;
use super::scale::{has, low_key};
use super::song::{BarOf, Song};

/// The highest note of a walk.
const CEILING: i32 = 52;

/// A bar of it.
pub fn walk(dice: &mut Dice, song: &Song, part: &mut Part, bar: &BarOf, floor: i32, base: i32) {
    let beat = song.grid.beat();
    let mut last = part.notes.iter().rev().find(|note| note.at < bar.start).map(|note| note.key);
    for number in 0..song.grid.beats() {
        let at = bar.start + number * beat;
        let (chord, next) = (song.chord(at), song.chord((at + beat).min(song.end() - 1)));
        let nearer = |low: i32, last: Option<i32>| {
            let up = last.is_some_and(|last| (low + 12 - last).abs() < (low - last).abs());
            if up && low + 12 <= CEILING { low + 12 } else { low }
        };
        let begins = number == 0 || chord != song.chord(at - 1);
        let key = if begins {
            nearer(low_key(chord.low(), floor), last)
        } else if number + 1 == song.grid.beats() || next != chord {
            // From a semitone or a step beside the next root, or from its fifth.
            let target = nearer(low_key(next.low(), floor), last);
            let lead = *dice.pick(&[-1, 1, -1, 1, 2, -2, 7]);
            let lead = if target + lead > CEILING || target + lead < floor - 2 { -lead } else { lead };
            target + lead.max(-2)
        } else {
            let from = last.unwrap_or(floor + 12);
            let wish = from + *dice.pick(&[-3, 3, 4, -4, 2]);
            let scale = bar.section.key.over(chord);
            let passes = dice.chance(0.3);
            let fits = |key: &i32| has(chord.set(4), *key) || passes && has(scale, *key);
            let cost = |key: &i32| (key - wish).abs() + if *key == from { 6 } else { 0 };
            (floor..=CEILING).filter(fits).min_by_key(cost).unwrap_or(from)
        };
        part.add(at, beat, key, level(song, at, base, 22) + if number % 2 == 1 { 4 } else { -1 });
        last = Some(key);
    }
    // A skip before the last beat, now and then.
    if dice.chance(0.12) && song.grid.steps_a_beat() == 4 {
        let at = bar.start + song.grid.bar() - beat / 2;
        if let Some(key) = last {
            part.add(at, beat / 2, key, level(song, at, base, 22) - 12);
        }
    }
}
