//! MIDI between the audio thread and ports that know nothing of its blocks.
//!
//! What comes in carries the moment at which it came. A block takes what came since the block before, each as late after the
//! block's start as it came after the last one's: a constant delay of one block, and no jitter. What goes out carries the moment
//! at which it is due.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rtrb::{Consumer, Producer, RingBuffer};

use super::wire::{Outlet, Wire};

/// Messages on their way: more than MIDI carries in a second.
const WIRES: usize = 4096;

/// A message and its moment.
#[derive(Clone, Copy, Debug)]
pub struct Stamped {
    /// When it came, or is due.
    pub at: Instant,
    /// The message.
    pub wire: Wire,
}

/// The audio thread's ends.
pub struct Wires {
    incoming: Consumer<Stamped>,
    outgoing: Producer<Stamped>,
    /// Set while somebody takes what goes out.
    listened: bool,
}

/// Where ports put what comes in.
#[derive(Clone)]
pub struct Inlet(Arc<Mutex<Producer<Stamped>>>);

/// All ends: the audio thread's, and those of the ports.
pub fn wires(listened: bool) -> (Wires, Inlet, Consumer<Stamped>) {
    let (sent, incoming) = RingBuffer::new(WIRES);
    let (outgoing, due) = RingBuffer::new(WIRES);
    (Wires { incoming, outgoing, listened }, Inlet(Arc::new(Mutex::new(sent))), due)
}

impl Inlet {
    /// A message came. Where nobody has taken the ones before, it is lost.
    pub fn put(&self, message: &[u8]) {
        if let Some(wire) = Wire::of(0, message) {
            // Full only where no block is played any more.
            let _ = self.0.lock().push(Stamped { at: Instant::now(), wire });
        }
    }
}

impl Wires {
    /// The next message of a block that is made now.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn take(&mut self, now: Instant, frames: usize, sample_rate: f32) -> Option<Wire> {
        let Stamped { at, wire } = self.incoming.pop().ok()?;
        Some(wire.at(place(now.saturating_duration_since(at), frames, sample_rate)))
    }

    /// What a block that is made now sends.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn outlet(&mut self, now: Instant, sample_rate: f32) -> WireOutlet<'_> {
        WireOutlet { wires: self, now, sample_rate }
    }
}

/// Where in a block something belongs that came so long before it was made.
fn place(before: Duration, frames: usize, sample_rate: f32) -> u32 {
    let samples = (f64::from(sample_rate) * before.as_secs_f64()).round() as usize;
    frames.saturating_sub(samples).min(frames.saturating_sub(1)) as u32
}

/// Sends the messages of one block.
pub struct WireOutlet<'a> {
    wires: &'a mut Wires,
    now: Instant,
    sample_rate: f32,
}

impl Outlet for WireOutlet<'_> {
    fn send(&mut self, wire: Wire) -> bool {
        let after = Duration::from_secs_f64(f64::from(wire.time) / f64::from(self.sample_rate));
        !self.wires.listened || self.wires.outgoing.push(Stamped { at: self.now + after, wire }).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_their_distances() {
        // (microseconds before the block is made, its place in 480 samples at 48 kHz)
        for (before, expected) in
            [(0, 479), (1_000, 432), (5_000, 240), (9_000, 48), (10_000, 0), (25_000, 0)]
        {
            assert_eq!(place(Duration::from_micros(before), 480, 48_000.0), expected, "{before} us");
        }
    }

    #[test]
    fn what_goes_out_is_due_at_its_sample() {
        let (mut wires, _, mut due) = wires(true);
        let now = Instant::now();
        let wire = Wire::of(4_800, &[0x90, 60, 1]).expect("a message");
        assert!(wires.outlet(now, 48_000.0).send(wire));
        assert_eq!(due.pop().expect("sent").at, now + Duration::from_millis(100));
    }

    #[test]
    fn where_nobody_listens_nothing_piles_up() {
        let (mut wires, _, mut due) = wires(false);
        let wire = Wire::of(0, &[0x90, 60, 1]).expect("a message");
        assert!((0..2 * WIRES).all(|_| wires.outlet(Instant::now(), 48_000.0).send(wire)));
        assert!(due.pop().is_err());
    }
}
