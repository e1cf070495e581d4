//! Where a CLAP host finds our presets for its own browser: those that come with the plugin, and
//! the player's folder.
//!
//! A host may ask in a process of its own, without an instance.

use std::ffi::{CStr, CString, c_void};
use std::sync::OnceLock;

use clack_extensions::preset_discovery::prelude::{
    FileType, Flags, Indexer, IndexerInfo, Location, LocationInfo, MetadataReceiver,
    PresetDiscoveryFactoryImpl, PresetDiscoveryFactoryWrapper, ProviderDescriptor, ProviderImpl,
    ProviderInstance, UniversalPluginId,
};
use clack_plugin::factory::FactoryImplementation;
use clack_plugin::prelude::PluginError;
use nice_plug::prelude::ClapPlugin;

use crate::host::plugin::Segue;
use crate::host::preset_load::path_of;
use crate::models::embedded;
use crate::params::presets::{ENDING, Folder, Preset};

/// The factory that hosts ask the library for. It lives as long as the library.
pub fn factory() -> *const c_void {
    static FACTORY: OnceLock<PresetDiscoveryFactoryWrapper<Library>> = OnceLock::new();
    let library = || Library { descriptor: ProviderDescriptor::new("org.segue.segue.presets", "Segue") };
    FACTORY.get_or_init(|| PresetDiscoveryFactoryWrapper::new(library())).wrapper().as_raw_ptr().cast()
}

/// The number of providers: one.
struct Library {
    descriptor: ProviderDescriptor,
}

impl PresetDiscoveryFactoryImpl for Library {
    fn provider_count(&self) -> u32 {
        1
    }

    fn provider_descriptor(&self, index: u32) -> Option<&ProviderDescriptor> {
        (index == 0).then_some(&self.descriptor)
    }

    fn create_provider<'a>(&'a self, host: IndexerInfo<'a>, id: &CStr) -> Option<ProviderInstance<'a>> {
        let ours = self.descriptor.id() == Some(id);
        ours.then(|| ProviderInstance::new(host, &self.descriptor, Provider::declare))
    }
}

/// Reads presets for a host.
struct Provider;

impl Provider {
    /// Declares where presets are.
    fn declare(mut indexer: Indexer<'_>) -> Result<Self, PluginError> {
        let ending = CString::new(ENDING)?;
        indexer.declare_filetype(FileType {
            name: c"Segue preset",
            description: Some(c"A way to play together"),
            file_extension: Some(&ending),
        })?;
        indexer.declare_location(LocationInfo {
            name: c"Segue",
            flags: Flags::IS_FACTORY_CONTENT,
            location: Location::Plugin,
        })?;
        let folder = Folder::of_the_player();
        // It does not exist until a preset is saved there.
        if let Some(place) = folder.place().filter(|place| place.is_dir()) {
            let path = CString::new(place.as_os_str().as_encoded_bytes())?;
            indexer.declare_location(LocationInfo {
                name: c"Your own",
                flags: Flags::IS_USER_CONTENT,
                location: Location::File { path: &path },
            })?;
        }
        Ok(Self)
    }
}

impl ProviderImpl<'_> for Provider {
    fn get_metadata(
        &mut self,
        location: Location,
        receiver: &mut MetadataReceiver,
    ) -> Result<(), PluginError> {
        match location {
            Location::Plugin => {
                for preset in Preset::playable(embedded::knows_parts()) {
                    if !tell(&preset, true, Flags::IS_FACTORY_CONTENT, receiver)? {
                        break;
                    }
                }
            }
            Location::File { path } => {
                tell(&Preset::read(&path_of(path))?, false, Flags::IS_USER_CONTENT, receiver)?;
            }
        }
        Ok(())
    }
}

/// Declares a preset, and returns whether the host wants more. A preset among several at one
/// location is identified by its name.
fn tell(
    preset: &Preset,
    among_many: bool,
    flags: Flags,
    receiver: &mut MetadataReceiver,
) -> Result<bool, PluginError> {
    let (name, what) = (CString::new(&*preset.name)?, CString::new(&*preset.what)?);
    let id = CString::new(Segue::CLAP_ID)?;
    let Ok(receiver) = receiver.begin_preset(Some(&name), among_many.then_some(&name)) else {
        return Ok(false);
    };
    receiver.add_plugin_id(UniversalPluginId::clap(&id)).set_flags(flags).set_description(&what);
    Ok(true)
}
