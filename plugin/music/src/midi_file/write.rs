//! MIDI files out.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

use super::{LONGEST, MidiError};
use crate::{Beats, Meter, Piece, Tempo, Track};

/// Ticks a beat of a file whose positions all stand on them, as 32nds, triplets and the model's own ticks do.
const DIVISION: i64 = 960;
/// For positions that stand on no division's ticks: less than 17 microseconds off at 120 BPM.
const FINE_DIVISION: i64 = 15_360;
/// The finest division a file's header holds.
const FINEST_DIVISION: i64 = 0x7fff;
/// The longest distance between two events.
const LONGEST_DELTA: i64 = (1 << 28) - 1;

/// Writes a piece as a MIDI file: under a passing name beside it first, so that `path` is never half a file.
///
/// # Errors
/// One line that names the file.
pub fn write(path: &Path, piece: &Piece) -> Result<(), MidiError> {
    let bytes = to_bytes(piece).map_err(|error| error.of(path))?;
    replace(path, &bytes).map_err(|error| MidiError::Unwritable(error).of(path))
}

/// The same with markers, which name places of the piece.
///
/// # Errors
/// One line that names the file.
pub fn write_marked(path: &Path, piece: &Piece, markers: &[(Beats, String)]) -> Result<(), MidiError> {
    let bytes = to_bytes_marked(piece, markers).map_err(|error| error.of(path))?;
    replace(path, &bytes).map_err(|error| MidiError::Unwritable(error).of(path))
}

/// The bytes of a MIDI file of format 1: tempo and metre in the first track, then the piece's tracks. Neighbours of one
/// name on different channels stand in one track of the file, as [`super::read`] parts them.
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
    let division = division(piece);
    let ticks = Ticks { division, end: to_ticks(piece.end, division) };
    let mut tracks = vec![ticks.deltas(conductor(piece, markers, division))];
    for group in groups(&piece.tracks) {
        let mut events = Vec::new();
        if !group[0].name.is_empty() {
            events.push((0, TrackEventKind::Meta(MetaMessage::TrackName(group[0].name.as_bytes()))));
        }
        for track in group {
            voice(track, division, &mut events);
        }
        tracks.push(ticks.deltas(events));
    }
    if tracks.len() > usize::from(u16::MAX) {
        return Err(MidiError::TooManyTracks(tracks.len()));
    }
    let timing = Timing::Metrical(u15::new(u16::try_from(division).unwrap_or(i16::MAX.unsigned_abs())));
    let smf = Smf { header: Header::new(Format::Parallel, timing), tracks };
    let mut bytes = Vec::new();
    smf.write_std(&mut bytes).map_err(MidiError::Unwritable)?;
    Ok(bytes)
}

/// Events at their ticks, not yet in order.
type Events<'a> = Vec<(i64, TrackEventKind<'a>)>;

struct Ticks {
    division: i64,
    end: i64,
}

impl Ticks {
    /// In order, timed from one to the next, the end of the track after them. At one tick offs come first, ons last.
    fn deltas<'a>(&self, mut events: Events<'a>) -> Vec<TrackEvent<'a>> {
        events.sort_by_key(|&(tick, kind)| (tick, rank(kind)));
        let last = events.last().map_or(0, |&(tick, _)| tick);
        events.push((self.end.max(last), TrackEventKind::Meta(MetaMessage::EndOfTrack)));
        debug_assert!(events.iter().all(|&(tick, _)| tick <= to_ticks(LONGEST, self.division)));
        let mut before = 0;
        events
            .into_iter()
            .map(|(tick, kind)| {
                // Sorted, so never negative.
                let delta = u28::new(u32::try_from(tick - before).unwrap_or(0));
                before = tick;
                TrackEvent { delta, kind }
            })
            .collect()
    }
}

fn rank(kind: TrackEventKind) -> u8 {
    match kind {
        TrackEventKind::Midi { message: MidiMessage::NoteOff { .. }, .. } => 1,
        TrackEventKind::Midi { message: MidiMessage::NoteOn { .. }, .. } => 3,
        TrackEventKind::Midi { message: MidiMessage::Controller { .. }, .. } => 2,
        _ => 0,
    }
}

/// Tempo, metre and markers.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 24 bits")]
fn conductor<'a>(piece: &Piece, markers: &'a [(Beats, String)], division: i64) -> Events<'a> {
    let tempo = |&(at, tempo): &(Beats, Tempo)| {
        // MIDI counts microseconds a beat in 24 bits: nothing slower than 3.6 BPM.
        let micros = (60e6 / tempo.bpm()).round().clamp(1.0, f64::from(0xff_ffff)) as u32;
        (to_ticks(at, division), TrackEventKind::Meta(MetaMessage::Tempo(u24::new(micros))))
    };
    let meter = |&(at, meter): &(Beats, Meter)| {
        let power = u8::try_from(meter.denominator.trailing_zeros()).unwrap_or(0);
        // 24 MIDI clocks a click, eight 32nds a quarter: what everybody writes there.
        (
            to_ticks(at, division),
            TrackEventKind::Meta(MetaMessage::TimeSignature(meter.numerator, power, 24, 8)),
        )
    };
    let marker = |(at, text): &'a (Beats, String)| {
        (to_ticks(*at, division), TrackEventKind::Meta(MetaMessage::Marker(text.as_bytes())))
    };
    let clock = piece.meters.iter().map(meter).chain(piece.tempos.iter().map(tempo));
    clock.chain(markers.iter().map(marker)).collect()
}

/// The messages of one channel.
fn voice<'a>(track: &Track, division: i64, events: &mut Events<'a>) {
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
    // From the last note to the first: a note ends at the latest where its key is struck next, and of two on one key
    // and tick the longer stays. So every on has its own off.
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
    for at in positions(piece).chain(markers.iter().map(|&(at, _)| at)) {
        if at < Beats::ZERO {
            return Err(MidiError::BeforeStart(at));
        }
        if at > LONGEST {
            return Err(MidiError::TooLong);
        }
    }
    Ok(())
}

/// The usual division where nothing moves by it, or else the coarsest by which nothing does, or else a fine one.
fn division(piece: &Piece) -> i64 {
    let common = positions(piece).fold(Beats::UNIT, |common, at| greatest_common_divisor(common, at.parts()));
    let exact = Beats::UNIT / common;
    let latest = positions(piece).max().unwrap_or_default();
    let fits = |division: i64| division <= FINEST_DIVISION && to_ticks(latest, division) <= LONGEST_DELTA;
    let usual = if DIVISION % exact == 0 { DIVISION } else { exact };
    [usual, FINE_DIVISION].into_iter().find(|&division| fits(division)).unwrap_or(DIVISION)
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Every position a file of the piece would name.
fn positions(piece: &Piece) -> impl Iterator<Item = Beats> + '_ {
    let notes =
        |track: &'_ Track| track.notes.iter().flat_map(|note| [note.onset, note.end()]).collect::<Vec<_>>();
    let pedal = |track: &'_ Track| track.pedal.iter().map(|&(at, _)| at).collect::<Vec<_>>();
    (piece.tracks.iter().flat_map(notes))
        .chain(piece.tracks.iter().flat_map(pedal))
        .chain(piece.tempos.iter().map(|&(at, _)| at))
        .chain(piece.meters.iter().map(|&(at, _)| at))
        .chain([piece.end])
}

fn to_ticks(at: Beats, division: i64) -> i64 {
    let tick = Beats::ratio(1, division);
    at.round_to(tick).div_floor(tick)
}

/// Puts `bytes` where `path` says, whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Through a link to what it names; and what is no file, such as /dev/null, is written to, not replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&target) {
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => return fs::write(&target, bytes),
        _ => {}
    }
    let Some(name) = target.file_name() else { return Err(io::ErrorKind::InvalidFilename.into()) };
    let mut passing = name.to_owned();
    passing.push(format!(".{}.part", std::process::id()));
    let passing: PathBuf = target.with_file_name(passing);
    let written = fs::File::create(&passing)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&passing, &target));
    if written.is_err() {
        // Nothing to add to the first error if this fails as well.
        let _ = fs::remove_file(&passing);
    }
    written
}
