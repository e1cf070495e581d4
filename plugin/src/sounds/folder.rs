//! The SoundFonts in the player's own folder. The editor lists them, and a project names one.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::SystemTime;

use parking_lot::Mutex;

use crate::models::folder;
use crate::sounds::font::{Font, FontError};

/// The file extension of a SoundFont.
const ENDING: &str = "sf2";

/// Why a SoundFont cannot be loaded, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// The environment names no home folder.
    #[error("the SoundFont {0} cannot be looked for: the environment names no home folder")]
    NoFolder(String),
    /// The name contains a path, which could lead to any file of the computer.
    #[error("the SoundFont {0:?} is no file name; put the file into {folder} and choose it there", folder = .1.display())]
    NoName(String, PathBuf),
    /// There is no such file.
    #[error("there is no SoundFont {0} in {folder}; put it there, or choose another", folder = .1.display())]
    Missing(String, PathBuf),
    /// The file cannot be read.
    #[error("{path} cannot be read: {1}; choose another", path = .0.display())]
    Unread(PathBuf, io::Error),
    /// The file is not usable.
    #[error("{path} {1}; choose another", path = .0.display())]
    Refused(PathBuf, FontError),
}

/// A folder of SoundFonts, if there is one.
#[derive(Clone, Debug)]
pub struct SoundFolder(Option<PathBuf>);

/// Identifies a file: path, time of modification, length.
type Print = (PathBuf, Option<SystemTime>, u64);

/// The samples of each file, shared by all instances of a process and freed with the last one.
static SHARED: Mutex<Option<HashMap<Print, Weak<Font>>>> = Mutex::new(None);

impl SoundFolder {
    /// The player's own folder, whether it exists or not.
    pub fn of_the_player() -> Self {
        Self(folder::of_the_player("sounds"))
    }

    /// A given folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(Some(folder.into()))
    }

    /// The path, if there is one.
    pub fn folder(&self) -> Option<&Path> {
        self.0.as_deref()
    }

    /// The names of the SoundFonts, sorted; empty if the folder is missing or unreadable.
    pub fn names(&self) -> Vec<String> {
        self.0.as_deref().map(|folder| folder::names(folder, ENDING)).unwrap_or_default()
    }

    /// Loads the SoundFont with a file name, or shares it if it is in use. That can take seconds:
    /// not for the audio thread, nor for a host's.
    ///
    /// # Errors
    /// One line that names the file, and the way out.
    pub fn load(&self, name: &str) -> Result<Arc<Font>, SoundError> {
        let folder = self.0.as_ref().ok_or_else(|| SoundError::NoFolder(name.to_owned()))?;
        if Path::new(name).file_name().is_none_or(|file| file != name) {
            return Err(SoundError::NoName(name.to_owned(), folder.clone()));
        }
        let path = folder.join(name);
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SoundError::Missing(name.to_owned(), folder.clone()));
            }
            Err(error) => return Err(SoundError::Unread(path, error)),
        };
        let print = (path.clone(), metadata.modified().ok(), metadata.len());
        // Locked while the file is read, so that two instances of a project do not both read it.
        let mut shared = SHARED.lock();
        let shared = shared.get_or_insert_default();
        if let Some(font) = shared.get(&print).and_then(Weak::upgrade) {
            return Ok(font);
        }
        let file = File::open(&path).map_err(|error| SoundError::Unread(path.clone(), error))?;
        let font = Arc::new(Font::read(file).map_err(|error| SoundError::Refused(path, error))?);
        shared.retain(|_, font| font.strong_count() > 0);
        shared.insert(print, Arc::downgrade(&font));
        Ok(font)
    }
}
