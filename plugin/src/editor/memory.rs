//! What the window remembers for the player, in every project: whether the help was seen, and which
//! panels are open. A small file beside the player's presets.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::panels::Panels;
use crate::params::presets::Folder;

/// The name of the file.
const FILE: &str = "window.json";

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// Whether the help was shown.
    pub help_seen: bool,
    /// Which panels are open.
    pub panels: Panels,
}

/// The place where it is remembered, shared by all windows of a process. Not for the audio thread.
pub struct Memory {
    file: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What was read or written last, for when the file cannot be.
    last: Remembered,
    problem: Option<String>,
}

impl Memory {
    /// The player's own.
    pub fn of_the_player() -> Arc<Self> {
        static MEMORY: OnceLock<Arc<Memory>> = OnceLock::new();
        let file = || Some(Folder::of_the_player().place()?.parent()?.join(FILE));
        MEMORY.get_or_init(|| Arc::new(Self::in_file(file()))).clone()
    }

    /// In this file; with `None` only as long as the process lives.
    pub fn in_file(file: Option<PathBuf>) -> Self {
        Self { file, state: Mutex::default() }
    }

    /// What is remembered now. A file that is missing or damaged remembers nothing.
    pub fn get(&self) -> Remembered {
        let mut state = self.state.lock();
        if let Some(read) = self.file.as_deref().and_then(read) {
            state.last = read;
        }
        state.last.clone()
    }

    /// Changes it. What another process changed meanwhile stays.
    pub fn change(&self, change: impl FnOnce(&mut Remembered)) {
        let mut changed = self.get();
        change(&mut changed);
        let mut state = self.state.lock();
        if let Some(file) = &self.file {
            state.problem = write(file, &changed).err().map(|error| format!("{}: {error}", file.display()));
        }
        state.last = changed;
    }

    /// Why the last change will be forgotten with this process; `None` if it will not.
    pub fn problem(&self) -> Option<String> {
        self.state.lock().problem.clone()
    }
}

fn read(file: &Path) -> Option<Remembered> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

/// Writes it whole or not at all: under another name first.
fn write(file: &Path, what: &Remembered) -> io::Result<()> {
    let folder = file.parent().ok_or(ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let mut text = serde_json::to_string_pretty(what)?;
    text.push('\n');
    let new = file.with_extension(format!("{}.new", std::process::id()));
    fs::write(&new, text)?;
    fs::rename(&new, file).inspect_err(|_| {
        // The first error is the one to tell.
        let _ = fs::remove_file(&new);
    })
}

#[cfg(test)]
mod tests {
    use super::super::panels::Panel;
    use super::*;

    #[test]
    fn what_one_window_changes_the_next_one_knows() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("new").join(FILE);
        let memory = Memory::in_file(Some(file.clone()));
        assert_eq!(memory.get(), Remembered::default());
        memory.change(|it| it.help_seen = true);
        let other = Memory::in_file(Some(file.clone()));
        other.change(|it| it.panels.toggle(Panel::Takes, false));
        let now = memory.get();
        assert!(now.help_seen && now.panels.is_open(Panel::Takes), "{now:?}");
        assert_eq!(memory.problem(), None);
        let names = fs::read_dir(folder.path().join("new")).expect("it was made").count();
        assert_eq!(names, 1, "no other file is left");
        // A damaged file, and one of a later version with a panel that this one lacks.
        for (text, help_seen) in [
            ("{", true),
            (r#"{"help_seen":false,"later":1}"#, false),
            (r#"{"help_seen":true,"panels":{"open":["When","Mixer"]}}"#, true),
        ] {
            fs::write(&file, text).expect("it can be written");
            assert_eq!(memory.get().help_seen, help_seen, "{text}");
        }
        let panels = memory.get().panels;
        assert!(panels.is_open(Panel::When) && !panels.is_open(Panel::What), "{panels:?}");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told_and_the_process_remembers() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "").expect("it can be written");
        for memory in [Memory::in_file(Some(file.join(FILE))), Memory::in_file(None)] {
            memory.change(|it| it.help_seen = true);
            assert!(memory.get().help_seen);
            assert_eq!(memory.problem().is_some(), memory.file.is_some());
        }
    }
}
