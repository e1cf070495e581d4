//! Chords in the rhythm of a style.

use segue_music::Tick;

use super::chord::Chord;
use super::cycle::Cycles;
use super::dice::Dice;
use super::dynamics::level;
use super::part::Part;
use super::pattern::{CompLine, Figure};
use super::scale::{has, low_key};
use super::song::{BarOf, Song};
use super::style::CompStyle;
use super::vary::varied;
use super::voicing::Voicer;

/// The octaves and chords of a montuno, and of another one: step and whether it is an octave.
const MONTUNOS: [[(Tick, bool); 8]; 2] = [
    [(0, true), (2, false), (3, true), (6, false), (7, true), (10, false), (11, true), (14, false)],
    [(0, true), (3, false), (4, true), (6, false), (8, true), (11, false), (12, true), (14, false)],
];

/// What chords are played with.
pub struct Comper {
    voicer: Voicer,
    /// The velocity in the middle.
    base: i32,
    /// Whether a chord just before the bar line is already the next one.
    anticipates: bool,
    /// Whether one voice of a long chord moves.
    sings: bool,
    montuno: usize,
}

/// The chords of an instrument.
pub fn play(dice: &mut Dice, song: &Song, part: &mut Part, style: &CompStyle, base: i32) {
    let voicer = Voicer::new((style.range[0], style.range[1]), style.voices, style.rootless);
    let (anticipates, sings) = (dice.chance(0.5), dice.chance(0.5));
    let mut comper = Comper { voicer, base, anticipates, sings, montuno: dice.below(2) };
    let restless = if song.style.file.family == "jazz" { 0.7 } else { 0.1 };
    let mut cycles = Cycles::new(song);
    for bar in song.bars() {
        if bar.number == 0 {
            comper.voicer.begin_again();
        }
        if bar.is_last {
            comper.hold(song, part, &bar);
            continue;
        }
        let pattern = cycles.pattern(dice, &bar, style.patterns.len(), restless);
        comper.bar(dice, song, part, &bar, &style.patterns[pattern]);
    }
}

impl Comper {
    /// One for the right hand of a pianist.
    pub fn new(dice: &mut Dice, range: (i32, i32), rootless: bool, base: i32) -> Self {
        let (anticipates, montuno) = (dice.chance(0.5), dice.below(2));
        Self { voicer: Voicer::new(range, 3, rootless), base, anticipates, sings: false, montuno }
    }

    /// Forgets the chord before, so that a section that comes back is set alike.
    pub fn begin_again(&mut self) {
        self.voicer.begin_again();
    }

    /// The last chord.
    pub fn hold(&mut self, song: &Song, part: &mut Part, bar: &BarOf) {
        for key in self.voicer.set(song.chord(bar.start)) {
            part.add(bar.start, song.grid.bar(), key, level(song, bar.start, self.base, 26));
        }
    }

    /// A bar of a pattern.
    pub fn bar(&mut self, dice: &mut Dice, song: &Song, part: &mut Part, bar: &BarOf, line: &CompLine) {
        match line {
            CompLine::Montuno => self.montuno(song, part, bar),
            CompLine::Shuffle => self.shuffle(song, part, bar),
            CompLine::Figure(figure) => {
                let figure = varied(dice, figure, song.freedom);
                self.figure(song, part, bar, (bar.start, song.grid.bar()), &figure);
            }
        }
    }

    fn montuno(&mut self, song: &Song, part: &mut Part, bar: &BarOf) {
        for (step, octave) in MONTUNOS[self.montuno] {
            let at = bar.start + step * song.grid.step;
            let keys = self.voicer.set(song.chord(at));
            let velocity = level(song, at, self.base, 26);
            if octave {
                part.add(at, song.grid.step, keys[0], velocity + 6);
                part.add(at, song.grid.step, keys[0] + 12, velocity + 8);
            } else {
                keys[1..].iter().for_each(|&key| part.add(at, song.grid.step, key, velocity));
            }
        }
    }

    fn shuffle(&mut self, song: &Song, part: &mut Part, bar: &BarOf) {
        let eighth = song.grid.bar() / 8;
        for place in 0..8 {
            let at = bar.start + place * eighth;
            let root = low_key(song.chord(at).low(), 40);
            let velocity = level(song, at, self.base, 26) + if place % 2 == 0 { 3 } else { -4 };
            part.add(at, eighth, root, velocity);
            part.add(at, eighth, root + if place / 2 % 2 == 0 { 7 } else { 9 }, velocity - 3);
        }
    }

    /// A figure in a bar or a half of it: where it begins, and how long it is.
    pub fn figure(
        &mut self,
        song: &Song,
        part: &mut Part,
        bar: &BarOf,
        (from, length): (Tick, Tick),
        figure: &Figure,
    ) {
        let grid = song.grid;
        let end = from + length;
        for event in &figure.0 {
            let start = from + event.step * grid.step;
            let late = start >= end - 2 * grid.step && event.length <= 2 && "Cc".contains(event.what);
            let ahead = self.anticipates && late && end < song.end();
            let length = (event.length * grid.step).min(end - start);
            if length <= 0 {
                continue;
            }
            for (at, length) in song.harmony.cut(start, length) {
                let chord = song.chord(if ahead { end } else { at });
                let keys = self.voicer.set(chord);
                let keys = match event.what {
                    'u' => keys[keys.len().saturating_sub(2)..].to_vec(),
                    '-' => vec![low_key(chord.low(), 40)],
                    note => match note.to_digit(10) {
                        None => keys,
                        Some(number) => {
                            let place = number as usize - 1;
                            vec![keys[place % keys.len()] + 12 * (place / keys.len()) as i32]
                        }
                    },
                };
                let bump = match event.what {
                    'C' => 8,
                    'o' => -25,
                    '-' => 4,
                    _ => 0,
                };
                let velocity = level(song, at, self.base, 26) + bump;
                let top = keys.len() - 1;
                let long = self.sings && length >= grid.bar() && "Cc".contains(event.what);
                let mover = if long { moving(bar, chord, &keys) } else { None };
                for (place, key) in keys.into_iter().enumerate() {
                    let velocity = velocity + if place == top { 3 } else { 0 };
                    match mover {
                        Some((voice, first, then)) if voice == place => {
                            let half = grid.bar() / grid.beats() * ((grid.beats() + 1) / 2);
                            part.add(at, half, first, velocity);
                            part.add(at + half, length - half, then, velocity - 3);
                        }
                        _ => part.add(at, length, key, velocity),
                    }
                }
            }
        }
    }
}

/// The voice of a long chord that moves in the middle of the bar, and its two keys: a fourth that
/// falls to the third, a ninth to the root, or a fifth that rises to the sixth.
fn moving(bar: &BarOf, chord: Chord, keys: &[i32]) -> Option<(usize, i32, i32)> {
    let scale = bar.section.key.over(chord);
    let voice = |above: i32| keys.iter().position(|key| (key - chord.root - above).rem_euclid(12) == 0);
    let falls = |voice: usize, from: i32| {
        let first = keys[voice] + from;
        (has(scale, first) && !keys.contains(&first)).then_some((voice, first, keys[voice]))
    };
    let fourth = || voice(chord.third()).and_then(|voice| falls(voice, 5 - chord.third()));
    let ninth = || voice(0).and_then(|voice| falls(voice, 2));
    let sixth = || {
        voice(chord.fifth()).and_then(|voice| falls(voice, 2)).map(|(voice, six, five)| (voice, five, six))
    };
    match bar.number % 4 {
        0 => ninth().or_else(sixth),
        2 => fourth().or_else(ninth),
        _ => sixth(),
    }
}
