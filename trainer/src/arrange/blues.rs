//! Blues lines: a call, the call again, an answer.

use segue_music::{Scale, Tick};

use super::dice::Dice;
use super::motif::Motif;
use super::rhythm::Rhythm;
use super::riff::settled;
use super::scale::{degrees_up, has, nearest};
use super::theme::{Ground, Manner, Tone};

/// Calls that the choruses of a song share.
#[derive(Default)]
pub struct Licks(Vec<Lick>);

#[derive(Clone)]
struct Lick {
    motif: Motif,
    /// Its first note, in degrees of the blues scale above the range's lowest tonic.
    start: i32,
    /// Whether its thirds are slid into from below.
    slides: bool,
}

impl Licks {
    /// A call of the song, or a new one that the song will remember.
    fn call(&mut self, dice: &mut Dice, ground: &Ground, manner: &Manner) -> Lick {
        if !self.0.is_empty() && dice.chance(0.35) {
            return dice.pick(&self.0).clone();
        }
        let lick = Lick::new(dice, ground, manner);
        self.0.push(lick.clone());
        lick
    }
}

impl Lick {
    fn new(dice: &mut Dice, ground: &Ground, manner: &Manner) -> Self {
        let rhythm: Rhythm = manner.rhythms.motif(dice, ground.grid, 2, manner.level, manner.syncopation);
        // A lick leaves room for its answer.
        let most = ground.grid.bar() * 7 / 4;
        let rhythm: Rhythm = rhythm.into_iter().filter(|&(at, _)| at < most).take(9).collect();
        Self { motif: Motif::new(dice, rhythm), start: dice.between(3, 8) as i32, slides: dice.chance(0.5) }
    }

    /// The lick at a tick; `home` sends its end to the chord.
    fn set(&self, ground: &Ground, at: Tick, home: bool, tune: &mut Vec<Tone>) {
        let scale = ground.key.on_tonic(Scale::Blues);
        let lowest = nearest(ground.range.0 + 2, ground.key.on_tonic(Scale::Blues), ground.range);
        let start = degrees_up(lowest, self.start, scale, ground.range);
        let count = self.motif.rhythm.len();
        for (place, (&(offset, length), &degrees)) in
            self.motif.rhythm.iter().zip(&self.motif.contour).enumerate()
        {
            let now = at + offset;
            if now >= ground.end() {
                break;
            }
            let chord = ground.harmony.at(now);
            let mut key = degrees_up(start, degrees, scale, ground.range);
            let (last, mut length) = (place + 1 == count, length);
            if !last {
                // The flat fifth passes: it is never struck on a beat.
                let beat = ground.grid.weight(now) > 0;
                let plain = ground.key.on_tonic(Scale::MinorPentatonic);
                key = if beat { nearest(key, plain, ground.range) } else { key };
                key = settled(key, ground, now, length, scale);
            } else {
                let class = if home {
                    chord.set(1).with(((chord.root + chord.fifth()) % 12) as u8)
                } else {
                    chord.set(4)
                };
                key = nearest(key, class, ground.range);
                length = length.max(ground.grid.beat());
            }
            // The flat third leans on the major one where the chord has it.
            let third = chord.root + chord.third();
            let slid = self.slides && chord.third() == 4 && key.rem_euclid(12) == (third - 1).rem_euclid(12);
            if slid && length >= ground.grid.beat() / 2 && has(chord.set(4), key + 1) {
                tune.push(Tone { at: now - 3, length: 3, key });
                key += 1;
            }
            tune.push(Tone { at: now, length, key });
        }
    }
}

/// A line over a section: every four bars a call, the third time an answer.
pub fn compose(dice: &mut Dice, ground: &Ground, manner: &Manner, licks: &mut Licks) -> Vec<Tone> {
    let mut tune = Vec::new();
    let mut call = licks.call(dice, ground, manner);
    for bar in (0..ground.bars).step_by(4) {
        let line = bar / 4 % 3;
        if line == 0 && bar > 0 {
            call = licks.call(dice, ground, manner);
        }
        let at = bar as Tick * ground.grid.bar();
        let answers = line == 2 || bar + 4 >= ground.bars;
        if !answers {
            call.set(ground, at, false, &mut tune);
            // Now and then the two bars after it are filled, too.
            if dice.chance(0.35) {
                Lick::new(dice, ground, manner).set(ground, at + 2 * ground.grid.bar(), false, &mut tune);
            }
        } else {
            let mut answer = if dice.chance(0.5) {
                Lick { motif: call.motif.with_new_tail(dice), ..call.clone() }
            } else {
                Lick::new(dice, ground, manner)
            };
            answer.set(ground, at, false, &mut tune);
            if bar + 2 < ground.bars {
                answer.motif = answer.motif.with_new_tail(dice);
                answer.set(ground, at + 2 * ground.grid.bar(), true, &mut tune);
            }
        }
    }
    tune
}
