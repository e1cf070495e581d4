//! The instrument: the plugin, its clock and its metronome, played by whatever calls for audio.
//!
//! The plugin is the very one that hosts load, called as they call it; here we are its host.

#[cfg(test)]
mod tests;

use std::slice;
use std::time::Instant;

use nice_plug::prelude::{AuxiliaryBuffers, Buffer, BufferConfig, Plugin, ProcessMode};
use segue::between::limits::INPUT_EVENTS;
use segue::between::settings::Trigger;
use segue::host::plugin::Segue;

use super::click::Clicker;
use super::conductor::Conductor;
use super::context::{Activation, Piece};
use super::cue::{Cue, Cues};
use super::wire::{Order, Outlet, Wire};
use super::wires::Wires;

/// Samples a block has at most, as hosts have to say; the plugin takes any.
const LARGEST_BLOCK: u32 = 8192;

/// Everything that sounds. Whoever plays it holds it alone.
pub struct Instrument {
    segue: Segue,
    conductor: Conductor,
    clicker: Clicker,
    cues: Cues,
    /// What taps the tempo, besides cues.
    tap: Option<Trigger>,
    /// Ports beside those of whoever calls for audio.
    wires: Wires,
    clicks: bool,
    ending: bool,
    /// Nothing before the first activation.
    activated: Option<f32>,
    sample_rate: f32,
    incoming: Vec<Wire>,
    /// Empty but while the plugin plays.
    buffer: Buffer<'static>,
}

/// Two ways out at once: where the first has no room, nothing is sent.
struct Both<'a>(&'a mut dyn Outlet, &'a mut dyn Outlet);

impl Outlet for Both<'_> {
    fn send(&mut self, wire: Wire) -> bool {
        let sent = self.0.send(wire);
        if sent {
            // A ring of ours, which overflows only where nobody reads any more.
            self.1.send(wire);
        }
        sent
    }
}

impl Instrument {
    /// At rest; [`Self::activate`] comes before anything is played.
    pub fn new(segue: Segue, cues: Cues, wires: Wires, tap: Option<Trigger>) -> Self {
        let sample_rate = 48_000.0;
        Self {
            segue,
            conductor: Conductor::new(sample_rate.into()),
            clicker: Clicker::new(sample_rate),
            cues,
            tap,
            wires,
            clicks: false,
            ending: false,
            activated: None,
            sample_rate,
            incoming: Vec::with_capacity(INPUT_EVENTS),
            buffer: Buffer::default(),
        }
    }

    /// Somebody begins to call for audio, at this sample rate; at the same as before, the jam goes on. Allocates: not for the
    /// audio thread.
    pub fn activate(&mut self, sample_rate: f32) {
        if self.activated.replace(sample_rate) == Some(sample_rate) {
            return;
        }
        self.sample_rate = sample_rate;
        self.conductor.set_sample_rate(sample_rate.into());
        self.clicker = Clicker::new(sample_rate);
        // SAFETY: two slices of nothing point nowhere; afterwards there is room for two.
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
            self.segue.activate(layout, &buffer, &mut Activation);
            self.segue.reset();
        }
    }

    /// One block: what came in with it, and where its sound and its messages go.
    ///
    /// # Real-time safety
    /// As [`Segue::process`]; our part neither allocates, locks nor waits.
    pub fn play(
        &mut self,
        midi: impl Iterator<Item = Wire>,
        left: &mut [f32],
        right: &mut [f32],
        outlet: &mut dyn Outlet,
    ) {
        let now = Instant::now();
        let frames = left.len().min(right.len());
        self.follow_cues(now);
        self.collect(midi, now, frames);
        let mut from = 0;
        while from < frames {
            let piece = from..from + self.conductor.piece(frames - from);
            let (left, right) = (&mut left[piece.clone()], &mut right[piece.clone()]);
            self.play_piece(from, now, left, right, outlet);
            if self.clicks {
                self.clicker.render(self.conductor.clicks(piece.len()), left, right);
            }
            self.conductor.advance(piece.len());
            from = piece.end;
        }
        let clock = &self.conductor;
        self.cues.show(clock.tempo(), clock.meter(), clock.beat(), self.clicks);
        if self.ending && frames > 0 {
            self.cues.show_end();
        }
    }

    fn follow_cues(&mut self, now: Instant) {
        while let Some(cue) = self.cues.next() {
            match cue {
                Cue::Tap(at) => {
                    let before = now.saturating_duration_since(at).as_secs_f64();
                    self.conductor.tap(-(before * f64::from(self.sample_rate)).round() as i64);
                }
                Cue::Tempo(tempo) => self.conductor.set_tempo(tempo),
                Cue::Meter(meter) => self.conductor.set_meter(meter),
                Cue::Start => self.conductor.start_in(0),
                Cue::Stop => self.conductor.stop(),
                Cue::Click(clicks) => {
                    self.clicks = clicks;
                    // Nobody asks for a click that is not to be heard.
                    if clicks {
                        self.conductor.start_in(0);
                    }
                }
                Cue::End => {
                    self.ending = true;
                    self.conductor.stop();
                    self.segue.reset();
                }
            }
        }
    }

    /// What came in, in the order of its samples; what is for the clock is not for the plugin.
    fn collect(&mut self, midi: impl Iterator<Item = Wire>, now: Instant, frames: usize) {
        self.incoming.clear();
        let (wires, sample_rate) = (&mut self.wires, self.sample_rate);
        let ported = std::iter::from_fn(|| wires.take(now, frames, sample_rate));
        for wire in midi.chain(ported) {
            match wire.order(self.tap) {
                Some(Order::Start) => self.conductor.start_in(wire.time),
                Some(Order::Stop) => self.conductor.stop(),
                Some(Order::Tap) => self.conductor.tap(wire.time.into()),
                Some(Order::Nothing) => {}
                None if !self.ending && self.incoming.len() < self.incoming.capacity() => {
                    self.incoming.push(wire);
                }
                None => {}
            }
        }
        // At one sample in the order in which they came; insertion sort does not allocate, and they are all but sorted.
        for index in 1..self.incoming.len() {
            let mut place = index;
            while place > 0 && self.incoming[place - 1].time > self.incoming[place].time {
                self.incoming.swap(place - 1, place);
                place -= 1;
            }
        }
    }

    fn play_piece(
        &mut self,
        from: usize,
        now: Instant,
        left: &mut [f32],
        right: &mut [f32],
        outlet: &mut dyn Outlet,
    ) {
        let frames = left.len();
        let before = |end: usize| self.incoming.partition_point(|wire| (wire.time as usize) < end);
        let incoming = &self.incoming[before(from)..before(from + frames)];
        let mut ports = self.wires.outlet(now, self.sample_rate);
        let mut both = Both(outlet, &mut ports);
        let mut piece = Piece::new(self.conductor.place(), self.sample_rate, from, incoming, &mut both);
        let (left, right) = (left.as_mut_ptr(), right.as_mut_ptr());
        // SAFETY: both slices live until the end of this function, where the buffer is empty again; nobody else touches
        // them before, and both are `frames` long.
        unsafe {
            self.buffer.set_slices(frames, |channels| {
                channels.clear();
                channels.push(slice::from_raw_parts_mut(left, frames));
                channels.push(slice::from_raw_parts_mut(right, frames));
            });
        }
        let mut aux = AuxiliaryBuffers { inputs: &mut [], outputs: &mut [] };
        self.segue.process(&mut self.buffer, &mut aux, &mut piece);
        // SAFETY: no slices, none of any length.
        unsafe { self.buffer.set_slices(0, Vec::clear) };
    }
}
