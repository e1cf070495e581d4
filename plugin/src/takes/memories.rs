//! The memories of a project, by name.

use parking_lot::Mutex;
use serde_json::Value;

use super::memory::Memory;

/// Memories that a project keeps.
pub const MEMORIES: usize = 16;

/// The memories of a project.
#[derive(Default)]
pub struct Memories(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// The newest at the end.
    memories: Vec<Memory>,
    /// How many were ever kept.
    count: u64,
}

impl Memories {
    /// The names, the newest first.
    pub fn names(&self) -> Vec<String> {
        self.0.lock().memories.iter().rev().map(|memory| memory.name.clone()).collect()
    }

    /// The memory of that name.
    pub fn get(&self, name: &str) -> Option<Memory> {
        self.0.lock().memories.iter().find(|memory| memory.name == name).cloned()
    }

    /// How many were ever kept: whoever asks for one knows by it which came later.
    pub fn count(&self) -> u64 {
        self.0.lock().count
    }

    /// The newest memory, if it has that name, and so many had been kept before it.
    pub fn kept_since(&self, count: u64, name: &str) -> Option<Memory> {
        let kept = self.0.lock();
        let newest = kept.memories.last().filter(|memory| memory.name == name);
        newest.filter(|_| kept.count > count).cloned()
    }

    /// Keeps one, in place of one of that name. The oldest goes if there are too many.
    pub fn keep(&self, memory: Memory) {
        let mut kept = self.0.lock();
        kept.count += 1;
        kept.memories.retain(|other| other.name != memory.name);
        kept.memories.push(memory);
        kept.trim();
    }

    /// Forgets the one of that name.
    pub fn forget(&self, name: &str) {
        self.0.lock().memories.retain(|memory| memory.name != name);
    }

    /// All of them as JSON, for the project.
    pub fn written(&self) -> Vec<Value> {
        self.0.lock().memories.iter().filter_map(Memory::written).collect()
    }

    /// Takes those of a project. Hosts load a state to undo a knob, too, and nobody is to lose a
    /// memory by it: those made here of other names stay. Returns how many are damaged, and left
    /// out.
    pub fn restore(&self, written: &[Value]) -> usize {
        let read: Vec<Memory> = written.iter().filter_map(Memory::read).collect();
        let damaged = written.len() - read.len();
        let mut kept = self.0.lock();
        let is_other = |memory: &Memory| read.iter().all(|read| read.name != memory.name);
        let others: Vec<Memory> = kept.memories.drain(..).filter(is_other).collect();
        kept.memories = read.into_iter().chain(others).collect();
        kept.trim();
        damaged
    }
}

impl Kept {
    fn trim(&mut self) {
        let too_many = self.memories.len().saturating_sub(MEMORIES);
        self.memories.drain(..too_many);
    }
}

#[cfg(test)]
mod tests {
    use segue_music::{ContextNote, Role};

    use super::*;

    fn memory(name: &str) -> Memory {
        let note = |onset| ContextNote::held(onset, 60, 80, Role::Player);
        Memory { name: name.to_owned(), meter: None, notes: vec![note(0), note(48)] }
    }

    #[test]
    fn a_state_that_is_loaded_takes_no_memory_away() {
        let memories = Memories::default();
        memories.keep(memory("saved"));
        let saved = memories.written();
        memories.keep(Memory { notes: memory("").notes[..1].to_vec(), ..memory("saved") });
        memories.keep(memory("later"));
        memories.restore(&saved);
        assert_eq!(memories.names(), ["later", "saved"]);
        assert_eq!(memories.get("saved"), Some(memory("saved")), "as it was saved");
        memories.restore(&[]);
        assert_eq!(memories.names(), ["later", "saved"]);
    }

    #[test]
    fn what_was_asked_for_is_told_from_what_was_there() {
        let memories = Memories::default();
        memories.keep(memory("tune"));
        let before = memories.count();
        assert_eq!(memories.kept_since(before, "tune"), None, "that is the old one");
        memories.keep(memory("other"));
        assert_eq!(memories.kept_since(before, "tune"), None);
        memories.keep(memory("tune"));
        assert_eq!(memories.kept_since(before, "tune"), Some(memory("tune")));
    }
}
