//! The file that a piece was read from.

use std::fmt;
use std::sync::Arc;

use midly::TrackEventKind;

use super::event::Events;
use super::frame::Frame;
use super::read::latest;
use super::remark::{Remark, Remarks};

/// The file a piece was read from, event by event: also what Segue makes no use of, such as
/// controllers, pitch bends, key signatures and lyrics. Writing the piece writes them back; see
/// [`super::to_bytes`]. A copy costs nothing.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    bytes: Vec<u8>,
    remarks: Vec<Remark>,
}

impl Source {
    /// The bytes of a file that could be read, and what there was to remark.
    pub(super) fn new(bytes: Vec<u8>, remarks: Vec<Remark>) -> Self {
        Self(Arc::new(Inner { bytes, remarks }))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// What was odd about the file.
    pub(crate) fn remarks(&self) -> &[Remark] {
        &self.0.remarks
    }

    /// The channels that the file has a message on.
    pub(crate) fn channels(&self) -> [bool; 16] {
        let mut used = [false; 16];
        let mut remarks = Remarks::default();
        let Ok(frame) = Frame::of(self.bytes(), &mut remarks) else { return used };
        for (number, chunk) in (1..).zip(&frame.tracks) {
            let mut events = Events::new(chunk.bytes, number, latest(frame.division));
            while let Some(event) = events.next(&mut remarks) {
                if let TrackEventKind::Midi { channel, .. } = event.kind {
                    used[usize::from(channel.as_int())] = true;
                }
            }
        }
        used
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({} bytes, {} remarks)", self.0.bytes.len(), self.0.remarks.len())
    }
}
