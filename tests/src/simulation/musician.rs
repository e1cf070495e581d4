//! Who plays: notes of many kinds, by chance, the same each time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue::between::message::{Event, Message};
use segue_music::{Channel, Key};

/// How.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Not at all.
    Silent,
    /// Short phrases with long rests.
    Sparse,
    /// Every sixteenth of the tempo.
    Sixteenths,
    /// Ten keys at once, held.
    Chords,
    /// A thousand events a second.
    Flood,
    /// Releases of keys that nobody struck.
    Orphans,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Silent, Self::Sparse, Self::Sixteenths, Self::Chords, Self::Flood, Self::Orphans];

    /// One by chance, mostly one that is answered.
    pub fn random(random: &mut Pcg64Mcg) -> Self {
        match random.random_range(0..12) {
            0 => Self::Silent,
            1 => Self::Flood,
            2 => Self::Orphans,
            3 => Self::Chords,
            4..=6 => Self::Sixteenths,
            _ => Self::Sparse,
        }
    }
}

/// A release that is still to come: its sample, its note.
type Release = Reverse<(u64, i32, Channel, Key)>;

/// Somebody at a keyboard. Every note has a name, which Segue's have not: so the two can be told
/// apart at the output.
#[derive(Clone, Debug)]
pub struct Musician {
    /// How the next notes are played.
    pub style: Style,
    /// Where they go.
    pub channel: Channel,
    random: Pcg64Mcg,
    /// The sample of the next onset.
    next: f64,
    names: i32,
    releases: BinaryHeap<Release>,
    /// Notes left in a short phrase.
    left: u32,
}

impl Musician {
    /// One who has not begun.
    pub fn new(random: Pcg64Mcg, style: Style) -> Self {
        Self { style, channel: 0, random, next: 0.0, names: 0, releases: BinaryHeap::new(), left: 0 }
    }

    /// What is played in a block, in order. `beat` is the length of a beat in samples.
    pub fn play(&mut self, start: u64, frames: usize, beat: f64, rate: f64) -> Vec<Event> {
        let end = start + frames as u64;
        let mut played: Vec<(u64, bool, Message)> = Vec::new();
        self.next = self.next.max(start as f64);
        while self.next < end as f64 {
            let at = (self.next as u64).max(start);
            self.strike(at, beat, rate, &mut played);
        }
        while let Some(&Reverse((at, name, channel, key))) = self.releases.peek() {
            if at >= end {
                break;
            }
            self.releases.pop();
            let message = Message::Off { id: Some(name), channel, key, velocity: 0.0 };
            played.push((at.max(start), true, message));
        }
        // Releases first, so that a key that is repeated at once is released before.
        played.sort_by_key(|&(at, release, _)| (at, !release));
        played.into_iter().map(|(at, _, message)| Event { time: (at - start) as u32, message }).collect()
    }

    /// A note, or what the style has in its place, and when the next one is due.
    fn strike(&mut self, at: u64, beat: f64, rate: f64, played: &mut Vec<(u64, bool, Message)>) {
        let sixteenth = beat / 4.0;
        let free = |random: &mut Pcg64Mcg| random.random_range(0.8..1.2);
        match self.style {
            Style::Silent => self.next = at as f64 + rate,
            Style::Sparse => {
                if self.left == 0 {
                    self.left = self.random.random_range(1..6);
                    self.next = at as f64 + beat * self.random.random_range(1.0..7.0);
                    return;
                }
                self.left -= 1;
                let key = self.random.random_range(48..84);
                let length = beat * self.random.random_range(0.1..1.5);
                self.note(at, key, length, played);
                self.next = at as f64 + sixteenth * f64::from(self.random.random_range(0..5)).max(0.1);
            }
            Style::Sixteenths => {
                let key = self.random.random_range(48..84);
                self.note(at, key, sixteenth * 0.9, played);
                self.next = at as f64 + sixteenth;
            }
            Style::Chords => {
                let root = self.random.random_range(36..60);
                for i in 0..10 {
                    self.note(at, root + i * 4, beat * 1.5, played);
                }
                self.next = at as f64 + beat * 2.0 * free(&mut self.random);
            }
            Style::Flood => {
                let key = self.random.random_range(0..128);
                let length = rate * self.random.random_range(0.0005..0.05);
                self.note(at, key, length, played);
                self.next = at as f64 + rate / 500.0;
            }
            Style::Orphans => {
                let key = self.random.random_range(0..128);
                self.names += 1;
                let message =
                    Message::Off { id: Some(self.names), channel: self.channel, key, velocity: 0.5 };
                played.push((at, true, message));
                self.next = at as f64 + sixteenth * free(&mut self.random);
            }
        }
    }

    fn note(&mut self, at: u64, key: u8, length: f64, played: &mut Vec<(u64, bool, Message)>) {
        let key = key.min(127);
        self.names += 1;
        let velocity = self.random.random_range(0.05..1.0);
        played.push((at, false, Message::On { id: Some(self.names), channel: self.channel, key, velocity }));
        self.releases.push(Reverse((at + (length as u64).max(1), self.names, self.channel, key)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_note_is_released_in_any_block_size() {
        for (style, size) in
            Style::ALL.into_iter().flat_map(|style| [64, 512, 4096].map(|size| (style, size)))
        {
            let mut musician = Musician::new(Pcg64Mcg::new(5), style);
            let (mut struck, mut released) = (Vec::new(), Vec::new());
            // Twenty seconds, then as many of silence.
            for start in (0..1_920_000_u64).step_by(size) {
                if start >= 960_000 {
                    musician.style = Style::Silent;
                }
                let events = musician.play(start, size, 24_000.0, 48_000.0);
                assert!(events.windows(2).all(|pair| pair[0].time <= pair[1].time));
                for event in events {
                    match event.message {
                        Message::On { id, .. } => struck.push(id),
                        Message::Off { id, .. } => released.push(id),
                        other => panic!("{style:?} sends {other:?}"),
                    }
                }
            }
            struck.sort_unstable();
            released.sort_unstable();
            assert_eq!(struck.is_empty(), matches!(style, Style::Silent | Style::Orphans), "{style:?}");
            if style != Style::Orphans {
                assert_eq!(struck, released, "{style:?} in blocks of {size}");
            }
            if style == Style::Flood {
                assert!(struck.len() >= 9_500, "a thousand events a second: {}", struck.len());
            }
        }
    }
}
