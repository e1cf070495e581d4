//! Whether there is sound, for the window.

use std::sync::Arc;

use parking_lot::Mutex;

/// Why there is no sound. Set where a driver is opened or lost, and shown in the window.
#[derive(Clone, Debug, Default)]
pub struct SoundStatus(Arc<Mutex<Option<String>>>);

impl SoundStatus {
    /// Sets why there is no sound; `None` if there is.
    pub fn set(&self, reason: Option<String>) {
        *self.0.lock() = reason;
    }

    /// Why there is no sound; `None` if there is.
    pub fn reason(&self) -> Option<String> {
        self.0.lock().clone()
    }
}
