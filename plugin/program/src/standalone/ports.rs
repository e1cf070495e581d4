//! The system's MIDI ports, through `midir`: the player's keyboard, and a port of our own where the system allows it.
//!
//! A keyboard that is unplugged is waited for; one that is plugged in while none is connected is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use midir::{Ignore, MidiIO, MidiInput, MidiInputConnection, MidiOutput, MidiOutputConnection};
use rtrb::Consumer;

use super::choice::{Unknown, choose};
use super::hush::hush;
use super::wires::{Inlet, Stamped};

/// What we are called among the ports of other programs.
const CLIENT: &str = "Segue";

/// Our own port, and a port of the system that only mirrors what others send to it: neither is a keyboard.
const NO_KEYBOARD: [&str; 2] = ["Segue", "Midi Through"];

/// Why there is no MIDI, and the way out.
pub const NONE: &str = if cfg!(target_os = "linux") {
    "MIDI: ALSA has no sequencer here; load it with `modprobe snd-seq`, or play through JACK"
} else {
    "MIDI: the system has none"
};

/// How often the sender looks for messages: what a keyboard's cable takes for one.
const NAP: Duration = Duration::from_millis(1);

/// Open ports.
pub struct Ports {
    /// A part of the keyboard's name; the first one where nothing is said.
    wanted: Option<String>,
    inlet: Inlet,
    keyboard: Option<(String, MidiInputConnection<()>)>,
    /// Ours, for other programs to play into. Held for its life alone.
    _own: Option<MidiInputConnection<()>>,
    sender: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
    /// The keyboard is looked for; not where the player's comes another way.
    looks: bool,
}

/// The names of all inputs and outputs; empty where there is no MIDI at all.
pub fn names() -> (Vec<String>, Vec<String>) {
    fn of<T: MidiIO>(ports: Option<T>) -> Vec<String> {
        let names = |ports: T| ports.ports().iter().filter_map(|port| ports.port_name(port).ok()).collect();
        ports.map(names).unwrap_or_default()
    }
    (of(input()), of(output()))
}

/// Whether there is anything to connect to.
pub fn exist() -> bool {
    input().is_some()
}

fn output() -> Option<MidiOutput> {
    hush();
    MidiOutput::new(CLIENT).ok()
}

fn input() -> Option<MidiInput> {
    hush();
    let mut input = MidiInput::new(CLIENT).ok()?;
    input.ignore(Ignore::SysexAndActiveSense);
    Some(input)
}

/// A way out to another program: one that the player names, or our own port.
pub struct Exit(MidiOutputConnection);

impl Exit {
    /// Opens it; nothing where the system has no MIDI, or none that programs may offer.
    pub fn open(wanted: Option<&str>) -> Result<Option<Self>, Unknown> {
        let Some(output) = output() else {
            return wanted.map_or(Ok(None), |wanted| choose("MIDI output", &[], wanted).map(|_| None));
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
fn own_input(inlet: &Inlet) -> Option<MidiInputConnection<()>> {
    use midir::os::unix::VirtualInput;
    let inlet = inlet.clone();
    input()?.create_virtual("in", move |_, message, ()| inlet.put(message), ()).ok()
}

#[cfg(not(unix))]
fn own_input(_inlet: &Inlet) -> Option<MidiInputConnection<()>> {
    None
}

impl Ports {
    /// Opens what there is. A named keyboard that is neither here nor among those `elsewhere` is an error now, and waited for
    /// later.
    pub fn open(
        wanted: Option<String>,
        inlet: Inlet,
        exit: Option<Exit>,
        due: Consumer<Stamped>,
        mut elsewhere: Vec<String>,
    ) -> Result<Self, Unknown> {
        if let Some(wanted) = &wanted {
            elsewhere.extend(names().0);
            choose("MIDI input", &elsewhere, wanted)?;
        }
        let sender = exit.and_then(|Exit(output)| {
            let stop = Arc::new(AtomicBool::new(false));
            let stopped = stop.clone();
            let send = move || send(output, due, &stopped);
            Some((stop, thread::Builder::new().name("segue-midi".to_owned()).spawn(send).ok()?))
        });
        let own = own_input(&inlet);
        Ok(Self { wanted, inlet, keyboard: None, _own: own, sender, looks: false })
    }

    /// Whether a keyboard is to be looked for.
    pub fn look(&mut self, looks: bool) {
        self.looks = looks;
        if !looks {
            self.keyboard = None;
        }
    }

    /// Looks who is there: what there is to tell the player.
    pub fn look_after(&mut self) -> Option<String> {
        if !self.looks {
            return None;
        }
        let input = input()?;
        let ports: Vec<_> =
            input.ports().into_iter().filter_map(|port| Some((input.port_name(&port).ok()?, port))).collect();
        if let Some((name, _)) = &self.keyboard {
            if ports.iter().any(|(there, _)| there == name) {
                return None;
            }
            let said =
                format!("MIDI: {name} was unplugged; Segue goes on, and takes it again when it is back");
            self.keyboard = None;
            return Some(said);
        }
        let names: Vec<_> = ports.iter().map(|(name, _)| name.clone()).collect();
        let chosen = match &self.wanted {
            Some(wanted) => choose("MIDI input", &names, wanted).ok()?,
            None => names.iter().position(|name| !NO_KEYBOARD.iter().any(|none| name.contains(none)))?,
        };
        let (name, port) = ports.get(chosen)?;
        let inlet = self.inlet.clone();
        let connection = input.connect(port, "in", move |_, message, ()| inlet.put(message), ()).ok()?;
        self.keyboard = Some((name.clone(), connection));
        Some(format!("MIDI: listening to {name}"))
    }
}

/// What is still to be sent is sent, as it ends notes.
impl Drop for Ports {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.sender.take() {
            stop.store(true, Ordering::Release);
            let _ = thread.join();
        }
    }
}

fn send(mut output: MidiOutputConnection, mut due: Consumer<Stamped>, stop: &AtomicBool) {
    loop {
        let stopped = stop.load(Ordering::Acquire);
        match due.pop() {
            Ok(Stamped { at, wire }) => {
                if let Some(wait) = at.checked_duration_since(Instant::now()).filter(|_| !stopped) {
                    thread::sleep(wait);
                }
                // Whoever listened may be gone; the next one may listen again.
                let _ = output.send(wire.bytes());
            }
            Err(_) if stopped => return,
            Err(_) => thread::sleep(NAP),
        }
    }
}
