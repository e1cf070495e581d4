//! A second voice above or below a sung tune: octaves, thirds or sixths, runs where the tune rests,
//! or a figure that goes round.

use std::collections::BTreeMap;

use segue_music::Tick;

use super::dice::Dice;
use super::dynamics::level;
use super::part::Part;
use super::scale::{degrees_up, keys_of, nearest};
use super::song::{Section, Song};
use super::theme::Tone;

/// The lowest and the highest key of runs and figures.
const HIGH: (i32, i32) = (62, 92);

/// What it does in the sections of a letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Rests,
    /// Doubles the tune an octave higher or lower.
    Octaves(i32),
    /// Doubles it this many degrees lower.
    Below(i32),
    /// Runs in the tune's rests, alone or in two voices.
    Runs(Voices),
    /// Runs whatever the tune does.
    Line(Voices),
    /// A note for each chord, near the one before; alone, or with the chord tone below it.
    Held(bool),
    /// Chord tones of a high octave, in steps of this many.
    Figure(Tick),
}

/// How many voices a run has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voices {
    One,
    /// The lower one an octave below.
    Octaves,
    /// The lower one this many degrees below.
    Below(i32),
}

/// The second voice of the whole song.
pub fn play(dice: &mut Dice, song: &Song, part: &mut Part) {
    let mut manners = BTreeMap::new();
    let mut firsts = BTreeMap::new();
    // Some play a line again when its section comes again.
    let repeats = *dice.pick(&[0.3, 0.7, 0.95]);
    let last = song.sections.len().saturating_sub(1);
    for (number, section) in song.sections[..last].iter().enumerate() {
        let first: &Section = firsts.entry(section.letter).or_insert(section);
        if first.start < section.start && first.bars == section.bars && dice.chance(repeats) {
            again(song, part, first, section);
            continue;
        }
        let manner =
            *manners.entry(section.letter).or_insert_with(|| draw(dice, section, song.syllable == Some(2)));
        match manner {
            Manner::Rests => {}
            Manner::Octaves(up) => double(song, part, section, |key, _| key + up),
            Manner::Below(degrees) => double(song, part, section, |key, at| {
                let scale = section.key.over(song.chord(at));
                degrees_up(key, -degrees, scale, (key - 10, key))
            }),
            Manner::Runs(voices) => runs(dice, song, part, number, voices),
            Manner::Line(voices) => line(dice, song, part, section, voices),
            Manner::Held(two) => held(dice, song, part, section, two),
            Manner::Figure(steps) => figure(dice, song, part, section, steps),
        }
    }
    if !part.notes.is_empty() {
        // The last chord's third, held.
        let home = song.end() - song.grid.bar();
        let third = song.chord(home).root + song.chord(home).third();
        let key = HIGH.0 + (third - HIGH.0).rem_euclid(12);
        part.notes.iter_mut().for_each(|note| note.length = note.length.min(home - note.at));
        part.add(home, song.grid.bar(), key, level(song, home, 66, 22));
    }
}

/// What was played in a section, in another of its letter.
fn again(song: &Song, part: &mut Part, first: &Section, section: &Section) {
    let end = first.start + first.bars as Tick * song.grid.bar();
    let up = (section.key.tonic - first.key.tonic + 5).rem_euclid(12) - 5;
    let those: Vec<_> =
        part.notes.iter().filter(|note| (first.start..end).contains(&note.at)).copied().collect();
    for note in those {
        part.add(note.at + section.start - first.start, note.length, note.key + up, note.velocity);
    }
}

fn draw(dice: &mut Dice, section: &Section, eighths: bool) -> Manner {
    let full = section.intensity > 0.7;
    let octaves = dice.chance(if full { 0.15 } else { 0.04 });
    let voices = |dice: &mut Dice| match () {
        () if octaves => Voices::Octaves,
        () if dice.chance(0.12) => Voices::Below(*dice.pick(&[2, 2, 5])),
        () => Voices::One,
    };
    // Rests, octaves, below, runs, a line, held notes, a figure.
    let weights = match (section.tune.is_empty(), full) {
        (true, _) => [0.5, 0.0, 0.0, 7.0, 0.0, 0.2, 0.7],
        (false, true) => [0.4, 0.8, 0.8, 5.5, 2.5, 0.4, 0.6],
        (false, false) => [0.9, 0.25, 0.4, 5.5, 2.5, 0.5, 0.4],
    };
    match dice.weighted(&weights) {
        0 => Manner::Rests,
        1 => Manner::Octaves(if dice.chance(0.7) { 12 } else { -12 }),
        2 => Manner::Below(*dice.pick(&[2, 2, 5])),
        3 => Manner::Runs(voices(dice)),
        4 => Manner::Line(voices(dice)),
        5 => Manner::Held(dice.chance(0.3)),
        _ => Manner::Figure(if eighths { 2 } else { *dice.pick(&[1, 2]) }),
    }
}

/// The section's tune, in time from the song's start.
fn tune(section: &Section) -> impl Iterator<Item = Tone> + '_ {
    section.tune.iter().map(|tone| Tone { at: section.start + tone.at, ..*tone }).filter(|tone| tone.at >= 0)
}

fn double(song: &Song, part: &mut Part, section: &Section, moved: impl Fn(i32, Tick) -> i32) {
    for tone in tune(section) {
        part.add(tone.at, tone.length, moved(tone.key, tone.at), level(song, tone.at, 68, 26));
    }
}

/// Where the tune rests or holds a note for a beat and a half, notes that lead to its next phrase.
fn runs(dice: &mut Dice, song: &Song, part: &mut Part, number: usize, voices: Voices) {
    let (section, beat) = (&song.sections[number], song.grid.beat());
    let end = section.start + section.bars as Tick * song.grid.bar();
    // The next section may begin with an upbeat.
    let upbeat = song.sections.get(number + 1).and_then(|next| tune(next).next()).map_or(end, |tone| tone.at);
    let mut from = section.start;
    let tones: Vec<Tone> = tune(section).collect();
    let starts = tones.iter().map(|tone| tone.at).chain([end.min(upbeat)]);
    // A held note leaves room from its second beat on.
    let rests = std::iter::once(from).chain(tones.iter().map(|tone| tone.at + tone.length.min(beat)));
    for (rest, next) in rests.zip(starts) {
        from = from.max((rest + beat / 2 - 1).div_euclid(beat / 2) * (beat / 2));
        if next - from < beat || !dice.chance(0.97) {
            continue;
        }
        // A long rest has several, as a tune has phrases.
        while next - from >= beat {
            let to = next.min(from + *dice.pick(&[1, 2, 2, 4]) * song.grid.bar() / 2);
            run(dice, song, part, (from, to), voices);
            from = to;
        }
        from = next;
    }
}

/// Runs, and rests of half a bar or a whole one between them.
fn line(dice: &mut Dice, song: &Song, part: &mut Part, section: &Section, voices: Voices) {
    let mut from = section.start;
    let end = section.start + section.bars as Tick * song.grid.bar();
    while from < end {
        let to = end.min(from + *dice.pick(&[1, 2, 2, 4]) * song.grid.bar() / 2);
        if dice.chance(0.75) {
            run(dice, song, part, (from, to), voices);
        }
        from = to;
    }
}

/// A run from a tick to another: up or down the scale or the chord, and a last note that is held.
fn run(dice: &mut Dice, song: &Song, part: &mut Part, (from, to): (Tick, Tick), voices: Voices) {
    let gaps = if song.syllable == Some(2) { [1, 2, 2, 2, 2, 4, 4] } else { [1, 1, 1, 2, 2, 4, 4] };
    let gap = song.grid.step * *dice.pick(&gaps);
    let most = ((to - from) / gap - 1).clamp(1, 9);
    let count = if dice.chance(0.1) { 1 } else { dice.between(most.min(3).max(most / 2), most) as Tick };
    let (scalewise, up) = (dice.chance(0.75), dice.chance(0.55));
    let start = if up { dice.between(64, 76) } else { dice.between(72, 86) } as i32;
    let mut key = nearest(start, song.chord(from).set(3), HIGH);
    for place in 0..count {
        let at = from + place * gap;
        let chord = song.chord(at);
        let set = if scalewise { song.section(at).key.over(chord) } else { chord.set(3) };
        if place > 0 {
            let back = dice.chance(0.25);
            let degrees = i32::from(!dice.chance(0.1));
            key = degrees_up(key, if up == back { -degrees } else { degrees }, set, HIGH);
        }
        let length = if place + 1 == count {
            let held = (to - at).min(song.grid.beat() * *dice.pick(&[1, 2, 2, 3, 4]));
            (held - *dice.pick(&[0, 0, 1, 1, 2, 3]) * song.grid.step).max(song.grid.step)
        } else {
            gap
        };
        let velocity = level(song, at, 66, 26);
        part.add(at, length, key, velocity);
        let lower = match voices {
            Voices::One => continue,
            Voices::Octaves => key - 12,
            Voices::Below(degrees) => {
                degrees_up(key, -degrees, song.section(at).key.over(chord), (key - 10, key))
            }
        };
        part.add(at, length, lower, velocity - 4);
    }
}

/// A tone of each chord, for as long as it sounds or for a bar, which moves as little as it can.
fn held(dice: &mut Dice, song: &Song, part: &mut Part, section: &Section, two: bool) {
    let mut key = dice.between(70, 86) as i32;
    for number in 0..section.bars as Tick {
        let start = section.start + number * song.grid.bar();
        let end = start + song.grid.bar();
        let mut at = start;
        while at < end {
            let next = song.harmony.next_change(at).map_or(end, |change| change.min(end));
            let tones = song.chord(at).set(3);
            let away = if dice.chance(0.4) { *dice.pick(&[-3, 3]) } else { 0 };
            key = nearest(key + away, tones, HIGH);
            let velocity = level(song, at, 58, 22);
            part.add(at, next - at, key, velocity);
            if two {
                part.add(at, next - at, degrees_up(key, -1, tones, HIGH), velocity - 4);
            }
            at = next;
        }
    }
}

/// Tones of the chord in a high octave, in one order for all bars.
fn figure(dice: &mut Dice, song: &Song, part: &mut Part, section: &Section, steps: Tick) {
    let gap = steps * song.grid.step;
    let order: Vec<usize> = (0..*dice.pick(&[4, 4, 8])).map(|_| dice.below(4)).collect();
    let floor = dice.between(64, 74) as i32;
    let length = if dice.chance(0.5) { gap } else { gap * 3 / 2 };
    for place in 0..section.bars as Tick * song.grid.bar() / gap {
        let at = section.start + place * gap;
        let keys = keys_of(song.chord(at).set(3), (floor, floor + 18));
        let key = keys[order[place as usize % order.len()] % keys.len()];
        part.add(at, length, key, level(song, at, 58, 24));
    }
}
