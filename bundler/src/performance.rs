//! What came out of a plugin while a script was played.

use anyhow::{Result, bail};
use segue_music::{Channel, Key, Velocity};

use crate::{Event, Message};

/// A whole note, in samples of the performance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlayedNote {
    /// When it began.
    pub on: u64,
    /// When it ended.
    pub off: u64,
    /// Which key.
    pub key: Key,
    /// How hard.
    pub velocity: Velocity,
}

/// Everything a plugin gave, from the first sample to the last.
#[derive(Clone, Debug, Default)]
pub struct Performance {
    /// Samples a second.
    pub sample_rate: f64,
    /// The events in the order in which the plugin sent them, by absolute sample.
    pub events: Vec<Event>,
    /// Left and right.
    pub audio: [Vec<f32>; 2],
}

impl Performance {
    /// The notes of a channel in the order of their onsets. An error where a note-off has no note,
    /// a note never ends, or a key begins again while it sounds.
    pub fn notes(&self, channel: Channel) -> Result<Vec<PlayedNote>> {
        let mut sounding: [Option<(u64, Velocity)>; 128] = [None; 128];
        let mut notes = Vec::new();
        for event in &self.events {
            let at = event.sample;
            match event.message {
                Message::On { channel: on, key, velocity } if on == channel => {
                    if let Some((since, _)) = sounding[usize::from(key)].replace((at, velocity)) {
                        bail!("key {key} begins at sample {at} while it sounds since {since}");
                    }
                }
                Message::Off { channel: off, key } if off == channel => {
                    let Some((on, velocity)) = sounding[usize::from(key)].take() else {
                        bail!("key {key} ends at sample {at} without having begun");
                    };
                    notes.push(PlayedNote { on, off: at, key, velocity });
                }
                _ => {}
            }
        }
        if let Some(key) = sounding.iter().position(Option::is_some) {
            bail!("key {key} never ends");
        }
        notes.sort_unstable();
        Ok(notes)
    }

    /// The channels other than this one that notes were heard on, the lowest first.
    pub fn channels_but(&self, channel: Channel) -> Vec<Channel> {
        let is_heard = |other: &Channel| *other != channel && self.first_onset(*other).is_some();
        (0..16).filter(is_heard).collect()
    }

    /// When that channel's first note began.
    pub fn first_onset(&self, channel: Channel) -> Option<u64> {
        self.events.iter().find_map(|event| match event.message {
            Message::On { channel: on, .. } if on == channel => Some(event.sample),
            _ => None,
        })
    }

    /// How many keys of a channel are down after the last event.
    pub fn sounding(&self, channel: Channel) -> usize {
        let mut down = [false; 128];
        for event in &self.events {
            match event.message {
                Message::On { channel: on, key, .. } if on == channel => down[usize::from(key)] = true,
                Message::Off { channel: off, key } if off == channel => down[usize::from(key)] = false,
                _ => {}
            }
        }
        down.iter().filter(|&&down| down).count()
    }

    /// The last event on a channel.
    pub fn last(&self, channel: Channel) -> Option<u64> {
        self.events.iter().rev().find(|event| channel_of(event) == Some(channel)).map(|event| event.sample)
    }

    /// Whether the events came in the order of their samples.
    pub fn in_order(&self) -> bool {
        self.events.is_sorted_by_key(|event| event.sample)
    }

    /// The loudest sample of a stretch, 1 being full scale; an empty one is silent.
    pub fn peak(&self, from: u64, until: u64) -> f32 {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let loudest = |channel: &Vec<f32>| {
            let until = place(until).min(channel.len());
            channel[place(from).min(until)..until].iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()))
        };
        self.audio.iter().map(loudest).fold(0.0, f32::max)
    }
}

/// The channel an event is addressed to.
fn channel_of(event: &Event) -> Option<Channel> {
    match event.message {
        Message::On { channel, .. } | Message::Off { channel, .. } | Message::Control { channel, .. } => {
            Some(channel)
        }
        Message::Parameter { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(sample: u64, key: Key) -> Event {
        Event { sample, message: Message::On { channel: 1, key, velocity: 90 } }
    }

    fn off(sample: u64, key: Key) -> Event {
        Event { sample, message: Message::Off { channel: 1, key } }
    }

    #[test]
    fn notes_are_paired_and_what_is_not_is_an_error() {
        let cases: [(&[Event], Result<usize, &str>); 5] = [
            (&[on(0, 60), on(5, 64), off(9, 60), off(9, 64)], Ok(2)),
            (&[on(0, 60), off(9, 60), on(9, 60), off(12, 60)], Ok(2)),
            (&[on(0, 60)], Err("never ends")),
            (&[off(3, 60)], Err("without having begun")),
            (&[on(0, 60), on(5, 60), off(9, 60)], Err("while it sounds since 0")),
        ];
        for (events, expected) in cases {
            let performance = Performance { events: events.to_vec(), ..Performance::default() };
            match (performance.notes(1), expected) {
                (Ok(notes), Ok(count)) => assert_eq!(notes.len(), count),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (found, expected) => panic!("{found:?}, not {expected:?}"),
            }
            assert_eq!(performance.notes(0).expect("nothing on that channel"), []);
        }
    }

    #[test]
    fn the_peak_is_that_of_the_stretch() {
        let audio = [vec![0.0, 0.1, -0.5], vec![0.2, 0.0, 0.0]];
        let performance = Performance { audio, ..Performance::default() };
        for (from, until, peak) in [(0, 3, 0.5), (0, 1, 0.2), (1, 2, 0.1), (3, 9, 0.0), (2, 1, 0.0)] {
            assert_eq!(performance.peak(from, until), peak);
        }
    }
}
