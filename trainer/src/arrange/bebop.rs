//! Lines of eighths that aim at chord tones, with rests to breathe; what began one phrase comes
//! back in another.

use segue_music::Tick;

use super::dice::Dice;
use super::motif::Motif;
use super::scale::{has, nearest};
use super::theme::{Close, Ground, Leans, Tone, set};

/// The share of phrases that take up an earlier one.
const TAKEN_UP: f64 = 0.3;

/// Phrases that a solo remembers.
#[derive(Default)]
pub struct Phrases(Vec<Motif>);

/// A line over a section.
pub fn compose(dice: &mut Dice, ground: &Ground, phrases: &mut Phrases) -> Vec<Tone> {
    let beat = ground.grid.beat();
    // Eighths, or triplets where the bar is cut into them.
    let unit = if ground.grid.steps_a_beat() == 3 { beat / 3 } else { beat / 2 };
    let mut tune: Vec<Tone> = Vec::new();
    let mut at = unit * dice.between(0, 3);
    let mut key = ground.middle() + dice.between(-4, 4) as i32;
    let mut direction = if dice.chance(0.5) { 1 } else { -1 };
    while at + 2 * unit < ground.end() {
        let room = (ground.end() - at) / unit;
        if !phrases.0.is_empty() && dice.chance(TAKEN_UP) {
            let motif = dice.pick(&phrases.0).clone();
            let length = motif.rhythm.last().map_or(0, |&(at, length)| at + length);
            if length <= room * unit {
                let start = nearest(key + 2 * direction, ground.harmony.at(at).set(4), ground.range);
                tune.extend(set(&motif, ground, at, start, Close::Open, Leans::OnBeats));
                key = tune.last().map_or(key, |tone| tone.key);
                at = round_up(at + length + unit * dice.between(1, 4), unit);
                continue;
            }
        }
        let count = (*dice.pick(&[6, 8, 10, 12, 14, 18])).min(room);
        let first = tune.len();
        for place in 0..count {
            let chord = ground.harmony.at(at);
            let on_beat = at % beat == 0;
            if on_beat {
                let step = direction * *dice.pick(&[1, 2, 2, 3]);
                key = nearest(key + step, chord.set(4), ground.range);
            } else {
                let next = ground.harmony.at(at + unit);
                let target = nearest(key + 2 * direction, next.set(4), ground.range);
                if dice.chance(0.3) {
                    // From a semitone beside the note that comes on the beat.
                    key = target - direction;
                } else {
                    let scale = ground.key.over(chord);
                    let beside =
                        (1..=4).map(|step| key + step * direction).find(|&beside| has(scale, beside));
                    key = beside.unwrap_or(key + direction);
                }
            }
            if key > ground.range.1 - 4 {
                direction = -1;
            } else if key < ground.range.0 + 4 {
                direction = 1;
            } else if dice.chance(0.15) {
                direction = -direction;
            }
            key = key.clamp(ground.range.0, ground.range.1);
            let last = place + 1 == count;
            if last {
                key = nearest(key, chord.set(4), ground.range);
            }
            tune.push(Tone { at, length: if last && dice.chance(0.5) { 2 * unit } else { unit }, key });
            at += unit;
        }
        remember(ground, &tune[first..], phrases);
        at += unit * *dice.pick(&[1, 2, 3, 4, 6]);
    }
    tune
}

/// Keeps a phrase's rhythm and its shape in degrees of the scale.
fn remember(ground: &Ground, phrase: &[Tone], phrases: &mut Phrases) {
    let Some(first) = phrase.first() else { return };
    let degrees = |key: i32, at: Tick| {
        let scale = ground.key.over(ground.harmony.at(at));
        let (low, high) = (key.min(first.key), key.max(first.key));
        let count = (low..high).filter(|&between| has(scale, between)).count() as i32;
        if key < first.key { -count } else { count }
    };
    let short = phrase.iter().take(8);
    let rhythm = short.clone().map(|tone| (tone.at - first.at, tone.length)).collect();
    let contour = short.map(|tone| degrees(tone.key, tone.at)).collect();
    phrases.0.push(Motif { rhythm, contour });
}

/// The first multiple of `unit` at or after a tick.
pub fn round_up(at: Tick, unit: Tick) -> Tick {
    (at + unit - 1).div_euclid(unit) * unit
}
