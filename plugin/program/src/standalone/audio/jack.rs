//! JACK: audio and MIDI of one server in one callback, exact to the sample.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jack::{
    AsyncClient, AudioOut, Client, ClientOptions, ClientStatus, Control, Error, MidiIn, MidiOut, MidiWriter,
    NotificationHandler, Port, PortFlags, PortId, ProcessHandler, ProcessScope, RawMidi,
};

use super::driver::{DriverHealth, SharedInstrument};
use crate::standalone::device_name::{UnknownName, choose};
use crate::standalone::midi::message::{MidiMessage, MidiSink};

/// Our name in the server.
const CLIENT: &str = "Segue";

/// Our inputs: the player's, and other tracks'.
const MIDI_IN: &str = "midi_in";
const TRACKS_IN: &str = "tracks_in";

/// JACK's names for what a port carries.
const AUDIO: &str = "audio";
const MIDI: &str = "midi";

/// Why there is no JACK, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum JackError {
    /// Its library is not installed.
    #[error(
        "JACK: its library is not on this computer; install your system's jackd2 or pipewire-jack, or go without it ({0})"
    )]
    Library(String),
    /// No server is running.
    #[error("JACK: no server is running; start one, for example with `jackd -d alsa`, or go without it")]
    Server,
    /// Any other error.
    #[error("JACK: {0}; look at what the server says")]
    Other(Error),
}

impl From<Error> for JackError {
    fn from(error: Error) -> Self {
        match error {
            Error::LibraryError(text) => Self::Library(text),
            Error::ClientError(status) if status.contains(ClientStatus::SERVER_FAILED) => Self::Server,
            error => Self::Other(error),
        }
    }
}

/// A client of a running server.
pub struct Jack {
    client: AsyncClient<Notifications, Callback>,
    health: Arc<DriverHealth>,
    name: String,
    /// The name of the keyboard that is connected.
    keyboard: Option<String>,
    /// The same of what other tracks come from.
    tracks: Option<String>,
}

/// What the server reports besides calling for blocks.
struct Notifications {
    health: Arc<DriverHealth>,
    /// The full name of our port for other tracks.
    tracks: String,
    tracks_lost: Arc<AtomicBool>,
}

impl NotificationHandler for Notifications {
    unsafe fn shutdown(&mut self, _status: ClientStatus, _reason: &str) {
        self.health.set_lost();
    }

    fn xrun(&mut self, _client: &Client) -> Control {
        self.health.count_dropout();
        Control::Continue
    }

    /// Whoever connected them, here or in a patchbay, and whether a cable was pulled or a program
    /// ended.
    fn ports_connected(&mut self, client: &Client, from: PortId, to: PortId, are_connected: bool) {
        let name = |id| client.port_by_id(id).and_then(|port| port.name().ok());
        if !are_connected && [from, to].into_iter().any(|id| name(id).as_ref() == Some(&self.tracks)) {
            self.tracks_lost.store(true, Ordering::Release);
        }
    }
}

/// Plays a block whenever the server asks for one.
struct Callback {
    instrument: SharedInstrument,
    health: Arc<DriverHealth>,
    midi_in: Port<MidiIn>,
    tracks_in: Port<MidiIn>,
    /// Something was disconnected from that port.
    tracks_lost: Arc<AtomicBool>,
    midi_out: Port<MidiOut>,
    left: Port<AudioOut>,
    right: Port<AudioOut>,
}

struct PortSink<'a>(MidiWriter<'a>);

impl MidiSink for PortSink<'_> {
    fn send(&mut self, message: MidiMessage) -> bool {
        self.0.write(&RawMidi { time: message.time, bytes: message.bytes() }).is_ok()
    }
}

impl ProcessHandler for Callback {
    /// # Real-time safety
    /// That of [`super::instrument::Instrument::play`].
    fn process(&mut self, _client: &Client, scope: &ProcessScope) -> Control {
        self.health.count_callback();
        let (left, right) = (self.left.as_mut_slice(scope), self.right.as_mut_slice(scope));
        left.fill(0.0);
        right.fill(0.0);
        let mut sink = PortSink(self.midi_out.writer(scope));
        if let Some(mut instrument) = self.instrument.try_lock() {
            let parse = |raw: RawMidi<'_>| MidiMessage::parse(raw.time, raw.bytes);
            let lost = self.tracks_lost.swap(false, Ordering::AcqRel);
            let ends = MidiMessage::end_of_tracks().filter(|_| lost);
            let tracks = self.tracks_in.iter(scope).filter_map(parse).map(MidiMessage::of_tracks);
            let messages = ends.chain(tracks).chain(self.midi_in.iter(scope).filter_map(parse));
            instrument.play(messages, left, right, &mut sink);
        }
        Control::Continue
    }
}

impl Jack {
    /// Joins a running server; does not start one.
    pub fn open(instrument: &SharedInstrument) -> Result<Self, JackError> {
        let (client, _) = Client::new(CLIENT, ClientOptions::NO_START_SERVER)?;
        let sample_rate = client.sample_rate();
        let name = describe(&client);
        let health = Arc::new(DriverHealth::default());
        let tracks_in = client.register_port(TRACKS_IN, MidiIn::default())?;
        let tracks_lost = Arc::new(AtomicBool::new(false));
        let notifications = Notifications {
            health: health.clone(),
            tracks: tracks_in.name()?,
            tracks_lost: tracks_lost.clone(),
        };
        let callback = Callback {
            instrument: instrument.clone(),
            health: health.clone(),
            midi_in: client.register_port(MIDI_IN, MidiIn::default())?,
            tracks_in,
            tracks_lost,
            midi_out: client.register_port("midi_out", MidiOut::default())?,
            left: client.register_port("left", AudioOut::default())?,
            right: client.register_port("right", AudioOut::default())?,
        };
        instrument.lock().activate(sample_rate as f32);
        let client = client.activate_async(notifications, callback)?;
        let jack = Self { client, health, name, keyboard: None, tracks: None };
        jack.connect_speakers();
        Ok(jack)
    }

    /// What its callbacks report.
    pub fn health(&self) -> &DriverHealth {
        &self.health
    }

    /// Its name, for the player.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a keyboard is connected.
    pub fn has_keyboard(&self) -> bool {
        self.keyboard.is_some()
    }

    /// Whether other tracks are connected.
    pub fn has_tracks(&self) -> bool {
        self.tracks.is_some()
    }

    /// The names of the hardware keyboards in the server. What other tracks come from is none.
    pub fn keyboards(&self) -> Vec<String> {
        let mut names = sources(self.client.as_client(), false);
        names.retain(|name| Some(name) != self.tracks.as_ref());
        names
    }

    /// The names of everything in the server that sends MIDI, programs included.
    pub fn sources(&self) -> Vec<String> {
        sources(self.client.as_client(), true)
    }

    /// Connects a keyboard if none is connected, and notices one that is gone. Returns what to
    /// tell the player. If the wanted keyboard is missing, waits for it.
    pub fn poll_keyboard(&mut self, wanted: Option<&str>) -> Option<String> {
        let present = sources(self.client.as_client(), true);
        if let Some(notice) = self.keyboard.take_if(|name| !present.contains(name)).map(gone) {
            return Some(notice);
        }
        if self.keyboard.is_some() {
            return None;
        }
        let name = match wanted {
            Some(wanted) => present.get(choose("MIDI input", &present, wanted).ok()?).cloned(),
            None => self.keyboards().into_iter().next(),
        }?;
        self.connect(&name, MIDI_IN, Direction::In)?;
        let notice = format!("MIDI: listening to {name}");
        self.keyboard = Some(name);
        Some(notice)
    }

    /// The same of what other tracks come from. With no name, whoever has them connects them.
    pub fn poll_tracks(&mut self, wanted: Option<&str>) -> Option<String> {
        let present = sources(self.client.as_client(), true);
        if let Some(notice) = self.tracks.take_if(|name| !present.contains(name)).map(gone) {
            return Some(notice);
        }
        if self.tracks.is_some() {
            return None;
        }
        let name = present.get(choose("MIDI input", &present, wanted?).ok()?)?;
        if self.keyboard.as_ref() == Some(name) {
            return None;
        }
        self.connect(name, TRACKS_IN, Direction::In)?;
        self.tracks = Some(name.clone());
        Some(format!("MIDI: other tracks come from {name}"))
    }

    /// Connects Segue's notes to a program or an instrument in the server.
    ///
    /// # Errors
    /// Nothing in the server has that name.
    pub fn send_to(&self, wanted: &str) -> Result<(), UnknownName> {
        let present = ports_of_others(self.client.as_client(), PortFlags::IS_INPUT);
        let chosen = choose("MIDI output", &present, wanted)?;
        if let Some(name) = present.get(chosen) {
            self.connect(name, "midi_out", Direction::Out);
        }
        Ok(())
    }

    /// Connects the sound to the computer's outputs.
    fn connect_speakers(&self) {
        let flags = PortFlags::IS_INPUT | PortFlags::IS_PHYSICAL;
        let speakers = self.client.as_client().ports(None, Some(AUDIO), flags);
        for (speaker, port) in speakers.iter().zip(["left", "right"]) {
            self.connect(speaker, port, Direction::Out);
        }
    }

    /// Connects one of our ports with another's. `None` if the server refuses.
    fn connect(&self, other: &str, port: &str, direction: Direction) -> Option<()> {
        let client = self.client.as_client();
        let port = format!("{}:{port}", client.name());
        let (from, to) = match direction {
            Direction::In => (other, port.as_str()),
            Direction::Out => (port.as_str(), other),
        };
        client.connect_ports_by_name(from, to).ok()
    }
}

/// Which way a connection carries data, seen from us.
#[derive(Clone, Copy)]
enum Direction {
    In,
    Out,
}

/// The name of a running server, and of what sends MIDI in it, programs included.
pub fn probe() -> Result<(String, Vec<String>), JackError> {
    let (client, _) = Client::new(CLIENT, ClientOptions::NO_START_SERVER)?;
    Ok((describe(&client), sources(&client, true)))
}

fn describe(client: &Client) -> String {
    let (sample_rate, frames) = (client.sample_rate(), client.buffer_size());
    let ms = f64::from(frames) / f64::from(sample_rate) * 1000.0;
    format!("JACK, {sample_rate} Hz, blocks of {frames} ({ms:.1} ms)")
}

fn gone(name: String) -> String {
    format!("MIDI: {name} is gone; Segue goes on, and takes it again when it is back")
}

/// What sends MIDI: hardware keyboards, and on demand programs, too.
fn sources(client: &Client, programs: bool) -> Vec<String> {
    let physical = if programs { PortFlags::empty() } else { PortFlags::IS_PHYSICAL };
    ports_of_others(client, PortFlags::IS_OUTPUT | physical)
}

/// The MIDI ports of others, without those that only mirror what is sent to them.
fn ports_of_others(client: &Client, flags: PortFlags) -> Vec<String> {
    let ours = format!("{}:", client.name());
    let ports = client.ports(None, Some(MIDI), flags).into_iter();
    ports.filter(|name| !name.starts_with(&ours) && !name.contains("Midi Through")).collect()
}
