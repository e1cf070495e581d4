//! The frame of a MIDI file: its header and where its tracks lie.
//!
//! midly reads past a broken frame in silence and drops what it cannot place, so the frame is read
//! here. Where the lengths are right they are followed; where one leads into the middle of
//! something, the next `MTrk` is looked for.

use super::MidiError;
use super::remark::{Oddity, Remarks};

/// Bytes of a chunk's name and length.
const CHUNK_HEAD: usize = 8;
/// Bytes of the header that are known.
const HEADER: usize = 6;
/// So far into a file a header is looked for: MacBinary puts 128 bytes before it, editors of text a
/// mark of three.
const MOST_BEFORE: usize = 256;

/// A file's header and the bytes of its tracks.
pub(super) struct Frame<'a> {
    /// Whether its tracks follow one another (format 2) instead of sounding together.
    pub is_sequence: bool,
    /// Ticks a beat; positive.
    pub division: u16,
    /// The tracks in file order.
    pub tracks: Vec<Chunk<'a>>,
}

/// One track.
pub(super) struct Chunk<'a> {
    /// Its events, as far as the file goes; there may be other bytes after its end.
    pub bytes: &'a [u8],
    /// The length it names, which may be wrong.
    pub named: usize,
}

impl<'a> Frame<'a> {
    /// Finds header and tracks.
    pub(super) fn of(file: &'a [u8], remarks: &mut Remarks) -> Result<Self, MidiError> {
        if file.is_empty() {
            return Err(MidiError::Empty);
        }
        if file.starts_with(b"SMF2CLIP") {
            return Err(MidiError::Clip);
        }
        let bytes = in_riff(file).unwrap_or(file);
        let before = find(&bytes[..bytes.len().min(MOST_BEFORE)], b"MThd").ok_or(MidiError::NotMidi)?;
        if before > 0 {
            remarks.of_file(Oddity::BytesBefore(before));
        }
        let truncated = || MidiError::Truncated("it ends in its header".into());
        let (head, rest) = bytes[before..].split_at_checked(CHUNK_HEAD).ok_or_else(truncated)?;
        // A header may be longer than what is known of it. Where its length leads nowhere, it is
        // not.
        let named = length(head);
        let leads = named >= HEADER && rest.get(named..).is_some_and(begins_a_chunk);
        let size = if leads { named } else { HEADER };
        let (header, rest) = rest.split_at_checked(size).ok_or_else(truncated)?;
        let &[f0, f1, n0, n1, d0, d1, ..] = header else { return Err(truncated()) };
        let format = u16::from_be_bytes([f0, f1]);
        let announced = usize::from(u16::from_be_bytes([n0, n1]));
        let division = u16::from_be_bytes([d0, d1]);
        if division & 0x8000 != 0 {
            return Err(MidiError::Smpte);
        }
        if division == 0 {
            return Err(MidiError::Damaged("its header says zero ticks a beat".into()));
        }
        if format > 2 {
            remarks.of_file(Oddity::Format(format));
        }
        let mut tracks = Tracks::of(rest, true);
        if tracks.chunks.len() < announced {
            let others = Tracks::of(rest, false);
            if others.chunks.len() > tracks.chunks.len() {
                tracks = others;
            }
        }
        let Tracks { chunks: tracks, is_followed } = tracks;
        if is_followed {
            remarks.of_file(Oddity::NextFile);
        }
        if tracks.len() != announced {
            if tracks.is_empty() {
                return Err(MidiError::Truncated(format!("it announces {announced} tracks and holds none")));
            }
            remarks.of_file(Oddity::Tracks { announced, found: tracks.len() });
        }
        Ok(Self { is_sequence: format == 2, division, tracks })
    }
}

/// What follows the header.
struct Tracks<'a> {
    chunks: Vec<Chunk<'a>>,
    /// Whether another file comes then.
    is_followed: bool,
}

impl<'a> Tracks<'a> {
    /// Finds the tracks; with `trust`, a length that leads to where a chunk may begin is believed.
    fn of(mut rest: &'a [u8], trust: bool) -> Self {
        let mut chunks = Vec::new();
        while let Some((head, after)) = rest.split_at_checked(CHUNK_HEAD) {
            let named = length(head);
            if head.starts_with(b"MThd") {
                return Self { chunks, is_followed: true };
            }
            if !head.starts_with(b"MTrk") {
                // Other kinds of chunks are to be skipped, says the standard; what is no chunk is
                // skipped, too.
                let next = after.get(named..).filter(|next| is_other(head) && begins_a_chunk(next));
                let found = || find(&rest[1..], b"MTrk").map(|at| &rest[1 + at..]);
                let Some(next) = next.or_else(found) else { break };
                rest = next;
                continue;
            }
            let bytes = match after.split_at_checked(named) {
                Some((bytes, next)) if trust && begins_a_chunk(next) => bytes,
                // It is wrong: the track lasts until the next one, or until the end of the file.
                _ => &after[..find(after, b"MTrk").unwrap_or(after.len())],
            };
            chunks.push(Chunk { bytes, named });
            rest = &after[bytes.len()..];
        }
        Self { chunks, is_followed: false }
    }
}

/// Whether a chunk's length led to a place where a file goes on, or ends.
fn begins_a_chunk(rest: &[u8]) -> bool {
    match rest.split_at_checked(CHUNK_HEAD) {
        None => rest.is_empty(),
        Some((head, after)) => {
            head.starts_with(b"MTrk")
                || head.starts_with(b"MThd")
                || is_other(head) && length(head) <= after.len()
        }
    }
}

/// Whether a chunk's head may be that of a kind Segue does not know, such as Yamaha's `XFIH`.
fn is_other(head: &[u8]) -> bool {
    head.iter().take(4).all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ' || *byte == b'_')
}

/// The length that the head of a chunk names.
fn length(head: &[u8]) -> usize {
    head.get(4..CHUNK_HEAD)
        .map_or(0, |four| four.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)))
}

/// The MIDI file inside a RIFF file (`.rmi`).
fn in_riff(file: &[u8]) -> Option<&[u8]> {
    let mut rest = file.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"RMID")?;
    while let Some((head, after)) = rest.split_at_checked(CHUNK_HEAD) {
        let named = head[4..].iter().rev().fold(0, |length, &byte| length << 8 | usize::from(byte));
        if head.starts_with(b"data") {
            return Some(&after[..named.min(after.len())]).filter(|data| !data.is_empty());
        }
        // RIFF pads its chunks to an even length.
        rest = after.get(named.saturating_add(named & 1)..).unwrap_or_default();
    }
    // Its chunks lead nowhere: the search for a header goes on in the whole file.
    None
}

fn find(bytes: &[u8], name: &[u8]) -> Option<usize> {
    bytes.windows(name.len()).position(|window| window == name)
}
