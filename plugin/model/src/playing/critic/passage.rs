//! Some bars of music as the critic hears them.

use segue_music::{ContextNote, Key, TICKS_PER_BEAT, Tick};

/// Notes within so many ticks are one chord.
const TOGETHER: Tick = 2;

/// A pitched note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sounding {
    /// When it begins.
    pub onset: Tick,
    /// When it ends, at most where the passage does.
    pub end: Tick,
    /// Its key.
    pub key: Key,
}

/// Notes that begin together: when, and their keys from low to high.
pub type Chord = (Tick, Vec<Key>);

/// The pitched notes that begin within some time.
#[derive(Clone, Debug)]
pub struct Passage {
    /// By onset.
    pub notes: Vec<Sounding>,
    /// The same as chords.
    pub chords: Vec<Chord>,
    /// Where it begins.
    pub from: Tick,
    /// Where it ends.
    pub until: Tick,
    /// How long a bar is.
    pub bar: Tick,
}

impl Passage {
    /// Those of some notes, by onset, that begin from `from` on and before `until`.
    pub fn of<'a>(
        notes: impl Iterator<Item = &'a ContextNote>,
        (from, until): (Tick, Tick),
        bar: Tick,
    ) -> Self {
        let within = notes.filter(|note| !note.is_drum() && (from..until).contains(&note.onset));
        let notes: Vec<Sounding> = within
            .map(|note| {
                let end = note.end.unwrap_or(until).min(until).max(note.onset + 1);
                Sounding { onset: note.onset, end, key: note.key }
            })
            .collect();
        let mut chords: Vec<Chord> = Vec::new();
        for note in &notes {
            match chords.last_mut() {
                Some((onset, keys)) if note.onset <= *onset + TOGETHER => keys.push(note.key),
                _ => chords.push((note.onset, vec![note.key])),
            }
        }
        chords.iter_mut().for_each(|(_, keys)| keys.sort_unstable());
        Self { notes, chords, from, until, bar: bar.max(1) }
    }

    /// How many bars it lasts.
    pub fn bars(&self) -> f64 {
        (self.until - self.from).max(1) as f64 / self.bar as f64
    }

    /// How many notes begin in each bar.
    pub fn counts(&self) -> Vec<f64> {
        let mut counts = vec![0.0; (self.bars().ceil() as usize).max(1)];
        for note in &self.notes {
            if let Some(count) = counts.get_mut(((note.onset - self.from) / self.bar) as usize) {
                *count += 1.0;
            }
        }
        counts
    }

    /// The steps of the highest or the lowest notes from chord to chord, in semitones.
    pub fn steps(&self, end: fn(&[Key]) -> Option<&Key>) -> Vec<i16> {
        let line: Vec<i16> =
            self.chords.iter().filter_map(|(_, keys)| end(keys)).map(|&key| i16::from(key)).collect();
        line.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// The share of chords that begin at most two ticks from a multiple of `grid`.
    pub fn on(&self, grid: Tick) -> f64 {
        let off = |onset: Tick| (onset + grid / 2).rem_euclid(grid) - grid / 2;
        share(&self.chords, |(onset, _)| off(*onset).abs() <= TOGETHER)
    }

    /// The share of its time in which nothing sounds that began in it.
    pub fn silence(&self) -> f64 {
        let (mut until, mut silent) = (self.from, 0);
        for note in &self.notes {
            silent += (note.onset - until).max(0);
            until = until.max(note.end);
        }
        (silent + (self.until - until).max(0)) as f64 / (self.until - self.from).max(1) as f64
    }

    /// Of pairs that sound together as one of them begins, the share a semitone, a tritone or a
    /// major seventh apart.
    pub fn harshness(&self) -> f64 {
        let (mut pairs, mut harsh) = (0.0, 0.0);
        for (place, note) in self.notes.iter().enumerate() {
            let lately = self.notes[..place].iter().rev();
            for other in lately.take_while(|other| note.onset - other.onset < 8 * TICKS_PER_BEAT) {
                if other.end > note.onset + 1 {
                    pairs += 1.0;
                    harsh += f64::from(u8::from(matches!(note.key.abs_diff(other.key) % 12, 1 | 6 | 11)));
                }
            }
        }
        harsh / f64::max(pairs, 1.0)
    }

    /// How often each pitch class begins.
    pub fn classes(&self) -> [f64; 12] {
        let mut classes = [0.0; 12];
        self.notes.iter().for_each(|note| classes[usize::from(note.key % 12)] += 1.0);
        classes
    }
}

/// The share of things that are so; zero of nothing.
pub fn share<T>(things: &[T], is: impl Fn(&T) -> bool) -> f64 {
    things.iter().filter(|thing| is(thing)).count() as f64 / things.len().max(1) as f64
}

/// Zero of nothing.
pub fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

/// The standard deviation.
pub fn spread(numbers: &[f64]) -> f64 {
    let middle = mean(numbers);
    mean(&numbers.iter().map(|number| (number - middle).powi(2)).collect::<Vec<_>>()).sqrt()
}
