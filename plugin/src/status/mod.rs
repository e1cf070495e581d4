//! What the editor shows of an instance. Written by the composer's thread and the host's, read by the editor's. Locks are held
//! for a copy, and the composer only tries them where it could wait. The audio thread has no part in it but [`Meters`], which
//! it is lent without the rest.

pub mod notices;
pub mod roll;

use std::ops::Deref;
use std::sync::Arc;

use segue_realtime::between::meters::{Doing, Meters};

use crate::params::styles::Styles;
use crate::status::notices::Notices;
use crate::status::roll::Roll;
use crate::takes::Takes;

/// What the editor shows of one instance. Reads as its [`Meters`], which need no lock.
#[derive(Default)]
pub struct Status {
    /// Counters and flags, shared with the audio thread.
    pub meters: Arc<Meters>,
    /// The words.
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
    /// Of an instance whose takes are saved elsewhere.
    pub fn keeping(self, takes: Arc<Takes>) -> Self {
        Self { takes, ..self }
    }

    /// Of an instance whose parameter shows the names of its model's styles.
    pub fn naming(styles: Styles) -> Self {
        Self { notices: Notices::naming(styles), ..Self::default() }
    }

    /// The model's name, once it is loaded.
    pub fn model(&self) -> String {
        self.notices.model()
    }

    /// A model plays that knows these styles.
    pub fn set_model(&self, name: &str, styles: &[String]) {
        self.notices.set_model(name, styles);
    }

    /// Why Segue does not compose.
    pub fn reason(&self) -> Option<String> {
        self.notices.reason()
    }

    /// What the player should know, though Segue goes on.
    pub fn notice(&self) -> Option<String> {
        self.notices.notice()
    }

    /// Something the player should know, though Segue goes on; it replaces what was to be known before.
    pub fn note(&self, notice: &str) {
        self.notices.set_notice(Some(notice.to_owned()));
    }

    /// There is no notice any more.
    pub fn clear_notice(&self) {
        self.notices.set_notice(None);
    }

    /// It composes again.
    pub fn recover(&self) {
        if self.notices.set_reason(None).is_some() {
            self.set_doing(Doing::Listening, 0.0);
        }
    }

    /// Segue does not compose any more, and this is why. On the audio thread only once it has panicked.
    pub fn fail(&self, reason: &str) {
        self.notices.set_reason(Some(reason.to_owned()));
        self.set_doing(Doing::Failed, 0.0);
    }
}
