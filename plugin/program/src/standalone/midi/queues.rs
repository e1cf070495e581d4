//! The queues between the audio thread and MIDI ports, whose threads know nothing of blocks.
//!
//! An incoming message carries the moment at which it arrived. A block takes the messages that
//! arrived since the block before, each as long after its start as it came after the start of the
//! last one: a constant delay of one block, without jitter. An outgoing message carries the moment
//! at which it is due.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rtrb::{Consumer, Producer, RingBuffer};

use super::message::{MidiMessage, MidiSink};

/// Capacity of each queue: more messages than a MIDI cable carries in a second.
const CAPACITY: usize = 4096;

/// A message and its moment.
#[derive(Clone, Copy, Debug)]
pub struct TimedMessage {
    /// When it arrived, or is due.
    pub at: Instant,
    /// The message.
    pub message: MidiMessage,
}

/// The audio thread's ends. Wait-free.
pub struct MidiQueues {
    incoming: Consumer<TimedMessage>,
    outgoing: Producer<TimedMessage>,
    /// Whether anybody takes the outgoing messages.
    has_receiver: bool,
}

/// Where ports put incoming messages. Not for the audio thread.
#[derive(Clone)]
pub struct MidiInput {
    queue: Arc<Mutex<Producer<TimedMessage>>>,
    of_tracks: bool,
}

/// Makes the ends for the audio thread, for input ports and for an output port.
pub fn midi_queues(has_receiver: bool) -> (MidiQueues, MidiInput, Consumer<TimedMessage>) {
    let (input, incoming) = RingBuffer::new(CAPACITY);
    let (outgoing, output) = RingBuffer::new(CAPACITY);
    let queues = MidiQueues { incoming, outgoing, has_receiver };
    (queues, MidiInput { queue: Arc::new(Mutex::new(input)), of_tracks: false }, output)
}

impl MidiInput {
    /// The input for other tracks.
    pub fn for_tracks(&self) -> Self {
        Self { of_tracks: true, ..self.clone() }
    }

    /// Queues a message that arrives now.
    pub fn push(&self, bytes: &[u8]) {
        if let Some(message) = MidiMessage::parse(0, bytes) {
            self.queue(if self.of_tracks { message.of_tracks() } else { message });
        }
    }

    /// The device is gone. Notes of other tracks end; keys of the player's go on until they come
    /// up or Segue ends, as when a driver changes.
    pub fn lose(&self) {
        if self.of_tracks {
            MidiMessage::end_of_tracks().for_each(|message| self.queue(message));
        }
    }

    /// The device was unplugged: keys that were down on it never come up.
    pub fn unplugged(&self) {
        if !self.of_tracks {
            MidiMessage::end_of_player().for_each(|message| self.queue(message));
        }
        self.lose();
    }

    fn queue(&self, message: MidiMessage) {
        // The queue is full only when no block is being played: then the message is lost.
        let _ = self.queue.lock().push(TimedMessage { at: Instant::now(), message });
    }
}

impl MidiQueues {
    /// The next incoming message of a block of this many samples that is made now.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn pop(&mut self, now: Instant, frames: usize, sample_rate: f32) -> Option<MidiMessage> {
        let TimedMessage { at, message } = self.incoming.pop().ok()?;
        Some(message.at(position(now.saturating_duration_since(at), frames, sample_rate)))
    }

    /// The sink for the outgoing messages of a block that is made now.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn sink(&mut self, now: Instant, sample_rate: f32) -> QueueSink<'_> {
        QueueSink { queues: self, now, sample_rate }
    }
}

/// The sample in the block of a message that arrived so long before the block was made.
fn position(before: Duration, frames: usize, sample_rate: f32) -> u32 {
    let samples = (f64::from(sample_rate) * before.as_secs_f64()).round() as usize;
    frames.saturating_sub(samples).min(frames.saturating_sub(1)) as u32
}

/// Queues the outgoing messages of one block.
pub struct QueueSink<'a> {
    queues: &'a mut MidiQueues,
    now: Instant,
    sample_rate: f32,
}

impl MidiSink for QueueSink<'_> {
    fn send(&mut self, message: MidiMessage) -> bool {
        let after = f64::from(message.time) / f64::from(self.sample_rate);
        let at = self.now + Duration::from_secs_f64(after);
        let queues = &mut self.queues;
        !queues.has_receiver || queues.outgoing.push(TimedMessage { at, message }).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incoming_messages_keep_their_distances() {
        // (microseconds before the block is made, the sample among its 480 at 48 kHz)
        for (before, expected) in
            [(0, 479), (1_000, 432), (5_000, 240), (9_000, 48), (10_000, 0), (25_000, 0)]
        {
            assert_eq!(position(Duration::from_micros(before), 480, 48_000.0), expected, "{before} us");
        }
    }

    #[test]
    fn what_an_unplugged_keyboard_held_is_let_go() {
        let (mut queues, keyboard, _) = midi_queues(true);
        keyboard.push(&[0x92, 60, 80]);
        keyboard.unplugged();
        let mut next = || queues.pop(Instant::now(), 480, 48_000.0);
        let all: Vec<Vec<u8>> =
            std::iter::from_fn(&mut next).map(|message| message.bytes().to_vec()).collect();
        assert_eq!(all[0], [0x92, 60, 80]);
        assert!(all.contains(&vec![0xB2, 64, 0]) && all.contains(&vec![0xB2, 123, 0]));
        // A change of driver lets go of nothing that is held on.
        keyboard.lose();
        assert!(next().is_none());
    }

    #[test]
    fn an_outgoing_message_is_due_at_its_sample() {
        let (mut queues, _, mut output) = midi_queues(true);
        let now = Instant::now();
        let message = MidiMessage::parse(4_800, &[0x90, 60, 1]).expect("a message");
        assert!(queues.sink(now, 48_000.0).send(message));
        assert_eq!(output.pop().expect("sent").at, now + Duration::from_millis(100));
    }

    #[test]
    fn without_a_receiver_nothing_is_queued() {
        let (mut queues, _, mut output) = midi_queues(false);
        let message = MidiMessage::parse(0, &[0x90, 60, 1]).expect("a message");
        assert!((0..2 * CAPACITY).all(|_| queues.sink(Instant::now(), 48_000.0).send(message)));
        assert!(output.pop().is_err());
    }
}
