//! The state of a run, kept beside its weights as JSON.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads it.
pub fn load<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged; begin a new run", path.display()))
}

/// Writes it, whole or not at all.
pub fn save<T: Serialize>(path: &Path, state: &T) -> Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, serde_json::to_vec(state)?)
        .and_then(|()| fs::rename(&part, path))
        .with_context(|| format!("cannot write {}", path.display()))
}
