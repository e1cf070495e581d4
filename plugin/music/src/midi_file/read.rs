//! MIDI files in.

use std::path::Path;

use midly::{MetaMessage, MidiMessage, TrackEventKind};

use super::event::{End, Event, Events};
use super::frame::{Chunk, Frame};
use super::remark::{Oddity, Remarks};
use super::source::Source;
use super::voice::Voice;
use super::{LONGEST, MidiError};
use crate::{Beats, Meter, Piece, Tempo};

/// Controllers that are read.
const SUSTAIN: u8 = 64;
const ALL_SOUND_OFF: u8 = 120;
const ALL_NOTES_OFF: u8 = 123;

/// Reads a MIDI file of format 0, 1 or 2 (whose tracks then follow one another), tracks split by
/// channel.
///
/// A file is read as far as it says something: what was odd about it is in [`Piece::remarks`]. What
/// Segue makes no use of stays in [`Piece::source`].
///
/// # Errors
/// One line that names the file, where it is no MIDI file, counts time in frames of film, or is
/// broken before its first note.
pub fn read(path: &Path) -> Result<Piece, MidiError> {
    let bytes = std::fs::read(path).map_err(|error| MidiError::Unreadable(error).of(path))?;
    from_vec(bytes).map_err(|error| error.of(path))
}

/// The piece in the bytes of a MIDI file; see [`read`].
///
/// # Errors
/// As [`read`], without the file's name.
pub fn parse(bytes: &[u8]) -> Result<Piece, MidiError> {
    from_vec(bytes.to_owned())
}

fn from_vec(bytes: Vec<u8>) -> Result<Piece, MidiError> {
    let mut remarks = Remarks::default();
    let Reading { piece, .. } = Reading::of(&bytes, &mut remarks)?;
    Ok(Piece { source: Some(Source::new(bytes, remarks.into_vec())), ..piece })
}

/// The latest tick that is read at this many ticks a beat.
pub(super) fn latest(division: u16) -> i64 {
    LONGEST.div_floor(Beats::ONE).saturating_mul(i64::from(division))
}

/// What Segue reads of a file.
pub(super) struct Reading {
    /// The piece, without its source.
    pub piece: Piece,
    /// By track of the file: at which tick it begins, and how many of the piece's tracks are its.
    pub tracks: Vec<FileTrack>,
}

/// A track of a file.
pub(super) struct FileTrack {
    /// The tick at which it begins; zero unless tracks follow one another.
    pub start: i64,
    /// How many of the piece's tracks are its: one a channel with notes.
    pub voices: usize,
}

impl Reading {
    /// Reads the bytes of a file.
    pub(super) fn of(bytes: &[u8], remarks: &mut Remarks) -> Result<Self, MidiError> {
        let frame = Frame::of(bytes, remarks)?;
        let mut reading = Self { piece: Piece::default(), tracks: Vec::with_capacity(frame.tracks.len()) };
        let mut end = 0;
        let mut failure = None;
        for (number, chunk) in (1..).zip(&frame.tracks) {
            let start = if frame.is_sequence { end } else { 0 };
            let (track_end, broken) = reading.track(number, chunk, start, frame.division, remarks);
            end = end.max(track_end);
            failure = failure.or(broken);
        }
        let piece = &mut reading.piece;
        if let Some(failure) = failure.filter(|_| piece.tracks.is_empty()) {
            return Err(failure);
        }
        // Of several changes at one instant the last one holds, in whichever track they stand.
        piece.tempos.sort_by_key(|&(at, _)| at);
        piece.meters.sort_by_key(|&(at, _)| at);
        keep_last(&mut piece.tempos);
        keep_last(&mut piece.meters);
        Ok(reading)
    }

    /// Reads one track, counted from 1, that begins at the tick `start`. The tick at which it ends,
    /// and why it is not whole if it is not.
    fn track(
        &mut self,
        number: usize,
        chunk: &Chunk,
        start: i64,
        division: u16,
        remarks: &mut Remarks,
    ) -> (i64, Option<MidiError>) {
        let at = |tick: i64| Beats::ratio(tick, division.into());
        let shortest = at(1).max(Beats::from_parts(1));
        let mut voices: [Option<Voice>; 16] = [const { None }; 16];
        let mut name = None;
        let mut events = Events::new(chunk.bytes, number, latest(division).saturating_sub(start));
        while let Some(Event { tick, kind }) = events.next(remarks) {
            let now = at(start + tick);
            match kind {
                TrackEventKind::Midi { channel, message } => {
                    let voice =
                        voices[usize::from(channel.as_int())].get_or_insert_with(|| Voice::new(shortest));
                    play(voice, now, message);
                }
                TrackEventKind::Meta(MetaMessage::TrackName(text)) if name.is_none() => {
                    name = Some(plain(text))
                }
                TrackEventKind::Meta(MetaMessage::Tempo(micros)) => {
                    self.piece.tempos.extend(Tempo::from_micros(micros.as_int()).map(|tempo| (now, tempo)));
                }
                TrackEventKind::Meta(MetaMessage::TimeSignature(numerator, power, ..)) => {
                    self.piece.meters.extend(Meter::of_signature(numerator, power).map(|meter| (now, meter)));
                }
                _ => {}
            }
        }
        let broken = ending(number, chunk, &events, remarks);

        let end = start + events.tick();
        let name = name.unwrap_or_default();
        let before = self.piece.tracks.len();
        for (channel, voice) in (0..).zip(voices) {
            self.piece.tracks.extend(voice.and_then(|voice| voice.finish(&name, channel, at(end))));
        }
        let voices = &self.piece.tracks[before..];
        self.tracks.push(FileTrack { start, voices: voices.len() });
        let last =
            voices.iter().flat_map(|track| &track.notes).map(|note| note.end()).max().unwrap_or_default();
        self.piece.end = self.piece.end.max(last).max(at(end));
        // A note struck in the last tick lasts one tick more.
        (end + i64::from(last > at(end)), broken)
    }
}

/// Remarks how a track ended, where it did not end as it should; and why it may not be whole.
fn ending(number: usize, chunk: &Chunk, events: &Events, remarks: &mut Remarks) -> Option<MidiError> {
    let missing = chunk.named.saturating_sub(chunk.bytes.len());
    let length = missing > 0 || events.place() > chunk.named;
    let (oddity, place, error) = match events.end() {
        End::Marked | End::Bytes if missing == 0 || events.end() == End::Marked => {
            if length {
                remarks.of_track(Oddity::Length, number, events.place().min(chunk.named));
            }
            return None;
        }
        End::TooFar(place) => (Oddity::TooFar, place, MidiError::TooLong),
        End::Broken(place) if missing == 0 => {
            let why = format!("byte {place} of track {number} begins no MIDI event");
            (Oddity::Broken, place, MidiError::Damaged(why))
        }
        End::Marked | End::Bytes | End::Broken(_) => {
            let why = format!("{missing} bytes of track {number} are missing");
            (Oddity::CutOff(missing), chunk.bytes.len(), MidiError::Truncated(why))
        }
    };
    remarks.of_track(oddity, number, place);
    Some(error)
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
        MidiMessage::ProgramChange { program } => voice.program(now, program.as_int()),
        _ => {}
    }
}

/// A name as text: UTF-8, or else Latin 1, which older sequencers write; without control
/// characters.
pub(super) fn plain(text: &[u8]) -> String {
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
