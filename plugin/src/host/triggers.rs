//! The keys that are commands, as an instance's host is told of them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use nice_plug::params::internals::ParamPtr;
use nice_plug::wrapper::clap::Wrapper;
use segue_music::Key;
use segue_realtime::between::settings::Trigger;

use crate::host::plugin::Segue;
use crate::params::text::trigger_of;

/// The triggers' identifiers, with what their keys do.
const COMMANDS: [(&str, &str); 2] = [("lattrg", "Segue: latch"), ("modtrg", "Segue: next mode")];

/// The triggers of an instance, and what the host was told of them.
pub struct Triggers {
    /// By [`COMMANDS`]. They live as long as the instance.
    params: [Option<ParamPtr>; COMMANDS.len()],
    /// Their values when that was asked last, 32 bits each.
    seen: AtomicU64,
    /// Whether they have moved, and the host has not been told yet.
    moved: AtomicBool,
}

impl Triggers {
    /// Those of the framework's instance.
    pub fn of(wrapper: &Wrapper<Segue>) -> Self {
        let known = |id: &str| {
            wrapper.param_ptr_to_hash.keys().copied().find(|it| wrapper.param_id_from_ptr(*it) == Some(id))
        };
        let mut found = Self {
            params: COMMANDS.map(|(id, _)| known(id)),
            seen: AtomicU64::new(0),
            moved: AtomicBool::new(false),
        };
        *found.seen.get_mut() = found.values();
        found
    }

    /// A trigger's value.
    fn value(&self, command: usize) -> i32 {
        match self.params.get(command).copied().flatten() {
            // SAFETY: the parameter lives as long as the instance; this reads an atomic.
            Some(ParamPtr::IntParam(param)) => unsafe { (*param).value() },
            _ => -1,
        }
    }

    /// Both.
    fn values(&self) -> u64 {
        let bits = |command| u64::from(self.value(command).cast_unsigned());
        bits(0) << 32 | bits(1)
    }

    /// Whether one has moved since this was asked last.
    ///
    /// # Real-time safety
    /// Atomics.
    pub fn have_moved(&self) -> bool {
        let values = self.values();
        let moved = self.seen.swap(values, Ordering::AcqRel) != values;
        if moved {
            self.moved.store(true, Ordering::Release);
        }
        moved
    }

    /// Whether there are moves that the host has not been told of. It is told now.
    pub fn is_news(&self) -> bool {
        self.moved.swap(false, Ordering::AcqRel)
    }

    /// The keys among them, with what they do.
    pub fn names(&self) -> impl Iterator<Item = (Key, &'static str)> {
        let key = |command| match trigger_of(self.value(command)) {
            Some(Trigger::Note(key)) => Some(key),
            _ => None,
        };
        COMMANDS.iter().enumerate().filter_map(move |(command, (_, name))| Some((key(command)?, *name)))
    }
}
