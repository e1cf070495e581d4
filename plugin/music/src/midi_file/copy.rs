//! A piece back into the file it was read from.

use midly::{MetaMessage, TrackEventKind};

use super::event::{Event, Events};
use super::frame::{Chunk, Frame};
use super::read::{Reading, latest, plain};
use super::remark::Remarks;
use super::write::{FileTrack, encode, marks, new_tracks, positions_of, to_ticks};
use super::{MidiError, division};
use crate::{Beats, Piece, Track};

/// The bytes of a piece's own file with what came to it; `None` where it was read from none, or is
/// not what that says.
pub(super) fn to_bytes(piece: &Piece, markers: &[(Beats, String)]) -> Option<Result<Vec<u8>, MidiError>> {
    let source = piece.source.as_ref()?;
    let mut remarks = Remarks::default();
    let read = Reading::of(source.bytes(), &mut remarks).ok()?;
    let (own, new) = piece.tracks.split_at_checked(read.piece.tracks.len())?;
    if !is_same_music(&read.piece, piece, own) {
        return None;
    }
    let frame = Frame::of(source.bytes(), &mut remarks).ok()?;

    let added: Vec<Beats> = positions_of(new).collect();
    let shortest = own.iter().flat_map(|track| &track.notes).map(|note| note.duration).min();
    let shortest = shortest.unwrap_or(Beats::ONE);
    let division = division::of_file(frame.division, &added, piece.end.max(read.piece.end), shortest);
    let scale = Scale { from: frame.division.into(), to: division };

    let mut tracks = Vec::with_capacity(frame.tracks.len() + 1);
    let mut rest = own;
    for (chunk, told) in frame.tracks.iter().zip(&read.tracks) {
        let (voices, later) = rest.split_at_checked(told.voices)?;
        rest = later;
        let latest = latest(frame.division).saturating_sub(told.start);
        tracks.push(track(chunk, told.start, latest, voices, scale));
    }
    if let Some(first) = tracks.first_mut().filter(|_| !markers.is_empty()) {
        first.events.extend(marks(markers, division));
        first.events.sort_by_key(|&(tick, _)| tick);
    }
    let end = to_ticks(piece.end, division);
    tracks.extend(new_tracks(new, division, end));
    if let Some(last) = tracks.last_mut().filter(|_| piece.end > read.piece.end) {
        last.end = last.end.max(end);
    }
    Some(encode(&tracks, division))
}

/// Whether a piece still says what its file does, names aside.
fn is_same_music(read: &Piece, piece: &Piece, own: &[Track]) -> bool {
    let same = |(one, other): (&Track, &Track)| {
        (one.channel, one.program, &one.notes, &one.pedal)
            == (other.channel, other.program, &other.notes, &other.pedal)
    };
    (&read.tempos, &read.meters) == (&piece.tempos, &piece.meters) && read.tracks.iter().zip(own).all(same)
}

/// From the ticks of the file that was read to those of the one that is written.
#[derive(Clone, Copy)]
struct Scale {
    from: i64,
    to: i64,
}

impl Scale {
    fn ticks(self, tick: i64) -> i64 {
        // A tick of a file is below 2^33 and a division below 2^15.
        (tick * self.to * 2 + self.from).div_euclid(2 * self.from)
    }
}

/// A track of the file, event by event.
fn track<'a>(chunk: &Chunk<'a>, start: i64, latest: i64, voices: &'a [Track], scale: Scale) -> FileTrack<'a> {
    let mut read = Events::new(chunk.bytes, 1, latest);
    let mut events = Vec::new();
    let mut name = None;
    while let Some(Event { tick, kind }) = read.next(&mut Remarks::default()) {
        if let (None, TrackEventKind::Meta(MetaMessage::TrackName(text))) = (name, kind) {
            name = Some((events.len(), text));
        }
        events.push((scale.ticks(start + tick), kind));
    }
    let old = name.map_or(&b""[..], |(_, text)| text);
    let plain = plain(old);
    if let Some(voice) = voices.iter().find(|voice| voice.name != plain) {
        let mut names = vec![(0, TrackEventKind::Meta(MetaMessage::TrackName(voice.name.as_bytes())))];
        if let Some((place, _)) = name {
            events.remove(place);
        }
        if !plain.is_empty() {
            names.push((0, TrackEventKind::Meta(MetaMessage::Text(old))));
        }
        events.splice(0..0, names);
    }
    FileTrack { events, end: scale.ticks(start + read.tick()) }
}
