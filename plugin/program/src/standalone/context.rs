//! What the plugin asks of whoever hosts it, for one piece of a block.

use std::slice;

use nice_plug::context::PluginApi;
use nice_plug::context::activate::ActivateContext;
use nice_plug::context::process::{ProcessContext, SendEventError, Transport};
use nice_plug::midi::{MidiResult, NoteEvent, PluginNoteEvent};
use segue::host::plugin::Segue;
use segue::host::worker_workaround::Hold;

use super::conductor::Place;
use super::wire::{Outlet, Wire};

/// For its activation.
pub struct Activation;

impl ActivateContext<Segue> for Activation {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Standalone
    }

    fn execute(&self, task: Hold) {
        task.wait();
    }

    fn set_latency_samples(&self, _samples: u32) {}

    fn set_current_voice_capacity(&self, _capacity: u32) {}
}

/// For a piece of a block.
pub struct Piece<'a> {
    transport: Transport,
    incoming: slice::Iter<'a, Wire>,
    /// Where it begins in the block.
    start: u32,
    outlet: &'a mut dyn Outlet,
}

impl<'a> Piece<'a> {
    /// One that begins so many samples after the block.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn new(
        place: Place,
        sample_rate: f32,
        start: usize,
        incoming: &'a [Wire],
        outlet: &'a mut dyn Outlet,
    ) -> Self {
        let mut transport = Transport::new(sample_rate);
        transport.playing = place.playing;
        transport.tempo = Some(place.tempo.bpm());
        transport.time_sig_numerator = Some(place.meter.numerator.into());
        transport.time_sig_denominator = Some(place.meter.denominator.into());
        transport.pos_beats = Some(place.song);
        transport.bar_start_pos_beats = Some(place.bar);
        Self { transport, incoming: incoming.iter(), start: start as u32, outlet }
    }
}

impl ProcessContext<Segue> for Piece<'_> {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Standalone
    }

    /// Segue has one task, and that is for the worker of another kind of plugin.
    fn execute_background(&self, _task: Hold) {}

    fn execute_gui(&self, _task: Hold) {}

    fn transport(&self) -> &Transport {
        &self.transport
    }

    /// # Real-time safety
    /// Copies a message.
    fn next_event(&mut self) -> Option<PluginNoteEvent<Segue>> {
        let start = self.start;
        self.incoming
            .find_map(|wire| NoteEvent::from_midi(wire.time.saturating_sub(start), wire.bytes()).ok())
    }

    /// # Real-time safety
    /// As its outlet's.
    fn try_send_event(
        &mut self,
        event: PluginNoteEvent<Segue>,
    ) -> Result<(), (PluginNoteEvent<Segue>, SendEventError)> {
        // What MIDI has no word for is of no use on a wire.
        let Some(MidiResult::Basic(bytes)) = event.as_midi() else { return Ok(()) };
        match Wire::of(self.start + event.timing(), &bytes) {
            Some(wire) if !self.outlet.send(wire) => Err((event, SendEventError::HostBufferFull)),
            _ => Ok(()),
        }
    }

    fn set_latency_samples(&self, _samples: u32) {}

    fn request_restart(&self) {}

    fn set_current_voice_capacity(&self, _capacity: u32) {}
}
