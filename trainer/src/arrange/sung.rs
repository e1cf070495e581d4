//! How a tune is sung: a note a syllable, phrases that begin where a singer breathes, and rests
//! between them.
//!
//! Lengths of syllables, starts of phrases and intervals are as frequent as in 80 to 100 songs of
//! POP909 (Wang et al. 2020), which no weights of ours learn from and the card does not score.

use segue_music::Tick;

use super::dice::Dice;
use super::dynamics::{accent, level};
use super::grid::Grid;
use super::part::Part;
use super::rhythm::{Level, Rhythm};
use super::song::{Section, Song};
use super::theme::Tone;

/// From one syllable to the next, in syllables of the shortest length.
const GAPS: [Tick; 4] = [1, 2, 3, 4];
/// Who sings as fast as this, in beats a minute, sings in eighths.
const FAST: f64 = 96.0;
/// How often a phrase begins at each sixteenth of a bar, in percent.
const BEGINS: [f64; 16] =
    [23.0, 0.4, 5.5, 1.0, 6.0, 0.6, 13.0, 1.4, 7.0, 1.0, 6.0, 1.4, 16.0, 1.0, 14.0, 2.7];
/// How often its last syllable does: half of them with a bar or its second half.
const ENDS: [f64; 16] = [31.0, 1.4, 8.0, 2.7, 4.6, 0.4, 6.8, 4.0, 18.0, 1.4, 3.8, 2.2, 3.0, 0.4, 10.5, 2.0];
/// How many steps the last syllable is held.
const HELD: [Tick; 10] = [4, 5, 6, 6, 6, 8, 8, 10, 12, 16];

/// How many steps the shortest syllable lasts: the faster, the rarer are sixteenths.
pub fn syllable(dice: &mut Dice, tempo: f64) -> Tick {
    let sixteenths = if tempo < FAST { (1.8 - tempo / 70.0).clamp(0.45, 0.9) } else { 0.0 };
    if dice.chance(sixteenths) { 1 } else { 2 }
}

/// The rhythm of a phrase, or of two, in this many bars. `syllable` is how many steps the shortest
/// note lasts.
pub fn rhythm(dice: &mut Dice, grid: Grid, bars: usize, level: Level, syllable: Tick) -> Rhythm {
    let weights = match level {
        Level::Calm if syllable > 1 => [3.0, 3.5, 0.5, 0.5],
        Level::Calm => [1.5, 5.5, 0.8, 1.5],
        Level::Moving => [4.5, 5.0, 0.6, 0.8],
        Level::Busy => [8.0, 3.5, 0.3, 0.4],
    };
    // A phrase is made of one or two little rhythms that come back.
    let cell = |dice: &mut Dice| -> Vec<Tick> {
        (0..dice.between(2, 4)).map(|_| syllable * GAPS[dice.weighted(&weights)]).collect()
    };
    let first = cell(dice);
    let second = if dice.chance(0.35) { first.clone() } else { cell(dice) };
    let cells = [first, second];
    let end = bars as Tick * grid.steps;
    let eighths = syllable > 1;
    // Half of the first phrases begin before their bar.
    let mut at = near(dice, -6, 15, &BEGINS, eighths);
    let mut onsets: Vec<Tick> = Vec::new();
    let mut ends: Vec<Tick> = Vec::new();
    while at < end - 2 {
        let syllables = if dice.chance(0.15) { dice.between(14, 20) } else { dice.between(2, 12) } as usize;
        let mut gaps = cells.iter().cycle().skip(dice.below(2)).flatten();
        let last = onsets.len() + syllables - 1;
        // Most leave room for their end.
        let until = end - *dice.pick(&[2, 6, 8, 8]);
        while onsets.len() < last && at < until {
            onsets.push(at);
            let gap = *gaps.next().unwrap_or(&syllable);
            // Long notes begin on strong steps, and short ones between them.
            let off = at.rem_euclid(2 * syllable) != 0;
            at += if off && gap % (2 * syllable) == 0 { gap - syllable } else { gap };
        }
        // Most phrases come to rest on a strong beat.
        let rest = near(dice, at, 9, &ENDS, eighths);
        if rest >= at + 2 * syllable {
            onsets.push(at);
        }
        onsets.push(rest);
        // The last syllable is held, and the singer breathes.
        let held = *dice.pick(&HELD);
        ends.push(rest + held);
        at = near(dice, rest + held.max(6), 9, &BEGINS, eighths);
        if dice.chance(0.35) {
            break;
        }
    }
    onsets.retain(|&onset| onset < end);
    let next = onsets.iter().skip(1).copied().chain([end + 2]);
    let length = |onset: Tick, next: Tick| {
        let held = ends.iter().find(|&&end| end > onset).copied().unwrap_or(next);
        (next.min(held) - onset).max(1) * grid.step
    };
    onsets.iter().zip(next).map(|(&onset, next)| (onset * grid.step, length(onset, next))).collect()
}

/// A step of the `span` from `from` on, as often as its place in the bar is chosen; the later the
/// rarer.
fn near(dice: &mut Dice, from: Tick, span: Tick, often: &[f64; 16], eighths: bool) -> Tick {
    let weight = |ahead: Tick| {
        let step = from + ahead;
        let later = (span + span / 2 - ahead) as f64;
        if eighths && step % 2 != 0 { 0.0 } else { often[step.rem_euclid(16) as usize] * later }
    };
    let weights: Vec<f64> = (0..span).map(weight).collect();
    from + dice.weighted(&weights) as Tick
}

/// Scale degrees above the first note. A singer repeats a note for one syllable in five, and moves
/// by step for half of them. Fewer repetitions are drawn, as setting the tune on chords adds some.
pub fn contour(dice: &mut Dice, count: usize) -> Vec<i32> {
    let (mut at, mut up) = (0_i32, dice.chance(0.5));
    let mut contour = Vec::with_capacity(count);
    for place in 0..count {
        if place > 0 {
            let size = dice.weighted(&[12.0, 62.0, 10.0, 4.0, 3.0, 1.0]) as i32;
            up = if dice.chance(0.35) { !up } else { up };
            // What lies far from the middle turns back.
            up = if at > 4 || (at > 2 && dice.chance(0.4)) { false } else { up };
            up = if at < -4 || (at < -2 && dice.chance(0.4)) { true } else { up };
            at = (at + if up { size } else { -size }).clamp(-7, 7);
        }
        contour.push(at);
    }
    contour
}

/// One voice: a phrase that begins before its bar cuts what was held.
pub fn one_at_a_time(mut tune: Vec<Tone>) -> Vec<Tone> {
    tune.sort_by_key(|tone| tone.at);
    tune.dedup_by_key(|tone| tone.at);
    for place in 1..tune.len() {
        let next = tune[place].at;
        let before = &mut tune[place - 1];
        before.length = before.length.min(next - before.at);
    }
    tune
}

/// One voice from section to section: what begins before its section cuts what was sung.
pub fn breathe(sections: &mut [Section]) {
    for place in 1..sections.len() {
        let (before, after) = sections.split_at_mut(place);
        let (Some(section), Some(next)) = (before.last_mut(), after.first()) else { continue };
        let Some(first) = next.tune.first().map(|tone| next.start + tone.at - section.start) else {
            continue;
        };
        section.tune.retain(|tone| tone.at < first);
        for tone in &mut section.tune {
            tone.length = tone.length.min(first - tone.at);
        }
    }
}

/// The tune as a voice sings it: syllables that touch or do not.
pub fn play(dice: &mut Dice, song: &Song, part: &mut Part, base: i32) {
    let bound = 0.3 + 0.65 * dice.unit();
    let step = song.grid.step;
    for (_, tone) in song.tune() {
        let last = tone.at + tone.length >= song.end();
        let length = match tone.length / step {
            _ if last || dice.chance(bound) => tone.length,
            ..2 => tone.length,
            2..5 => tone.length - step,
            _ => tone.length - *dice.pick(&[1, 2, 3]) * step,
        };
        part.add(tone.at, length, tone.key, level(song, tone.at, base, 26) + accent(song, tone.at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_have_syllables_and_rests() {
        let grid = Grid::new(segue_music::Meter::new(4, 4).unwrap(), 16).unwrap();
        let (mut notes, mut short, mut rests, mut strong) = (0, 0, 0, 0);
        for number in 0..200 {
            let mut dice = Dice::of_song(3, number);
            let rhythm = rhythm(&mut dice, grid, 2, Level::Moving, 1);
            assert!(rhythm.is_sorted() && rhythm.len() > 1, "song {number}: {rhythm:?}");
            assert!(rhythm.iter().all(|&(_, length)| length > 0), "song {number}: {rhythm:?}");
            for pair in rhythm.windows(2) {
                let gap = pair[1].0 - pair[0].0;
                assert!(pair[0].1 <= gap, "song {number}: {rhythm:?}");
                rests += i32::from(pair[0].1 < gap);
                short += i32::from(gap == grid.step);
                notes += 1;
            }
            assert_eq!(contour(&mut dice, rhythm.len()).len(), rhythm.len());
            let last = rhythm[rhythm.len() - 1].0 / grid.step;
            strong += i32::from(last.rem_euclid(8) == 0);
        }
        assert!(short * 5 > notes && rests > 50, "{short} short of {notes}, {rests} rests");
        // By chance, one step in eight would be the first of a half bar.
        assert!(strong > 50, "{strong} of 200 end on a half bar");
    }
}
