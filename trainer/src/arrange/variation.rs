//! What a tune is when it comes back: mostly as it was, sometimes with a new end, with ornaments or
//! an octave higher.

use super::dice::Dice;
use super::scale::{degrees_up, has, nearest};
use super::theme::{Ground, Tone};

/// A tune when its section comes back; `times` counts the returns, from 1.
pub fn returned(dice: &mut Dice, tune: &[Tone], ground: &Ground, times: usize, freedom: f64) -> Vec<Tone> {
    let again = 12.0 - 16.0 * freedom;
    let weights = if times > 1 { [again, 2.0, 2.5, 1.0] } else { [again + 2.0, 2.0, 1.5, 0.3] };
    match dice.weighted(&weights) {
        0 => tune.to_vec(),
        1 => with_new_end(dice, tune, ground),
        2 => with_ornaments(dice, tune, ground),
        _ => octave_up(tune),
    }
}

/// The last two bars move another way to where they ended.
fn with_new_end(dice: &mut Dice, tune: &[Tone], ground: &Ground) -> Vec<Tone> {
    let from = ground.end() - 2 * ground.grid.bar();
    let up = if dice.chance(0.5) { 1 } else { -1 };
    let mut tune = tune.to_vec();
    let count = tune.len();
    for (place, tone) in tune.iter_mut().enumerate() {
        if tone.at >= from && place + 1 < count {
            let chord = ground.harmony.at(tone.at);
            let moved = degrees_up(tone.key, up * 2, ground.key.over(chord), ground.range);
            let heavy = ground.grid.weight(tone.at) > 0;
            tone.key = if heavy { nearest(moved, chord.set(4), ground.range) } else { moved };
        }
    }
    tune
}

/// Long notes are broken: the note, its neighbour, the note.
fn with_ornaments(dice: &mut Dice, tune: &[Tone], ground: &Ground) -> Vec<Tone> {
    let (step, share) = (ground.grid.step, 0.3 + 0.4 * dice.unit());
    let mut ornamented = Vec::with_capacity(tune.len());
    for &tone in tune {
        let scale = ground.key.over(ground.harmony.at(tone.at));
        let breaks = tone.length >= 4 * step && tone.at % step == 0 && has(scale, tone.key);
        if breaks && dice.chance(share) {
            let beside = degrees_up(tone.key, if dice.chance(0.6) { 1 } else { -1 }, scale, ground.range);
            ornamented.push(Tone { length: step, ..tone });
            ornamented.push(Tone { at: tone.at + step, length: step, key: beside });
            ornamented.push(Tone { at: tone.at + 2 * step, length: tone.length - 2 * step, ..tone });
        } else {
            ornamented.push(tone);
        }
    }
    ornamented
}

fn octave_up(tune: &[Tone]) -> Vec<Tone> {
    let highest = tune.iter().map(|tone| tone.key).max().unwrap_or(0);
    let up = if highest + 12 <= 91 { 12 } else { 0 };
    tune.iter().map(|tone| Tone { key: tone.key + up, ..*tone }).collect()
}
