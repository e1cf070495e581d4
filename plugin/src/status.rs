//! What the editor shows of an instance, written by the audio thread and the composer without waiting for it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use parking_lot::Mutex;
use segue_music::{Key, Role};

/// What the composer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Doing {
    /// The model is being loaded; notes pass through.
    Loading,
    /// Nothing is played.
    Listening,
    /// The player plays.
    Hearing,
    /// The answer is planned, and begins soon.
    Waiting,
    /// Segue plays.
    Answering,
    /// It is switched off.
    Off,
    /// It cannot; the reason says why. Notes pass through.
    Failed,
}

/// Counters and flags of one instance.
#[derive(Default)]
pub struct Status {
    doing: AtomicU8,
    bars_left: AtomicU32,
    held: [[AtomicU64; 2]; 2],
    /// The player's last eight keys, one more than their number in a byte each, the newest lowest.
    last: AtomicU64,
    /// Planned notes that came too late to be played.
    pub late: AtomicU32,
    /// Planned notes for which there was no room.
    pub dropped: AtomicU32,
    /// Notes of our own that came back and were not heard.
    pub echoes: AtomicU32,
    /// The editor asks for silence: the audio thread ends everything and clears it.
    pub panic: AtomicBool,
    model: Mutex<String>,
    reason: Mutex<Option<String>>,
}

impl Status {
    /// What the composer does now, with the bars its answer still lasts.
    pub fn set_doing(&self, doing: Doing, bars_left: f32) {
        self.doing.store(doing as u8, Ordering::Relaxed);
        self.bars_left.store(bars_left.to_bits(), Ordering::Relaxed);
    }

    /// What it does, and the bars its answer still lasts.
    pub fn doing(&self) -> (Doing, f32) {
        let doing = match self.doing.load(Ordering::Relaxed) {
            0 => Doing::Loading,
            1 => Doing::Listening,
            2 => Doing::Hearing,
            3 => Doing::Waiting,
            4 => Doing::Answering,
            5 => Doing::Off,
            _ => Doing::Failed,
        };
        (doing, f32::from_bits(self.bars_left.load(Ordering::Relaxed)))
    }

    /// A key goes down or comes up.
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

    /// The player struck a key. Called by the audio thread only.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn struck(&self, key: Key) {
        let last = self.last.load(Ordering::Relaxed);
        self.last.store(last << 8 | u64::from(key % 128 + 1), Ordering::Relaxed);
    }

    /// The player's last keys, oldest first.
    pub fn last_heard(&self) -> impl Iterator<Item = Key> + use<> {
        self.last.load(Ordering::Relaxed).to_be_bytes().into_iter().filter_map(|byte| byte.checked_sub(1))
    }

    /// Whether a key is down.
    pub fn key(&self, role: Role, key: Key) -> bool {
        self.held[role.index()][usize::from(key / 64) % 2].load(Ordering::Relaxed) >> (key % 64) & 1 == 1
    }

    /// The model's name, once it is loaded. Not for the audio thread.
    pub fn model(&self) -> String {
        self.model.lock().clone()
    }

    /// Not for the audio thread.
    pub fn set_model(&self, name: &str) {
        *self.model.lock() = name.to_owned();
    }

    /// Why Segue does not compose. Not for the audio thread.
    pub fn reason(&self) -> Option<String> {
        self.reason.lock().clone()
    }

    /// Segue does not compose any more, and this is why. Not for the audio thread, but when it has fallen.
    pub fn fail(&self, reason: &str) {
        *self.reason.lock() = Some(reason.to_owned());
        self.set_doing(Doing::Failed, 0.0);
    }
}
