//! The frame of a MIDI file: its header and where its tracks lie.
//!
//! midly reads past a broken frame in silence and drops what it cannot place, so the frame is read here, by length.

use super::MidiError;

/// Bytes of a chunk's name and length.
const CHUNK_HEAD: usize = 8;

/// A file's header and the bytes of its tracks.
pub(super) struct Chunks<'a> {
    /// 0, 1 or 2.
    pub format: u16,
    /// Ticks a beat; positive.
    pub division: u16,
    /// The tracks in file order.
    pub tracks: Vec<Chunk<'a>>,
}

/// One track.
pub(super) struct Chunk<'a> {
    /// Its events, as far as the file goes.
    pub bytes: &'a [u8],
    /// How many bytes the file lacks of the length the track names.
    pub missing: usize,
}

impl<'a> Chunks<'a> {
    /// Finds header and tracks.
    pub(super) fn of(bytes: &'a [u8]) -> Result<Self, MidiError> {
        let bytes = unwrap_riff(bytes);
        if bytes.is_empty() {
            return Err(MidiError::Empty);
        }
        if !bytes.starts_with(b"MThd") {
            return Err(MidiError::NotMidi);
        }
        let Some((header, mut rest)) = split(bytes).filter(|(header, _)| header.missing == 0) else {
            return Err(MidiError::Truncated("it ends in its header".into()));
        };
        let &[f0, f1, n0, n1, d0, d1, ..] = header.bytes else {
            return Err(MidiError::Damaged("its header is too short".into()));
        };
        let format = u16::from_be_bytes([f0, f1]);
        let announced = usize::from(u16::from_be_bytes([n0, n1]));
        let division = u16::from_be_bytes([d0, d1]);
        if format > 2 {
            return Err(MidiError::Format(format));
        }
        if division & 0x8000 != 0 {
            return Err(MidiError::Smpte);
        }
        if division == 0 {
            return Err(MidiError::Damaged("its header says zero ticks a beat".into()));
        }

        let mut tracks = Vec::new();
        while let Some((chunk, after)) = split(rest) {
            // Other kinds of chunks are to be skipped, says the standard.
            if rest.starts_with(b"MTrk") {
                tracks.push(chunk);
            }
            rest = after;
        }
        // More tracks than announced are read: nothing is lost by it.
        if tracks.len() < announced {
            let found = tracks.len();
            return Err(MidiError::Truncated(format!("it announces {announced} tracks and holds {found}")));
        }
        Ok(Self { format, division, tracks })
    }
}

/// The first chunk and what follows it; nothing where not even a chunk's head is left.
fn split(bytes: &[u8]) -> Option<(Chunk<'_>, &[u8])> {
    let (head, rest) = bytes.split_at_checked(CHUNK_HEAD)?;
    let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let here = length.min(rest.len());
    Some((Chunk { bytes: &rest[..here], missing: length - here }, &rest[here..]))
}

/// The MIDI file inside a RIFF file (.rmi); anything else as it is.
fn unwrap_riff(bytes: &[u8]) -> &[u8] {
    let wrapped = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"RMID");
    let start = if wrapped { bytes.windows(4).position(|name| name == b"MThd") } else { None };
    &bytes[start.unwrap_or(0)..]
}
