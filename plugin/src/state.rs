//! What a saved project keeps beside the parameters.

use std::sync::atomic::{AtomicU32, Ordering};

use nice_plug::params::persist::PersistentField;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// The format of saved states; a later one may read it otherwise.
const FORMAT: u32 = 1;

/// The saved part. What was played is not in it: a project that is loaded has heard nothing, each time the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// The format it was written in.
    pub format: u32,
}

impl Default for Saved {
    fn default() -> Self {
        Self { format: FORMAT }
    }
}

/// The saved part as the framework reads and writes it. It counts how often it was read: no host call says that a
/// state was loaded, and our notes must end then.
#[derive(Default)]
pub struct State {
    saved: Mutex<Saved>,
    loads: AtomicU32,
}

impl State {
    /// How many states were loaded.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn loads(&self) -> u32 {
        self.loads.load(Ordering::Acquire)
    }
}

impl<'a> PersistentField<'a, Saved> for State {
    fn set(&self, saved: Saved) {
        *self.saved.lock() = Saved { format: saved.format.max(1) };
        self.loads.fetch_add(1, Ordering::Release);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Saved) -> R,
    {
        // What is written is of this version's format, whatever was read.
        f(&Saved::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_noticed() {
        let state = State::default();
        let written = state.map(|saved| serde_json::to_string(saved).expect("it is plain"));
        assert_eq!(state.loads(), 0);
        state.set(serde_json::from_str(&written).expect("what was written can be read"));
        assert_eq!(state.loads(), 1);
    }
}
