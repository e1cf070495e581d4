//! What the windows of an instance share with it.

use std::sync::Arc;

use crossbeam_channel::Sender;
use parking_lot::Mutex;
use segue_realtime::between::touch::Fingers;

use super::memory::Memory;
use crate::composer::Command;
use crate::params::SegueParams;
use crate::status::Status;

/// The parts of an instance that its editor uses.
#[derive(Clone)]
pub struct Instance {
    /// The parameters, and what is saved with them.
    pub params: Arc<SegueParams>,
    /// What it is doing.
    pub status: Arc<Status>,
    /// Commands to its composer.
    pub commands: Sender<Command>,
    /// Notes played on the keys in the window.
    pub fingers: Arc<Mutex<Fingers>>,
    /// What its windows remember for the player.
    pub memory: Arc<Memory>,
}

impl Instance {
    /// From these parts, with the player's own memory.
    pub fn new(
        params: Arc<SegueParams>,
        status: Arc<Status>,
        commands: Sender<Command>,
        fingers: Arc<Mutex<Fingers>>,
    ) -> Self {
        Self { params, status, commands, fingers, memory: Memory::of_the_player() }
    }
}
