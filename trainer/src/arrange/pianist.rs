//! One pianist: the tune and chords in the right hand, bass and chords in the left.

use segue_music::Tick;

use super::bass::BOOGIE;
use super::chord::Chord;
use super::comping::Comper;
use super::cycle::Cycles;
use super::dice::Dice;
use super::dynamics::level;
use super::lead;
use super::part::Part;
use super::pattern::{CompLine, Figure, LeftLine};
use super::scale::{has, low_key};
use super::song::{BarOf, Song};
use super::style::Piano;
use super::vary::varied;
use super::voicing::Voicer;
use super::walking::walk;

/// The lowest root of the left hand.
const FLOOR: i32 = 36;

/// Both hands.
pub fn play(dice: &mut Dice, song: &Song, piano: &Piano) -> Vec<Part> {
    let mut right = Part::new("right", Some(0));
    let mut left = Part::new("left", Some(0));
    let montuno = piano.right.iter().find(|line| **line == CompLine::Montuno);
    if let Some(line) = montuno.filter(|_| dice.chance(0.6)) {
        // The right hand is the rhythm section, but for the ending.
        let mut comper = Comper::new(dice, (60, 80), false, 74);
        song.bars().filter(|bar| !bar.is_last).for_each(|bar| comper.bar(dice, song, &mut right, &bar, line));
        let last = song.sections.last().into_iter().flat_map(|section| &section.tune).next_back();
        let home = song.end() - song.grid.bar();
        last.iter().for_each(|tone| right.add(home, song.grid.bar(), tone.key, 80));
    } else {
        let thickened = *dice.pick(&[0.2, 0.5, 0.8]);
        lead::play(dice, song, &mut right, thickened, 80);
        if !piano.right.is_empty() {
            let share = *dice.pick(&[0.35, 0.6, 0.85]);
            under_the_tune(dice, song, &mut right, &piano.right, share);
        }
    }
    left_hand(dice, song, &mut left, &piano.left);
    if song.style.file.pedal {
        pedal(song, &mut right);
    }
    vec![right, left]
}

/// Chords where the tune leaves room for them, in a share of the letters.
fn under_the_tune(dice: &mut Dice, song: &Song, part: &mut Part, lines: &[CompLine], share: f64) {
    let tune: Vec<_> = song.tune().map(|(_, tone)| tone).collect();
    let mut cycles = Cycles::new(song);
    let mut plays = std::collections::BTreeMap::new();
    for bar in song.bars() {
        let line = &lines[cycles.pattern(dice, &bar, lines.len(), 0.0)];
        let plays = *plays.entry(bar.section.letter).or_insert_with(|| dice.chance(share));
        let CompLine::Figure(figure) = line else { continue };
        if !plays || bar.is_last {
            continue;
        }
        for event in &varied(dice, figure, song.freedom).0 {
            let at = bar.start + event.step * song.grid.step;
            let near =
                |tone: &&super::theme::Tone| tone.at - song.grid.step <= at && at <= tone.at + tone.length;
            let from = tune.partition_point(|tone| tone.at + 2 * song.grid.bar() < at);
            let around = tune[from..].iter().take_while(|tone| tone.at <= at + song.grid.step).filter(near);
            let top = around.map(|tone| tone.key - 2).min().unwrap_or(74);
            if top < 58 {
                continue;
            }
            let mut voicer = Voicer::new(((top - 15).max(52), top), 3, song.style.file.comp.rootless);
            for key in voicer.set(song.chord(at)).into_iter().filter(|&key| key <= top) {
                part.add(at, event.length * song.grid.step, key, level(song, at, 64, 26));
            }
        }
    }
}

/// The left hand of the whole song.
pub fn left_hand(dice: &mut Dice, song: &Song, part: &mut Part, lines: &[LeftLine]) {
    let mut cycles = Cycles::new(song);
    let mut hand = Hand::new(dice, song);
    for bar in song.bars() {
        if bar.number == 0 {
            hand.voicer.begin_again();
        }
        if bar.is_last {
            home(song, part, &bar);
            continue;
        }
        match &lines[cycles.pattern(dice, &bar, lines.len(), 0.1)] {
            LeftLine::Walk => walk(dice, song, part, &bar, 33, 70),
            LeftLine::Boogie => boogie(song, part, &bar),
            LeftLine::Figure(figure) => {
                let figure = varied(dice, figure, song.freedom);
                hand.figure(song, part, (bar.start, song.grid.bar()), &figure);
            }
        }
    }
}

/// The last chord of the left hand.
pub fn home(song: &Song, part: &mut Part, bar: &BarOf) {
    let root = low_key(song.chord(bar.start).low(), FLOOR);
    let keys = if root > 40 { [root - 12, root, root + 7] } else { [root, root + 7, root + 12] };
    let velocity = level(song, bar.start, 66, 26);
    keys.into_iter().for_each(|key| part.add(bar.start, song.grid.bar(), key, velocity));
}

fn boogie(song: &Song, part: &mut Part, bar: &BarOf) {
    let eighth = song.grid.bar() / 8;
    for (place, degree) in (0..).zip(BOOGIE[0]) {
        let at: Tick = bar.start + place * eighth;
        let chord = song.chord(at);
        let flat = i32::from(degree == 4 && chord.is_minor());
        part.add(at, eighth, low_key(chord.root, FLOOR) + degree - flat, level(song, at, 74, 24));
    }
}

/// A left hand.
pub struct Hand {
    voicer: Voicer,
    tenths: bool,
    /// The lowest root.
    floor: i32,
}

impl Hand {
    /// One for a song.
    pub fn new(dice: &mut Dice, song: &Song) -> Self {
        let voicer = Voicer::new((50, 67), 3, song.style.file.comp.rootless);
        Self { voicer, tenths: dice.chance(0.6), floor: FLOOR }
    }

    /// The same with another lowest root.
    #[must_use]
    pub fn with_floor(self, floor: i32) -> Self {
        Self { floor, ..self }
    }

    /// A figure in a bar or a half of it: where it begins, and how long it is.
    pub fn figure(&mut self, song: &Song, part: &mut Part, (from, length): (Tick, Tick), figure: &Figure) {
        let end = from + length;
        for event in &figure.0 {
            let start = from + event.step * song.grid.step;
            let length = (event.length * song.grid.step).min(end - start);
            if length <= 0 {
                continue;
            }
            let pieces = match event.what {
                'n' => vec![(start, event.length * song.grid.step)],
                _ => song.harmony.cut(start, length),
            };
            for (at, length) in pieces {
                let heard = if event.what == 'n' { end.min(song.end() - 1) } else { at };
                for key in self.keys(song, heard, event.what) {
                    let bump = if event.step == 0 { 6 } else { 0 } - if event.what == 'C' { 4 } else { 0 };
                    part.add(at, length, key, level(song, at, 66, 26) + bump);
                }
            }
        }
    }

    fn keys(&mut self, song: &Song, at: Tick, what: char) -> Vec<i32> {
        let chord = song.chord(at);
        let root = low_key(chord.low(), self.floor);
        let fifth = root + over_bass(chord, chord.fifth(), 5);
        let tenth = root + 12 + over_bass(chord, chord.third(), 2);
        let shell = if root > self.floor + 4 { root } else { root + 12 };
        let seventh = if chord.quality.tones().len() > 3 { chord.seventh() } else { chord.fifth() };
        match what {
            // Below that octaves are mud.
            'L' if root < FLOOR => vec![root, root + 12],
            'L' => vec![root - 12, root],
            'f' => vec![if fifth > self.floor + 11 { fifth - 12 } else { fifth }],
            'F' => vec![fifth],
            'R' => vec![root + 12],
            'N' => {
                let scale = song.section(at).key.over(chord);
                let ninth = chord.bass.is_none() && has(scale, root + 2);
                vec![root + if ninth { 14 } else { 12 }]
            }
            'T' => vec![tenth],
            'V' => vec![fifth + 12],
            'O' => vec![root + 24],
            'W' => vec![tenth + 12],
            // Over another bass, sixths and sevenths would be counted from the wrong tone.
            'Q' | 'S' | 'X' | '7' if chord.low() != chord.root => vec![root, fifth],
            'Q' if self.tenths => vec![shell, shell + seventh, shell + 12 + chord.third()],
            'Q' => vec![shell, shell + seventh],
            'S' => vec![root, root + 7],
            'X' => vec![root, root + 9],
            '7' => vec![root, root + 10],
            'l' | 'n' => vec![root],
            _ => {
                let keys = self.voicer.set(chord);
                match what.to_digit(10) {
                    Some(number) => vec![keys[(number as usize - 1) % keys.len()]],
                    None => keys,
                }
            }
        }
    }
}

/// Semitones from the bass to a tone of a chord: what it is above the root, or, where the bass is
/// another tone, the first chord tone that lies more than `least` above the bass.
fn over_bass(chord: Chord, above_root: i32, least: i32) -> i32 {
    match chord.bass.filter(|&bass| bass != chord.root) {
        None => above_root,
        Some(bass) => {
            let tones = chord.set(3);
            (least + 1..least + 9).find(|up| has(tones, bass + up)).unwrap_or(above_root)
        }
    }
}

/// The pedal is changed with each chord and each bar: up just before, down just after.
pub fn pedal(song: &Song, part: &mut Part) {
    let bars = (0..).map(|bar| bar * song.grid.bar()).take_while(|&start| start < song.end());
    let mut changes: Vec<Tick> = song.harmony.changes().iter().map(|&(at, _)| at).chain(bars).collect();
    changes.sort_unstable();
    changes.dedup();
    for at in changes {
        if at > 0 {
            part.pedal.push((at, false));
        }
        part.pedal.push((at + 4, true));
    }
    part.pedal.push((song.end(), false));
}

#[cfg(test)]
mod tests {
    use super::super::numeral;
    use super::*;

    #[test]
    fn tones_above_another_bass_are_of_the_chord() {
        for (numeral, fifth, tenth) in [
            ("I", 7, 4),
            ("ii", 7, 3),
            ("I/3", 8, 3),
            ("V/3", 8, 3),
            ("I/5", 9, 5),
            ("i/3", 9, 4),
            ("vi/5", 8, 5),
        ] {
            let chord = numeral::parse(numeral).unwrap();
            let over = (over_bass(chord, chord.fifth(), 5), over_bass(chord, chord.third(), 2));
            assert_eq!(over, (fifth, tenth), "{numeral}");
            for up in [over.0, over.1] {
                assert!(has(chord.set(3), chord.low() + up), "{numeral}: {up}");
            }
        }
    }
}
