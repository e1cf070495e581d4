//! What the audio thread and the composer show of themselves. All of it is atomics, so no writer or
//! reader ever waits.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicU32, AtomicU64, Ordering};

use segue_music::{Key, Part, Role, Velocity};

use crate::between::mode::Mode;
use crate::between::settings::Trigger;

pub use crate::between::doing::Doing;

/// The notes of a part so far: two are equal if none has begun between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strokes(u32);

impl Strokes {
    /// How hard the last one was struck, 0 to 1.
    pub fn loudness(self) -> f32 {
        (self.0 & 127) as f32 / 127.0
    }
}

/// Counters and flags of one instance.
#[derive(Default)]
pub struct Meters {
    doing: AtomicU8,
    bars_left: AtomicU32,
    beats_left: AtomicU32,
    mode: AtomicU8,
    lag: AtomicU32,
    held: [[AtomicU64; 2]; 2],
    /// The player's last eight keys, a byte each, the newest lowest. A byte is the key plus one;
    /// zero is no key.
    last: AtomicU64,
    /// By part: how many notes have begun, and in the lowest byte how hard the last one was struck.
    strokes: [AtomicU32; Part::COUNT],
    /// Planned notes that came too late to be played.
    pub late: AtomicU32,
    /// Planned notes that found no room.
    pub dropped: AtomicU32,
    /// Segue's notes that the host refused: they sound in the built-in sound alone.
    pub unsent: AtomicU32,
    /// Notes of our own that came back and were not heard.
    pub echoes: AtomicU32,
    /// Notes of takes that the host played back; they are not heard as the player's.
    pub played_back: AtomicU32,
    /// Answers whose first note was late.
    pub late_starts: AtomicU32,
    /// The editor asks for silence. The audio thread ends everything and clears this.
    pub panic: AtomicBool,
    /// The editor wants to learn the next key or controller. The audio thread stores it and clears
    /// this.
    pub learn: AtomicBool,
    /// What was learnt, as a trigger's parameter has it, plus one: a key, or a controller plus 128.
    learned: AtomicI32,
    /// Reports of what sounded that found no room. The takes lack them.
    pub unreported: AtomicU32,
}

impl Meters {
    /// Sets what Segue does, and how many bars of its answer are left.
    pub fn set_doing(&self, doing: Doing, bars_left: f32) {
        self.doing.store(doing as u8, Ordering::Relaxed);
        self.bars_left.store(bars_left.to_bits(), Ordering::Relaxed);
    }

    /// What Segue does, and how many bars of its answer are left.
    pub fn doing(&self) -> (Doing, f32) {
        let doing = match self.doing.load(Ordering::Relaxed) {
            0 => Doing::Loading,
            1 => Doing::Listening,
            2 => Doing::Hearing,
            3 => Doing::Waiting,
            4 => Doing::Answering,
            5 => Doing::YourTurn,
            6 => Doing::Alongside,
            7 => Doing::Resting,
            8 => Doing::Off,
            _ => Doing::Failed,
        };
        (doing, f32::from_bits(self.bars_left.load(Ordering::Relaxed)))
    }

    /// Beats left of the player's turn, or until the planned answer starts: the count-in.
    pub fn beats_left(&self) -> f32 {
        f32::from_bits(self.beats_left.load(Ordering::Relaxed))
    }

    /// Called by the composer.
    pub fn set_beats_left(&self, beats: f32) {
        self.beats_left.store(beats.to_bits(), Ordering::Relaxed);
    }

    /// How far the composer is behind, in milliseconds. Up to the lead, 46 ms, it cannot be heard.
    pub fn lag_ms(&self) -> f32 {
        f32::from_bits(self.lag.load(Ordering::Relaxed))
    }

    /// Called by the composer.
    pub fn set_lag_ms(&self, lag: f32) {
        self.lag.store(lag.to_bits(), Ordering::Relaxed);
    }

    /// The mode in effect: the parameter's, or the one that the player's trigger chose.
    pub fn mode(&self) -> Mode {
        Mode::ALL[usize::from(self.mode.load(Ordering::Relaxed)) % Mode::ALL.len()]
    }

    /// Called by the audio thread.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn set_mode(&self, mode: Mode) {
        self.mode.store(mode as u8, Ordering::Relaxed);
    }

    /// Stores the trigger that the editor wants to learn.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn set_learned(&self, trigger: Trigger) {
        let number = match trigger {
            Trigger::Note(key) => i32::from(key),
            Trigger::Control(controller) => 128 + i32::from(controller),
        };
        // Plus one, so that zero means none.
        self.learned.store(number + 1, Ordering::Relaxed);
        self.learn.store(false, Ordering::Release);
    }

    /// The trigger learnt since the last call, as its parameter's value.
    pub fn take_learned(&self) -> Option<i32> {
        let number = self.learned.swap(0, Ordering::Relaxed);
        (number > 0).then_some(number - 1)
    }

    /// Sets whether a key is down.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn set_key(&self, role: Role, key: Key, down: bool) {
        let (word, bit) = (usize::from(key / 64) % 2, 1u64 << (key % 64));
        let keys = &self.held[role.index()][word];
        if down {
            keys.fetch_or(bit, Ordering::Relaxed)
        } else {
            keys.fetch_and(!bit, Ordering::Relaxed)
        };
    }

    /// The player struck a key. For the audio thread only.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn struck(&self, key: Key) {
        let last = self.last.load(Ordering::Relaxed);
        self.last.store(last << 8 | u64::from(key % 128 + 1), Ordering::Relaxed);
    }

    /// A note of a part begins. For the audio thread only.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn stroke(&self, part: Part, velocity: Velocity) {
        let strokes = &self.strokes[part.index()];
        let count = strokes.load(Ordering::Relaxed) >> 8;
        strokes.store(count.wrapping_add(1) << 8 | u32::from(velocity), Ordering::Relaxed);
    }

    /// What a part has struck so far.
    pub fn strokes(&self, part: Part) -> Strokes {
        Strokes(self.strokes[part.index()].load(Ordering::Relaxed))
    }

    /// The player's last keys, oldest first.
    pub fn last_heard(&self) -> impl Iterator<Item = Key> + use<> {
        self.last.load(Ordering::Relaxed).to_be_bytes().into_iter().filter_map(|byte| byte.checked_sub(1))
    }

    /// Whether a key is down.
    pub fn key(&self, role: Role, key: Key) -> bool {
        self.held[role.index()][usize::from(key / 64) % 2].load(Ordering::Relaxed) >> (key % 64) & 1 == 1
    }
}
