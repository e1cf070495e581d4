//! What the windows of an instance show of it, and what they reach it by.

use std::sync::Arc;

use crossbeam_channel::Sender;
use parking_lot::Mutex;

use super::memory::Memory;
use crate::between::touch::Fingers;
use crate::composer::Wish;
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
    /// What its windows remember for the player.
    pub memory: Arc<Memory>,
}

impl Instance {
    /// Of these parts; its windows remember what the player's do.
    pub fn new(
        params: Arc<SegueParams>,
        status: Arc<Status>,
        wish: Sender<Wish>,
        fingers: Arc<Mutex<Fingers>>,
    ) -> Self {
        Self { params, status, wish, fingers, memory: Memory::of_the_player() }
    }
}
