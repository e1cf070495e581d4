//! What the editor shows of an instance. Written by the composer's and the host's threads, read by
//! the editor's. Locks are held for a copy, and the composer only tries them where it could have to
//! wait. The audio thread has only the [`Meters`], and not the rest.

pub mod notices;
pub mod roll;

use std::ops::Deref;
use std::sync::Arc;

use segue_realtime::between::meters::{Doing, Meters};

use crate::params::styles::Styles;
use crate::status::notices::Notices;
use crate::status::roll::Roll;
use crate::takes::Takes;

/// What the editor shows of one instance. It derefs to its [`Meters`], which need no lock.
#[derive(Default)]
pub struct Status {
    /// Counters and flags, shared with the audio thread.
    pub meters: Arc<Meters>,
    /// The notices.
    notices: Notices,
    /// What the editor's piano roll shows.
    pub roll: Roll,
    /// The takes, for the composer's thread and the editor.
    pub takes: Arc<Takes>,
}

impl Deref for Status {
    type Target = Meters;

    fn deref(&self) -> &Meters {
        &self.meters
    }
}

impl Status {
    /// With takes that are saved elsewhere.
    pub fn keeping(self, takes: Arc<Takes>) -> Self {
        Self { takes, ..self }
    }

    /// For an instance whose style parameter uses these names.
    pub fn naming(styles: Styles) -> Self {
        Self { notices: Notices::naming(styles), ..Self::default() }
    }

    /// The name of the model, once it is loaded.
    pub fn model(&self) -> String {
        self.notices.model()
    }

    /// Whether the model knows parts.
    pub fn knows_parts(&self) -> bool {
        self.notices.knows_parts()
    }

    /// Sets the model that plays, the styles it knows, and whether it knows parts.
    pub fn set_model(&self, name: &str, styles: &[String], knows_parts: bool) {
        self.notices.set_model(name, styles, knows_parts);
    }

    /// Why Segue does not compose, if so.
    pub fn reason(&self) -> Option<String> {
        self.notices.reason()
    }

    /// What the player should know, though Segue goes on.
    pub fn notice(&self) -> Option<String> {
        self.notices.notice()
    }

    /// Sets a notice for the player, though Segue goes on. Replaces the one before.
    pub fn note(&self, notice: &str) {
        self.notices.set_notice(Some(notice.to_owned()));
    }

    /// Removes the notice.
    pub fn clear_notice(&self) {
        self.notices.set_notice(None);
    }

    /// Segue composes again.
    pub fn recover(&self) {
        if self.notices.set_reason(None).is_some() {
            self.set_doing(Doing::Listening, 0.0);
        }
    }

    /// Segue does not compose any more, for this reason. On the audio thread only after a panic.
    pub fn fail(&self, reason: &str) {
        self.notices.set_reason(Some(reason.to_owned()));
        self.set_doing(Doing::Failed, 0.0);
    }
}
