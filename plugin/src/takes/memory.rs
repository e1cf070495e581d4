//! What Segue has heard, kept under a name: with the project, and as a file for other projects.
//!
//! A memory is the notes of a jam as the model reads them: whoever played them, with their parts.
//! Loaded again, it is what was heard last before now.

use std::path::{Path, PathBuf};
use std::{fs, io};

use segue_music::{ContextNote, Key, Meter, Part, Role, Tick};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::models::folder::ModelFolder;

/// Notes of a memory: the longest past that any model looks at.
pub const MEMORY_NOTES: usize = 2048;

/// The longest name: it is a file name.
const LONGEST_NAME: usize = 40;

/// The file extension.
const ENDING: &str = "json";

/// The latest tick of an undamaged memory: a day at 240 beats a minute.
const LAST: Tick = 48 * 60 * 24 * 240;

/// Ticks since the onset before, key, duration in ticks (0 while it was held), the duration in its
/// own step (0 for none), velocity (0 for none), role, and the number of the part from 1 (0 for
/// none).
type Row = (Tick, Key, Tick, Tick, u8, u8, u8);

/// Music that was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    /// What the player calls it.
    pub name: String,
    /// The metre at its end; `None` if there was none. Ticks are counted from a bar line.
    pub meter: Option<Meter>,
    /// The notes, in the order of the context.
    pub notes: Vec<ContextNote>,
}

/// As it is stored.
#[derive(Serialize, Deserialize)]
struct Written {
    name: String,
    meter: Option<(u8, u8)>,
    notes: Vec<Row>,
}

/// Why a memory is not kept or loaded, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The file cannot be read or written.
    #[error("{file}: {source}", file = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds no memory.
    #[error("{file}: this is no memory of Segue's, or it is damaged; remove it", file = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Its name cannot be a file name.
    #[error(
        "a memory's name has letters, digits, spaces and hyphens, {LONGEST_NAME} at most; choose another"
    )]
    NoName,
    /// There is no folder for memories.
    #[error("no home folder is known to keep memories in")]
    NoFolder,
}

/// Whether a text can be the name of a memory.
pub fn is_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME && name.chars().all(plain)
}

impl Memory {
    /// As JSON.
    pub(super) fn written(&self) -> Option<Value> {
        let mut before = 0;
        let row = |note: &ContextNote| -> Row {
            let since = note.onset - std::mem::replace(&mut before, note.onset);
            let part = note.part.map_or(0, |part| part.index() as u8 + 1);
            let duration = note.end.map_or(0, |end| end - note.onset);
            let velocity = note.velocity.unwrap_or(0);
            (since, note.key, duration, note.shown.unwrap_or(0), velocity, note.role.index() as u8, part)
        };
        let meter = self.meter.map(|meter| (meter.numerator, meter.denominator));
        let notes = self.notes.iter().map(row).collect();
        serde_json::to_value(Written { name: self.name.clone(), meter, notes }).ok()
    }

    /// Reads one; `None` if it is damaged.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let Written { name, meter, notes } = Written::deserialize(value).ok()?;
        let meter = match meter {
            Some((numerator, denominator)) => Some(Meter::new(numerator, denominator)?),
            None => None,
        };
        if !is_name(&name) || notes.is_empty() || notes.len() > MEMORY_NOTES {
            return None;
        }
        let mut onset: Tick = 0;
        let note = |(since, key, duration, shown, velocity, role, part): Row| {
            onset = onset.saturating_add(since);
            let within = |ticks: Tick| (0..=LAST).contains(&ticks);
            let sound =
                key < 128 && velocity < 128 && [since, onset, duration, shown].into_iter().all(within);
            if !sound {
                return None;
            }
            let part = match part.checked_sub(1) {
                None => None,
                Some(index) => Some(*Part::ALL.get(usize::from(index))?),
            };
            Some(ContextNote {
                onset,
                key,
                velocity: (velocity > 0).then_some(velocity),
                end: (duration > 0).then_some(onset + duration),
                shown: (shown > 0).then_some(shown),
                role: *Role::ALL.get(usize::from(role))?,
                part,
            })
        };
        let notes = notes.into_iter().map(note).collect::<Option<Vec<_>>>()?;
        Some(Self { name, meter, notes })
    }
}

/// The folder of the player's memories, which all projects share.
#[derive(Clone, Debug)]
pub struct MemoryFolder(Option<PathBuf>);

impl MemoryFolder {
    /// The folder next to the one of the player's models.
    pub fn of_the_player() -> Self {
        let models = ModelFolder::of_the_player();
        Self(models.folder().and_then(Path::parent).map(|folder| folder.join("memories")))
    }

    /// A given folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(Some(folder.into()))
    }

    /// The memories in it by file name, and what could not be read.
    pub fn memories(&self) -> Vec<Result<Memory, MemoryError>> {
        let entries = self.0.as_ref().and_then(|folder| fs::read_dir(folder).ok());
        let paths = entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING)))
            .collect();
        paths.sort();
        paths.iter().map(|path| read(path)).collect()
    }

    /// Writes one, in place of one of that name. The file is never half written.
    pub fn keep(&self, memory: &Memory) -> Result<PathBuf, MemoryError> {
        if !is_name(&memory.name) {
            return Err(MemoryError::NoName);
        }
        let folder = self.0.as_ref().ok_or(MemoryError::NoFolder)?;
        let stem = memory.name.trim().to_lowercase().replace(' ', "-");
        let numbered = |number: u32| match number {
            1 => folder.join(format!("{stem}.{ENDING}")),
            _ => folder.join(format!("{stem}-{number}.{ENDING}")),
        };
        // Names that differ only in what a file's name leaves out have a file each.
        let is_free = |path: &PathBuf| match read(path) {
            Ok(other) => other.name == memory.name,
            Err(MemoryError::Damaged { .. }) => false,
            Err(_) => !path.exists(),
        };
        let free = (1..=NUMBERED).map(numbered).find(is_free);
        let path = free.ok_or_else(|| MemoryError::File { path: numbered(1), source: too_many() })?;
        let part = path.with_extension("part");
        let written = fs::create_dir_all(folder).and_then(|()| {
            let text = serde_json::to_string(&memory.written())?;
            fs::write(&part, text + "\n")?;
            fs::rename(&part, &path)
        });
        written.map_err(|source| {
            // If this fails too, it adds nothing to the first error.
            let _ = fs::remove_file(&part);
            MemoryError::File { path: path.clone(), source }
        })?;
        Ok(path)
    }
}

/// Files of memories whose names differ in case or spaces alone.
const NUMBERED: u32 = 100;

fn too_many() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "there are too many of that name; choose another")
}

fn read(path: &Path) -> Result<Memory, MemoryError> {
    let text = fs::read(path).map_err(|source| MemoryError::File { path: path.to_owned(), source })?;
    let value = serde_json::from_slice::<Value>(&text).ok();
    value.and_then(|value| Memory::read(&value)).ok_or(MemoryError::Damaged { path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::memories::{MEMORIES, Memories};
    use super::*;

    fn memory(name: &str) -> Memory {
        let held = ContextNote { role: Role::Player, ..ContextNote::held(30, 60, 80, Role::Player) };
        let bass = ContextNote {
            velocity: None,
            end: Some(90),
            shown: Some(41),
            part: Some(Part::Bass),
            ..ContextNote::held(48, 36, 70, Role::Segue)
        };
        let drum = ContextNote::drum(48, 42, Some(99), Role::Segue);
        let name = name.to_owned();
        Memory { name, meter: Meter::new(6, 8), notes: vec![held, bass, drum] }
    }

    #[test]
    fn what_is_kept_comes_back_exactly_in_a_project_and_in_a_file() {
        let memories = Memories::default();
        for number in 0..20 {
            memories.keep(memory(&format!("song {number}")));
        }
        memories.keep(memory("song 9"));
        memories.forget("song 10");
        assert_eq!(memories.names().len(), MEMORIES - 1);
        assert_eq!(memories.names()[0], "song 9");
        let other = Memories::default();
        assert_eq!(other.restore(&memories.written()), 0);
        assert_eq!((other.names(), other.written()), (memories.names(), memories.written()));
        assert_eq!(other.get("song 9"), Some(memory("song 9")));

        let folder = tempfile::tempdir().expect("a folder");
        let files = MemoryFolder::at(folder.path().join("new"));
        assert!(files.memories().is_empty());
        for name in ["Last week", "another", "Last week"] {
            files.keep(&memory(name)).expect("it can be written");
        }
        let found: Vec<_> = files.memories().into_iter().map(|found| found.expect("a memory")).collect();
        assert_eq!(found, [memory("another"), memory("Last week")]);
        assert!(matches!(files.keep(&memory("a/b")), Err(MemoryError::NoName)));
    }

    #[test]
    fn names_that_share_a_files_name_have_a_file_each() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = MemoryFolder::at(folder.path());
        let names = ["My Tune", "my tune", "my-tune", "My Tune"];
        let paths = names.map(|name| files.keep(&memory(name)).expect("it can be written"));
        assert_eq!(paths[0], paths[3]);
        let found: Vec<_> = files.memories().into_iter().map(|found| found.expect("a memory").name).collect();
        assert_eq!(found, ["my tune", "my-tune", "My Tune"]);
    }

    #[test]
    fn damaged_ones_are_refused_alone() {
        let sound = memory("sound").written().expect("it is plain");
        let with = |field: &str, value: Value| {
            let mut changed = sound.clone();
            changed[field] = value;
            changed
        };
        let row = |row: Value| with("notes", json!([row]));
        let damaged = [
            json!(1),
            with("name", json!("")),
            with("name", json!("../a")),
            with("meter", json!([4, 3])),
            with("notes", json!([])),
            row(json!([0, 128, 1, 1, 1, 0, 0])),
            row(json!([0, 60, -1, 1, 1, 0, 0])),
            row(json!([0, 60, 1, 1, 128, 0, 0])),
            row(json!([0, 60, 1, 1, 1, 2, 0])),
            row(json!([0, 60, 1, 1, 1, 0, 14])),
            row(json!([i64::MAX, 60, 1, 1, 1, 0, 0])),
            with("notes", json!([[5, 60, 1, 1, 1, 0, 0], [-1, 60, 1, 1, 1, 0, 0]])),
        ];
        for written in &damaged {
            let memories = Memories::default();
            assert_eq!(memories.restore(&[written.clone(), sound.clone()]), 1, "{written}");
            assert_eq!(memories.names(), ["sound"], "{written}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("bad.json"), "nonsense").expect("a file");
        let files = MemoryFolder::at(folder.path());
        files.keep(&memory("good")).expect("it can be written");
        let found = files.memories();
        let error = found[0].as_ref().expect_err("it is damaged").to_string();
        assert!(error.contains("bad.json") && error.contains("remove it"), "{error}");
        assert!(found[1].is_ok());
    }
}
