//! Events that midly refuses or misreads.
//!
//! midly 0.5.3 stops at data bytes above 127, at system common and real-time messages, at SMPTE
//! offsets that name no time, and at key signatures of fewer than two bytes. It reads four bytes of
//! a number at most, where the standard allows no more but others write and read more; and where a
//! text or system exclusive is longer than its track, it takes what is left for the whole. Sequence
//! numbers, channels, ports and keys it reads without the bits that should not be there. Everything
//! else is left to midly.

use midly::live::LiveEvent;
use midly::{MetaMessage, TrackEventKind};

use super::remark::Oddity;

/// One event, read past what is wrong with it.
pub(super) struct Mended<'a> {
    /// Ticks since the event before.
    pub delta: i64,
    /// What it is; `None` where it is left out.
    pub kind: Option<TrackEventKind<'a>>,
    /// What was wrong with it.
    pub oddity: Option<Oddity>,
    /// How many bytes it takes.
    pub used: usize,
}

/// Whether a number in the event that `rest` begins with takes more than the four bytes that midly
/// reads.
pub(super) fn has_long_number(rest: &[u8]) -> bool {
    let Some(delta) = rest.iter().take(4).position(|byte| byte & 0x80 == 0) else {
        return rest.len() >= 4;
    };
    let length = match rest.get(delta + 1) {
        Some(0xff) => rest.get(delta + 3..),
        Some(0xf0 | 0xf7) => rest.get(delta + 2..),
        _ => None,
    };
    length.and_then(|length| length.get(..4)).is_some_and(|four| four.iter().all(|byte| byte & 0x80 != 0))
}

/// Whether the text, meta event or system exclusive that `rest` begins with is longer than `rest`.
pub(super) fn overruns(rest: &[u8]) -> bool {
    let Some((_, at)) = number(rest, 0) else { return true };
    match rest.get(at) {
        Some(0xff) => slice(rest, at + 2).is_none(),
        Some(0xf0 | 0xf7) => slice(rest, at + 1).is_none(),
        _ => false,
    }
}

/// Reads the event that `rest` begins with; `None` where it is not whole, or is none.
pub(super) fn mend<'a>(rest: &'a [u8], running: &mut Option<u8>) -> Option<Mended<'a>> {
    let (delta, at) = number(rest, 0)?;
    let (status, at) = match *rest.get(at)? {
        status @ 0x80.. => (status, at + 1),
        _ => ((*running)?, at),
    };
    match status {
        0x80..=0xef => {
            *running = Some(status);
            let count = if matches!(status, 0xc0..=0xdf) { 1 } else { 2 };
            let data = rest.get(at..at + count)?;
            let clipped: [u8; 3] = [status, data[0].min(127), data.last()?.min(&127).to_owned()];
            let LiveEvent::Midi { channel, message } = LiveEvent::parse(&clipped[..=count]).ok()? else {
                return None;
            };
            let oddity = data.iter().any(|&byte| byte > 127).then_some(Oddity::Clipped);
            Some(Mended {
                delta,
                kind: Some(TrackEventKind::Midi { channel, message }),
                oddity,
                used: at + count,
            })
        }
        0xf0 | 0xf7 => {
            let (data, used) = slice(rest, at)?;
            let kind =
                if status == 0xf0 { TrackEventKind::SysEx(data) } else { TrackEventKind::Escape(data) };
            Some(Mended { delta, kind: Some(kind), oddity: None, used })
        }
        0xff => {
            let kind = *rest.get(at)?;
            let (data, used) = slice(rest, at + 1)?;
            let kind = Some(TrackEventKind::Meta(MetaMessage::Unknown(kind, data)));
            Some(Mended { delta, kind, oddity: None, used })
        }
        // 0xf1 to 0xfe: system common and real time, with as many data bytes as the message has.
        _ => {
            let most = match status {
                0xf2 => 2,
                0xf1 | 0xf3 => 1,
                _ => 0,
            };
            let data = rest[at..].iter().take(most).take_while(|&&byte| byte < 0x80).count();
            Some(Mended { delta, kind: None, oddity: Some(Oddity::System), used: at + data })
        }
    }
}

/// A number of seven bits a byte, of any length, and where the next thing begins.
fn number(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let mut number: i64 = 0;
    for (place, &byte) in bytes.iter().enumerate().skip(at) {
        number = number.saturating_mul(128).saturating_add(i64::from(byte & 0x7f));
        if byte < 0x80 {
            return Some((number, place + 1));
        }
    }
    None
}

/// Bytes with their number before them, and where the next thing begins; `None` where there are
/// fewer.
fn slice(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let (length, from) = number(bytes, at)?;
    let end = from.checked_add(usize::try_from(length).ok()?)?;
    Some((bytes.get(from..end)?, end))
}
