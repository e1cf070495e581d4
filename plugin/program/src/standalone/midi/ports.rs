//! The system's MIDI ports, through `midir`: the player's keyboard, and where the system allows it,
//! ports of our own for other programs.
//!
//! A keyboard that was unplugged is awaited, and one that is plugged in is taken if none is
//! connected.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use midir::{Ignore, MidiIO, MidiInput, MidiInputConnection, MidiOutput, MidiOutputConnection};
use rtrb::Consumer;

use super::queues::{self, TimedMessage};
use crate::standalone::alsa_errors::mute_alsa_errors;
use crate::standalone::device_name::{UnknownName, choose};

/// Our name among the clients of the system's MIDI.
const CLIENT: &str = "Segue";

/// Parts of names that are no keyboard's: our own port, and ALSA's, which mirrors what others send.
const NO_KEYBOARD: [&str; 2] = ["Segue", "Midi Through"];

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
    /// A part of the keyboard's name; `None` takes the first keyboard.
    wanted: Option<String>,
    input: queues::MidiInput,
    keyboard: Option<(String, MidiInputConnection<()>)>,
    /// Our own port, for other programs to play into. Only kept open.
    _own: Option<MidiInputConnection<()>>,
    sender: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
    /// Whether to look for a keyboard here. Not if the player's comes through JACK.
    is_searching: bool,
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

fn midi_input() -> Option<MidiInput> {
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

#[cfg(unix)]
fn own_input(input: &queues::MidiInput) -> Option<MidiInputConnection<()>> {
    use midir::os::unix::VirtualInput;
    let input = input.clone();
    midi_input()?.create_virtual("in", move |_, bytes, ()| input.push(bytes), ()).ok()
}

#[cfg(not(unix))]
fn own_input(_input: &queues::MidiInput) -> Option<MidiInputConnection<()>> {
    None
}

impl Ports {
    /// Opens the ports. `elsewhere` has the names of the keyboards that JACK knows.
    ///
    /// # Errors
    /// The keyboard that was asked for is neither here nor `elsewhere`. Once playing, a keyboard
    /// that is missing is awaited.
    pub fn open(
        wanted: Option<String>,
        input: queues::MidiInput,
        output: Option<OutputPort>,
        outgoing: Consumer<TimedMessage>,
        mut elsewhere: Vec<String>,
    ) -> Result<Self, UnknownName> {
        if let Some(wanted) = &wanted {
            elsewhere.extend(names().0);
            choose("MIDI input", &elsewhere, wanted)?;
        }
        let sender = output.and_then(|OutputPort(output)| {
            let stop = Arc::new(AtomicBool::new(false));
            let stopped = stop.clone();
            let send = move || send(output, outgoing, &stopped);
            Some((stop, thread::Builder::new().name("segue-midi".to_owned()).spawn(send).ok()?))
        });
        let own = own_input(&input);
        Ok(Self { wanted, input, keyboard: None, _own: own, sender, is_searching: false })
    }

    /// Turns the search for a keyboard on or off. Off also disconnects it.
    pub fn search(&mut self, is_searching: bool) {
        self.is_searching = is_searching;
        if !is_searching {
            self.keyboard = None;
        }
    }

    /// Connects a keyboard if none is connected, and notices one that was unplugged. Returns what
    /// to tell the player.
    pub fn poll(&mut self) -> Option<String> {
        if !self.is_searching {
            return None;
        }
        let input = midi_input()?;
        let ports: Vec<_> =
            input.ports().into_iter().filter_map(|port| Some((input.port_name(&port).ok()?, port))).collect();
        if let Some((name, _)) = &self.keyboard {
            if ports.iter().any(|(present, _)| present == name) {
                return None;
            }
            let notice =
                format!("MIDI: {name} was unplugged; Segue goes on, and takes it again when it is back");
            self.keyboard = None;
            return Some(notice);
        }
        let names: Vec<_> = ports.iter().map(|(name, _)| name.clone()).collect();
        let is_keyboard = |name: &String| !NO_KEYBOARD.iter().any(|part| name.contains(part));
        let chosen = match &self.wanted {
            Some(wanted) => choose("MIDI input", &names, wanted).ok()?,
            None => names.iter().position(is_keyboard)?,
        };
        let (name, port) = ports.get(chosen)?;
        let queue = self.input.clone();
        let connection = input.connect(port, "in", move |_, bytes, ()| queue.push(bytes), ()).ok()?;
        self.keyboard = Some((name.clone(), connection));
        Some(format!("MIDI: listening to {name}"))
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
