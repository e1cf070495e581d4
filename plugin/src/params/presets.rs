//! Presets by intent: parameters as text, in files; a dozen come with the plugin, and the player's own lie in a folder.
//!
//! A preset says how we play together: the mode, and the groups *When* and *What*. What it leaves out goes back to its default. It
//! leaves alone what belongs to the player's desk and not to the music: the group *Sound*, the switches and triggers, and the seed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::Params;
use serde::{Deserialize, Serialize};

use crate::models::folder::Shelf;
use crate::params::SegueParams;
use crate::params::styles::NONE;

/// The ending of a preset's file.
pub const ENDING: &str = "json";

/// What a preset changes only where it says so.
const DESK: [&str; 6] = ["on", "bypass", "latch", "lattrg", "modtrg", "seed"];

/// The style: a name that only some models know.
const STYLE: &str = "style";

/// The longest name: it is a file's.
const LONGEST: usize = 40;

/// Those that come with the plugin.
const BUILT_IN: [&str; 12] = [
    include_str!("../../../assets/presets/patient-partner.json"),
    include_str!("../../../assets/presets/quick-wit.json"),
    include_str!("../../../assets/presets/trading-fours.json"),
    include_str!("../../../assets/presets/trading-twos.json"),
    include_str!("../../../assets/presets/take-over.json"),
    include_str!("../../../assets/presets/shadow.json"),
    include_str!("../../../assets/presets/left-hand-only.json"),
    include_str!("../../../assets/presets/right-hand-only.json"),
    include_str!("../../../assets/presets/walking-bass.json"),
    include_str!("../../../assets/presets/pentatonic-friend.json"),
    include_str!("../../../assets/presets/music-box.json"),
    include_str!("../../../assets/presets/daydream.json"),
];

/// A way to play together, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    /// What it is called.
    pub name: String,
    /// What to expect of it.
    #[serde(default)]
    pub what: String,
    /// Parameters by their identifiers, with values as they print them.
    pub values: BTreeMap<String, String>,
}

/// Why a preset cannot be had or kept, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// It cannot be read or written.
    #[error("{file}: {source}", file = .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is none.
    #[error("{file}: no preset of Segue: {source}; save it again, or delete it", file = .path.display())]
    NoPreset {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A parameter that is unknown.
    #[error("the preset {0} sets {1}, which this version of Segue does not have; take it out of the file")]
    Unknown(String, String),
    /// A value that is none.
    #[error("the preset {0} sets {1} to {2:?}, which is no value of it; change it in the file")]
    NoValue(String, String, String),
    /// A name that is no file's.
    #[error("a preset's name has letters, digits, spaces and hyphens, {LONGEST} at most; choose another")]
    NoName,
    /// Nobody knows where to.
    #[error("no home folder is known for presets of your own")]
    NoFolder,
}

/// Whether every preset has a say in this parameter.
fn governs(id: &str, group: &str) -> bool {
    group != "Sound" && !DESK.contains(&id)
}

impl Preset {
    /// Those that come with the plugin.
    pub fn built_in() -> impl Iterator<Item = Self> {
        BUILT_IN.iter().filter_map(|text| serde_json::from_str(text).ok())
    }

    /// The parameters as they are now, those that presets have a say in. No style is no value: what is left out is the default.
    pub fn of(params: &SegueParams, name: &str) -> Self {
        let map = params.param_map().into_iter().filter(|(id, _, group)| governs(id, group));
        let values = map.map(|(id, param, _)| {
            // SAFETY: the pointers of the map live as long as `params`.
            let text =
                unsafe { param.normalized_value_to_string(param.unmodulated_normalized_value(), true) };
            (id, text)
        });
        let values = values.filter(|(id, text)| id != STYLE || text != NONE);
        Self { name: name.to_owned(), what: String::new(), values: values.collect() }
    }

    /// Every parameter it sets, and to what. Nothing of it where one is not understood.
    pub fn settings(&self, params: &SegueParams) -> Result<Vec<(ParamPtr, f32)>, PresetError> {
        let map = params.param_map();
        if let Some(id) = self.values.keys().find(|id| map.iter().all(|(known, ..)| known != *id)) {
            return Err(PresetError::Unknown(self.name.clone(), id.clone()));
        }
        let named =
            map.into_iter().filter(|(id, _, group)| self.values.contains_key(id) || governs(id, group));
        named
            .map(|(id, param, _)| {
                // SAFETY: the pointers of the map live as long as `params`.
                let value = unsafe {
                    let default = param.default_normalized_value();
                    match self.values.get(&id) {
                        None => Some(default),
                        Some(text) => param
                            .string_to_normalized_value(text)
                            .filter(|value| value.is_finite())
                            // The name of another model's style is none of this one's.
                            .or((id == STYLE).then_some(default)),
                    }
                };
                let text = || self.values.get(&id).cloned().unwrap_or_default();
                value
                    .map(|value| (param, value))
                    .ok_or_else(|| PresetError::NoValue(self.name.clone(), id.clone(), text()))
            })
            .collect()
    }

    /// Whether the parameters are as it sets them.
    pub fn holds(&self, params: &SegueParams) -> bool {
        let Ok(settings) = self.settings(params) else { return false };
        settings.into_iter().all(|(param, value)| {
            // SAFETY: the pointers of the map live as long as `params`. A stepped value is compared as the parameter prints it.
            unsafe {
                let now = param.unmodulated_normalized_value();
                param.normalized_value_to_string(now, false) == param.normalized_value_to_string(value, false)
            }
        })
    }

    /// The one in a file.
    pub fn read(path: &Path) -> Result<Self, PresetError> {
        let path_of = || path.to_owned();
        let text = fs::read(path).map_err(|source| PresetError::File { path: path_of(), source })?;
        serde_json::from_slice(&text).map_err(|source| PresetError::NoPreset { path: path_of(), source })
    }
}

/// The folder of the player's own presets, or none.
#[derive(Clone, Debug)]
pub struct Folder(Option<PathBuf>);

impl Folder {
    /// Beside the folder of the player's models.
    pub fn of_the_player() -> Self {
        let models = Shelf::of_the_player();
        Self(models.folder().and_then(Path::parent).map(|folder| folder.join("presets")))
    }

    /// That folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(Some(folder.into()))
    }

    /// Where it is.
    pub fn place(&self) -> Option<&Path> {
        self.0.as_deref()
    }

    /// Those in it, by name; what cannot be read is told.
    pub fn presets(&self) -> Vec<Result<Preset, PresetError>> {
        let entries = self.0.as_ref().and_then(|folder| fs::read_dir(folder).ok());
        let mut paths: Vec<_> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING)))
            .collect();
        paths.sort();
        paths.iter().map(|path| Preset::read(path)).collect()
    }

    /// Whether there is one of that name.
    pub fn has(&self, name: &str) -> bool {
        self.path(name).is_ok_and(|path| path.exists())
    }

    /// Keeps it; one of the same name is replaced.
    pub fn keep(&self, preset: &Preset) -> Result<PathBuf, PresetError> {
        let path = self.path(&preset.name)?;
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            let mut text = serde_json::to_string_pretty(preset)?;
            text.push('\n');
            fs::write(&path, text)
        });
        match written {
            Ok(()) => Ok(path),
            Err(source) => Err(PresetError::File { path, source }),
        }
    }

    fn path(&self, name: &str) -> Result<PathBuf, PresetError> {
        let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
        if name.trim().is_empty() || name.chars().count() > LONGEST || !name.chars().all(plain) {
            return Err(PresetError::NoName);
        }
        let folder = self.0.as_ref().ok_or(PresetError::NoFolder)?;
        Ok(folder.join(format!("{}.{ENDING}", name.trim().to_lowercase().replace(' ', "-"))))
    }
}

#[cfg(test)]
mod tests;
