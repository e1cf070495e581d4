//! Riffs: a short figure of the pentatonic, again and again, with another end each fourth time.

use segue_music::{PitchClasses, Scale, Tick};

use super::dice::Dice;
use super::motif::Motif;
use super::scale::{Mode, degrees_up, has, nearest};
use super::theme::{Ground, Manner, Tone};

/// A line over a section.
pub fn compose(dice: &mut Dice, ground: &Ground, manner: &Manner) -> Vec<Tone> {
    let minor = ground.key.mode == Mode::Minor || dice.chance(0.3);
    let scale = ground.key.on_tonic(if minor { Scale::MinorPentatonic } else { Scale::MajorPentatonic });
    let bars = if ground.bars.is_multiple_of(2) && dice.chance(0.7) { 2 } else { 1 };
    let rhythm = manner.rhythms.motif(dice, ground.grid, bars, manner.level, manner.syncopation);
    let main = Motif::new(dice, rhythm);
    let other = main.with_new_tail(dice);
    let start = nearest(ground.middle() + dice.between(-4, 4) as i32, scale, ground.range);
    let mut tune = Vec::new();
    let rests = dice.chance(0.3);
    for (time, bar) in (0..ground.bars).step_by(bars).enumerate() {
        // A riff that rests leaves every second time to the others.
        if rests && time % 4 == 1 {
            continue;
        }
        let figure = if time % 4 == 3 { &other } else { &main };
        let at = bar as Tick * ground.grid.bar();
        tune.extend(figure.rhythm.iter().zip(&figure.contour).map(|(&(offset, length), &degrees)| {
            let key = degrees_up(start, degrees, scale, ground.range);
            Tone { at: at + offset, length, key: settled(key, ground, at + offset, length, scale) }
        }));
    }
    tune
}

/// A key that rubs against the chord where it is heard gives way to the nearest of the chord.
pub fn settled(key: i32, ground: &Ground, at: Tick, length: Tick, scale: PitchClasses) -> i32 {
    let chord = ground.harmony.at(at);
    let heard = ground.grid.weight(at) > 0 || length >= ground.grid.beat();
    if heard && !has(chord.set(5), key) && has(chord.set(3), key - 1) {
        let both = PitchClasses(scale.0 & chord.set(4).0);
        return nearest(key, if both.count() > 0 { both } else { chord.set(3) }, ground.range);
    }
    key
}
