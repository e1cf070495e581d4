//! A headless CLAP host: one instance of the plugin, driven block by block.

use std::ffi::{CStr, CString};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, anyhow};
use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::note_name::HostNoteName;
use clack_extensions::params::{ParamInfoBuffer, PluginParams};
use clack_extensions::preset_discovery::HostPresetLoad;
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::prelude::{
    AudioPortBuffer, AudioPortBufferType, AudioPorts, ClapId, EventBuffer, HostError, HostExtensions,
    HostHandlers, HostInfo, InputAudioBuffers, InputEvents, OutputEvents, PluginAudioConfiguration,
    PluginAudioProcessor, PluginEntry, PluginInstance, SharedHandler,
};

use crate::clap_messages::{heard, push, transport};
use crate::clap_presets::Told;
use crate::{Block, Host, Output, Parameter, Setup};

/// What the plugin may ask of its host at any time, from any thread.
#[derive(Default)]
pub(crate) struct Wishes {
    /// Whether it wants to be called on the main thread.
    callback: AtomicBool,
}

impl SharedHandler<'_> for Wishes {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {
        self.callback.store(true, Ordering::Release);
    }
}

/// What an editor may ask: nothing is granted, its window stays as it is. Editors open only in
/// hosts that listen.
impl HostGuiImpl for Wishes {
    fn resize_hints_changed(&self) {}
    fn request_resize(&self, _size: GuiSize) -> Result<(), HostError> {
        Err(HostError::Message("the window stays as it is"))
    }
    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn closed(&self, _destroyed: bool) {}
}

/// The kinds of our callbacks.
pub(crate) struct Callbacks;

impl HostHandlers for Callbacks {
    type Shared<'a> = Wishes;
    type MainThread<'a> = Told;
    type AudioProcessor<'a> = ();

    fn declare_extensions(extensions: &mut HostExtensions<Self>, _wishes: &Wishes) {
        extensions.register::<HostGui>().register::<HostPresetLoad>().register::<HostNoteName>();
    }
}

/// One instance of a CLAP plugin.
pub struct ClapHost {
    // Dropped before the instance, which leaks if its processor outlives it.
    pub(crate) processor: Option<PluginAudioProcessor<Callbacks>>,
    pub(crate) instance: PluginInstance<Callbacks>,
    ports: AudioPorts,
    sent: EventBuffer,
    given: EventBuffer,
}

impl ClapHost {
    /// Loads the first plugin of a CLAP file and makes an instance of it.
    pub fn open(path: &Path) -> Result<Self> {
        let broken = || format!("{}: does not load as a CLAP plugin", path.display());
        if !path.exists() {
            return Err(anyhow!("{}: there is no such plugin; make it with `install`", path.display()));
        }
        // SAFETY: the file is a plugin that the user installed or has just built; loading runs its
        // code, as any host does.
        let entry = unsafe { PluginEntry::load(path) }.with_context(broken)?;
        let factory = entry.get_plugin_factory().with_context(broken)?;
        let descriptor = factory.plugin_descriptors().next().with_context(broken)?;
        let id: CString = descriptor.id().map(CStr::to_owned).with_context(broken)?;
        let us = HostInfo::new("Segue's bundler", "Segue", "", env!("CARGO_PKG_VERSION"))?;
        let instance = PluginInstance::new(|()| Wishes::default(), |_| Told::default(), &entry, &id, &us)
            .with_context(broken)?;
        Ok(Self {
            processor: None,
            instance,
            ports: AudioPorts::with_capacity(2, 1),
            sent: EventBuffer::new(),
            given: EventBuffer::new(),
        })
    }

    /// Grants what the plugin asked for since the last time.
    pub(crate) fn grant(&mut self) {
        if self.instance.access_shared_handler(|wishes| wishes.callback.swap(false, Ordering::AcqRel)) {
            self.instance.call_on_main_thread_callback();
        }
    }

    pub(crate) fn params(&mut self) -> Result<PluginParams> {
        self.instance.plugin_handle().get_extension().context("the plugin has no parameters")
    }

    fn state(&mut self) -> Result<PluginState> {
        self.instance.plugin_handle().get_extension().context("the plugin keeps no state")
    }
}

impl Host for ClapHost {
    fn activate(&mut self, setup: Setup) -> Result<()> {
        self.deactivate();
        let mode = if setup.offline { RenderMode::Offline } else { RenderMode::Realtime };
        // A plugin without this extension renders the same either way.
        if let Some(render) = self.instance.plugin_handle().get_extension::<PluginRender>() {
            render
                .set(&self.instance.plugin_handle(), mode)
                .context("the plugin does not take the render mode")?;
        }
        let configuration = PluginAudioConfiguration {
            sample_rate: setup.sample_rate,
            min_frames_count: 1,
            max_frames_count: u32::try_from(setup.block)?.max(1),
        };
        let stopped =
            self.instance.activate(|_, _| (), configuration).context("the plugin does not activate")?;
        let mut processor = PluginAudioProcessor::from(stopped);
        processor.start_processing().context("the plugin does not start")?;
        self.processor = Some(processor);
        Ok(())
    }

    fn deactivate(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.instance.deactivate(processor.into_stopped());
        }
        self.grant();
    }

    fn reset(&mut self) -> Result<()> {
        self.processor.as_mut().context("the plugin is not active")?.reset();
        Ok(())
    }

    fn process(&mut self, block: &Block<'_>, output: &mut Output) -> Result<()> {
        self.grant();
        self.sent.clear();
        self.given.clear();
        block.events.iter().for_each(|event| push(&mut self.sent, event));
        for channel in &mut output.audio {
            channel.clear();
            channel.resize(block.frames, 0.0);
        }
        let mut audio = self.ports.with_output_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(output.audio.iter_mut().map(Vec::as_mut_slice)),
        }]);
        self.processor
            .as_mut()
            .context("the plugin is not active")?
            .as_started_mut()?
            .process(
                &InputAudioBuffers::empty(),
                &mut audio,
                &InputEvents::from_buffer(&self.sent),
                &mut OutputEvents::from_buffer(&mut self.given),
                Some(block.start),
                block.transport.as_ref().map(transport).as_ref(),
            )
            .context("the plugin does not process")?;
        output.events.clear();
        output.events.extend(self.given.iter().filter_map(heard));
        Ok(())
    }

    fn parameters(&mut self) -> Result<Vec<Parameter>> {
        let params = self.params()?;
        let handle = self.instance.plugin_handle();
        let mut found = Vec::new();
        for index in 0..params.count(&handle) {
            let mut buffer = ParamInfoBuffer::new();
            let info =
                params.get_info(&handle, index, &mut buffer).context("the plugin hides a parameter")?;
            let value = params.get_value(&handle, info.id).context("the plugin hides a value")?;
            let mut text = [0; 256];
            let text = params.value_to_text(&handle, info.id, value, &mut text)?;
            found.push(Parameter {
                id: info.id.get(),
                name: String::from_utf8_lossy(info.name).into_owned(),
                value,
                text: String::from_utf8_lossy(text).into_owned(),
            });
        }
        Ok(found)
    }

    fn parse(&mut self, id: u32, text: &str) -> Result<f64> {
        let params = self.params()?;
        let id = ClapId::from_raw(id).context("that is no parameter's number")?;
        params
            .text_to_value(&self.instance.plugin_handle(), id, &CString::new(text)?)
            .with_context(|| format!("the plugin does not understand \"{text}\""))
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        let mut state = Vec::new();
        self.state()?.save(&self.instance.plugin_handle(), &mut state)?;
        Ok(state)
    }

    fn load(&mut self, mut state: &[u8]) -> Result<()> {
        self.state()?.load(&self.instance.plugin_handle(), &mut state)?;
        self.grant();
        Ok(())
    }
}

impl Drop for ClapHost {
    fn drop(&mut self) {
        self.deactivate();
    }
}
