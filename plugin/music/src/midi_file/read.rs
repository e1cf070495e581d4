//! MIDI files in.

use std::path::Path;

use midly::{EventIter, MetaMessage, MidiMessage, TrackEventKind};

use super::chunks::{Chunk, Chunks};
use super::voice::Voice;
use super::{LONGEST, MidiError};
use crate::{Beats, Meter, Piece, Tempo};

/// Controllers that are read.
const SUSTAIN: u8 = 64;
const ALL_SOUND_OFF: u8 = 120;
const ALL_NOTES_OFF: u8 = 123;

/// Reads a MIDI file of format 0, 1 or 2 (whose tracks then follow one another), tracks split by channel.
///
/// # Errors
/// One line that names the file, for whatever cannot be read whole.
pub fn read(path: &Path) -> Result<Piece, MidiError> {
    let bytes = std::fs::read(path).map_err(|error| MidiError::Unreadable(error).of(path))?;
    parse(&bytes).map_err(|error| error.of(path))
}

/// The piece in the bytes of a MIDI file; see [`read`].
///
/// # Errors
/// For whatever cannot be read whole.
pub fn parse(bytes: &[u8]) -> Result<Piece, MidiError> {
    let chunks = Chunks::of(bytes)?;
    let mut piece = Piece::default();
    for (index, chunk) in chunks.tracks.iter().enumerate() {
        let start = if chunks.format == 2 { piece.end } else { Beats::ZERO };
        track(&mut piece, index + 1, chunk, start, i64::from(chunks.division))?;
    }
    // Of several changes at one instant the last one holds, in whichever track they stand.
    piece.tempos.sort_by_key(|&(at, _)| at);
    piece.meters.sort_by_key(|&(at, _)| at);
    keep_last(&mut piece.tempos);
    keep_last(&mut piece.meters);
    Ok(piece)
}

/// Reads one track, counted from 1, that begins at `start`.
fn track(
    piece: &mut Piece,
    number: usize,
    chunk: &Chunk,
    start: Beats,
    division: i64,
) -> Result<(), MidiError> {
    let shortest = Beats::ratio(1, division).max(Beats::from_parts(1));
    let mut voices: [Option<Voice>; 16] = [const { None }; 16];
    let mut name = None;
    let mut ticks = 0;
    let mut now = start;
    let mut ended = false;
    let mut events = EventIter::new(chunk.bytes);
    let mut status = None;

    while !ended && !events.unread().is_empty() {
        // Some sequencers let running status go on across meta events. The standard does not; no harm in reading it.
        status = events.running_status().or(status);
        *events.running_status_mut() = status;
        let place = chunk.bytes.len() - events.unread().len();
        let Some(Ok(event)) = events.next() else {
            return Err(broken(number, place, chunk));
        };
        ticks += i64::from(event.delta.as_int());
        if start + Beats::ONE.times(ticks / division) > LONGEST {
            return Err(MidiError::TooLong);
        }
        now = start + Beats::ratio(ticks, division);
        match event.kind {
            TrackEventKind::Midi { channel, message } => {
                let voice = voices[usize::from(channel.as_int())].get_or_insert_with(|| Voice::new(shortest));
                play(voice, now, message);
            }
            TrackEventKind::Meta(MetaMessage::EndOfTrack) => ended = true,
            TrackEventKind::Meta(MetaMessage::TrackName(text)) if name.is_none() => name = Some(plain(text)),
            TrackEventKind::Meta(MetaMessage::Tempo(micros)) if micros.as_int() > 0 => {
                piece.tempos.push((now, Tempo::new(60e6 / f64::from(micros.as_int()))));
            }
            TrackEventKind::Meta(MetaMessage::TimeSignature(numerator, power, ..)) => {
                let denominator = 1u8.checked_shl(u32::from(power)).unwrap_or(0);
                piece.meters.extend(Meter::new(numerator, denominator).map(|meter| (now, meter)));
            }
            _ => {}
        }
    }
    // A length that is too great harms nothing as long as the track's end is there.
    if chunk.missing > 0 && !ended {
        return Err(broken(number, chunk.bytes.len(), chunk));
    }

    let name = name.unwrap_or_default();
    for (channel, voice) in (0..).zip(voices) {
        let Some(track) = voice.and_then(|voice| voice.finish(&name, channel, now)) else { continue };
        let last = track.notes.iter().map(|note| note.end()).max();
        piece.end = piece.end.max(last.unwrap_or(now));
        piece.tracks.push(track);
    }
    piece.end = piece.end.max(now);
    Ok(())
}

fn play(voice: &mut Voice, now: Beats, message: MidiMessage) {
    match message {
        MidiMessage::NoteOn { key, vel } if vel.as_int() > 0 => voice.on(now, key.as_int(), vel.as_int()),
        MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => voice.off(now, key.as_int()),
        MidiMessage::Controller { controller, value } => match controller.as_int() {
            SUSTAIN => voice.pedal(now, value.as_int()),
            ALL_SOUND_OFF | ALL_NOTES_OFF => voice.all_off(now),
            _ => {}
        },
        MidiMessage::ProgramChange { program } => voice.program(program.as_int()),
        _ => {}
    }
}

/// Why the event at byte `place` of a track cannot be read.
fn broken(number: usize, place: usize, chunk: &Chunk) -> MidiError {
    if chunk.missing > 0 {
        MidiError::Truncated(format!("{} bytes of track {number} are missing", chunk.missing))
    } else {
        MidiError::Damaged(format!("byte {place} of track {number} begins no MIDI event"))
    }
}

/// A name as text: UTF-8, or else Latin 1, which older sequencers write; without control characters.
fn plain(text: &[u8]) -> String {
    let text = str::from_utf8(text)
        .map_or_else(|_| text.iter().map(|&byte| char::from(byte)).collect(), str::to_owned);
    text.chars().filter(|letter| !letter.is_control()).collect::<String>().trim().to_owned()
}

fn keep_last<T: Copy>(changes: &mut Vec<(Beats, T)>) {
    changes.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 = later.1;
        }
        same
    });
}
