//! The instrument: the plugin, its clock and its metronome. An audio driver plays it.
//!
//! The plugin is the one that other hosts load, and is called as they call it.

#[cfg(test)]
mod tests;

use std::slice;
use std::time::Instant;

use nice_plug::prelude::{AuxiliaryBuffers, Buffer, BufferConfig, Plugin, ProcessMode};
use segue::between::limits::INPUT_EVENTS;
use segue::between::settings::Trigger;
use segue::host::plugin::Segue;

use super::host_context::{ActivationContext, SegmentContext, event};
use super::metronome::Metronome;
use crate::standalone::midi::message::{MidiMessage, MidiSink, TransportMessage};
use crate::standalone::midi::queues::MidiQueues;
use crate::standalone::transport::clock::TransportClock;
use crate::standalone::transport::handle::{Command, CommandReceiver};

/// The longest block, in samples. A host has to name one; the plugin takes any.
const LARGEST_BLOCK: u32 = 8192;

/// Everything that sounds. Its driver has it for itself while it plays.
pub struct Instrument {
    segue: Segue,
    clock: TransportClock,
    metronome: Metronome,
    metronome_on: bool,
    commands: CommandReceiver,
    /// A key or controller that taps the tempo.
    tap: Option<Trigger>,
    /// MIDI from and to the system's ports, beside the driver's own.
    queues: MidiQueues,
    ending: bool,
    /// The sample rate it was activated at; `None` before the first activation.
    activated: Option<f32>,
    sample_rate: f32,
    incoming: Vec<MidiMessage>,
    /// Empty except while the plugin processes.
    buffer: Buffer<'static>,
}

/// Sends to both sinks. What the first has no room for, the second does not get.
struct SendToBoth<'a>(&'a mut dyn MidiSink, &'a mut dyn MidiSink);

impl MidiSink for SendToBoth<'_> {
    fn send(&mut self, message: MidiMessage) -> bool {
        let sent = self.0.send(message);
        if sent {
            // A queue of ours: it is full only if its reader has ended.
            self.1.send(message);
        }
        sent
    }
}

impl Instrument {
    /// An instrument to be activated before it is played.
    pub fn new(segue: Segue, commands: CommandReceiver, queues: MidiQueues, tap: Option<Trigger>) -> Self {
        let sample_rate = 48_000.0;
        Self {
            segue,
            clock: TransportClock::new(sample_rate.into()),
            metronome: Metronome::new(sample_rate),
            metronome_on: false,
            commands,
            tap,
            queues,
            ending: false,
            activated: None,
            sample_rate,
            incoming: Vec::with_capacity(INPUT_EVENTS),
            buffer: Buffer::default(),
        }
    }

    /// Prepares for a driver with this sample rate, in Hz. If it is that of the driver before, the
    /// jam goes on. Allocates: not for the audio thread.
    pub fn activate(&mut self, sample_rate: f32) {
        if self.activated.replace(sample_rate) == Some(sample_rate) {
            return;
        }
        self.sample_rate = sample_rate;
        self.clock.set_sample_rate(sample_rate.into());
        self.metronome = Metronome::new(sample_rate);
        // SAFETY: without slices the buffer points to no memory. This only reserves room for two.
        unsafe {
            self.buffer.set_slices(0, |channels| {
                channels.clear();
                channels.reserve(2);
            });
        }
        let buffer = BufferConfig {
            sample_rate,
            min_buffer_size: None,
            max_buffer_size: LARGEST_BLOCK,
            process_mode: ProcessMode::Realtime,
        };
        if let Some(layout) = Segue::AUDIO_IO_LAYOUTS.first() {
            self.segue.activate(layout, &buffer, &mut ActivationContext);
            self.segue.reset();
        }
    }

    /// Plays one block: adds its sound to `left` and `right`, and sends its messages to `sink`.
    /// `midi` holds the messages that came with the block.
    ///
    /// # Real-time safety
    /// That of [`Segue::process`]; our part neither allocates, locks nor waits.
    pub fn play(
        &mut self,
        midi: impl Iterator<Item = MidiMessage>,
        left: &mut [f32],
        right: &mut [f32],
        sink: &mut dyn MidiSink,
    ) {
        let now = Instant::now();
        let frames = left.len().min(right.len());
        self.follow_commands(now);
        self.collect_messages(midi, now, frames);
        let mut from = 0;
        while from < frames {
            let segment = from..from + self.clock.next_segment(frames - from);
            let (left, right) = (&mut left[segment.clone()], &mut right[segment.clone()]);
            self.play_segment(from, now, left, right, sink);
            if self.metronome_on {
                self.metronome.render(self.clock.clicks(segment.len()), left, right);
            }
            self.clock.advance(segment.len());
            from = segment.end;
        }
        let clock = &self.clock;
        self.commands.publish(clock.tempo(), clock.meter(), clock.beat(), self.metronome_on);
        if self.ending && frames > 0 {
            self.commands.publish_end();
        }
    }

    fn follow_commands(&mut self, now: Instant) {
        while let Some(command) = self.commands.next() {
            match command {
                Command::Tap(at) => {
                    let before = now.saturating_duration_since(at).as_secs_f64();
                    self.clock.tap(-(before * f64::from(self.sample_rate)).round() as i64);
                }
                Command::Tempo(tempo) => self.clock.set_tempo(tempo),
                Command::Meter(meter) => self.clock.set_meter(meter),
                Command::Start => self.clock.start_in(0),
                Command::Stop => self.clock.stop(),
                Command::Metronome(on) => {
                    self.metronome_on = on;
                    // A metronome that does not click would be of no use.
                    if on {
                        self.clock.start_in(0);
                    }
                }
                Command::End => {
                    self.ending = true;
                    self.clock.stop();
                    self.segue.reset();
                }
            }
        }
    }

    /// Collects the incoming messages, sorted by sample, and acts on those for the transport.
    fn collect_messages(&mut self, midi: impl Iterator<Item = MidiMessage>, now: Instant, frames: usize) {
        self.incoming.clear();
        let (queues, sample_rate) = (&mut self.queues, self.sample_rate);
        let queued = std::iter::from_fn(|| queues.pop(now, frames, sample_rate));
        for message in midi.chain(queued) {
            match message.transport_message(self.tap) {
                Some(TransportMessage::Start) => self.clock.start_in(message.time),
                Some(TransportMessage::Stop) => self.clock.stop(),
                Some(TransportMessage::Tap) => self.clock.tap(message.time.into()),
                Some(TransportMessage::Ignored) => {}
                None if !self.ending && self.incoming.len() < self.incoming.capacity() => {
                    self.incoming.push(message);
                }
                None => {}
            }
        }
        // Insertion sort keeps the order at one sample and does not allocate. The messages are
        // almost sorted already.
        for index in 1..self.incoming.len() {
            let mut place = index;
            while place > 0 && self.incoming[place - 1].time > self.incoming[place].time {
                self.incoming.swap(place - 1, place);
                place -= 1;
            }
        }
    }

    /// Plays the part of a block that starts at sample `from` and is as long as the slices.
    fn play_segment(
        &mut self,
        from: usize,
        now: Instant,
        left: &mut [f32],
        right: &mut [f32],
        sink: &mut dyn MidiSink,
    ) {
        let frames = left.len();
        let before = |end: usize| self.incoming.partition_point(|message| (message.time as usize) < end);
        let incoming = &self.incoming[before(from)..before(from + frames)];
        let tracks = incoming.iter().filter(|message| message.is_of_tracks());
        self.segue.hear_tracks(tracks.filter_map(|message| event(message, from as u32)));
        let mut ports = self.queues.sink(now, self.sample_rate);
        let mut both = SendToBoth(sink, &mut ports);
        let position = self.clock.song_position();
        let mut context = SegmentContext::new(position, self.sample_rate, from, incoming, &mut both);
        let (left, right) = (left.as_mut_ptr(), right.as_mut_ptr());
        // SAFETY: both slices are `frames` long and live until the end of this function, where the
        // buffer is emptied. Until then only the plugin uses them.
        unsafe {
            self.buffer.set_slices(frames, |channels| {
                channels.clear();
                channels.push(slice::from_raw_parts_mut(left, frames));
                channels.push(slice::from_raw_parts_mut(right, frames));
            });
        }
        let mut aux = AuxiliaryBuffers { inputs: &mut [], outputs: &mut [] };
        self.segue.process(&mut self.buffer, &mut aux, &mut context);
        // SAFETY: this leaves no slices in the buffer.
        unsafe { self.buffer.set_slices(0, Vec::clear) };
    }
}
