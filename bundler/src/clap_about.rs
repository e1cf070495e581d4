//! What a CLAP plugin says of itself to its host: what it is, how its parameters are grouped, which
//! of them go on eight knobs, which keys have names, how long it sounds.

use std::ffi::CStr;
use std::path::Path;

use anyhow::{Context, Result};
use clack_extensions::latency::PluginLatency;
use clack_extensions::note_name::{HostNoteNameImpl, NoteNameBuffer, PluginNoteName};
use clack_extensions::params::ParamInfoBuffer;
use clack_extensions::remote_controls::{PluginRemoteControls, RemoteControlsPageBuffer};
use clack_extensions::tail::{PluginTail, TailLength};
use clack_extensions::voice_info::PluginVoiceInfo;
use clack_host::prelude::{ClapId, PluginEntry};

use crate::ClapHost;
use crate::clap_presets::Told;

/// A page of a controller: its name, and a parameter's number a knob.
pub type Page = (String, Vec<Option<u32>>);

/// A text of the plugin's, which ends at its first zero.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

impl HostNoteNameImpl for Told {
    fn changed(&self) {
        self.renamed.set(self.renamed.get() + 1);
    }
}

impl ClapHost {
    /// What the first plugin of a file calls itself, by CLAP's words.
    pub fn features(path: &Path) -> Result<Vec<String>> {
        // SAFETY: as where an instance is made of it.
        let entry = unsafe { PluginEntry::load(path) }.with_context(|| path.display().to_string())?;
        let factory = entry.get_plugin_factory().context("there is no plugin in it")?;
        let descriptor = factory.plugin_descriptors().next().context("there is no plugin in it")?;
        Ok(descriptor.features().map(|word: &CStr| word.to_string_lossy().into_owned()).collect())
    }

    /// The parameters in the order of the host's list: module and name.
    pub fn modules(&mut self) -> Result<Vec<(String, String)>> {
        let params = self.params()?;
        let handle = self.instance.plugin_handle();
        let about = |index| {
            let mut buffer = ParamInfoBuffer::new();
            let info =
                params.get_info(&handle, index, &mut buffer).context("the plugin hides a parameter")?;
            Ok((text(info.module), text(info.name)))
        };
        (0..params.count(&handle)).map(about).collect()
    }

    /// The pages for a controller of eight knobs.
    pub fn pages(&mut self) -> Result<Vec<Page>> {
        let handle = self.instance.plugin_handle();
        let controls: PluginRemoteControls = handle.get_extension().context("the plugin has no pages")?;
        let page = |index| {
            let mut buffer = RemoteControlsPageBuffer::new();
            let page = controls.get(&handle, index, &mut buffer).context("the plugin hides a page")?;
            Ok((text(page.page_name), page.param_ids.map(|id| id.map(ClapId::get)).to_vec()))
        };
        (0..controls.count(&handle)).map(page).collect()
    }

    /// The keys that have names: key, name, and channel, where it is of one.
    pub fn note_names(&mut self) -> Result<Vec<(u16, String, Option<u16>)>> {
        let handle = self.instance.plugin_handle();
        let names: PluginNoteName = handle.get_extension().context("the plugin names no keys")?;
        let name = |index| {
            let mut buffer = NoteNameBuffer::new();
            let name = names.get(&handle, index, &mut buffer).context("the plugin hides a name")?;
            let key = name.key.into_specific().context("a name is of every key")?;
            Ok((key, text(name.name), name.channel.into_specific()))
        };
        (0..u32::try_from(names.count(&handle))?).map(name).collect()
    }

    /// How often the plugin has said that keys have other names now.
    pub fn renamed(&mut self) -> usize {
        self.grant();
        self.instance.access_handler(|told| told.renamed.get())
    }

    /// The delay it reports, in samples.
    pub fn latency(&mut self) -> Result<u32> {
        let handle = self.instance.plugin_handle();
        let latency: PluginLatency = handle.get_extension().context("the plugin tells no delay")?;
        Ok(latency.get(&handle))
    }

    /// Whether it may sound at any time, and not only for so long after its last event. It must be
    /// active.
    pub fn is_endless(&mut self) -> Result<bool> {
        let tail: PluginTail =
            self.instance.plugin_handle().get_extension().context("the plugin tells no tail")?;
        let processor = self.processor.as_mut().context("the plugin is not active")?;
        Ok(tail.get(&processor.plugin_handle()) == TailLength::Infinite)
    }

    /// How many voices it has.
    pub fn voices(&mut self) -> Result<u32> {
        let handle = self.instance.plugin_handle();
        let voices: PluginVoiceInfo = handle.get_extension().context("the plugin tells no voices")?;
        Ok(voices.get(&handle).context("the plugin tells no voices")?.voice_capacity)
    }
}
