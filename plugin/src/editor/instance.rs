//! What the windows of an instance show of it, and what they reach it by.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crossbeam_channel::Sender;
use parking_lot::Mutex;
use segue_realtime::between::touch::Fingers;

use crate::composer::Command as Wish;
use crate::params::SegueParams;
use crate::status::Status;

/// An instance as its editor knows it.
#[derive(Clone)]
pub struct Instance {
    /// The parameters, and what is saved with them.
    pub params: Arc<SegueParams>,
    /// What it does.
    pub status: Arc<Status>,
    /// To its composer.
    pub wish: Sender<Wish>,
    /// On the keys in the window.
    pub fingers: Arc<Mutex<Fingers>>,
    /// Whether its windows show its takes.
    pub unfolded: Arc<AtomicBool>,
}
