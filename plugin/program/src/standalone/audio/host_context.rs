//! What the plugin asks of its host, which is this program: on activation, and for each segment of
//! a block.

use std::slice;

use nice_plug::context::PluginApi;
use nice_plug::context::activate::ActivateContext;
use nice_plug::context::process::{ProcessContext, SendEventError, Transport};
use nice_plug::midi::{MidiResult, NoteEvent, PluginNoteEvent};
use segue::host::plugin::Segue;
use segue::host::worker_workaround::Hold;

use crate::standalone::midi::message::{MidiMessage, MidiSink};
use crate::standalone::transport::clock::SongPosition;

/// A message in the segment that starts `start` samples into the block, for the plugin.
///
/// # Real-time safety
/// Copies a message.
pub fn event(message: &MidiMessage, start: u32) -> Option<PluginNoteEvent<Segue>> {
    NoteEvent::from_midi(message.time.saturating_sub(start), message.bytes()).ok()
}

/// The host during activation.
pub struct ActivationContext;

impl ActivateContext<Segue> for ActivationContext {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Standalone
    }

    fn execute(&self, task: Hold) {
        task.wait();
    }

    fn set_latency_samples(&self, _samples: u32) {}

    fn set_current_voice_capacity(&self, _capacity: u32) {}
}

/// The host during a segment of a block.
pub struct SegmentContext<'a> {
    transport: Transport,
    incoming: slice::Iter<'a, MidiMessage>,
    /// The sample in the block at which the segment starts.
    start: u32,
    sink: &'a mut dyn MidiSink,
}

impl<'a> SegmentContext<'a> {
    /// For the segment that starts `start` samples into the block, with its messages.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn new(
        position: SongPosition,
        sample_rate: f32,
        start: usize,
        incoming: &'a [MidiMessage],
        sink: &'a mut dyn MidiSink,
    ) -> Self {
        let mut transport = Transport::new(sample_rate);
        transport.playing = position.playing;
        transport.tempo = Some(position.tempo.bpm());
        transport.time_sig_numerator = Some(position.meter.numerator.into());
        transport.time_sig_denominator = Some(position.meter.denominator.into());
        transport.pos_beats = Some(position.beats);
        transport.bar_start_pos_beats = Some(position.bar_start);
        Self { transport, incoming: incoming.iter(), start: start as u32, sink }
    }
}

impl ProcessContext<Segue> for SegmentContext<'_> {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Standalone
    }

    /// The plugin has one task, and only its VST3 wrapper posts it.
    fn execute_background(&self, _task: Hold) {}

    fn execute_gui(&self, _task: Hold) {}

    fn transport(&self) -> &Transport {
        &self.transport
    }

    /// # Real-time safety
    /// Copies a message.
    fn next_event(&mut self) -> Option<PluginNoteEvent<Segue>> {
        let start = self.start;
        let mut players = self.incoming.by_ref().filter(|message| !message.is_of_tracks());
        players.find_map(|message| event(message, start))
    }

    /// # Real-time safety
    /// That of the sink.
    fn try_send_event(
        &mut self,
        event: PluginNoteEvent<Segue>,
    ) -> Result<(), (PluginNoteEvent<Segue>, SendEventError)> {
        // An event that MIDI 1.0 cannot express has no receiver here.
        let Some(MidiResult::Basic(bytes)) = event.as_midi() else { return Ok(()) };
        match MidiMessage::parse(self.start + event.timing(), &bytes) {
            Some(message) if !self.sink.send(message) => Err((event, SendEventError::HostBufferFull)),
            _ => Ok(()),
        }
    }

    fn set_latency_samples(&self, _samples: u32) {}

    fn request_restart(&self) {}

    fn set_current_voice_capacity(&self, _capacity: u32) {}
}
