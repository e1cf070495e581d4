//! The models in the player's own folder. `trainer finetune` writes them, the editor lists them,
//! and a project names one.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::SystemTime;
use std::{env, fs, io};

use parking_lot::Mutex;
use segue_model::{CheckpointError, Model};

/// The file extension of a model.
const ENDING: &str = "safetensors";

/// Why a model cannot be loaded, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The environment names no home folder.
    #[error("the model {0} cannot be looked for: the environment names no home folder")]
    NoFolder(String),
    /// The name contains a path, which could lead to any file of the computer.
    #[error("the model {0:?} is no file name; put the file into {folder} and choose it there", folder = .1.display())]
    NoName(String, PathBuf),
    /// There is no such file.
    #[error("there is no model {0} in {folder}; put it there, or choose another", folder = .1.display())]
    Missing(String, PathBuf),
    /// The file is not usable.
    #[error("{0}")]
    Refused(#[from] CheckpointError),
}

/// A folder of models, if there is one.
#[derive(Clone, Debug)]
pub struct ModelFolder(Option<PathBuf>);

/// Identifies a model file: path, time of modification, length.
type Print = (PathBuf, Option<SystemTime>, u64);

/// The weights of each file, shared by all instances of a process and freed with the last one.
static SHARED: Mutex<Option<HashMap<Print, Weak<Model>>>> = Mutex::new(None);

impl ModelFolder {
    /// The player's own folder, whether it exists or not.
    pub fn of_the_player() -> Self {
        Self(of_the_player("models"))
    }

    /// A given folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(Some(folder.into()))
    }

    /// The path, if there is one.
    pub fn folder(&self) -> Option<&Path> {
        self.0.as_deref()
    }

    /// The names of the model files, sorted; empty if the folder is missing or unreadable.
    pub fn names(&self) -> Vec<String> {
        self.0.as_deref().map(|folder| names(folder, ENDING)).unwrap_or_default()
    }

    /// Loads the model with a file name, or shares it if it is in use. That can take a tenth of a
    /// second or more: not for the audio thread, nor for a host's.
    ///
    /// # Errors
    /// One line that names the file, and the way out.
    pub fn load(&self, name: &str) -> Result<Arc<Model>, ModelError> {
        let folder = self.0.as_ref().ok_or_else(|| ModelError::NoFolder(name.to_owned()))?;
        if Path::new(name).file_name().is_none_or(|file| file != name) {
            return Err(ModelError::NoName(name.to_owned(), folder.clone()));
        }
        let path = folder.join(name);
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ModelError::Missing(name.to_owned(), folder.clone()));
            }
            Err(source) => return Err(CheckpointError::Read { path, source }.into()),
        };
        let print = (path.clone(), metadata.modified().ok(), metadata.len());
        // Locked while the file is read, so that two instances of a project do not both read it.
        let mut shared = SHARED.lock();
        let shared = shared.get_or_insert_default();
        if let Some(model) = shared.get(&print).and_then(Weak::upgrade) {
            return Ok(model);
        }
        let model = Arc::new(Model::load(&path)?);
        shared.retain(|_, model| model.strong_count() > 0);
        shared.insert(print, Arc::downgrade(&model));
        Ok(model)
    }
}

/// The player's own folder for a kind of files, whether it exists or not.
pub fn of_the_player(kind: &str) -> Option<PathBuf> {
    Some(folder(env::consts::OS, |name| env::var_os(name))?.join(kind))
}

/// The names of a folder's files with this ending, sorted; empty if it is missing or unreadable.
pub fn names(folder: &Path, ending: &str) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|found| found.eq_ignore_ascii_case(ending)))
        .collect();
    names.sort_by_key(|name| name.to_lowercase());
    names
}

/// Segue's folder for the player's files on an operating system.
fn folder(os: &str, variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let base = match os {
        "macos" => folder("HOME")?.join("Library").join("Application Support"),
        "windows" => folder("APPDATA")?,
        _ => match folder("XDG_DATA_HOME") {
            Some(data) => data,
            None => folder("HOME")?.join(".local").join("share"),
        },
    };
    Some(base.join("Segue"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[(&str, &[u8])]) -> (tempfile::TempDir, ModelFolder) {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).expect("a file");
        }
        let models = ModelFolder::at(folder.path());
        (folder, models)
    }

    #[test]
    #[cfg(unix)]
    fn each_system_has_its_folder() {
        // (system, variable, its value, folder)
        let cases = [
            ("linux", "HOME", "/users/a", Some("/users/a/.local/share/Segue")),
            ("linux", "XDG_DATA_HOME", "/data", Some("/data/Segue")),
            ("linux", "XDG_DATA_HOME", "not/absolute", None),
            ("macos", "HOME", "/Users/a", Some("/Users/a/Library/Application Support/Segue")),
            ("windows", "APPDATA", "/Roaming", Some("/Roaming/Segue")),
            ("windows", "HOME", "/users/a", None),
            ("linux", "HOME", "", None),
        ];
        for (os, name, value, expected) in cases {
            let found = folder(os, |asked| (asked == name).then(|| value.into()));
            assert_eq!(found, expected.map(PathBuf::from), "{os} {name} {value}");
        }
    }

    #[test]
    fn only_models_are_listed() {
        let (_folder, models) = folder_with(&[
            ("b.safetensors", b""),
            ("A.SafeTensors", b""),
            ("notes.mid", b""),
            ("safetensors", b""),
        ]);
        assert_eq!(models.names(), ["A.SafeTensors", "b.safetensors"]);
        assert_eq!(ModelFolder::at("/nowhere/at/all").names(), [""; 0]);
    }

    #[test]
    fn what_cannot_be_had_says_which_file_and_what_to_do() {
        let whole = crate::models::embedded::model_bytes();
        let (folder, models) = folder_with(&[
            ("cut.safetensors", &whole[..whole.len() / 2]),
            ("text.safetensors", b"no"),
            ("odd.safetensors", whole),
            ("odd.critic.json", b"{}"),
        ]);
        fs::create_dir(folder.path().join("folder.safetensors")).expect("a folder");
        let place = folder.path().display().to_string();
        // (name, what the error says)
        let cases = [
            ("none.safetensors", vec!["none.safetensors", &place, "choose another"]),
            ("cut.safetensors", vec!["cut.safetensors", &place, "train the model again"]),
            ("text.safetensors", vec!["text.safetensors", &place, "train the model again"]),
            ("odd.safetensors", vec!["odd.critic.json", &place, "or remove it"]),
            ("folder.safetensors", vec!["folder.safetensors", &place]),
            ("../cut.safetensors", vec!["../cut.safetensors", "no file name", &place]),
            ("/etc/passwd", vec!["/etc/passwd", "no file name"]),
            ("", vec!["no file name"]),
            ("..", vec!["no file name"]),
        ];
        for (name, parts) in cases {
            let error = models.load(name).map(|_| ()).expect_err(name).to_string();
            for part in parts {
                assert!(error.contains(part), "{name}: {error:?} does not say {part:?}");
            }
        }
        let lost = ModelFolder(None).load("a.safetensors").map(|_| ()).expect_err("no folder").to_string();
        assert!(lost.contains("a.safetensors") && lost.contains("home folder"), "{lost}");
    }

    #[test]
    fn weights_are_shared_until_the_file_changes() {
        let (folder, models) = folder_with(&[("a.safetensors", crate::models::embedded::model_bytes())]);
        let first = models.load("a.safetensors").expect("it is whole");
        let second = models.load("a.safetensors").expect("it is whole");
        assert!(Arc::ptr_eq(&first, &second));
        let file =
            fs::File::options().write(true).open(folder.path().join("a.safetensors")).expect("it exists");
        file.set_modified(SystemTime::UNIX_EPOCH).expect("its time can be set");
        let third = models.load("a.safetensors").expect("it is whole");
        assert!(!Arc::ptr_eq(&first, &third));
    }
}
