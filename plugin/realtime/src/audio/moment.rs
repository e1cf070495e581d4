//! Now: a sample of the block, its jam position, and where its messages go.

use segue_music::Beats;

use crate::between::message::Sink;

/// A sample at which something happens.
pub struct Moment<'a> {
    /// The sample, counted from the activation or the last reset.
    pub sample: u64,
    /// Samples from the start of the block.
    pub time: u32,
    /// The jam position of that sample.
    pub at: Beats,
    /// Where messages go.
    pub sink: &'a mut dyn Sink,
}

impl Moment<'_> {
    /// The same moment with another position.
    pub fn with_position(&mut self, at: Beats) -> Moment<'_> {
        Moment { at, sink: &mut *self.sink, ..*self }
    }
}
