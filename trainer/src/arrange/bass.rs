//! Bass lines: on the chord's root where it begins, and never silent for a bar.

use segue_music::Tick;

use super::cycle::Cycles;
use super::dice::Dice;
use super::dynamics::{accent, level};
use super::part::Part;
use super::pattern::{BassLine, Figure};
use super::scale::{degrees_up, low_key};
use super::song::{BarOf, Song};
use super::vary::varied;
use super::walking::walk;
use std::collections::BTreeMap;

/// The bass's lowest note, the E of a bass guitar.
const FLOOR: i32 = 28;
/// Its highest root.
const CEILING: i32 = 43;
/// Eighths of boogie above the root, and of its rolling cousin.
pub const BOOGIE: [[i32; 8]; 2] = [[0, 4, 7, 9, 10, 9, 7, 4], [0, 12, 4, 16, 7, 19, 9, 21]];

/// What the bass of a song plays.
pub fn play(dice: &mut Dice, song: &Song, part: &mut Part) {
    let patterns = &song.style.file.bass.patterns;
    let mut cycles = Cycles::new(song);
    let mut player =
        Player { last: None, riffs: BTreeMap::new(), rolls: dice.chance(0.2), leads: dice.chance(0.7) };
    for bar in song.bars() {
        if bar.number == 0 {
            player.last = None;
        }
        if bar.is_last {
            let key = player.root(song.chord(bar.start).low());
            part.add(bar.start, song.grid.bar(), key, level(song, bar.start, 84, 24));
            continue;
        }
        match &patterns[cycles.pattern(dice, &bar, patterns.len(), 0.15)] {
            BassLine::Walk => walk(dice, song, part, &bar, FLOOR, 82),
            BassLine::Boogie => player.boogie(song, part, &bar),
            BassLine::Funk => player.funk(dice, song, part, &bar),
            BassLine::Figure(figure) => {
                let figure = varied(dice, figure, song.freedom / 2.0);
                player.figure(dice, song, part, &bar, &figure);
            }
        }
    }
}

struct Player {
    /// The last root, to stay near it.
    last: Option<i32>,
    /// Steps and semitones above the root, by letter.
    riffs: BTreeMap<char, Vec<(Tick, i32)>>,
    rolls: bool,
    /// Whether every fourth bar leads to the next one's root.
    leads: bool,
}

impl Player {
    /// The root of a class that is nearest to the last one.
    fn root(&mut self, class: i32) -> i32 {
        let low = low_key(class, FLOOR);
        let near = |last: i32| low + 12 <= CEILING && (low + 12 - last).abs() < (low - last).abs();
        let root = if self.last.is_some_and(near) { low + 12 } else { low };
        self.last = Some(root);
        root
    }

    fn boogie(&mut self, song: &Song, part: &mut Part, bar: &BarOf) {
        let eighth = song.grid.bar() / 8;
        for (place, degree) in (0..).zip(BOOGIE[usize::from(self.rolls)]) {
            let at = bar.start + place * eighth;
            let chord = song.chord(at);
            let flat = i32::from(degree % 12 == 4 && chord.is_minor());
            part.add(
                at,
                eighth,
                low_key(chord.low(), FLOOR) + degree - flat,
                level(song, at, 82, 22) + accent(song, at),
            );
        }
    }

    fn funk(&mut self, dice: &mut Dice, song: &Song, part: &mut Part, bar: &BarOf) {
        let steps = song.grid.steps;
        let riff = self.riffs.entry(bar.section.letter).or_insert_with(|| {
            let free: Vec<Tick> = (1..steps).filter(|step| ![1, 4, 5, 9, 12, 15].contains(step)).collect();
            let mut riff = vec![(0, 0)];
            for _ in 0..*dice.pick(&[3, 4, 5]) {
                let step = *dice.pick(&free);
                if riff.iter().all(|&(taken, _)| taken != step) {
                    riff.push((step, [0, 12, 10, 7, -2, 5][dice.weighted(&[4.0, 3.0, 2.0, 2.0, 1.0, 1.0])]));
                }
            }
            riff.sort_unstable();
            riff
        });
        let riff = riff.clone();
        for (place, &(step, above)) in riff.iter().enumerate() {
            let at = bar.start + step * song.grid.step;
            let next = riff.get(place + 1).map_or(steps, |&(next, _)| next);
            let length = ((next - step) * song.grid.step).min(song.grid.beat());
            let root = low_key(song.chord(at).low(), FLOOR);
            part.add(at, length, root + above, level(song, at, 84, 22) + if step == 0 { 10 } else { -2 });
        }
        // A second chord in the bar gets its root where it begins.
        for (at, _) in song.harmony.cut(bar.start, song.grid.bar()).into_iter().skip(1) {
            part.notes.retain(|note| note.at != at);
            part.add(at, song.grid.step, low_key(song.chord(at).low(), FLOOR), level(song, at, 84, 22));
        }
    }

    fn figure(&mut self, dice: &mut Dice, song: &Song, part: &mut Part, bar: &BarOf, figure: &Figure) {
        let grid = song.grid;
        let end = bar.start + grid.bar();
        let next = song.chord(end.min(song.end() - 1));
        let changes = next.low() != song.chord(end - 1).low();
        let leads = self.leads && bar.number % 4 == 3 && changes && grid.beats() > 2;
        let from = if leads { grid.steps - grid.steps_a_beat() } else { grid.steps };
        for event in figure.0.iter().filter(|event| event.step < from) {
            let start = bar.start + event.step * grid.step;
            let length = if leads { event.length.min(from - event.step) } else { event.length } * grid.step;
            let pieces = match event.what {
                'n' | 'a' | 'd' => vec![(start, length)],
                _ => song.harmony.cut(start, length.min(end - start)),
            };
            for (place, (at, length)) in pieces.into_iter().enumerate() {
                let chord = song.chord(at);
                let what = if place > 0 { 'r' } else { event.what };
                let root = self.root(if "nad".contains(what) { next.low() } else { chord.low() });
                // Over another bass the degrees still count from the chord's root.
                let above = root + (chord.root - chord.low()).rem_euclid(12);
                let key = match what {
                    'R' => root + 12,
                    'l' => root - 12,
                    '2' => above + 2,
                    '3' => above + chord.third(),
                    '4' => above + 5,
                    '5' => above + chord.fifth(),
                    '6' => above + 9,
                    '7' => above + chord.seventh(),
                    'b' => above + 3,
                    'a' => root + if dice.chance(0.5) { 1 } else { -1 },
                    'd' => degrees_up(
                        root,
                        if dice.chance(0.5) { 1 } else { -1 },
                        bar.section.key.over(next),
                        (FLOOR - 4, 60),
                    ),
                    _ => root,
                };
                let key = if key > 52 || what == '5' && key > 44 { key - 12 } else { key };
                part.add(at, length, key, level(song, at, 82, 24) + accent(song, at));
            }
        }
        if leads {
            // Two notes up or down the scale to the next root.
            let root = self.root(next.low());
            let side = if root > self.last.unwrap_or(root) || root <= FLOOR + 4 { 1 } else { -1 };
            let half = grid.beat() / 2;
            let half = if half % grid.step == 0 { half } else { grid.step };
            let scale = bar.section.key.over(song.chord(end - 1));
            for (place, degrees) in [(2, 2), (1, 1)] {
                let at = end - if place == 2 { grid.beat() } else { half };
                let length = if place == 2 { grid.beat() - half } else { half };
                let key = degrees_up(root, side * degrees, scale, (FLOOR - 4, 60));
                part.add(at, length, key, level(song, at, 80, 24));
            }
        }
    }
}
