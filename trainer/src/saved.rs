//! The state of a run, kept beside its weights as JSON.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use segue_music::replace;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads it.
pub fn load<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged; begin a new run", path.display()))
}

/// Writes it, whole or not at all.
pub fn save<T: Serialize>(path: &Path, state: &T) -> Result<()> {
    replace(path, &serde_json::to_vec(state)?).with_context(|| format!("cannot write {}", path.display()))
}

/// Files that belong together: they are written first, and put in place once all of them are, so
/// that a full disk leaves those there were.
#[derive(Default)]
pub struct Together(Vec<(PathBuf, PathBuf)>);

impl Together {
    /// Writes one beside its place.
    ///
    /// # Errors
    /// Names the file; those that were written are removed.
    pub fn add(&mut self, path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let part = path.with_extension("part");
        let written = write(&part).with_context(|| format!("cannot write {}", path.display()));
        self.0.push((part, path.to_owned()));
        if written.is_err() {
            for (part, _) in &self.0 {
                // Nothing to add to the first error if this fails as well.
                let _ = fs::remove_file(part);
            }
        }
        written
    }

    /// Puts all of them in place.
    ///
    /// # Errors
    /// Names the file.
    pub fn put(self) -> Result<()> {
        for (part, path) in self.0 {
            fs::rename(part, &path).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

/// Whether a file can be written, before anything is computed for it.
///
/// # Errors
/// Names the file, and the way out.
pub fn ready_for(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_possible = folder.is_dir() && !path.is_dir();
    let tried = is_possible.then(|| {
        let probe = folder.join(format!(".segue.{}.part", std::process::id()));
        fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe))
    });
    match tried {
        Some(Ok(())) => Ok(()),
        tried => {
            let why = tried.and_then(Result::err).map_or(String::new(), |error| format!(" ({error})"));
            bail!("{} cannot be written{why}; name a file in a folder that exists with --out", path.display())
        }
    }
}
