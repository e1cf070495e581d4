//! Presets by intent: parameters as text, in files. A dozen come with the plugin, and the player's
//! own are in a folder.
//!
//! A preset says how we play together: the mode, the groups *When* and *What*, and of *Band* which
//! parts play, and within which limits. Parameters that
//! it does not mention go to their defaults. It leaves alone what is not about the music: the group
//! *Sound*, the switches and triggers, and the seed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::Params;
use segue_music::Part;
use serde::{Deserialize, Serialize};

use crate::models::folder::ModelFolder;
use crate::params::SegueParams;
use crate::params::band;
use crate::params::styles::NONE;

/// The file extension of a preset.
pub const ENDING: &str = "json";

/// What a preset changes only if it mentions it.
const DESK: [&str; 6] = ["on", "bypass", "latch", "lattrg", "modtrg", "seed"];

/// The style: only some models know its name.
pub const STYLE: &str = "style";

/// The longest name, as it is a file name.
const LONGEST: usize = 40;

/// The presets that come with the plugin.
const BUILT_IN: [&str; 22] = [
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
    include_str!("../../../assets/presets/trio.json"),
    include_str!("../../../assets/presets/drummer.json"),
    include_str!("../../../assets/presets/bassist.json"),
    include_str!("../../../assets/presets/pianist-for-your-tune.json"),
    include_str!("../../../assets/presets/comping-under-your-solo.json"),
    include_str!("../../../assets/presets/trading-fours-with-drums.json"),
    include_str!("../../../assets/presets/string-quartet-answers.json"),
    include_str!("../../../assets/presets/pop-band.json"),
    include_str!("../../../assets/presets/bossa-duo.json"),
    include_str!("../../../assets/presets/blues-band.json"),
];

/// A preset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// What to expect of it.
    #[serde(default)]
    pub what: String,
    /// Parameters by identifier, with values as the parameters print them.
    pub values: BTreeMap<String, String>,
}

/// Why a preset cannot be read or saved, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// The file cannot be read or written.
    #[error("{file}: {source}", file = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not a preset.
    #[error("{file}: no preset of Segue: {source}; save it again, or delete it", file = .path.display())]
    NoPreset {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// It sets an unknown parameter.
    #[error("the preset {0} sets {1}, which this version of Segue does not have; take it out of the file")]
    Unknown(String, String),
    /// It sets a value that the parameter does not understand.
    #[error("the preset {0} sets {1} to {2:?}, which is no value of it; change it in the file")]
    NoValue(String, String, String),
    /// Its name cannot be a file name.
    #[error("a preset's name has letters, digits, spaces and hyphens, {LONGEST} at most; choose another")]
    NoName,
    /// There is no folder for presets.
    #[error("no home folder is known for presets of your own")]
    NoFolder,
}

/// Whether presets set this parameter.
fn governs(id: &str, group: &str) -> bool {
    match group.split('/').next() {
        Some("Sound") => false,
        Some(band::GROUP) => band::is_of_the_music(id),
        _ => !DESK.contains(&id),
    }
}

impl Preset {
    /// The presets that come with the plugin.
    pub fn built_in() -> impl Iterator<Item = Self> {
        BUILT_IN.iter().filter_map(|text| serde_json::from_str(text).ok())
    }

    /// Those that come with the plugin and that a model can play as they are meant: one that knows
    /// no parts plays one voice where a preset asks for a band.
    pub fn playable(knows_parts: bool) -> impl Iterator<Item = Self> {
        Self::built_in().filter(move |preset| knows_parts || !preset.has_band())
    }

    fn has_band(&self) -> bool {
        Part::ALL.iter().any(|part| self.values.get(&band::plays(*part)).is_some_and(|plays| plays == "On"))
    }

    /// A preset of the current parameters. A default needs no entry, and so no style is none.
    pub fn of(params: &SegueParams, name: &str) -> Self {
        let map = params.param_map().into_iter().filter(|(id, _, group)| governs(id, group));
        // Of a band's hundred only what was changed.
        let map = map.filter(|(_, param, group)| {
            // SAFETY: the pointers of the map live as long as `params`.
            let usual = unsafe { param.unmodulated_normalized_value() == param.default_normalized_value() };
            !usual || !group.starts_with(band::GROUP)
        });
        let values = map.map(|(id, param, _)| {
            // SAFETY: the pointers of the map live as long as `params`.
            let text =
                unsafe { param.normalized_value_to_string(param.unmodulated_normalized_value(), true) };
            (id, text)
        });
        let values = values.filter(|(id, text)| id != STYLE || text != NONE);
        Self { name: name.to_owned(), what: String::new(), values: values.collect() }
    }

    /// The parameters that it sets, and their normalized values.
    ///
    /// # Errors
    /// If any of it is not understood; then none of it applies.
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
                            // The style of another model does not count.
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

    /// The name of the style that it asks for, if it does.
    pub fn style(&self) -> Option<&str> {
        self.values.get(STYLE).map(String::as_str)
    }

    /// Whether the parameters are as it sets them.
    pub fn holds(&self, params: &SegueParams) -> bool {
        let Ok(settings) = self.settings(params) else { return false };
        settings.into_iter().all(|(param, value)| {
            // SAFETY: the pointers of the map live as long as `params`. A stepped value is compared
            // as the parameter prints it.
            unsafe {
                let now = param.unmodulated_normalized_value();
                param.normalized_value_to_string(now, false) == param.normalized_value_to_string(value, false)
            }
        })
    }

    /// Reads a preset from a file.
    pub fn read(path: &Path) -> Result<Self, PresetError> {
        let path_of = || path.to_owned();
        let text = fs::read(path).map_err(|source| PresetError::File { path: path_of(), source })?;
        serde_json::from_slice(&text).map_err(|source| PresetError::NoPreset { path: path_of(), source })
    }
}

/// The folder of the player's own presets, if there is one.
#[derive(Clone, Debug)]
pub struct Folder(Option<PathBuf>);

impl Folder {
    /// The folder next to the one of the player's models.
    pub fn of_the_player() -> Self {
        let models = ModelFolder::of_the_player();
        Self(models.folder().and_then(Path::parent).map(|folder| folder.join("presets")))
    }

    /// A given folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(Some(folder.into()))
    }

    /// The path, if there is one.
    pub fn place(&self) -> Option<&Path> {
        self.0.as_deref()
    }

    /// The presets in it by name, and what could not be read.
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

    /// Whether there is a preset of that name.
    pub fn has(&self, name: &str) -> bool {
        self.path(name).is_ok_and(|path| path.exists())
    }

    /// Saves a preset. One of the same name is replaced.
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
