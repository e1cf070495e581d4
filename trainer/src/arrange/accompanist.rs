//! A pianist beneath a singer: basses that are held, and chords that are struck or broken, half a
//! bar at a time.

use std::collections::BTreeMap;

use segue_music::Tick;

use super::comping::Comper;
use super::dice::Dice;
use super::part::Part;
use super::pattern::{CompLine, Event, Figure, LeftLine};
use super::pianist::{self, Hand};
use super::song::{Section, Song};
use super::style::{Accompaniment, HALF};
use super::vary::varied;
use super::{broken, counter, descant, sung};

/// Singer, second voice and pianist, as one keyboard plays them. Now and then the pianist plays
/// alone.
pub fn play(dice: &mut Dice, song: &Song) -> Vec<Part> {
    let mut parts = Vec::new();
    if dice.chance(0.8) {
        let mut tune = Part::new("tune", Some(0));
        sung::play(dice, song, &mut tune, 82);
        parts.push(tune);
        let mut second = Part::new("second", Some(0));
        match dice.below(10) {
            0 => {}
            1 => counter::play(song, &mut second, (62, 80)),
            _ => descant::play(dice, song, &mut second),
        }
        parts.push(second);
    }
    let mut accompaniment = Part::new("accompaniment", Some(0));
    let style = dice.pick(&song.style.accompaniments);
    accompany(dice, song, &mut accompaniment, style);
    if song.style.file.pedal {
        pianist::pedal(song, &mut accompaniment);
    }
    parts.push(accompaniment);
    parts.retain(|part| !part.notes.is_empty());
    parts
}

/// The figures of half a bar, as places in their lists.
#[derive(Clone, Copy)]
struct Half {
    left: usize,
    /// None where the left hand's figure is for both.
    right: Option<usize>,
}

/// What both hands play in the sections of a letter.
struct Manner {
    /// The figures of each half of four bars.
    halves: [Half; 8],
    /// Which voice of the chord each number of a figure is.
    order: [char; 4],
    /// Whether low roots are octaves.
    octaves: bool,
}

impl Manner {
    fn draw(dice: &mut Dice, section: &Section, hands: &Figures) -> Self {
        let main = hands.half(dice);
        let second = if dice.chance(0.5) { main } else { hands.half(dice) };
        let mut halves = [main; 8];
        for (place, half) in halves.iter_mut().enumerate().skip(1) {
            *half = match place {
                _ if dice.chance(0.15) => hands.half(dice),
                // The left hand mostly goes on while the right changes.
                _ if main.right.is_some() && dice.chance(0.15) => {
                    Half { right: Some(dice.below(hands.right.len())), ..main }
                }
                place if place % 2 == 1 => second,
                _ => main,
            };
        }
        let mut order = ['1', '2', '3', '4'];
        if dice.chance(0.2) {
            (1..4).for_each(|place| order.swap(place, dice.below(place + 1)));
        }
        let octaves = dice.chance(if section.intensity > 0.7 { 0.15 } else { 0.04 });
        Self { halves, order, octaves }
    }

    fn left(&self, what: char) -> char {
        if what == 'l' && self.octaves { 'L' } else { what }
    }

    fn right(&self, what: char) -> char {
        match what.to_digit(10) {
            Some(number @ 1..=4) => self.order[number as usize - 1],
            _ => what,
        }
    }
}

/// The figures of both hands, as one player plays them.
struct Figures {
    /// Those of the left hand, and behind them those for both.
    left: Vec<Figure>,
    /// How many are of the left hand alone.
    alone: usize,
    /// The share of half bars whose figure is for both.
    both: f64,
    right: Vec<Figure>,
}

impl Figures {
    fn new(dice: &mut Dice, style: &Accompaniment, touch: Touch, sixteenths: bool) -> Self {
        let left = style.left.iter().filter_map(|line| match line {
            LeftLine::Figure(figure) => Some(figure),
            _ => None,
        });
        let mut left: Vec<Figure> = left.map(|figure| touch.figure(dice, figure)).collect();
        let alone = left.len();
        for _ in 0..6 {
            let figure = broken::half_bar(dice, sixteenths);
            left.push(touch.figure(dice, &figure));
        }
        let right = style.right.iter().filter_map(|line| match line {
            CompLine::Figure(figure) => Some(figure),
            _ => None,
        });
        let right = right.map(|figure| touch.figure(dice, figure)).collect();
        let both = *dice.pick(&[0.25, 0.6, 0.9]);
        Self { left, alone, both, right }
    }

    /// One for both hands, or one for each.
    fn half(&self, dice: &mut Dice) -> Half {
        if dice.chance(self.both) {
            return Half { left: self.alone + dice.below(self.left.len() - self.alone), right: None };
        }
        Half { left: dice.below(self.alone), right: Some(dice.below(self.right.len())) }
    }
}

fn accompany(dice: &mut Dice, song: &Song, part: &mut Part, style: &Accompaniment) {
    let lowest = dice.between(50, 57) as i32;
    let mut comper = Comper::new(dice, (lowest, lowest + 18), song.style.file.comp.rootless, 66);
    let mut hand = Hand::new(dice, song).with_floor(dice.between(37, 43) as i32);
    let touch = Touch::draw(dice);
    let figures = Figures::new(dice, style, touch, song.tempo < sung::FAST);
    let mut manners: BTreeMap<char, Manner> = BTreeMap::new();
    let length = HALF * song.grid.step;
    let restless = 0.15 * dice.unit();
    for bar in song.bars() {
        if bar.number == 0 {
            comper.begin_again();
        }
        if bar.is_last {
            pianist::home(song, part, &bar);
            comper.hold(song, part, &bar);
            continue;
        }
        let letter = bar.section.letter;
        let manner = manners.entry(letter).or_insert_with(|| Manner::draw(dice, bar.section, &figures));
        for place in 0..2 {
            let span = (bar.start + place as Tick * length, length);
            let usual = manner.halves[2 * (bar.number % 4) + place];
            let half = if dice.chance(restless) { figures.half(dice) } else { usual };
            let share = if half.right.is_some() { 0.6 } else { 1.6 } * song.freedom;
            let left = varied(dice, &figures.left[half.left], share);
            hand.figure(song, part, span, &lettered(&left, |what| manner.left(what)));
            let Some(right) = half.right else { continue };
            let mut right = varied(dice, &figures.right[right], 1.6 * song.freedom).into_owned();
            // Broken chords go through both hands: one waits for the other.
            let struck = |step: Tick| left.0.iter().any(|event| event.step == step);
            right.0.retain(|event| !event.what.is_ascii_digit() || !struck(event.step) || dice.chance(0.15));
            comper.figure(song, part, &bar, span, &lettered(&right, |what| manner.right(what)));
        }
    }
    touch.notes(dice, song, part);
}

/// What fingers make of a written length: steps less or more, and how often, for lengths of 1, 2,
/// 3, 4 and more steps. Counted in 60 songs of POP909 (Wang et al. 2020), which no weights of ours
/// learn from and the card does not score.
const TOUCH: [[(Tick, f64); 5]; 5] = [
    [(0, 62.0), (1, 24.0), (2, 9.0), (3, 5.0), (0, 0.0)],
    [(-1, 33.0), (0, 38.0), (1, 17.0), (2, 12.0), (0, 0.0)],
    [(-2, 20.0), (-1, 35.0), (0, 35.0), (1, 10.0), (0, 0.0)],
    [(-3, 10.0), (-2, 30.0), (-1, 37.0), (0, 20.0), (1, 3.0)],
    [(-4, 6.0), (-3, 18.0), (-2, 34.0), (-1, 28.0), (0, 14.0)],
];

/// How a player's fingers leave the keys: early mostly, and sometimes beyond the next stroke.
#[derive(Clone, Copy)]
struct Touch {
    /// From -1, short, to 1, long.
    legato: f64,
}

impl Touch {
    fn draw(dice: &mut Dice) -> Self {
        Self { legato: 2.0 * dice.unit() - 1.0 }
    }

    /// What becomes of a length in steps.
    fn steps(self, dice: &mut Dice, steps: Tick) -> Tick {
        let list = &TOUCH[(steps.clamp(1, 5) - 1) as usize];
        let mut draw = || list[dice.weighted(&list.map(|(_, weight)| weight))].0;
        let (one, other) = (draw(), draw());
        let more = match dice.chance(self.legato.abs()) {
            true if self.legato > 0.0 => one.max(other),
            true => one.min(other),
            false => one,
        };
        (steps + more).max(1)
    }

    /// The figure as this player always plays it.
    fn figure(self, dice: &mut Dice, figure: &Figure) -> Figure {
        let event = |event: &Event| {
            let length = self.steps(dice, event.length).min((HALF - event.step).max(1));
            Event { length, ..*event }
        };
        Figure(figure.0.iter().map(event).collect())
    }

    /// No two strokes are quite alike: a share of the notes before the last bar is touched
    /// again.
    fn notes(self, dice: &mut Dice, song: &Song, part: &mut Part) {
        let (share, step, home) = (0.25 * dice.unit(), song.grid.step, song.end() - song.grid.bar());
        for note in part.notes.iter_mut().filter(|note| note.at < home) {
            if dice.chance(share) {
                note.length = (self.steps(dice, note.length / step) * step).min(home - note.at);
            }
        }
    }
}

/// A figure with other letters.
fn lettered(figure: &Figure, of: impl Fn(char) -> char) -> Figure {
    Figure(figure.0.iter().map(|event| Event { what: of(event.what), ..*event }).collect())
}
