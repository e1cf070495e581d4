//! A headless VST3 host: one instance of the plugin, driven block by block.

#![allow(clippy::unnecessary_cast, reason = "C's enumerations are signed on Windows and unsigned elsewhere")]

use std::ops::Not;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use bundler::{Block, Event, Host, Message, Output, Parameter, Setup, Transport};
use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_::kIsHidden;
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{
    kBarPositionValid, kContTimeValid, kPlaying, kProjectTimeMusicValid, kTempoValid, kTimeSigValid,
};
use vst3::Steinberg::Vst::ProcessModes_::{kOffline, kRealtime};
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessor, IAudioProcessorTrait, IComponent,
    IComponentTrait, IEditController, IEditControllerTrait, IEventList, IMidiMapping, IMidiMappingTrait,
    IParameterChanges, ParameterInfo, ProcessContext, ProcessData, ProcessSetup, SpeakerArr,
};
use vst3::Steinberg::{IBStream, IPluginBaseTrait, int32, kResultOk, tresult};
use vst3::{ComPtr, ComWrapper};

use crate::vst3_editor::{Vst3Controller, Vst3Editor};
use crate::vst3_events::{EventList, ParamChanges};
use crate::vst3_module::Module;
use crate::vst3_stream::Stream;
use crate::watch::Watch;

/// One instance of a VST3 plugin.
pub struct Vst3Host {
    component: ComPtr<IComponent>,
    processor: ComPtr<IAudioProcessor>,
    pub(crate) controller: ComPtr<IEditController>,
    mapping: ComPtr<IMidiMapping>,
    active: Option<Setup>,
    sent: ComWrapper<EventList>,
    given: ComWrapper<EventList>,
    // Dropped last: the interfaces above are code in it.
    _module: Arc<Module>,
}

impl Vst3Host {
    /// Loads a bundle and makes an instance of its first component.
    pub fn open(bundle: &Path) -> Result<Self> {
        let module = Module::open(bundle)?;
        let component = module.create::<IComponent>()?;
        // SAFETY: the component is new; a host's context is not demanded.
        check("initialize", unsafe { component.initialize(std::ptr::null_mut()) })?;
        Ok(Self {
            processor: component.cast().context("the component does not process audio")?,
            controller: component.cast().context("the component is not its own controller")?,
            mapping: component.cast().context("the component maps no MIDI controllers")?,
            component,
            active: None,
            sent: ComWrapper::new(EventList::default()),
            given: ComWrapper::new(EventList::default()),
            _module: module,
        })
    }

    /// What is no note, as a change of a parameter; MIDI controllers are hidden parameters in VST3.
    fn change(&self, event: &Event) -> Option<(u32, int32, f64)> {
        let at = event.sample as int32;
        match event.message {
            Message::Parameter { id, value } => Some((id, at, value)),
            Message::Control { channel, controller, value } => {
                let mut id = 0;
                // SAFETY: `id` is ours to be written.
                let found = unsafe {
                    self.mapping.getMidiControllerAssignment(0, channel.into(), controller.into(), &mut id)
                };
                (found == kResultOk).then_some((id, at, f64::from(value) / 127.0))
            }
            Message::On { .. } | Message::Off { .. } => None,
        }
    }
}

// SAFETY: VST3 lets any thread call an instance, one at a time, which `&mut self` and ownership see
// to; what is lent to it in a block comes back with the block.
unsafe impl Send for Vst3Host {}

/// What hosts do besides the ordinary: out of order, from elsewhere, or not at all.
impl Vst3Host {
    /// Tells the controller a value, as a host does when its user moves a parameter.
    pub fn set_parameter(&mut self, id: u32, value: f64) -> Result<()> {
        // SAFETY: plain numbers.
        check("a value", unsafe { self.controller.setParamNormalized(id, value) })
    }

    /// `setActive` alone. Only after a first [`Host::activate`], which sets up what comes with it.
    pub fn set_active(&mut self, active: bool) {
        // SAFETY: no block is being processed.
        unsafe { self.component.setActive(active.into()) };
    }

    /// `setProcessing` alone.
    pub fn set_processing(&mut self, processing: bool) {
        // SAFETY: no block is being processed.
        unsafe { self.processor.setProcessing(processing.into()) };
    }

    /// Closes it as it stands, without the calls that should come before.
    pub fn abandon(mut self) {
        self.active = None;
    }

    /// Its controller, which stays behind when the instance goes to another thread.
    pub fn controller(&self) -> Vst3Controller {
        Vst3Controller { controller: self.controller.clone(), _module: self._module.clone() }
    }

    /// Opens its editor in an X11 window.
    pub fn open_editor(&mut self, window: u32) -> Result<Vst3Editor> {
        self.controller().open_editor(window)
    }

    /// The delay it reports in samples, and how many samples it sounds on.
    pub fn latency_and_tail(&mut self) -> (u32, u32) {
        // SAFETY: plain questions.
        unsafe { (self.processor.getLatencySamples(), self.processor.getTailSamples()) }
    }

    /// The hidden parameters that stand for MIDI controllers, with their values.
    pub fn controllers(&mut self) -> Result<Vec<(u32, f64)>> {
        Ok(self.known(true)?.into_iter().map(|(about, value)| (about.id, value)).collect())
    }

    /// The parameters that are hidden, or those that are not, with their values.
    pub(crate) fn known(&self, hidden: bool) -> Result<Vec<(ParameterInfo, f64)>> {
        let mut found = Vec::new();
        // SAFETY: plain data, for which zeros are a value, and ours to be written.
        unsafe {
            for index in 0..self.controller.getParameterCount() {
                let mut about: ParameterInfo = std::mem::zeroed();
                check("getParameterInfo", self.controller.getParameterInfo(index, &mut about))?;
                if (about.flags as u32 & kIsHidden as u32 != 0) == hidden {
                    found.push((about, self.controller.getParamNormalized(about.id)));
                }
            }
        }
        Ok(found)
    }
}

/// An error where a call was refused.
pub(crate) fn check(call: &str, result: tresult) -> Result<()> {
    ensure!(result == kResultOk, "the plugin refuses {call}: {result}");
    Ok(())
}

/// A text of the plugin's, which ends at its first zero.
pub(crate) fn text(string: &[u16]) -> String {
    String::from_utf16_lossy(string.split(|unit| *unit == 0).next().unwrap_or_default())
}

/// The clock as VST3 tells it.
fn context(clock: Option<&Transport>, start: u64, sample_rate: f64) -> ProcessContext {
    // SAFETY: plain numbers, for which zeros are a value: nothing told.
    let mut told: ProcessContext = unsafe { std::mem::zeroed() };
    told.sampleRate = sample_rate;
    told.continousTimeSamples = start as i64;
    told.state = kContTimeValid as u32;
    if let Some(clock) = clock {
        told.state |= (kProjectTimeMusicValid | kBarPositionValid | kTempoValid | kTimeSigValid) as u32;
        told.state |= if clock.playing { kPlaying as u32 } else { 0 };
        told.projectTimeSamples = (clock.seconds * sample_rate).round() as i64;
        told.projectTimeMusic = clock.beats;
        told.barPositionMusic = clock.bar().0;
        told.tempo = clock.tempo;
        told.timeSigNumerator = clock.meter.numerator.into();
        told.timeSigDenominator = clock.meter.denominator.into();
    }
    told
}

impl Host for Vst3Host {
    fn activate(&mut self, setup: Setup) -> Result<()> {
        self.deactivate();
        let mut told = ProcessSetup {
            processMode: if setup.offline { kOffline } else { kRealtime } as int32,
            symbolicSampleSize: kSample32 as int32,
            maxSamplesPerBlock: setup.block.max(1) as int32,
            sampleRate: setup.sample_rate,
        };
        // Not null, though there are no inputs: the framework refuses null.
        let (mut none, mut stereo) = (SpeakerArr::kEmpty, SpeakerArr::kStereo);
        // SAFETY: the calls come in the order the specification demands, with structures that live
        // through them.
        unsafe {
            // Once, as hosts do, though nice-plug 0.4.2 hands the plugin the mode of the call
            // before: the plugin must see for itself that it is rendered.
            check("setupProcessing", self.processor.setupProcessing(&mut told))?;
            check("stereo", self.processor.setBusArrangements(&mut none, 0, &mut stereo, 1))?;
            check("the audio bus", self.component.activateBus(kAudio as int32, kOutput as int32, 0, 1))?;
            check("events in", self.component.activateBus(kEvent as int32, kInput as int32, 0, 1))?;
            check("events out", self.component.activateBus(kEvent as int32, kOutput as int32, 0, 1))?;
            check("setActive", self.component.setActive(1))?;
            check("setProcessing", self.processor.setProcessing(1))?;
        }
        self.active = Some(setup);
        Ok(())
    }

    fn deactivate(&mut self) {
        if self.active.take().is_some() {
            // SAFETY: the plugin is active, and no block is being processed.
            unsafe {
                self.processor.setProcessing(0);
                self.component.setActive(0);
            }
        }
    }

    fn reset(&mut self) -> Result<()> {
        ensure!(self.active.is_some(), "the plugin is not active");
        // SAFETY: the plugin is active, and no block is being processed. This is VST3's way to say
        // it.
        unsafe {
            check("setProcessing", self.processor.setProcessing(0))?;
            check("setProcessing", self.processor.setProcessing(1))
        }
    }

    fn process(&mut self, block: &Block<'_>, output: &mut Output) -> Result<()> {
        let Some(setup) = self.active else { bail!("the plugin is not active") };
        self.sent.clear();
        self.given.clear();
        block.events.iter().for_each(|event| self.sent.push(event));
        let changes: Vec<_> = block.events.iter().filter_map(|event| self.change(event)).collect();
        let changes = ComWrapper::new(ParamChanges::of(&changes));
        for channel in &mut output.audio {
            channel.clear();
            channel.resize(block.frames, 0.0);
        }
        let mut channels = output.audio.each_mut().map(|channel| channel.as_mut_ptr());
        let mut bus = AudioBusBuffers {
            numChannels: 2,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 { channelBuffers32: channels.as_mut_ptr() },
        };
        let mut context = context(block.transport.as_ref(), block.start, setup.sample_rate);
        let lend = "our own interface";
        let mut data = ProcessData {
            processMode: if setup.offline { kOffline } else { kRealtime } as int32,
            symbolicSampleSize: kSample32 as int32,
            numSamples: block.frames as int32,
            numInputs: 0,
            numOutputs: 1,
            inputs: std::ptr::null_mut(),
            outputs: &mut bus,
            inputParameterChanges: changes.as_com_ref::<IParameterChanges>().context(lend)?.as_ptr(),
            outputParameterChanges: std::ptr::null_mut(),
            inputEvents: self.sent.as_com_ref::<IEventList>().context(lend)?.as_ptr(),
            outputEvents: self.given.as_com_ref::<IEventList>().context(lend)?.as_ptr(),
            processContext: &mut context,
        };
        // Offline a plugin may wait.
        let watch = setup.offline.not().then(Watch::begin);
        // SAFETY: everything `data` points to lives through the call, the channels are as long as
        // it says, and the plugin is active.
        let result = unsafe { self.processor.process(&mut data) };
        drop(watch);
        check("process", result)?;
        output.events = self.given.heard();
        Ok(())
    }

    fn parameters(&mut self) -> Result<Vec<Parameter>> {
        let seen = |(about, value): (ParameterInfo, f64)| {
            let mut string = [0; 128];
            // SAFETY: the string is as long as the specification has it, and ours to be written.
            let result = unsafe { self.controller.getParamStringByValue(about.id, value, &mut string) };
            check("a value's text", result)?;
            Ok(Parameter { id: about.id, name: text(&about.title), value, text: text(&string) })
        };
        self.known(false)?.into_iter().map(seen).collect()
    }

    fn parse(&mut self, id: u32, text: &str) -> Result<f64> {
        let mut string: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let mut value = 0.0;
        // SAFETY: the string ends with zero, and `value` is ours to be written.
        let result = unsafe { self.controller.getParamValueByString(id, string.as_mut_ptr(), &mut value) };
        ensure!(result == kResultOk, "the plugin does not understand \"{text}\"");
        Ok(value)
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        let stream = ComWrapper::new(Stream::default());
        let lent = stream.to_com_ptr::<IBStream>().context("our own interface")?;
        // SAFETY: the stream lives through the call.
        check("getState", unsafe { self.component.getState(lent.as_ptr()) })?;
        Ok(stream.bytes())
    }

    fn load(&mut self, state: &[u8]) -> Result<()> {
        let stream = ComWrapper::new(Stream::of(state));
        let lent = stream.to_com_ptr::<IBStream>().context("our own interface")?;
        // SAFETY: the stream lives through the call.
        check("setState", unsafe { self.component.setState(lent.as_ptr()) })
    }
}

impl Drop for Vst3Host {
    fn drop(&mut self) {
        self.deactivate();
        // SAFETY: the last call to this instance.
        unsafe { self.component.terminate() };
    }
}
