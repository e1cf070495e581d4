//! The events of a track, read as forgivingly as sequencers read them.

use midly::{EventIter, MetaMessage, TrackEvent, TrackEventKind};

use super::mend::{self, Mended};
use super::remark::{Oddity, Remarks};
use crate::{Meter, Tempo};

/// An event at its place.
pub(super) struct Event<'a> {
    /// Ticks since the track began.
    pub tick: i64,
    /// What it is; never the end of the track.
    pub kind: TrackEventKind<'a>,
}

/// How a track came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// By the event that says so.
    Marked,
    /// Its bytes are all read.
    Bytes,
    /// What begins at this byte is no event.
    Broken(usize),
    /// The event at this byte is too far away.
    TooFar(usize),
}

/// Walks through a track: with midly, and past what midly refuses with [`mend::mend`].
pub(super) struct Events<'a> {
    bytes: &'a [u8],
    midly: EventIter<'a>,
    /// The track's number, from 1, for remarks.
    track: usize,
    /// The channel message whose status the next may go without. Some sequencers let it go on
    /// across meta events and system exclusives. The standard does not; no harm in reading it.
    status: Option<u8>,
    tick: i64,
    latest: i64,
    end: Option<End>,
}

impl<'a> Events<'a> {
    /// Of a track, counted from 1, up to the tick `latest`.
    pub(super) fn new(bytes: &'a [u8], track: usize, latest: i64) -> Self {
        Self { bytes, midly: EventIter::new(bytes), track, status: None, tick: 0, latest, end: None }
    }

    /// The next event; what is odd about it is remarked.
    pub(super) fn next(&mut self, remarks: &mut Remarks) -> Option<Event<'a>> {
        while self.end.is_none() {
            let rest = self.midly.unread();
            let place = self.place();
            if rest.is_empty() {
                self.end = Some(End::Bytes);
                return None;
            }
            let Some(Mended { delta, kind, oddity, .. }) = self.sound(rest).or_else(|| self.mended(rest))
            else {
                self.end = Some(End::Broken(place));
                return None;
            };
            let tick = self.tick.saturating_add(delta);
            if tick > self.latest {
                self.end = Some(End::TooFar(place));
                return None;
            }
            self.tick = tick;
            if let Some(oddity) = oddity {
                remarks.of_track(oddity, self.track, place);
            }
            let Some(kind) = kind else { continue };
            let (kind, oddity) = settled(kind);
            if let Some(oddity) = oddity {
                remarks.of_track(oddity, self.track, place);
            }
            match kind {
                Some(TrackEventKind::Meta(MetaMessage::EndOfTrack)) => self.end = Some(End::Marked),
                Some(kind) => return Some(Event { tick, kind }),
                None => {}
            }
        }
        None
    }

    /// Ticks from the track's beginning to the newest event, the end of the track included.
    pub(super) fn tick(&self) -> i64 {
        self.tick
    }

    /// How many bytes are read.
    pub(super) fn place(&self) -> usize {
        self.bytes.len() - self.midly.unread().len()
    }

    /// How the track ended, once [`Self::next`] has returned `None`.
    pub(super) fn end(&self) -> End {
        self.end.unwrap_or(End::Bytes)
    }

    /// The next event where midly reads it, and reads it right.
    fn sound(&mut self, rest: &'a [u8]) -> Option<Mended<'a>> {
        if mend::has_long_number(rest) {
            return None;
        }
        *self.midly.running_status_mut() = self.status;
        let TrackEvent { delta, kind } = self.midly.next()?.ok()?;
        if self.midly.unread().is_empty() && mend::overruns(rest) || loses_bits(kind) {
            return None;
        }
        self.status = self.midly.running_status().or(self.status);
        Some(Mended { delta: delta.as_int().into(), kind: Some(kind), oddity: None, used: 0 })
    }

    /// The next event where midly does not.
    fn mended(&mut self, rest: &'a [u8]) -> Option<Mended<'a>> {
        let mended = mend::mend(rest, &mut self.status);
        // After an event that it refused, midly goes no further by itself.
        self.midly = EventIter::new(&rest[mended.as_ref().map_or(0, |mended| mended.used)..]);
        mended
    }
}

/// Whether midly keeps only those bits of an event that should be there.
fn loses_bits(kind: TrackEventKind) -> bool {
    let TrackEventKind::Meta(meta) = kind else { return false };
    matches!(
        meta,
        MetaMessage::TrackNumber(_)
            | MetaMessage::MidiChannel(_)
            | MetaMessage::MidiPort(_)
            | MetaMessage::KeySignature(..)
    )
}

/// Meta events that say what they should not, or say it too briefly: what is made of them, and what
/// there is to remark.
fn settled(kind: TrackEventKind) -> (Option<TrackEventKind>, Option<Oddity>) {
    let TrackEventKind::Meta(meta) = kind else { return (Some(kind), None) };
    let (meta, oddity) = match meta {
        // midly knows a meta event by its length, too, and leaves the others for us.
        MetaMessage::Unknown(0x58, &[numerator, power, ref rest @ ..]) => {
            let clicks = rest.first().copied().unwrap_or(24);
            let thirty_seconds = rest.get(1).copied().unwrap_or(8);
            let meter = MetaMessage::TimeSignature(numerator, power, clicks, thirty_seconds);
            (Some(meter), (rest.len() < 2).then_some(Oddity::ShortMeter))
        }
        MetaMessage::Unknown(0x03, text) => (Some(MetaMessage::TrackName(text)), None),
        MetaMessage::Unknown(0x2f, _) => (Some(MetaMessage::EndOfTrack), None),
        MetaMessage::Unknown(0x51, &[high, middle, low, ..]) => {
            let micros = u32::from_be_bytes([0, high, middle, low]);
            (Some(MetaMessage::Tempo(micros.into())), None)
        }
        MetaMessage::Unknown(0x54, data) if data.len() >= 5 => (Some(meta), Some(Oddity::SmpteOffset)),
        // A sequence number may be left out, but not halved.
        MetaMessage::Unknown(0x00, &[_]) => (None, Some(Oddity::Short("a sequence number"))),
        MetaMessage::Unknown(kind, data) => match needs(kind) {
            Some((bytes, what)) if data.len() < bytes => (None, Some(Oddity::Short(what))),
            _ => (Some(meta), None),
        },
        _ => (Some(meta), None),
    };
    match meta {
        Some(MetaMessage::Tempo(micros)) if micros.as_int() == 0 => (None, Some(Oddity::NoTempo)),
        Some(MetaMessage::Tempo(micros)) if is_fast(micros.as_int()) => {
            (meta.map(TrackEventKind::Meta), Some(Oddity::FastTempo))
        }
        Some(MetaMessage::TimeSignature(0, ..)) => (None, Some(Oddity::NoMeter)),
        Some(MetaMessage::TimeSignature(_, power, ..)) if Meter::of_signature(1, power).is_none() => {
            (meta.map(TrackEventKind::Meta), Some(Oddity::LargeMeter))
        }
        meta => (meta.map(TrackEventKind::Meta), oddity),
    }
}

fn is_fast(micros: u32) -> bool {
    Tempo::from_micros(micros).is_some_and(Tempo::is_beyond_hosts)
}

/// How many bytes a kind of meta event needs at least, and its name.
fn needs(kind: u8) -> Option<(usize, &'static str)> {
    match kind {
        0x20 => Some((1, "a channel prefix")),
        0x21 => Some((1, "a port number")),
        0x51 => Some((3, "a tempo")),
        0x54 => Some((5, "an SMPTE offset")),
        0x58 => Some((2, "a time signature")),
        0x59 => Some((2, "a key signature")),
        _ => None,
    }
}
