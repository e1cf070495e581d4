//! What the player is told in words: the model's name, why Segue does not compose, what else there is to know. Behind locks,
//! each held for a copy; never for the audio thread.

use parking_lot::Mutex;

use crate::params::styles::Styles;

/// The words of one instance.
#[derive(Default)]
pub struct Notices {
    model: Mutex<String>,
    styles: Styles,
    reason: Mutex<Option<String>>,
    notice: Mutex<Option<String>>,
}

impl Notices {
    /// Of an instance whose parameter shows the names of its model's styles.
    pub fn naming(styles: Styles) -> Self {
        Self { styles, ..Self::default() }
    }

    /// The model's name, once it is loaded.
    pub fn model(&self) -> String {
        self.model.lock().clone()
    }

    /// A model plays that knows these styles.
    pub fn set_model(&self, name: &str, styles: &[String]) {
        *self.model.lock() = name.to_owned();
        self.styles.set(styles);
    }

    /// Why Segue does not compose.
    pub fn reason(&self) -> Option<String> {
        self.reason.lock().clone()
    }

    /// Sets why Segue does not compose, or that it does. Returns the reason before.
    pub fn set_reason(&self, reason: Option<String>) -> Option<String> {
        std::mem::replace(&mut *self.reason.lock(), reason)
    }

    /// What the player should know, though Segue goes on.
    pub fn notice(&self) -> Option<String> {
        self.notice.lock().clone()
    }

    /// Sets what the player should know, or that there is nothing to know; it replaces the notice before.
    pub fn set_notice(&self, notice: Option<String>) {
        *self.notice.lock() = notice;
    }
}
