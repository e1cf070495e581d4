//! How the player controls the clock: from the terminal, the window or MIDI.
//!
//! A [`Command`] goes to the audio thread through a ring buffer. The clock's state comes back as
//! atomics that any thread may read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use rtrb::{Consumer, Producer, RingBuffer};
use segue_music::{Meter, Tempo};

/// Capacity of the ring: more than anybody sends within a block.
const CAPACITY: usize = 64;

/// What the transport is to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// The player tapped a beat, at this moment.
    Tap(Instant),
    /// Set the tempo.
    Tempo(Tempo),
    /// Set the metre.
    Meter(Meter),
    /// Start, on a bar line.
    Start,
    /// Stop.
    Stop,
    /// Turn the metronome on or off.
    Metronome(bool),
    /// End every note and play nothing more.
    End,
}

/// The clock's state, as of the last block.
#[derive(Default)]
struct State {
    /// The bits of an `f64`, in quarter notes a minute.
    tempo: AtomicU64,
    numerator: AtomicU8,
    denominator: AtomicU8,
    /// Counted from 1; 0 while the clock is stopped.
    beat: AtomicU8,
    metronome: AtomicBool,
    ended: AtomicBool,
}

/// The player's side: sends commands and reads the state. Any thread but the audio thread.
#[derive(Clone)]
pub struct TransportHandle {
    commands: Arc<Mutex<Producer<Command>>>,
    state: Arc<State>,
}

/// The audio thread's side: receives commands and publishes the state. Wait-free.
pub struct CommandReceiver {
    commands: Consumer<Command>,
    state: Arc<State>,
}

/// Makes both sides.
pub fn transport_channel() -> (TransportHandle, CommandReceiver) {
    let (sender, receiver) = RingBuffer::new(CAPACITY);
    let state = Arc::new(State::default());
    let handle = TransportHandle { commands: Arc::new(Mutex::new(sender)), state: state.clone() };
    (handle, CommandReceiver { commands: receiver, state })
}

impl TransportHandle {
    /// Sends a command. Returns false if the ring is full, because no block is being played.
    pub fn send(&self, command: Command) -> bool {
        self.commands.lock().push(command).is_ok()
    }

    /// Quarter notes a minute.
    pub fn tempo(&self) -> Tempo {
        Tempo::new(f64::from_bits(self.state.tempo.load(Ordering::Relaxed)))
    }

    /// The time signature.
    pub fn meter(&self) -> Meter {
        let [numerator, denominator] =
            [&self.state.numerator, &self.state.denominator].map(|part| part.load(Ordering::Relaxed));
        Meter::new(numerator, denominator).unwrap_or_default()
    }

    /// The beat of the bar, counted from 1; `None` while the clock is stopped.
    pub fn beat(&self) -> Option<u8> {
        Some(self.state.beat.load(Ordering::Relaxed)).filter(|&beat| beat > 0)
    }

    /// Whether the clock is playing.
    pub fn is_playing(&self) -> bool {
        self.beat().is_some()
    }

    /// Whether the metronome is on.
    pub fn metronome(&self) -> bool {
        self.state.metronome.load(Ordering::Relaxed)
    }

    /// One line that describes the clock's state, for the terminal.
    pub fn summary(&self) -> String {
        let (tempo, Meter { numerator, denominator }) = (self.tempo().bpm(), self.meter());
        let playing = if self.is_playing() { "playing" } else { "stopped" };
        let metronome = if self.metronome() { "on" } else { "off" };
        format!("clock: {tempo} BPM, {numerator}/{denominator}, {playing}, metronome {metronome}")
    }

    /// Whether every note has ended after [`Command::End`].
    pub fn has_ended(&self) -> bool {
        self.state.ended.load(Ordering::Acquire)
    }
}

impl CommandReceiver {
    /// The next command, if there is one.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn next(&mut self) -> Option<Command> {
        self.commands.pop().ok()
    }

    /// Publishes the clock's state.
    ///
    /// # Real-time safety
    /// Wait-free: stores atomics.
    pub fn publish(&self, tempo: Tempo, meter: Meter, beat: Option<u8>, metronome: bool) {
        self.state.tempo.store(tempo.bpm().to_bits(), Ordering::Relaxed);
        self.state.numerator.store(meter.numerator, Ordering::Relaxed);
        self.state.denominator.store(meter.denominator, Ordering::Relaxed);
        self.state.beat.store(beat.unwrap_or(0), Ordering::Relaxed);
        self.state.metronome.store(metronome, Ordering::Relaxed);
    }

    /// Publishes that every note has ended.
    ///
    /// # Real-time safety
    /// Wait-free: stores an atomic.
    pub fn publish_end(&self) {
        self.state.ended.store(true, Ordering::Release);
    }
}
