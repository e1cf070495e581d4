//! What a pianist beneath a singer is used to: a few figures, which come back from section to
//! section, and are rarely played twice the same way.
//!
//! How often bars come again, in notes and in rhythm, is as in 100 songs of POP909 (Wang et al.
//! 2020), which no weights of ours learn from and the card does not score.

use super::broken::Broken;
use super::dice::Dice;
use super::pattern::{CompLine, Event, Figure, LeftLine};
use super::song::Section;
use super::style::Accompaniment;
use super::touch::Touch;
use super::vary::varied;

/// The figures of half a bar, as places in the lists of a player.
#[derive(Clone, Copy)]
pub enum Half {
    /// One for both hands.
    Both(usize),
    /// One for each.
    Each { left: usize, right: usize },
}

/// Of one player.
pub struct Habits {
    left: Vec<Figure>,
    right: Vec<Figure>,
    /// Broken chords for both hands, and how each is mostly played.
    broken: Vec<(Broken, Figure)>,
    /// The share of half bars whose figure is for both.
    both: f64,
    /// The share of half bars that take another way through the chord than usual.
    wanders: f64,
    /// The share of half bars whose figure is another one of the section's.
    restless: f64,
    /// The share of sections whose basses are held for a bar.
    holds: f64,
    /// What the sections of the song have in common.
    usual: [Half; 2],
}

impl Habits {
    /// A player's, of what the style offers.
    pub fn draw(dice: &mut Dice, style: &Accompaniment, touch: Touch, sixteenths: bool) -> Self {
        let left = style.left.iter().filter_map(|line| match line {
            LeftLine::Figure(figure) => Some(figure),
            _ => None,
        });
        let left = suited(left, sixteenths).into_iter().map(|figure| touch.figure(dice, figure)).collect();
        let right = style.right.iter().filter_map(|line| match line {
            CompLine::Figure(figure) => Some(figure),
            _ => None,
        });
        let right = suited(right, sixteenths).into_iter().map(|figure| {
            let figure = stirred(dice, figure);
            touch.figure(dice, &figure)
        });
        let right = right.collect();
        let broken = |dice: &mut Dice| {
            let broken = Broken::draw(dice, touch, sixteenths);
            let figure = broken.figure(dice);
            (broken, figure)
        };
        let broken = (0..6).map(|_| broken(dice)).collect();
        let mut habits = Self {
            left,
            right,
            broken,
            both: *dice.pick(&[0.6, 0.9, 0.98]),
            wanders: dice.unit(),
            restless: 0.45 * dice.unit(),
            holds: *dice.pick(&[0.5, 0.8, 0.95]),
            usual: [Half::Both(0); 2],
        };
        habits.usual = [habits.half(dice), habits.half(dice)];
        habits
    }

    fn half(&self, dice: &mut Dice) -> Half {
        if dice.chance(self.both) {
            return Half::Both(dice.below(self.broken.len()));
        }
        Half::Each { left: dice.below(self.left.len()), right: dice.below(self.right.len()) }
    }

    /// What both hands play in the sections of a letter.
    pub fn manner(&self, dice: &mut Dice, section: &Section) -> Manner {
        let pick = |dice: &mut Dice, usual: Half| if dice.chance(0.6) { usual } else { self.half(dice) };
        let main = pick(dice, self.usual[0]);
        let second = if dice.chance(0.5) { main } else { pick(dice, self.usual[1]) };
        let third = match main {
            // The left hand mostly goes on while the right changes.
            Half::Each { left, .. } if dice.chance(0.6) => {
                Half::Each { left, right: dice.below(self.right.len()) }
            }
            _ => pick(dice, self.usual[1]),
        };
        Manner {
            halves: [main, second, third, self.half(dice)],
            order: if dice.chance(0.2) { order(dice) } else { ORDER },
            octaves: dice.chance(if section.intensity > 0.7 { 0.15 } else { 0.04 }),
            holds: dice.chance(self.holds),
            rings: *dice.pick(&[0.1, 0.5, 0.9]),
        }
    }

    /// What the left and the right hand play in a half; nothing where the other plays for both.
    pub fn figures(&self, dice: &mut Dice, half: Half, manner: &Manner, freedom: f64) -> (Figure, Figure) {
        let wanders = dice.chance(self.wanders);
        match half {
            Half::Both(place) => {
                let (broken, usual) = &self.broken[place];
                let figure = if wanders { broken.figure(dice) } else { usual.clone() };
                let left = varied(dice, &figure, freedom).into_owned();
                (lettered(left, |what| manner.left(what)), Figure(Vec::new()))
            }
            Half::Each { left, right } => {
                let left = varied(dice, &self.left[left], 0.6 * freedom).into_owned();
                let mut right = varied(dice, &self.right[right], 1.6 * freedom).into_owned();
                // Broken chords go through both hands: one waits for the other.
                let struck = |event: &Event| left.0.iter().any(|other| other.step == event.step);
                right.0.retain(|event| !event.what.is_ascii_digit() || !struck(event) || dice.chance(0.15));
                let order = if wanders && dice.chance(0.5) { order(dice) } else { manner.order };
                let right = lettered(right, |what| match what.to_digit(10) {
                    Some(number @ 1..=4) => order[number as usize - 1],
                    _ => what,
                });
                (lettered(left, |what| manner.left(what)), right)
            }
        }
    }
}

/// Those in eighths, unless sixteenths are played or there are no others.
fn suited<'a>(figures: impl Iterator<Item = &'a Figure> + Clone, sixteenths: bool) -> Vec<&'a Figure> {
    let even = |figure: &&Figure| figure.0.iter().all(|event| event.step % 2 == 0);
    let eighths: Vec<&Figure> = figures.clone().filter(even).collect();
    if sixteenths || eighths.is_empty() { figures.collect() } else { eighths }
}

/// Which voice of the chord each number of a figure is, from the lowest.
type Order = [char; 4];

const ORDER: Order = ['1', '2', '3', '4'];

fn order(dice: &mut Dice) -> Order {
    let mut order = ORDER;
    (1..4).for_each(|place| order.swap(place, dice.below(place + 1)));
    order
}

/// What both hands play in the sections of a letter.
pub struct Manner {
    /// The first and the second half of a bar, the second half of each fourth bar, and one more.
    halves: [Half; 4],
    order: Order,
    /// Whether low roots are octaves.
    octaves: bool,
    /// Whether basses are held for a bar, where the chord stays.
    pub holds: bool,
    /// How often more than the bass is held then.
    pub rings: f64,
}

impl Manner {
    /// What is played in a half, 0 or 1, of a bar of the section.
    pub fn half(&self, dice: &mut Dice, habits: &Habits, bar: usize, half: usize) -> Half {
        match half {
            _ if dice.chance(habits.restless) => *dice.pick(&self.halves),
            1 if bar % 4 == 3 => self.halves[2],
            half => self.halves[half],
        }
    }

    fn left(&self, what: char) -> char {
        if what == 'l' && self.octaves { 'L' } else { what }
    }
}

/// Nobody strikes the same chord twice for long: the second time some of it is enough.
fn stirred(dice: &mut Dice, figure: &Figure) -> Figure {
    let mut events = figure.0.clone();
    for place in 1..events.len() {
        if "Ccu".contains(events[place].what) && events[place].what == events[place - 1].what {
            let other = *dice.pick(&['1', '2', '3', if events[place].what == 'u' { '1' } else { 'u' }]);
            events[place].what = if dice.chance(0.8) { other } else { events[place].what };
        }
    }
    Figure(events)
}

/// A figure with other letters.
fn lettered(mut figure: Figure, of: impl Fn(char) -> char) -> Figure {
    figure.0.iter_mut().for_each(|event| event.what = of(event.what));
    figure
}
