//! The system's MIDI ports, through `midir`: the player's keyboard, what other tracks come from,
//! and where the system allows it, ports of our own for other programs.
//!
//! A device that was unplugged is awaited, and a keyboard that is plugged in is taken if none is
//! connected.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use midir::{Ignore, MidiIO, MidiInput, MidiOutput, MidiOutputConnection};
use rtrb::Consumer;

use super::input_device::{InputDevice, InputRole};
use super::queues::{self, TimedMessage};
use crate::standalone::alsa_errors::mute_alsa_errors;
use crate::standalone::device_name::{UnknownName, choose};

/// Our name among the clients of the system's MIDI.
const CLIENT: &str = "Segue";

/// Why there is no MIDI, and the way out.
pub const NO_MIDI: &str = if cfg!(target_os = "linux") {
    "MIDI: ALSA has no sequencer here; load it with `modprobe snd-seq`, or play through JACK"
} else {
    "MIDI: the system has none"
};

/// How often the sender looks for messages: about as long as one takes on a MIDI cable.
const POLL: Duration = Duration::from_millis(1);

/// The open ports.
pub struct Ports {
    keyboard: InputDevice,
    tracks: InputDevice,
    sender: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

/// Parts of the names of the inputs that the player asks for.
#[derive(Clone, Debug, Default)]
pub struct WantedInputs {
    /// The keyboard; `None` takes the first one.
    pub keyboard: Option<String>,
    /// What other tracks come from; `None` takes none.
    pub tracks: Option<String>,
}

/// The inputs cannot be what the player asks for.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// No device has that name.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// Both names are one device's.
    #[error(
        "--midi-in and --tracks-in are both {0:?}; of a device that sends you and other tracks on several channels \
         take --midi-in alone, and set Your channel in the window"
    )]
    Same(String),
}

impl WantedInputs {
    /// Looks for them among the inputs that there are.
    ///
    /// # Errors
    /// One is missing, or both are one.
    pub fn check(&self, names: &[String]) -> Result<(), InputError> {
        let find = |wanted: &Option<String>| {
            wanted.as_deref().map(|wanted| choose("MIDI input", names, wanted)).transpose()
        };
        match (find(&self.keyboard)?, find(&self.tracks)?) {
            (Some(keyboard), Some(tracks)) if keyboard == tracks => {
                Err(InputError::Same(names.get(tracks).cloned().unwrap_or_default()))
            }
            _ => Ok(()),
        }
    }
}

/// The names of all inputs and all outputs; empty if the system has no MIDI.
pub fn names() -> (Vec<String>, Vec<String>) {
    fn of<T: MidiIO>(ports: Option<T>) -> Vec<String> {
        let names = |ports: T| ports.ports().iter().filter_map(|port| ports.port_name(port).ok()).collect();
        ports.map(names).unwrap_or_default()
    }
    (of(midi_input()), of(midi_output()))
}

/// Whether the system has MIDI.
pub fn exist() -> bool {
    midi_input().is_some()
}

fn midi_output() -> Option<MidiOutput> {
    mute_alsa_errors();
    MidiOutput::new(CLIENT).ok()
}

/// A new client of the system's MIDI; `None` if it has none.
pub fn midi_input() -> Option<MidiInput> {
    mute_alsa_errors();
    let mut input = MidiInput::new(CLIENT).ok()?;
    input.ignore(Ignore::SysexAndActiveSense);
    Some(input)
}

/// A connection to another program or instrument, or our own output port.
pub struct OutputPort(MidiOutputConnection);

impl OutputPort {
    /// Connects to the output with that part in its name, or opens our own port. `None` if the
    /// system has no MIDI, or does not let programs offer ports.
    ///
    /// # Errors
    /// No output has that name.
    pub fn open(wanted: Option<&str>) -> Result<Option<Self>, UnknownName> {
        let Some(output) = midi_output() else {
            let unknown = |wanted| choose("MIDI output", &[], wanted).map(|_| None);
            return wanted.map_or(Ok(None), unknown);
        };
        let Some(wanted) = wanted else { return Ok(own_output(output).map(Self)) };
        let ports: Vec<_> = output
            .ports()
            .into_iter()
            .filter_map(|port| Some((output.port_name(&port).ok()?, port)))
            .collect();
        let names: Vec<_> = ports.iter().map(|(name, _)| name.clone()).collect();
        let chosen = choose("MIDI output", &names, wanted)?;
        Ok(ports.get(chosen).and_then(|(_, port)| output.connect(port, "out").ok()).map(Self))
    }
}

#[cfg(unix)]
fn own_output(output: MidiOutput) -> Option<MidiOutputConnection> {
    use midir::os::unix::VirtualOutput;
    output.create_virtual("out").ok()
}

#[cfg(not(unix))]
fn own_output(_output: MidiOutput) -> Option<MidiOutputConnection> {
    None
}

impl Ports {
    /// Opens the ports. `elsewhere` has the names of what JACK knows.
    ///
    /// # Errors
    /// What was asked for is neither here nor `elsewhere`. Once playing, what is missing is
    /// awaited.
    pub fn open(
        wanted: WantedInputs,
        input: &queues::MidiInput,
        output: Option<OutputPort>,
        outgoing: Consumer<TimedMessage>,
        elsewhere: Vec<String>,
    ) -> Result<Self, InputError> {
        wanted.check(&[elsewhere, names().0].concat())?;
        let sender = output.and_then(|OutputPort(output)| {
            let stop = Arc::new(AtomicBool::new(false));
            let stopped = stop.clone();
            let send = move || send(output, outgoing, &stopped);
            Some((stop, thread::Builder::new().name("segue-midi".to_owned()).spawn(send).ok()?))
        });
        let keyboard = InputDevice::new(InputRole::Keyboard, wanted.keyboard, input.clone());
        let tracks = InputDevice::new(InputRole::Tracks, wanted.tracks, input.for_tracks());
        Ok(Self { keyboard, tracks, sender })
    }

    /// Turns the searches for a keyboard and for other tracks on or off. Off also disconnects them.
    pub fn search(&mut self, keyboard: bool, tracks: bool) {
        self.keyboard.search(keyboard);
        self.tracks.search(tracks);
    }

    /// Ends what other tracks hold: the driver that they came through is gone.
    pub fn lose_tracks(&self) {
        self.tracks.lose();
    }

    /// Connects what is searched for and not connected, and notices what was unplugged. Passes to
    /// `say` what the player should know.
    pub fn poll(&mut self, say: &mut dyn FnMut(String)) {
        // What other tracks come from has a name; then the first of the rest is the keyboard.
        self.tracks.poll(self.keyboard.has()).map(&mut *say);
        self.keyboard.poll(self.tracks.has()).map(say);
    }
}

/// Messages still queued are sent before the ports close: they end notes.
impl Drop for Ports {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.sender.take() {
            stop.store(true, Ordering::Release);
            let _ = thread.join();
        }
    }
}

fn send(mut output: MidiOutputConnection, mut outgoing: Consumer<TimedMessage>, stop: &AtomicBool) {
    loop {
        let stopped = stop.load(Ordering::Acquire);
        match outgoing.pop() {
            Ok(TimedMessage { at, message }) => {
                let wait = at.checked_duration_since(Instant::now()).filter(|_| !stopped);
                if let Some(wait) = wait {
                    thread::sleep(wait);
                }
                // The receiver may be gone, and another may connect later.
                let _ = output.send(message.bytes());
            }
            Err(_) if stopped => return,
            Err(_) => thread::sleep(POLL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_device_cannot_be_both_inputs() {
        let names = ["TR-8S 20:0", "Keystation 49 24:0"].map(str::to_owned);
        // (the keyboard and the tracks that are asked for, what the message names)
        for (keyboard, tracks, expected) in [
            (None, None, None),
            (None, Some("tr"), None),
            (Some("key"), Some("tr"), None),
            (Some("49"), Some("key"), Some("both \"Keystation 49 24:0\"")),
            (Some("key"), Some("mpc"), Some("\"mpc\"")),
            (Some("mpc"), None, Some("\"mpc\"")),
        ] {
            let [keyboard, tracks] = [keyboard, tracks].map(|name| name.map(str::to_owned));
            let checked = WantedInputs { keyboard, tracks }.check(&names);
            match (checked, expected) {
                (Ok(()), None) => {}
                (Err(error), Some(part)) => assert!(error.to_string().contains(part), "{error}"),
                (checked, expected) => panic!("{checked:?}, not {expected:?}"),
            }
        }
    }
}
