//! What was odd about a MIDI file that was read all the same.

use std::fmt;

use super::LONGEST;
use crate::Beats;

/// Something odd about a MIDI file and what was made of it, as one line. However often a file has
/// it, it is one remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    oddity: Oddity,
    /// Where it is, or first is: the track, counted from 1, and the byte of its data.
    place: Option<(usize, usize)>,
    /// How often.
    count: usize,
}

/// A kind of oddity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// This many bytes lie before the header.
    BytesBefore(usize),
    /// The header names a format that does not exist.
    Format(u16),
    /// The header announces another number of tracks than there are.
    Tracks { announced: usize, found: usize },
    /// A whole file stands behind the first.
    NextFile,
    /// A track's length is not where it ends.
    Length,
    /// The file ends in a track, of which this many bytes are missing.
    CutOff(usize),
    /// A track goes on with what is no event.
    Broken,
    /// A track goes on beyond [`LONGEST`].
    TooFar,
    /// A data byte with its top bit set.
    Clipped,
    /// A message that files do not hold: system common or real time.
    System,
    /// A meta event with fewer bytes than it needs.
    Short(&'static str),
    /// A time signature without its last two bytes.
    ShortMeter,
    /// A time signature with a denominator above 128.
    LargeMeter,
    /// A time signature of no beats.
    NoMeter,
    /// A quarter note of no microseconds.
    NoTempo,
    /// A tempo above what hosts may set.
    FastTempo,
    /// An SMPTE offset of 25 hours, or the like.
    SmpteOffset,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::BytesBefore(bytes) => {
                write!(f, "what stands before its header is skipped: {}", counted(bytes))
            }
            Self::Format(format) => write!(f, "its format {format} is unknown and read like format 1"),
            Self::Tracks { announced, found } => {
                write!(f, "its header counts {announced} tracks, and there are {found}, which are read")
            }
            Self::NextFile => write!(f, "another MIDI file stands behind it and is left out"),
            Self::Length => write!(f, "a track's length is wrong; it is read to its end"),
            Self::CutOff(missing) => {
                write!(f, "it is cut off and lacks {}; what is there is read", counted(missing))
            }
            Self::Broken => write!(f, "a track is read no further, since no MIDI event follows"),
            Self::TooFar => write!(f, "what lies beyond beat {} is left out", LONGEST.div_floor(Beats::ONE)),
            Self::Clipped => write!(f, "a data byte above 127 is read as 127"),
            Self::System => write!(f, "a real-time or system message, which no file holds, is skipped"),
            Self::Short(what) => write!(f, "{what} is too short and left out"),
            Self::ShortMeter => write!(f, "a time signature lacks its last bytes, which are filled in"),
            Self::LargeMeter => {
                write!(f, "a time signature's denominator is above 128; bars do not follow it")
            }
            Self::NoMeter => write!(f, "a time signature of no beats is left out"),
            Self::NoTempo => write!(f, "a tempo of no microseconds is left out"),
            Self::FastTempo => write!(f, "a tempo above 999 BPM is kept as it is"),
            Self::SmpteOffset => write!(f, "an SMPTE offset that is no time of day is kept as it is"),
        }
    }
}

fn counted(bytes: usize) -> String {
    if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.oddity.fmt(f)?;
        match (self.place, self.count) {
            (None, _) => Ok(()),
            (Some((track, byte)), 1) => write!(f, " (track {track}, byte {byte})"),
            (Some((track, byte)), count) => {
                write!(f, " ({count} times, first in track {track}, byte {byte})")
            }
        }
    }
}

/// Remarks while a file is being read, in the order of their first occurrence.
#[derive(Debug, Default)]
pub(super) struct Remarks(Vec<Remark>);

impl Remarks {
    /// About the file as a whole.
    pub(super) fn of_file(&mut self, oddity: Oddity) {
        self.0.push(Remark { oddity, place: None, count: 1 });
    }

    /// About a byte of a track, counted from 1.
    pub(super) fn of_track(&mut self, oddity: Oddity, track: usize, byte: usize) {
        match self.0.iter_mut().find(|remark| remark.oddity == oddity) {
            Some(remark) => remark.count += 1,
            None => self.0.push(Remark { oddity, place: Some((track, byte)), count: 1 }),
        }
    }

    /// All of them.
    pub(super) fn into_vec(self) -> Vec<Remark> {
        self.0
    }
}
