//! MIDI files byte by byte.

#![allow(dead_code, reason = "each test uses some of it")]

use segue_music::{Beats, Note};

/// The end of a track, at once.
pub const END: &[u8] = &[0, 0xff, 0x2f, 0];

/// A header chunk.
pub fn header(format: u16, tracks: u16, division: u16) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06".to_vec();
    bytes.extend([format, tracks, division].iter().flat_map(|number| number.to_be_bytes()));
    bytes
}

/// A track chunk of just these events.
pub fn track(events: &[u8]) -> Vec<u8> {
    let mut bytes = b"MTrk".to_vec();
    bytes.extend((events.len() as u32).to_be_bytes());
    bytes.extend(events);
    bytes
}

/// A file of this many ticks a beat, whose tracks end with their last event.
pub fn file_of(format: u16, division: u16, tracks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = header(format, tracks.len() as u16, division);
    for events in tracks {
        bytes.extend(track(&[events, END].concat()));
    }
    bytes
}

/// A file of 4 ticks a beat.
pub fn file(format: u16, tracks: &[&[u8]]) -> Vec<u8> {
    file_of(format, 4, tracks)
}

/// (onset, key, length, velocity), times in quarters of a beat.
pub fn plain(notes: &[Note]) -> Vec<(i64, u8, i64, u8)> {
    let ticks = |at: Beats| {
        assert_eq!(at % Beats::ratio(1, 4), Beats::ZERO);
        at.div_floor(Beats::ratio(1, 4))
    };
    notes.iter().map(|note| (ticks(note.onset), note.key, ticks(note.duration), note.velocity)).collect()
}
