//! The presets that a plugin offers to its host's browser, and how the host loads one.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clack_extensions::preset_discovery::HostPresetLoadImpl;
use clack_extensions::preset_discovery::indexer::IndexerImpl;
use clack_extensions::preset_discovery::metadata_receiver::MetadataReceiverImpl;
use clack_extensions::preset_discovery::prelude::{
    FileType, Flags, Location, LocationInfo, PluginPresetLoad, PresetDiscoveryFactory, Provider, Soundpack,
    Timestamp, UniversalPluginId,
};
use clack_host::prelude::{HostError, HostInfo, MainThreadHandler, PluginEntry};

use crate::ClapHost;

/// Where a preset lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresetPlace {
    /// In the plugin, under a key.
    Plugin(String),
    /// In a file.
    File(PathBuf),
}

/// A preset as a host's browser shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPreset {
    /// Its name.
    pub name: String,
    /// What it is.
    pub what: String,
    /// What it is for, by CLAP's name of the plugin.
    pub plugin: String,
    /// Whether it came with the plugin.
    pub factory: bool,
    /// Where it lies.
    pub place: PresetPlace,
}

/// Everything that a plugin says of its presets.
#[derive(Clone, Debug, Default)]
pub struct PresetBrowser {
    /// The ending of files to look for.
    pub ending: String,
    /// Folders that the player's own lie in.
    pub folders: Vec<PathBuf>,
    /// Those that were found.
    pub presets: Vec<FoundPreset>,
    /// What was said of what is none.
    pub errors: Vec<String>,
    in_the_plugin: bool,
    place: Option<PathBuf>,
}

impl PresetBrowser {
    /// Asks a CLAP file for the presets in the plugin, in its folders, and in further files, as a
    /// host does that indexes them: without an instance.
    pub fn open(path: &Path, further: &[&Path]) -> Result<Self> {
        // SAFETY: as where an instance is made of it.
        let entry = unsafe { PluginEntry::load(path) }.with_context(|| path.display().to_string())?;
        let factory: PresetDiscoveryFactory = entry.get_factory().context("the plugin offers no presets")?;
        let us = HostInfo::new("Segue's bundler", "Segue", "", env!("CARGO_PKG_VERSION"))?;
        let descriptor = factory.provider_descriptors().next().context("nobody provides presets")?;
        let id = descriptor.id().context("the presets' provider has no name")?.to_owned();
        let mut provider = Provider::instantiate(Self::default(), &entry, &id, &us)
            .map_err(|error| anyhow!("the presets' provider does not begin: {error}"))?;
        let mut browser = std::mem::take(provider.indexer_mut());
        if browser.in_the_plugin {
            provider.get_metadata(Location::Plugin, &mut browser);
        }
        let entries = browser.folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
        let files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        let of_that_kind = |file: &&Path| file.extension().is_some_and(|ending| *ending == *browser.ending);
        let files: Vec<&Path> = files.iter().map(PathBuf::as_path).filter(of_that_kind).collect();
        for file in files.iter().chain(further) {
            let path = CString::new(file.as_os_str().as_encoded_bytes())?;
            browser.place = Some(file.to_path_buf());
            provider.get_metadata(Location::File { path: &path }, &mut browser);
        }
        Ok(browser)
    }
}

fn text(string: &CStr) -> String {
    string.to_string_lossy().into_owned()
}

impl IndexerImpl for PresetBrowser {
    fn declare_filetype(&mut self, kind: FileType) -> Result<(), HostError> {
        self.ending = kind.file_extension.map(text).unwrap_or_default();
        Ok(())
    }

    fn declare_location(&mut self, info: LocationInfo) -> Result<(), HostError> {
        match info.location {
            Location::Plugin => self.in_the_plugin = true,
            Location::File { path } => self.folders.push(text(path).into()),
        }
        Ok(())
    }

    fn declare_soundpack(&mut self, _pack: Soundpack) -> Result<(), HostError> {
        Ok(())
    }
}

impl MetadataReceiverImpl for PresetBrowser {
    fn on_error(&mut self, _code: i32, message: Option<&CStr>) {
        self.errors.push(message.map(text).unwrap_or_default());
    }

    fn begin_preset(&mut self, name: Option<&CStr>, key: Option<&CStr>) -> Result<(), HostError> {
        let name = name.map(text).unwrap_or_default();
        let place = match (&self.place, key) {
            (Some(file), _) => PresetPlace::File(file.clone()),
            (None, Some(key)) => PresetPlace::Plugin(text(key)),
            (None, None) => return Err(HostError::Message("one among many needs a key")),
        };
        let (what, plugin) = (String::new(), String::new());
        self.presets.push(FoundPreset { name, what, plugin, factory: false, place });
        Ok(())
    }

    fn add_plugin_id(&mut self, id: UniversalPluginId) {
        if let Some(preset) = self.presets.last_mut() {
            preset.plugin = text(id.id);
        }
    }

    fn set_flags(&mut self, flags: Flags) {
        if let Some(preset) = self.presets.last_mut() {
            preset.factory = flags.contains(Flags::IS_FACTORY_CONTENT);
        }
    }

    fn set_description(&mut self, what: &CStr) {
        if let Some(preset) = self.presets.last_mut() {
            preset.what = text(what);
        }
    }

    fn set_soundpack_id(&mut self, _id: &CStr) {}
    fn add_creator(&mut self, _creator: &CStr) {}
    fn set_timestamps(&mut self, _made: Option<Timestamp>, _changed: Option<Timestamp>) {}
    fn add_feature(&mut self, _feature: &CStr) {}
    fn add_extra_info(&mut self, _key: &CStr, _value: &CStr) {}
}

/// What an instance told its host.
#[derive(Default)]
pub(crate) struct Told {
    /// Of a preset: that it is loaded, or why it is not.
    preset: RefCell<Option<Result<PresetPlace, String>>>,
    /// How often that keys have other names.
    pub(crate) renamed: Cell<usize>,
}

impl MainThreadHandler<'_> for Told {}

impl HostPresetLoadImpl for Told {
    fn on_error(&self, _place: Location, _key: Option<&CStr>, _code: i32, message: Option<&CStr>) {
        *self.preset.borrow_mut() = Some(Err(message.map(text).unwrap_or_default()));
    }

    fn loaded(&self, place: Location, key: Option<&CStr>) {
        let place = match place.file_path() {
            Some(path) => PresetPlace::File(text(path).into()),
            None => PresetPlace::Plugin(key.map(text).unwrap_or_default()),
        };
        *self.preset.borrow_mut() = Some(Ok(place));
    }
}

impl ClapHost {
    /// Loads a preset, and expects to be told which.
    pub fn load_preset(&mut self, place: &PresetPlace) -> Result<()> {
        let plugin = self.instance.plugin_handle();
        let load: PluginPresetLoad = plugin.get_extension().context("the plugin loads no presets")?;
        let (location, key) = match place {
            PresetPlace::Plugin(key) => (None, Some(CString::new(&**key)?)),
            PresetPlace::File(path) => (Some(CString::new(path.as_os_str().as_encoded_bytes())?), None),
        };
        let location = location.as_deref().map_or(Location::Plugin, |path| Location::File { path });
        let loaded = load.load_from_location(&plugin, location, key.as_deref());
        let told = self.instance.access_handler(|told| told.preset.take());
        match (loaded, told) {
            (Ok(()), Some(Ok(told))) if told == *place => Ok(()),
            (Err(_), Some(Err(why))) => Err(anyhow!(why)),
            (loaded, told) => Err(anyhow!("the plugin says {loaded:?}, and to the host {told:?}")),
        }
    }
}
