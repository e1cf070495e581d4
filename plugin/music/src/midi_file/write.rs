//! MIDI files out.

use std::path::Path;

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

use super::{LONGEST, MidiError, copy, division};
use crate::replace::replace;
use crate::{Beats, Meter, Piece, Tempo, Track};

/// The longest distance between two events.
const LONGEST_DELTA: i64 = (1 << 28) - 1;

/// Writes a piece as a MIDI file: under a passing name beside it first, so that `path` is never
/// half a file.
///
/// # Errors
/// One line that names the file.
pub fn write(path: &Path, piece: &Piece) -> Result<(), MidiError> {
    write_marked(path, piece, &[])
}

/// The same with markers, which name places of the piece.
///
/// # Errors
/// One line that names the file.
pub fn write_marked(path: &Path, piece: &Piece, markers: &[(Beats, String)]) -> Result<(), MidiError> {
    let bytes = to_bytes_marked(piece, markers).map_err(|error| error.of(path))?;
    replace(path, &bytes).map_err(|error| MidiError::Unwritable(error).of(path))
}

/// The bytes of a MIDI file of format 1: tempo and metre in the first track, then the piece's
/// tracks. Neighbours of one name on different channels stand in one track of the file, as
/// [`super::read`] parts them.
///
/// A piece that was read from a file, and whose notes, pedals, tempos and metres are still what
/// that file says, is written as the file's own tracks, event by event at the same places; tracks
/// that came to it follow. A new name of a track goes before its old one, which stays as a text.
///
/// A beat has at most 1,920 ticks, unless the piece was read from a file with more.
///
/// # Errors
/// Where the piece begins before zero, is longer than [`LONGEST`], or has too many tracks.
pub fn to_bytes(piece: &Piece) -> Result<Vec<u8>, MidiError> {
    to_bytes_marked(piece, &[])
}

/// The same with markers, in the first track: where they belong, to the nearest tick.
///
/// # Errors
/// As [`to_bytes`].
pub fn to_bytes_marked(piece: &Piece, markers: &[(Beats, String)]) -> Result<Vec<u8>, MidiError> {
    check(piece, markers)?;
    if let Some(copied) = copy::to_bytes(piece, markers) {
        return copied;
    }
    let division = division::of_positions(&positions(piece));
    let end = to_ticks(piece.end, division);
    let mut events = conductor(piece, division);
    events.extend(marks(markers, division));
    let mut tracks = vec![FileTrack::sorted(events, end)];
    tracks.extend(new_tracks(&piece.tracks, division, end));
    encode(&tracks, division)
}

/// Events at their ticks.
pub(super) type Events<'a> = Vec<(i64, TrackEventKind<'a>)>;

/// A track as it will stand in a file.
pub(super) struct FileTrack<'a> {
    /// In the order of their ticks, without the end of the track.
    pub events: Events<'a>,
    /// The tick at which it ends; where that is before the last event, it ends with it.
    pub end: i64,
}

impl<'a> FileTrack<'a> {
    /// Of events in any order. At one tick offs come first, ons last.
    fn sorted(mut events: Events<'a>, end: i64) -> Self {
        events.sort_by_key(|&(tick, kind)| (tick, rank(kind)));
        Self { events, end }
    }

    /// Timed from one event to the next, the end of the track after them.
    fn deltas(&self) -> Vec<TrackEvent<'a>> {
        let last = self.events.last().map_or(0, |&(tick, _)| tick);
        let end = (self.end.max(last), TrackEventKind::Meta(MetaMessage::EndOfTrack));
        let mut before = 0;
        let mut deltas = Vec::with_capacity(self.events.len() + 1);
        for &(tick, kind) in self.events.iter().chain([&end]) {
            // A distance that MIDI cannot count is gone in steps.
            while tick - before > LONGEST_DELTA {
                let step = TrackEventKind::Meta(MetaMessage::Text(b""));
                deltas.push(TrackEvent { delta: u28::max_value(), kind: step });
                before += LONGEST_DELTA;
            }
            // In order, so never negative.
            let delta = u28::new(u32::try_from(tick - before).unwrap_or(0));
            deltas.push(TrackEvent { delta, kind });
            before = tick;
        }
        deltas
    }
}

/// The bytes of a file of format 1.
pub(super) fn encode(tracks: &[FileTrack], division: i64) -> Result<Vec<u8>, MidiError> {
    if tracks.len() > usize::from(u16::MAX) {
        return Err(MidiError::TooManyTracks(tracks.len()));
    }
    let timing = Timing::Metrical(u15::new(u16::try_from(division).unwrap_or(i16::MAX.unsigned_abs())));
    let tracks = tracks.iter().map(FileTrack::deltas).collect();
    let smf = Smf { header: Header::new(Format::Parallel, timing), tracks };
    let mut bytes = Vec::new();
    smf.write_std(&mut bytes).map_err(MidiError::Unwritable)?;
    Ok(bytes)
}

fn rank(kind: TrackEventKind) -> u8 {
    match kind {
        TrackEventKind::Midi { message: MidiMessage::NoteOff { .. }, .. } => 1,
        TrackEventKind::Midi { message: MidiMessage::NoteOn { .. }, .. } => 3,
        TrackEventKind::Midi { message: MidiMessage::Controller { .. }, .. } => 2,
        _ => 0,
    }
}

/// Tempo and metre.
fn conductor<'a>(piece: &Piece, division: i64) -> Events<'a> {
    let tempo = |&(at, tempo): &(Beats, Tempo)| {
        let micros = u24::new(tempo.micros());
        (to_ticks(at, division), TrackEventKind::Meta(MetaMessage::Tempo(micros)))
    };
    let meter = |&(at, meter): &(Beats, Meter)| {
        let power = u8::try_from(meter.denominator.trailing_zeros()).unwrap_or(0);
        // 24 MIDI clocks a click, eight 32nds a quarter: what everybody writes there.
        (
            to_ticks(at, division),
            TrackEventKind::Meta(MetaMessage::TimeSignature(meter.numerator, power, 24, 8)),
        )
    };
    piece.meters.iter().map(meter).chain(piece.tempos.iter().map(tempo)).collect()
}

/// Markers.
pub(super) fn marks(
    markers: &[(Beats, String)],
    division: i64,
) -> impl Iterator<Item = (i64, TrackEventKind<'_>)> {
    markers.iter().map(move |(at, text)| {
        (to_ticks(*at, division), TrackEventKind::Meta(MetaMessage::Marker(text.as_bytes())))
    })
}

/// Tracks made of notes and pedals.
pub(super) fn new_tracks(tracks: &[Track], division: i64, end: i64) -> impl Iterator<Item = FileTrack<'_>> {
    groups(tracks).into_iter().map(move |group| {
        let mut events = Events::new();
        if !group[0].name.is_empty() {
            events.push((0, TrackEventKind::Meta(MetaMessage::TrackName(group[0].name.as_bytes()))));
        }
        for track in group {
            voice(track, division, &mut events);
        }
        FileTrack::sorted(events, end)
    })
}

/// The messages of one channel.
fn voice(track: &Track, division: i64, events: &mut Events) {
    let channel = u4::new(track.channel & 15);
    let midi = |message| TrackEventKind::Midi { channel, message };
    if let Some(program) = track.program {
        events.push((0, midi(MidiMessage::ProgramChange { program: u7::new(program & 127) })));
    }
    for &(at, down) in &track.pedal {
        let value = u7::new(if down { 127 } else { 0 });
        events
            .push((to_ticks(at, division), midi(MidiMessage::Controller { controller: u7::new(64), value })));
    }
    // From the last note to the first: a note ends at the latest where its key is struck next, and
    // of two on one key and tick the longer stays. So every on has its own off.
    let mut notes = track.notes.clone();
    notes.sort_unstable();
    let mut struck = [i64::MAX; 128];
    for note in notes.iter().rev() {
        let key = note.key & 127;
        let onset = to_ticks(note.onset, division);
        let end = to_ticks(note.end(), division).max(onset + 1).min(struck[usize::from(key)]);
        if end <= onset {
            continue;
        }
        struck[usize::from(key)] = onset;
        let vel = u7::new(note.velocity.clamp(1, 127));
        events.push((onset, midi(MidiMessage::NoteOn { key: u7::new(key), vel })));
        events.push((end, midi(MidiMessage::NoteOff { key: u7::new(key), vel: u7::new(64) })));
    }
}

/// Runs of tracks that share a name and no channel.
fn groups(tracks: &[Track]) -> Vec<&[Track]> {
    let mut groups = Vec::new();
    let mut first = 0;
    for (index, track) in tracks.iter().enumerate() {
        let group = &tracks[first..index];
        let joins = group.iter().all(|other| other.name == track.name && other.channel < track.channel);
        if !joins {
            groups.push(group);
            first = index;
        }
    }
    if first < tracks.len() {
        groups.push(&tracks[first..]);
    }
    groups
}

fn check(piece: &Piece, markers: &[(Beats, String)]) -> Result<(), MidiError> {
    for at in positions(piece).into_iter().chain(markers.iter().map(|&(at, _)| at)) {
        if at < Beats::ZERO {
            return Err(MidiError::BeforeStart(at));
        }
        if at > LONGEST {
            return Err(MidiError::TooLong);
        }
    }
    Ok(())
}

/// Every position a file of the piece would name.
fn positions(piece: &Piece) -> Vec<Beats> {
    let changes = piece.tempos.iter().map(|&(at, _)| at).chain(piece.meters.iter().map(|&(at, _)| at));
    changes.chain([piece.end]).chain(positions_of(&piece.tracks)).collect()
}

/// Every position of some tracks.
pub(super) fn positions_of(tracks: &[Track]) -> impl Iterator<Item = Beats> + '_ {
    tracks.iter().flat_map(|track| {
        let notes = track.notes.iter().flat_map(|note| [note.onset, note.end()]);
        notes.chain(track.pedal.iter().map(|&(at, _)| at))
    })
}

/// The tick nearest to a position.
pub(super) fn to_ticks(at: Beats, division: i64) -> i64 {
    let ticks = i128::from(at.parts()) * i128::from(division) + i128::from(Beats::UNIT / 2);
    i64::try_from(ticks.div_euclid(i128::from(Beats::UNIT))).unwrap_or(i64::MAX)
}
