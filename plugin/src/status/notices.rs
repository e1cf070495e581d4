//! What the player reads: the name of the model, why Segue does not compose, and other
//! notices. Everything is behind locks that are held for a copy; not for the audio thread.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use crate::params::styles::Styles;

/// The notices of one instance.
#[derive(Default)]
pub struct Notices {
    model: Mutex<String>,
    knows_parts: AtomicBool,
    styles: Styles,
    reason: Mutex<Option<String>>,
    notice: Mutex<Option<String>>,
}

impl Notices {
    /// For an instance whose style parameter uses these names.
    pub fn naming(styles: Styles) -> Self {
        Self { styles, ..Self::default() }
    }

    /// The name of the model, once it is loaded.
    pub fn model(&self) -> String {
        self.model.lock().clone()
    }

    /// Whether the model knows parts.
    pub fn knows_parts(&self) -> bool {
        self.knows_parts.load(Ordering::Relaxed)
    }

    /// Sets the model that plays, the styles it knows, and whether it knows parts.
    pub fn set_model(&self, name: &str, styles: &[String], knows_parts: bool) {
        *self.model.lock() = name.to_owned();
        self.knows_parts.store(knows_parts, Ordering::Relaxed);
        self.styles.set(styles);
    }

    /// Why Segue does not compose, if so.
    pub fn reason(&self) -> Option<String> {
        self.reason.lock().clone()
    }

    /// Sets why Segue does not compose, or `None`. Returns the reason before.
    pub fn set_reason(&self, reason: Option<String>) -> Option<String> {
        std::mem::replace(&mut *self.reason.lock(), reason)
    }

    /// What the player should know, though Segue goes on.
    pub fn notice(&self) -> Option<String> {
        self.notice.lock().clone()
    }

    /// Sets what the player should know, or `None`. Replaces the notice before.
    pub fn set_notice(&self, notice: Option<String>) {
        *self.notice.lock() = notice;
    }
}
