//! Tunes whose phrases come back: motifs set on chords by a plan of two-bar cells.

use segue_music::Tick;

use super::chord::Chord;
use super::dice::Dice;
use super::grid::Grid;
use super::harmony::Harmony;
use super::motif::Motif;
use super::rhythm::{Level, Rhythms};
use super::scale::{Key, degrees_up, has, keys_of, nearest};
use super::sung;

/// A note of a tune.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tone {
    /// When it begins, in ticks from the section's start; grace notes may come before it.
    pub at: Tick,
    /// How long it lasts.
    pub length: Tick,
    /// Its key.
    pub key: i32,
}

/// What a tune is written over.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The section's chords, from its start.
    pub harmony: &'a Harmony,
    /// Its key.
    pub key: Key,
    /// Its bars.
    pub grid: Grid,
    /// How many.
    pub bars: usize,
    /// The lowest and the highest key of the tune.
    pub range: (i32, i32),
}

impl Ground<'_> {
    /// Ticks of the whole section.
    pub fn end(&self) -> Tick {
        self.bars as Tick * self.grid.bar()
    }

    /// The middle of the range.
    pub fn middle(&self) -> i32 {
        i32::midpoint(self.range.0, self.range.1)
    }
}

/// How the tunes of a song move.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'a> {
    /// Their rhythms.
    pub rhythms: &'a Rhythms,
    /// How many notes.
    pub level: Level,
    /// The share of notes on a beat that come early.
    pub syncopation: f64,
    /// Whether every other note is of the chord, as in ragtime.
    pub broken_chords: bool,
    /// How many steps the shortest syllable lasts, where the tune is sung.
    pub syllable: Option<Tick>,
}

/// Which notes of a tune are of the chord, if that is near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leans {
    /// Those on beats, and long ones.
    OnBeats,
    /// Every other one, too.
    EveryOther,
    /// Those on half bars, and longer ones: a singer passes through the rest.
    OnHalves,
}

impl Manner<'_> {
    fn leans(&self) -> Leans {
        match (self.syllable, self.broken_chords) {
            (Some(_), _) => Leans::OnHalves,
            (None, true) => Leans::EveryOther,
            (None, false) => Leans::OnBeats,
        }
    }
}

/// How a cell takes up its motif.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// As it was.
    Same,
    /// This many degrees higher.
    Sequence(i32),
    /// With another end.
    NewTail,
    /// Its head twice.
    Fragment,
}

/// How a cell ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// As the motif does.
    Open,
    /// On the second or fifth degree, which wants to go on.
    Half,
    /// On the tonic chord, held.
    Full,
}

type Cell = (usize, Turn, Close);

/// Plans of eight bars: which motif, how, and how it ends.
const EIGHTS: [[Cell; 4]; 7] = {
    use Close::{Full, Half, Open};
    use Turn::{Fragment, NewTail, Same, Sequence};
    [
        // A period, question and answer.
        [(0, Same, Open), (1, Same, Half), (0, Same, Open), (1, NewTail, Full)],
        // A sentence: twice, then in halves, then home.
        [(0, Same, Open), (0, Sequence(1), Open), (0, Fragment, Open), (1, Same, Full)],
        [(0, Same, Open), (0, Same, Half), (1, Same, Open), (0, NewTail, Full)],
        [(0, Same, Open), (1, Same, Open), (0, Sequence(-1), Open), (2, Same, Full)],
        [(0, Same, Open), (0, NewTail, Half), (0, Same, Open), (1, Same, Full)],
        [(0, Same, Open), (1, Same, Half), (0, Same, Open), (2, Same, Full)],
        [(0, Same, Open), (0, Sequence(2), Open), (1, Same, Half), (0, NewTail, Full)],
    ]
};

/// The cells of this many of them. Sixteen bars are eight bars twice, the first time with an open
/// end.
fn plan(dice: &mut Dice, cells: usize) -> Vec<Cell> {
    let eight = *dice.pick(&EIGHTS);
    let mut plan = Vec::new();
    for cell in 0..cells {
        let (motif, turn, close) = eight[cell % 4];
        let last = cell + 1 == cells;
        let close = match close {
            _ if last => Close::Full,
            Close::Full if cells > 4 && cell / 4 % 2 == 0 => Close::Half,
            other => other,
        };
        plan.push((motif, turn, close));
    }
    plan
}

/// A tune over a section.
pub fn compose(dice: &mut Dice, ground: &Ground, manner: &Manner) -> Vec<Tone> {
    let cell_bars = if ground.bars.is_multiple_of(2) { 2 } else { 1 };
    let length = cell_bars as Tick * ground.grid.bar();
    let motif = |dice: &mut Dice| {
        if let Some(syllable) = manner.syllable {
            let rhythm = sung::rhythm(dice, ground.grid, cell_bars, manner.level, syllable);
            let contour = sung::contour(dice, rhythm.len());
            return Motif { rhythm, contour };
        }
        let rhythm = manner.rhythms.motif(dice, ground.grid, cell_bars, manner.level, manner.syncopation);
        Motif::new(dice, rhythm)
    };
    let motifs = [motif(dice), motif(dice), motif(dice)];
    let tails = [motifs[0].with_new_tail(dice), motifs[1].with_new_tail(dice), motifs[2].with_new_tail(dice)];
    // The second motif mostly stands out against the first.
    let middle = ground.middle();
    let first = middle + dice.between(-3, 2) as i32;
    let starts = [first, first + *dice.pick(&[5, 4, 7, -3, 2]), first + *dice.pick(&[2, -2, 3])];
    let upbeat =
        (manner.syllable.is_none() && dice.chance(0.4)).then(|| (dice.between(1, 3), dice.chance(0.7)));
    let mut tune: Vec<Tone> = Vec::new();
    for (cell, (which, turn, close)) in plan(dice, ground.bars / cell_bars).into_iter().enumerate() {
        let at = cell as Tick * length;
        let chord = ground.harmony.at(at);
        let start = nearest(starts[which], chord.set(3), ground.range);
        let scale = ground.key.over(chord);
        let (motif, start) = match turn {
            Turn::Same => (motifs[which].clone(), start),
            Turn::Sequence(degrees) => {
                (motifs[which].clone(), degrees_up(start, degrees, scale, ground.range))
            }
            Turn::NewTail => (tails[which].clone(), start),
            Turn::Fragment => (motifs[which].fragmented(length), start),
        };
        let tones = set(&motif, ground, at, start, close, manner.leans());
        if let (Some((count, from_below)), Some(first)) = (upbeat.filter(|_| which == 0), tones.first()) {
            lead_in(&mut tune, ground, *first, count, from_below);
        }
        tune.extend(tones);
    }
    if manner.syllable.is_some() { sung::one_at_a_time(tune) } else { tune }
}

/// An upbeat of this many notes that go by step to the first of a cell, where there is room for it.
fn lead_in(tune: &mut Vec<Tone>, ground: &Ground, first: Tone, count: Tick, from_below: bool) {
    let step = ground.grid.step * if ground.grid.steps_a_beat() == 3 { 1 } else { 2 };
    let from = first.at - count * step;
    if first.at % ground.grid.bar() != 0 || tune.last().is_some_and(|last| last.at >= from) {
        return;
    }
    if let Some(last) = tune.last_mut() {
        last.length = last.length.min(from - last.at);
    }
    for place in 0..count {
        let at = from + place * step;
        let scale = ground.key.over(ground.harmony.at(at.max(0)));
        let degrees = (count - place) as i32 * if from_below { -1 } else { 1 };
        tune.push(Tone { at, length: step, key: degrees_up(first.key, degrees, scale, ground.range) });
    }
}

/// A motif set on the chords from a tick on, from a key on. The same motif on the same chords is
/// the same notes.
pub fn set(motif: &Motif, ground: &Ground, at: Tick, start: i32, close: Close, leans: Leans) -> Vec<Tone> {
    let mut tones: Vec<Tone> = Vec::new();
    let count = motif.rhythm.len();
    for (place, (&(offset, length), &degrees)) in motif.rhythm.iter().zip(&motif.contour).enumerate() {
        let now = at + offset;
        let chord = ground.harmony.at(now);
        let last = place + 1 == count;
        let mut length = length;
        let allowed = match close {
            Close::Full if last => {
                length = length.max(ground.grid.beat());
                closing(ground.key, chord, &[0, 2, 4])
            }
            Close::Half if last => closing(ground.key, chord, &[1, 4, 6]),
            _ => ground.key.over(chord),
        };
        let scale = ground.key.over(chord);
        let target = degrees_up(start, degrees, scale, ground.range);
        let (weight, beat) = (ground.grid.weight(now), ground.grid.beat());
        let heavy = match leans {
            Leans::OnBeats => weight > 0 || length >= beat,
            Leans::EveryOther => weight > 0 || length >= beat || place % 2 == 0,
            Leans::OnHalves => weight > 1 || length >= 2 * beat,
        };
        let key = best(target, allowed, chord, heavy, &tones, ground.range);
        tones.push(Tone { at: now, length, key });
    }
    tones
}

/// Where a phrase may end: degrees of the key that are in the chord, or else the chord's triad.
fn closing(key: Key, chord: Chord, degrees: &[usize]) -> segue_music::PitchClasses {
    let scale = keys_of(key.over(chord), (key.tonic, key.tonic + 11));
    let home = degrees.iter().filter_map(|&degree| scale.get(degree));
    let both = home.filter(|&&class| has(chord.set(4), class));
    let set = both.fold(segue_music::PitchClasses::NONE, |set, &class| set.with(class.rem_euclid(12) as u8));
    if set.count() == 0 { chord.set(3) } else { set }
}

/// The key nearest to the target that makes a line: chord tones where it is heavy, no leap after a
/// leap in the same direction, no note three times.
fn best(
    target: i32,
    allowed: segue_music::PitchClasses,
    chord: Chord,
    heavy: bool,
    before: &[Tone],
    (low, high): (i32, i32),
) -> i32 {
    let tones = chord.set(4);
    let cost = |key: i32| {
        let mut cost = 2 * (key - target).abs();
        if !has(tones, key) {
            cost += if heavy { 9 } else { 1 };
            // A semitone above a chord tone rubs.
            cost += if has(tones, key - 1) { 4 } else { 0 };
        }
        if let [.., last] = before {
            let leap = (key - last.key).abs();
            cost += 3 * (leap - 7).max(0);
            if !has(tones, key) && leap > 2 {
                cost += 4;
            }
            if let [.., second, last] = before {
                let moved = last.key - second.key;
                if moved.abs() > 5 && (key - last.key).signum() == moved.signum() {
                    cost += 5;
                }
                if key == last.key && key == second.key {
                    cost += 4;
                }
            }
        }
        cost
    };
    let near = (target - 7).max(low)..=(target + 7).min(high);
    near.filter(|&key| has(allowed, key)).min_by_key(|&key| cost(key)).unwrap_or(target.clamp(low, high))
}
