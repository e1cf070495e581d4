//! JACK: audio and MIDI of one server, in the same callback, exact to the sample.

use std::sync::Arc;

use jack::{
    AsyncClient, AudioOut, Client, ClientOptions, ClientStatus, Control, Error, MidiIn, MidiOut, MidiWriter,
    NotificationHandler, Port, PortFlags, ProcessHandler, ProcessScope, RawMidi,
};

use super::choice::{Unknown, choose};
use super::driver::{Health, Shared};
use super::wire::{Outlet, Wire};

/// What we are called in the server.
const CLIENT: &str = "Segue";

/// JACK's names of what a port carries.
const AUDIO: &str = "audio";
const MIDI: &str = "midi";

/// Why there is no JACK, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum NoJack {
    /// Its library is missing.
    #[error(
        "JACK: its library is not on this computer; install your system's jackd2 or pipewire-jack, or go without it ({0})"
    )]
    Library(String),
    /// Nobody serves.
    #[error("JACK: no server is running; start one, for example with `jackd -d alsa`, or go without it")]
    Server,
    /// Something else.
    #[error("JACK: {0}; look at what the server says")]
    Other(Error),
}

impl From<Error> for NoJack {
    fn from(error: Error) -> Self {
        match error {
            Error::LibraryError(text) => Self::Library(text),
            Error::ClientError(status) if status.contains(ClientStatus::SERVER_FAILED) => Self::Server,
            error => Self::Other(error),
        }
    }
}

/// A client of the server, playing.
pub struct Jack {
    client: AsyncClient<Notices, Player>,
    health: Arc<Health>,
    name: String,
    /// The keyboard that we listen to.
    keyboard: Option<String>,
}

/// What the server tells besides calling for audio.
struct Notices(Arc<Health>);

impl NotificationHandler for Notices {
    unsafe fn shutdown(&mut self, _status: ClientStatus, _reason: &str) {
        self.0.lose();
    }

    fn xrun(&mut self, _client: &Client) -> Control {
        self.0.drop_out();
        Control::Continue
    }
}

/// What plays when the server calls.
struct Player {
    instrument: Shared,
    health: Arc<Health>,
    keys: Port<MidiIn>,
    notes: Port<MidiOut>,
    left: Port<AudioOut>,
    right: Port<AudioOut>,
}

struct Writer<'a>(MidiWriter<'a>);

impl Outlet for Writer<'_> {
    fn send(&mut self, wire: Wire) -> bool {
        self.0.write(&RawMidi { time: wire.time, bytes: wire.bytes() }).is_ok()
    }
}

impl ProcessHandler for Player {
    /// # Real-time safety
    /// As [`super::instrument::Instrument::play`].
    fn process(&mut self, _client: &Client, scope: &ProcessScope) -> Control {
        self.health.call();
        let (left, right) = (self.left.as_mut_slice(scope), self.right.as_mut_slice(scope));
        left.fill(0.0);
        right.fill(0.0);
        let mut notes = Writer(self.notes.writer(scope));
        if let Some(mut instrument) = self.instrument.try_lock() {
            let keys = self.keys.iter(scope).filter_map(|raw| Wire::of(raw.time, raw.bytes));
            instrument.play(keys, left, right, &mut notes);
        }
        Control::Continue
    }
}

impl Jack {
    /// Joins a server that runs; starts none.
    pub fn open(instrument: &Shared) -> Result<Self, NoJack> {
        let (client, _) = Client::new(CLIENT, ClientOptions::NO_START_SERVER)?;
        let (rate, frames) = (client.sample_rate(), client.buffer_size());
        let health = Arc::new(Health::default());
        let player = Player {
            instrument: instrument.clone(),
            health: health.clone(),
            keys: client.register_port("midi_in", MidiIn::default())?,
            notes: client.register_port("midi_out", MidiOut::default())?,
            left: client.register_port("left", AudioOut::default())?,
            right: client.register_port("right", AudioOut::default())?,
        };
        instrument.lock().activate(rate as f32);
        let client = client.activate_async(Notices(health.clone()), player)?;
        let name = format!("JACK, {rate} Hz, blocks of {frames} ({:.1} ms)", ms(frames, rate));
        let jack = Self { client, health, name, keyboard: None };
        jack.connect_speakers();
        Ok(jack)
    }

    /// How it is.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// What it is, for the player.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a keyboard is connected.
    pub fn listens(&self) -> bool {
        self.keyboard.is_some()
    }

    /// The names of the keyboards in the server.
    pub fn keyboards(&self) -> Vec<String> {
        keyboards(self.client.as_client())
    }

    /// The names of whatever sends MIDI in the server.
    pub fn sources(&self) -> Vec<String> {
        sources(self.client.as_client(), true)
    }

    /// Connects a keyboard where none is, and says so. A name is waited for.
    pub fn look_after(&mut self, wanted: Option<&str>) -> Option<String> {
        let client = self.client.as_client();
        let there = sources(client, wanted.is_some());
        if let Some(name) = &self.keyboard {
            if there.contains(name) {
                return None;
            }
            let said = format!("MIDI: {name} is gone; Segue goes on, and takes it again when it is back");
            self.keyboard = None;
            return Some(said);
        }
        let chosen = wanted.map_or(Some(0), |wanted| choose("MIDI input", &there, wanted).ok())?;
        let name = there.get(chosen)?;
        self.connect(name, "midi_in", true)?;
        self.keyboard = Some(name.clone());
        Some(format!("MIDI: listening to {name}"))
    }

    /// Sends Segue's notes to a program or an instrument in the server.
    pub fn send_to(&self, wanted: &str) -> Result<(), Unknown> {
        let flags = PortFlags::IS_INPUT;
        let there = others(self.client.as_client(), flags);
        let chosen = choose("MIDI output", &there, wanted)?;
        if let Some(name) = there.get(chosen) {
            self.connect(name, "midi_out", false);
        }
        Ok(())
    }

    /// Where sound comes out of the computer.
    fn connect_speakers(&self) {
        let flags = PortFlags::IS_INPUT | PortFlags::IS_PHYSICAL;
        let speakers = self.client.as_client().ports(None, Some(AUDIO), flags);
        for (speaker, port) in speakers.iter().zip(["left", "right"]) {
            self.connect(speaker, port, false);
        }
    }

    /// Connects one of our ports with another's; nothing where the server refuses.
    fn connect(&self, other: &str, ours: &str, inwards: bool) -> Option<()> {
        let client = self.client.as_client();
        let ours = format!("{}:{ours}", client.name());
        let (from, to) = if inwards { (other, ours.as_str()) } else { (ours.as_str(), other) };
        client.connect_ports_by_name(from, to).ok()
    }
}

/// What a server that runs has to offer: what it is, and its keyboards.
pub fn look() -> Result<(String, Vec<String>), NoJack> {
    let (client, _) = Client::new(CLIENT, ClientOptions::NO_START_SERVER)?;
    let (rate, frames) = (client.sample_rate(), client.buffer_size());
    Ok((format!("JACK, {rate} Hz, blocks of {frames} ({:.1} ms)", ms(frames, rate)), keyboards(&client)))
}

fn keyboards(client: &Client) -> Vec<String> {
    sources(client, false)
}

/// What sends MIDI: keyboards, and on demand programs, too.
fn sources(client: &Client, programs: bool) -> Vec<String> {
    let physical = if programs { PortFlags::empty() } else { PortFlags::IS_PHYSICAL };
    others(client, PortFlags::IS_OUTPUT | physical)
}

/// The MIDI ports of others; those that only mirror what is sent to them are nobody's.
fn others(client: &Client, flags: PortFlags) -> Vec<String> {
    let ours = format!("{}:", client.name());
    let ports = client.ports(None, Some(MIDI), flags).into_iter();
    ports.filter(|name| !name.starts_with(&ours) && !name.contains("Midi Through")).collect()
}

fn ms(frames: u32, rate: u32) -> f64 {
    f64::from(frames) / f64::from(rate) * 1000.0
}
