//! A pianist beneath a singer: basses that are held, and chords that are struck or broken, half a
//! bar at a time.

use std::collections::BTreeMap;

use segue_music::Tick;

use super::comping::Comper;
use super::dice::Dice;
use super::ending::ENDING;
use super::habits::Habits;
use super::part::Part;
use super::pattern::{Event, Figure};
use super::pianist::{self, Hand};
use super::song::{BarOf, Song};
use super::style::{Accompaniment, HALF};
use super::touch::Touch;
use super::{broken, counter, descant, sung};

/// How often half a bar of the ending is played in beats only: people get thinner over the last
/// three bars, to eight tenths of their notes in the last but one.
const THINNER: f64 = 0.4;
/// How often the last chord is broken: in 100 songs of POP909 nine in ten have notes after the last
/// bar line.
const BROKEN_AT_LAST: f64 = 0.6;
/// A beat, in steps.
const BEAT: Tick = 4;

/// Singer, second voice and pianist, as one keyboard plays them. Now and then the pianist plays
/// alone.
pub fn play(dice: &mut Dice, song: &Song) -> Vec<Part> {
    let mut parts = Vec::new();
    if dice.chance(0.93) {
        let mut tune = Part::new("tune", Some(0));
        sung::play(dice, song, &mut tune, 82);
        parts.push(tune);
        let mut second = Part::new("second", Some(0));
        match dice.below(20) {
            0 => {}
            1 => counter::play(song, &mut second, (62, 80)),
            _ => descant::play(dice, song, &mut second),
        }
        parts.push(second);
    }
    let mut accompaniment = Part::new("accompaniment", Some(0));
    let style = dice.pick(&song.style.accompaniments);
    Pianist::new(dice, song, style).accompany(dice, song, &mut accompaniment);
    if song.style.file.pedal {
        pianist::pedal(song, &mut accompaniment);
    }
    parts.push(accompaniment);
    parts.retain(|part| !part.notes.is_empty());
    parts
}

/// Both hands of one player.
struct Pianist {
    comper: Comper,
    hand: Hand,
    touch: Touch,
    habits: Habits,
}

impl Pianist {
    fn new(dice: &mut Dice, song: &Song, style: &Accompaniment) -> Self {
        let lowest = dice.between(49, 55) as i32;
        let comper = Comper::new(dice, (lowest, lowest + 17), song.style.file.comp.rootless, 66);
        let hand = Hand::new(dice, song).with_floor(dice.between(35, 42) as i32);
        let touch = Touch::draw(dice);
        let sixteenths = song.syllable == Some(1) || dice.chance(0.1);
        let habits = Habits::draw(dice, style, touch, sixteenths);
        Self { comper, hand, touch, habits }
    }

    fn accompany(mut self, dice: &mut Dice, song: &Song, part: &mut Part) {
        let mut manners = BTreeMap::new();
        for bar in song.bars() {
            if bar.number == 0 {
                self.comper.begin_again();
            }
            if bar.is_last {
                self.end(dice, song, part, &bar);
                continue;
            }
            let manner =
                manners.entry(bar.section.letter).or_insert_with(|| self.habits.manner(dice, bar.section));
            let middle = bar.start + HALF * song.grid.step;
            let one_chord = song.chord(bar.start) == song.chord(middle);
            let mut held = one_chord && manner.holds && dice.chance(0.9);
            for place in 0..2 {
                let half = manner.half(dice, &self.habits, bar.number, place);
                let (mut left, mut right) = self.habits.figures(dice, half, manner, song.freedom);
                if bar.section.name == ENDING && dice.chance(THINNER) {
                    thin(&mut left);
                    thin(&mut right);
                }
                let span = (bar.start, song.grid.bar());
                if held && place == 0 {
                    let rings = dice.chance(manner.rings);
                    let lasts = |event: &Event| rings && event.step + event.length >= HALF;
                    let bass = |event: &Event| event.step == 0 && is_bass(event);
                    let low = rung_on(dice, self.touch, &mut left, |event| bass(event) || lasts(event));
                    self.hand.figure(song, part, span, &low);
                    // Without a bass of its own the first half has none to hold.
                    held = low.0.iter().any(bass);
                    let chord = rung_on(dice, self.touch, &mut right, lasts);
                    self.comper.figure(song, part, &bar, span, &chord);
                } else if held {
                    left.0.retain(|event| event.step > 0 || !is_bass(event));
                }
                let length = HALF * song.grid.step;
                let span = (bar.start + place as Tick * length, length);
                self.hand.figure(song, part, span, &left);
                self.comper.figure(song, part, &bar, span, &right);
            }
        }
        self.touch.notes(dice, song, part);
    }

    /// The last bar: a chord that is held, struck at once or broken.
    fn end(&mut self, dice: &mut Dice, song: &Song, part: &mut Part, bar: &BarOf) {
        if dice.chance(BROKEN_AT_LAST) {
            let chord = broken::last_chord(dice);
            self.hand.figure(song, part, (bar.start, song.grid.bar()), &chord);
        } else {
            pianist::home(song, part, bar);
            self.comper.hold(song, part, bar);
        }
    }
}

/// Leaves of a figure what is struck on the beats, and lets it sound for one.
fn thin(figure: &mut Figure) {
    figure.0.retain(|event| event.step % BEAT == 0);
    for event in &mut figure.0 {
        event.length = event.length.max(BEAT).min(HALF - event.step);
    }
}

fn is_bass(event: &Event) -> bool {
    "lL".contains(event.what)
}

/// Takes out of the first half's figure what is to sound until the bar ends.
fn rung_on(dice: &mut Dice, touch: Touch, figure: &mut Figure, which: impl Fn(&Event) -> bool) -> Figure {
    let on = figure.0.iter().filter(|event| which(event));
    let on = on.map(|event| {
        let left = 2 * HALF - event.step;
        Event { length: touch.steps(dice, left).min(left), ..*event }
    });
    let on = on.collect();
    figure.0.retain(|event| !which(event));
    Figure(on)
}
