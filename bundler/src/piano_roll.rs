//! Notes drawn as text.

use segue_music::{Beats, DrumLane, Meter, Note, Role};

/// Columns of a line; 100 fit the usual terminals and mails.
const WIDTH: usize = 100;
/// Columns of a key's name and the space after it.
const LABEL: usize = 4;
/// What a column may stand for, in parts of a beat's quarter: a sixteenth, or more where a bar
/// would not fit a line.
const COLUMNS: [Beats; 4] = [Beats::ratio(1, 4), Beats::ratio(1, 2), Beats::ONE, Beats::ratio(4, 1)];
/// Up to this many keys all lines between the highest and the lowest are drawn, so that intervals
/// can be seen; beyond that only those with notes.
const DENSE: u8 = 24;

/// The names of the lanes of drums, the lowest first.
const LANES: [&str; DrumLane::ALL.len()] = ["kick", "snr", "toms", "hats", "cym", "perc"];

/// A piano roll: the player's notes begin with `o` and go on with `-`, Segue's with `#` and `=`;
/// `|` are bar lines. A column is a sixteenth, as a rule. Bars are numbered from one, and lines
/// hold as many bars as fit 100 columns. Segue's drums are below, a lane for each kind.
pub fn piano_roll(player: &[Note], segue: &[Note], drums: &[Note], meter: Meter) -> String {
    let bar = meter.bar();
    let fits = |&column: &Beats| LABEL + columns_in(bar, column) + 2 <= WIDTH;
    let column = COLUMNS.into_iter().find(fits).unwrap_or(bar);
    let width = columns_in(bar, column);
    let bars_a_line = ((WIDTH - LABEL - 1) / (width + 1)).max(1) as i64;
    // Segue's last, so that they are seen where both play the same.
    let notes: Vec<(Role, Note)> = [(Role::Player, player), (Role::Segue, segue)]
        .into_iter()
        .flat_map(|(role, notes)| notes.iter().map(move |note| (role, *note)))
        .collect();
    let onsets = notes.iter().map(|(_, note)| note.onset).chain(drums.iter().map(|note| note.onset));
    let bars = onsets.map(|onset| onset.div_floor(bar) + 1).max().unwrap_or(0);
    let is_struck = |lane: &DrumLane| drums.iter().any(|note| DrumLane::of(note.key) == *lane);
    let lanes: Vec<DrumLane> = DrumLane::ALL.into_iter().rev().filter(is_struck).collect();

    let mut text = String::new();
    for first in (0..bars).step_by(bars_a_line as usize) {
        let last = bars.min(first + bars_a_line);
        let (from, until) = (bar.times(first), bar.times(last));
        let seen: Vec<&(Role, Note)> =
            notes.iter().filter(|(_, note)| note.onset < until && note.end() > from).collect();
        text.push_str(&" ".repeat(LABEL));
        (first..last).for_each(|number| text.push_str(&format!("|{:<width$}", number + 1)));
        text.push_str("|\n");
        let empty = || Line { cells: vec![' '; width * (last - first) as usize], from, bar, column, width };
        for key in keys(&seen) {
            let mut line = empty();
            seen.iter().filter(|(_, note)| note.key == key).for_each(|(role, note)| line.draw(*role, note));
            line.write(&name(key), &mut text);
        }
        for &lane in &lanes {
            let mut line = empty();
            let struck = drums.iter().filter(|note| DrumLane::of(note.key) == lane);
            for note in struck.filter(|note| (from..until).contains(&note.onset)) {
                line.draw(Role::Segue, &Note { duration: Beats::from_parts(1), ..*note });
            }
            line.write(LANES[lane as usize], &mut text);
        }
    }
    text
}

/// The keys to draw, from the highest.
fn keys(notes: &[&(Role, Note)]) -> Vec<u8> {
    let has = |key: &u8| notes.iter().any(|(_, note)| note.key == *key);
    let keys = notes.iter().map(|(_, note)| note.key);
    let (Some(low), Some(high)) = (keys.clone().min(), keys.max()) else { return Vec::new() };
    (low..=high).rev().filter(|key| high - low < DENSE || has(key)).collect()
}

/// How many columns a bar takes, the last perhaps not filled.
fn columns_in(bar: Beats, column: Beats) -> usize {
    bar.ceil_to(column).div_floor(column).max(1) as usize
}

/// The name of a key, 60 being C4.
fn name(key: u8) -> String {
    const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
    format!("{}{}", NAMES[usize::from(key % 12)], i32::from(key / 12) - 1)
}

/// One key's cells over some bars.
struct Line {
    cells: Vec<char>,
    from: Beats,
    bar: Beats,
    column: Beats,
    width: usize,
}

impl Line {
    fn draw(&mut self, role: Role, note: &Note) {
        let (onset, held) = match role {
            Role::Player => ('o', '-'),
            Role::Segue => ('#', '='),
        };
        // The last column is the one in which the note still sounds for at least half of it.
        let first = self.place(note.onset.round_to(self.column).min(note.onset.max(self.from)));
        let last =
            self.place(note.end() - self.column + Beats::from_parts(self.column.parts() / 2)).max(first);
        for place in first.max(0)..=last.min(self.cells.len() as i64 - 1) {
            self.cells[place as usize] = if place == first && note.onset >= self.from { onset } else { held };
        }
    }

    fn write(&self, name: &str, text: &mut String) {
        text.push_str(&format!("{name:<LABEL$}"));
        for bar in self.cells.chunks(self.width) {
            text.push('|');
            text.extend(bar);
        }
        text.push_str("|\n");
    }

    /// The cell of a position, counted from the first of the line.
    fn place(&self, at: Beats) -> i64 {
        let at = at - self.from;
        at.div_floor(self.bar) * self.width as i64 + (at % self.bar).div_floor(self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(sixteenths: i64, length: i64, key: u8) -> Note {
        let beats = |count| Beats::ratio(count, 4);
        Note { onset: beats(sixteenths), key, duration: beats(length), velocity: 80 }
    }

    #[test]
    fn a_phrase_and_its_answer() {
        let roll = piano_roll(
            &[note(0, 4, 60), note(4, 2, 62)],
            &[note(16, 1, 62), note(17, 3, 60)],
            &[],
            Meter::COMMON,
        );
        let expected = "    |1               |2               |\n\
                        D4  |    o-          |#               |\n\
                        C#4 |                |                |\n\
                        C4  |o---            | #==            |\n";
        assert_eq!(roll, expected);
    }

    #[test]
    fn drums_have_lanes_below_the_keys() {
        let drums = [note(0, 1, 36), note(2, 1, 42), note(4, 8, 38), note(4, 1, 42), note(16, 1, 36)];
        let roll = piano_roll(&[note(0, 4, 60)], &[], &drums, Meter::COMMON);
        let expected = "    |1               |2               |\n\
                        C4  |o---            |                |\n\
                        hats|  # #           |                |\n\
                        snr |    #           |                |\n\
                        kick|#               |#               |\n";
        assert_eq!(roll, expected);
    }

    #[test]
    fn lines_are_short_and_no_note_is_lost() {
        let meters = [(4, 4), (3, 4), (7, 8), (5, 32), (12, 4), (64, 4)];
        for (numerator, denominator) in meters {
            let meter = Meter::new(numerator, denominator).expect("a metre");
            let player: Vec<Note> =
                (0..200).map(|index| note(index * 4, 3, 40 + (index % 40) as u8)).collect();
            let roll = piano_roll(&player, &[], &[], meter);
            assert!(roll.lines().all(|line| line.len() <= WIDTH), "{numerator}/{denominator}\n{roll}");
            if meter == Meter::COMMON {
                assert_eq!(roll.matches('o').count(), 200, "\n{roll}");
            }
        }
        assert_eq!(piano_roll(&[], &[], &[], Meter::COMMON), "");
    }

    #[test]
    fn a_note_across_the_end_of_a_line_goes_on_in_the_next() {
        let roll = piano_roll(&[note(78, 4, 60), note(84, 1, 60)], &[], &[], Meter::COMMON);
        assert!(roll.contains("o-|\n") && roll.contains("C4  |--  o"), "\n{roll}");
    }
}
