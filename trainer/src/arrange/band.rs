//! A band: lead, chords, mostly a second instrument, bass and drums.

use super::dice::Dice;
use super::part::Part;
use super::song::Song;
use super::{bass, comping, counter, drums, lead, pianist};

/// Programs of keyboards with a pedal.
const PEDALLED: [u8; 4] = [0, 1, 4, 5];

/// The parts of a song, in the order of the data that models learn from.
pub fn play(dice: &mut Dice, song: &Song) -> Vec<Part> {
    let file = &song.style.file;
    let mut parts = Vec::new();
    let program = *dice.pick(&file.melody.programs);
    let mut tune = Part::new("lead", Some(program));
    let thickened = if matches!(program, 0 | 4 | 26) { 0.3 } else { 0.0 };
    lead::play(&mut dice.fork(), song, &mut tune, thickened, 84);
    parts.push(tune);

    let mut comp = Part::new("comp", Some(*dice.pick(&file.comp.programs)));
    comping::play(&mut dice.fork(), song, &mut comp, &file.comp, 74);
    if file.pedal && comp.program.is_some_and(|program| PEDALLED.contains(&program)) {
        pianist::pedal(song, &mut comp);
    }
    parts.push(comp);

    let plays_second = dice.chance(0.75);
    if let Some(style) = file.second.as_ref().filter(|_| plays_second) {
        let mut second = Part::new("second", Some(*dice.pick(&style.programs)));
        let mut own = dice.fork();
        if own.chance(style.counter) {
            counter::play(song, &mut second, (style.range[0], style.range[1]));
        } else {
            comping::play(&mut own, song, &mut second, style, 64);
        }
        parts.push(second);
    }

    let mut low = Part::new("bass", Some(*dice.pick(&file.bass.programs)));
    bass::play(&mut dice.fork(), song, &mut low);
    parts.push(low);

    let drumless = dice.chance(file.drumless);
    let mut kit = Part::new("drums", None);
    if !drumless {
        drums::play(&mut dice.fork(), song, &mut kit);
    }
    parts.push(kit);
    parts.retain(|part| !part.notes.is_empty());
    parts
}
