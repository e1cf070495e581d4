//! What the player tells the clock: from the terminal, from MIDI, or by whoever else is handed a [`Baton`].
//!
//! A cue goes to the audio thread through a ring of its own; what the clock does comes back as numbers that anybody may read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use rtrb::{Consumer, Producer, RingBuffer};
use segue_music::{Meter, Tempo};

/// Cues on their way: more than anybody gives within a block.
const CUES: usize = 64;

/// Something the clock is to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cue {
    /// A beat is here.
    Tap(Instant),
    /// Another tempo.
    Tempo(Tempo),
    /// Another metre.
    Meter(Meter),
    /// Go, from a bar line.
    Start,
    /// Stand.
    Stop,
    /// Click, or do not.
    Click(bool),
    /// Every note ends, and nothing more is played.
    End,
}

/// What the clock says of itself.
#[derive(Default)]
struct Dial {
    tempo: AtomicU64,
    numerator: AtomicU8,
    denominator: AtomicU8,
    /// From 1, or 0 while it stands.
    beat: AtomicU8,
    clicks: AtomicBool,
    ended: AtomicBool,
}

/// The player's end.
#[derive(Clone)]
pub struct Baton {
    cues: Arc<Mutex<Producer<Cue>>>,
    dial: Arc<Dial>,
}

/// The audio thread's end.
pub struct Cues {
    cues: Consumer<Cue>,
    dial: Arc<Dial>,
}

/// Both ends.
pub fn baton() -> (Baton, Cues) {
    let (cues, taken) = RingBuffer::new(CUES);
    let dial = Arc::new(Dial::default());
    (Baton { cues: Arc::new(Mutex::new(cues)), dial: dial.clone() }, Cues { cues: taken, dial })
}

impl Baton {
    /// Gives a cue; false where nobody has taken the ones before.
    pub fn give(&self, cue: Cue) -> bool {
        self.cues.lock().push(cue).is_ok()
    }

    /// Quarter notes a minute.
    pub fn tempo(&self) -> Tempo {
        Tempo::new(f64::from_bits(self.dial.tempo.load(Ordering::Relaxed)))
    }

    /// The metre.
    pub fn meter(&self) -> Meter {
        let [above, below] =
            [&self.dial.numerator, &self.dial.denominator].map(|part| part.load(Ordering::Relaxed));
        Meter::new(above, below).unwrap_or_default()
    }

    /// The beat of the bar, from 1, while the clock goes.
    pub fn beat(&self) -> Option<u8> {
        Some(self.dial.beat.load(Ordering::Relaxed)).filter(|&beat| beat > 0)
    }

    /// Whether the clock goes.
    pub fn goes(&self) -> bool {
        self.beat().is_some()
    }

    /// Whether it clicks while it goes.
    pub fn clicks(&self) -> bool {
        self.dial.clicks.load(Ordering::Relaxed)
    }

    /// What the clock does, for the player.
    pub fn says(&self) -> String {
        let (tempo, Meter { numerator, denominator }) = (self.tempo().bpm(), self.meter());
        let goes = if self.goes() { "goes" } else { "stands" };
        let clicks = if self.clicks() { "on" } else { "off" };
        format!("clock: {tempo} BPM, {numerator}/{denominator}, {goes}, metronome {clicks}")
    }

    /// Whether every note has ended, after [`Cue::End`].
    pub fn ended(&self) -> bool {
        self.dial.ended.load(Ordering::Acquire)
    }
}

impl Cues {
    /// The next one.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn next(&mut self) -> Option<Cue> {
        self.cues.pop().ok()
    }

    /// Says what the clock does.
    ///
    /// # Real-time safety
    /// Sets some numbers.
    pub fn show(&self, tempo: Tempo, meter: Meter, beat: Option<u8>, clicks: bool) {
        self.dial.tempo.store(tempo.bpm().to_bits(), Ordering::Relaxed);
        self.dial.numerator.store(meter.numerator, Ordering::Relaxed);
        self.dial.denominator.store(meter.denominator, Ordering::Relaxed);
        self.dial.beat.store(beat.unwrap_or(0), Ordering::Relaxed);
        self.dial.clicks.store(clicks, Ordering::Relaxed);
    }

    /// Says that every note has ended.
    ///
    /// # Real-time safety
    /// Sets a flag.
    pub fn show_end(&self) {
        self.dial.ended.store(true, Ordering::Release);
    }
}
