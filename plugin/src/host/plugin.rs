//! The plugin as the framework sees it: a thin layer. It catches every panic, so that none reaches
//! the host.

#[cfg(test)]
mod tests;

use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};
use nice_plug::prelude::*;
use parking_lot::Mutex;
use segue_realtime::audio::pace::Pace;
use segue_realtime::audio::processor::{Block, Processor};
use segue_realtime::between::boundary::boundary;
use segue_realtime::between::instrument::stage;
use segue_realtime::between::limits::{INPUT_EVENTS, INPUT_RESERVE, SOUND_VOICES};
use segue_realtime::between::message::{Event, Sink};
use segue_realtime::between::touch::{Fingers, Touches, touch};

use crate::composer::Command;
use crate::composer::model_choice::ModelChoice;
use crate::composer::sound_choice::SoundChoice;
use crate::composer::thread::{Choices, ComposerThread};
use crate::editor::{Instance, Window};
use crate::host::framework::{self, HostSink};
use crate::host::log;
use crate::host::remote_controls;
use crate::host::worker_workaround;
use crate::models::embedded;
use crate::models::folder::ModelFolder;
use crate::params::SegueParams;
use crate::params::ranges;
use crate::sounds::folder::SoundFolder;
use crate::status::Status;

/// One instance.
pub struct Segue {
    params: Arc<SegueParams>,
    status: Arc<Status>,
    wish: Sender<Command>,
    wishes: Receiver<Command>,
    /// The keys in the window: the editor's end of the ring, and the audio end until a processor
    /// takes it.
    fingers: Arc<Mutex<Fingers>>,
    touches: Option<Touches>,
    events: Vec<Event>,
    /// What a host with an input for other tracks gave for the next block.
    tracks: Vec<Event>,
    /// From the first activation on.
    processor: Option<Processor>,
    /// VST3 only: detects offline rendering by the wall clock.
    pace: Option<Pace>,
    sample_rate: f64,
    /// The processor panicked: notes pass through.
    panicked: bool,
    /// Last, so that it outlives what it feeds; its end waits for its thread.
    composer: Option<ComposerThread>,
}

impl Default for Segue {
    fn default() -> Self {
        worker_workaround::install::<Self>();
        let (wish, wishes) = bounded(8);
        let (fingers, touches) = touch();
        let params = Arc::<SegueParams>::default();
        let status = Arc::new(Status::naming(params.what.styles.clone()).keeping(params.state.takes()));
        Self {
            params,
            status,
            wish,
            wishes,
            fingers: Arc::new(Mutex::new(fingers)),
            touches: Some(touches),
            events: Vec::new(),
            tracks: Vec::new(),
            processor: None,
            pace: None,
            sample_rate: 44_100.0,
            panicked: false,
            composer: None,
        }
    }
}

/// Keeps an event for the block. Where there are too many, only those that end notes are kept.
fn collect(events: &mut Vec<Event>, event: &NoteEvent<()>) {
    let Some(event) = framework::event(event) else { return };
    let room = if event.message.ends_notes() { INPUT_EVENTS } else { INPUT_EVENTS - INPUT_RESERVE };
    if events.len() < room {
        events.push(event);
    }
}

impl Segue {
    /// Allocates what is missing. The model is loaded on the composer's thread, which begins here
    /// and not in `default`: a host that scans its plugins makes instances it never activates.
    fn prepare(&mut self, buffer: &BufferConfig, api: PluginApi) {
        self.events.reserve(INPUT_EVENTS);
        self.tracks.reserve(INPUT_EVENTS);
        let sample_rate = f64::from(buffer.sample_rate);
        self.sample_rate = sample_rate;
        self.pace = (api == PluginApi::Vst3).then(Pace::default);
        let (status, wishes, state) = (&self.status, &self.wishes, &self.params.state);
        let (composer, touches) = (&mut self.composer, &mut self.touches);
        let processor = self.processor.get_or_insert_with(|| {
            let (audio, end) = boundary();
            let embedded = || embedded::shared().map_err(|error| error.to_string());
            let model = ModelChoice::new(embedded, ModelFolder::of_the_player(), state.clone());
            let (way, workshop) = stage();
            way.set_sample_rate(buffer.sample_rate);
            let sound = Some(SoundChoice::new(workshop, SoundFolder::of_the_player(), state.clone()));
            let choices = Choices { model, sound };
            *composer = Some(ComposerThread::start(end, wishes.clone(), status.clone(), choices));
            let mut processor = Processor::new(audio, status.meters.clone(), sample_rate);
            touches.take().into_iter().for_each(|touches| processor.listen_to(touches));
            processor.play_through(way);
            processor
        });
        let offline = self.pace.is_none() && buffer.process_mode == ProcessMode::Offline;
        processor.activate(sample_rate, offline, composer.as_ref().and_then(ComposerThread::thread));
    }

    /// Takes this block's events out of the framework.
    fn collect(&mut self, context: &mut impl ProcessContext<Self>) {
        self.events.clear();
        while let Some(event) = context.next_event() {
            collect(&mut self.events, &event);
        }
    }

    /// Takes what comes in for the next block on an input for other tracks: it is heard as parts,
    /// whatever its channel, and neither answered nor passed on. For a host that has such an input.
    ///
    /// # Real-time safety
    /// Copies events; beyond the room for them they are dropped.
    pub fn hear_tracks(&mut self, events: impl Iterator<Item = NoteEvent<()>>) {
        events.for_each(|event| collect(&mut self.tracks, &event));
    }

    fn play(&mut self, buffer: &mut Buffer, context: &mut impl ProcessContext<Self>) {
        let transport = framework::transport(context.transport());
        let settings = self.params.settings();
        let mut sink = HostSink::of(context);
        match (&mut self.processor, buffer.as_slice()) {
            (Some(processor), [left, right, ..]) if !self.panicked => {
                if let Some(pace) = &mut self.pace {
                    processor.set_offline(pace.block(left.len() as f64 / self.sample_rate, Instant::now()));
                }
                let (events, tracks) = (self.events.as_slice(), self.tracks.as_slice());
                processor.process(Block { transport, settings, events, tracks, left, right }, &mut sink);
            }
            (_, channels) => {
                channels.iter_mut().for_each(|channel| channel.fill(0.0));
                for event in &self.events {
                    sink.send(event.time, event.message);
                }
            }
        }
    }

    /// The processor panicked in this block: from here on notes pass through, and what sounded
    /// ends.
    fn fall(&mut self, context: &mut impl ProcessContext<Self>) {
        self.panicked = true;
        self.status.fail("stopped with an error; notes pass through; please report it");
        if let Some(processor) = &mut self.processor {
            let mut sink = HostSink::of(context);
            let _ = catch_unwind(AssertUnwindSafe(|| processor.silence(&mut sink)));
        }
    }
}

impl Plugin for Segue {
    const NAME: &'static str = "Segue";
    const VENDOR: &'static str = "Segue";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    /// A stereo output even for those who want notes only: Live refuses an instrument without one.
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] =
        &[AudioIOLayout { main_output_channels: NonZeroU32::new(2), ..AudioIOLayout::const_default() }];
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::MidiCCs;
    const INPUT_EVENT_CAPACITY: usize = INPUT_EVENTS;

    type Editor = Window;
    type SysExMessage = ();
    type BackgroundTask = worker_workaround::Hold;

    fn setup_logger() -> Option<bool> {
        log::begin()
    }

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn filter_state(state: &mut PluginState) {
        // If clamping panics, all values are dropped: no panic may reach the host.
        if catch_unwind(AssertUnwindSafe(|| ranges::bring_in(state))).is_err() {
            state.params.clear();
        }
    }

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        Box::new(worker_workaround::Hold::wait)
    }

    fn editor(&mut self, tasks: AsyncExecutor<Self>) -> Option<Self::Editor> {
        worker_workaround::keep_queue(tasks);
        let (params, status, wish) = (self.params.clone(), self.status.clone(), self.wish.clone());
        Some(Window::new(Instance::new(params, status, wish, self.fingers.clone())))
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        buffer: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        self.panicked =
            catch_unwind(AssertUnwindSafe(|| self.prepare(buffer, context.plugin_api()))).is_err();
        if self.panicked {
            self.status.fail("could not begin; notes pass through; please report it");
        }
        true
    }

    /// # Real-time safety
    /// Sets a flag.
    fn reset(&mut self) {
        if let Some(processor) = &mut self.processor {
            processor.reset();
        }
    }

    /// # Real-time safety
    /// See [`Processor::process`]. A panic, caught here, allocates: it happens once.
    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let played = catch_unwind(AssertUnwindSafe(|| {
            self.collect(context);
            self.play(buffer, context);
        }));
        self.tracks.clear();
        if played.is_err() {
            self.fall(context);
        }
        // An answer comes out of silence: never put to sleep.
        ProcessStatus::KeepAlive
    }
}

impl ClapPlugin for Segue {
    const CLAP_ID: &'static str = "org.segue.segue";
    const CLAP_DESCRIPTION: Option<&'static str> = Some("Listens to what you play and goes on playing");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    /// Its notes are as much for other instruments as for its own sound.
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::Instrument, ClapFeature::Synthesizer, ClapFeature::NoteEffect, ClapFeature::Stereo];
    /// Of the built-in sound. On one channel and key a new note ends the other voice.
    const CLAP_POLY_MODULATION_CONFIG: Option<PolyModulationConfig> = Some(PolyModulationConfig {
        max_voice_capacity: SOUND_VOICES as u32,
        supports_overlapping_voices: false,
    });

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        remote_controls::declare(&self.params, context);
    }
}

impl Vst3Plugin for Segue {
    /// Random, once; projects refer to it.
    const VST3_CLASS_ID: [u8; 16] =
        [0x72, 0x34, 0x7a, 0x19, 0x84, 0xff, 0x89, 0x64, 0x22, 0x39, 0x26, 0x61, 0xae, 0xb6, 0x87, 0xcd];
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Synth, Vst3SubCategory::Stereo];
}
