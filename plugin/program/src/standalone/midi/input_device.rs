//! A device that plays into Segue through the system's MIDI, the player's keyboard or what other
//! tracks come from, and where the system allows it, a port of our own for other programs.

use midir::{MidiInput, MidiInputConnection};

use super::ports::midi_input;
use super::queues;
use crate::standalone::device_name::choose;

/// Parts of names that are no keyboard's: our own port, and ALSA's, which mirrors what others send.
const NO_KEYBOARD: [&str; 2] = ["Segue", "Midi Through"];

/// What plays into Segue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputRole {
    /// The player's keyboard. Without a name, the first one is taken.
    Keyboard,
    /// What other tracks come from. Without a name, nothing is taken.
    Tracks,
}

impl InputRole {
    /// The name of our own port.
    const fn port(self) -> &'static str {
        match self {
            Self::Keyboard => "in",
            Self::Tracks => "tracks in",
        }
    }

    /// What to tell the player when it is connected.
    pub fn greeting(self, name: &str) -> String {
        match self {
            Self::Keyboard => format!("MIDI: listening to {name}"),
            Self::Tracks => format!("MIDI: other tracks come from {name}"),
        }
    }

    /// Which of these is to be connected.
    fn choose<'a>(self, names: &'a [String], wanted: Option<&str>, other: Other<'_>) -> Option<&'a String> {
        let is_keyboard = |name: &&String| {
            let is_others =
                other.wanted.is_some_and(|part| choose("MIDI input", &[name.to_string()], part).is_ok());
            !is_others && !NO_KEYBOARD.iter().any(|part| name.contains(part))
        };
        let is_free = |name: &&String| Some(name.as_str()) != other.connected;
        match wanted {
            Some(wanted) => names.get(choose("MIDI input", names, wanted).ok()?).filter(is_free),
            None if self == Self::Keyboard => names.iter().filter(is_keyboard).find(is_free),
            None => None,
        }
    }
}

/// What the other role has, which this one does not take.
#[derive(Clone, Copy, Debug, Default)]
pub struct Other<'a> {
    /// The name of its device.
    connected: Option<&'a str>,
    /// The part of a name that it asks for; its device may come through JACK, or later.
    wanted: Option<&'a str>,
}

/// A device that is awaited or connected, and our own port beside it.
pub struct InputDevice {
    role: InputRole,
    /// A part of its name.
    wanted: Option<String>,
    queue: queues::MidiInput,
    connection: Option<(String, MidiInputConnection<()>)>,
    /// For other programs to play into. Only kept open.
    _own: Option<MidiInputConnection<()>>,
    /// Whether to look for it here. Not if it comes through JACK.
    is_searching: bool,
}

impl InputDevice {
    /// Opens our own port. The device is connected by [`Self::poll`].
    pub fn new(role: InputRole, wanted: Option<String>, queue: queues::MidiInput) -> Self {
        let own = own_input(role.port(), &queue);
        Self { role, wanted, queue, connection: None, _own: own, is_searching: false }
    }

    /// What it has, for the other role.
    pub fn has(&self) -> Other<'_> {
        let connected = self.connection.as_ref().map(|(name, _)| name.as_str());
        Other { connected, wanted: self.wanted.as_deref() }
    }

    /// Turns the search for it on or off. Off also disconnects it.
    pub fn search(&mut self, is_searching: bool) {
        self.is_searching = is_searching;
        if !is_searching && self.connection.take().is_some() {
            self.queue.lose();
        }
    }

    /// Whether there is anything to look for, or to look after.
    pub fn is_searching(&self) -> bool {
        self.is_searching && (self.role == InputRole::Keyboard || self.wanted.is_some())
    }

    /// What came in through drivers or devices that are gone: see [`queues::MidiInput::lose`].
    pub fn lose(&self) {
        self.queue.lose();
    }

    /// Connects the device if none is connected, and notices one that was unplugged. Returns what
    /// to tell the player.
    pub fn poll(&mut self, other: Other<'_>) -> Option<String> {
        if !self.is_searching() {
            return None;
        }
        let input = midi_input()?;
        let names = names(&input);
        if let Some((name, _)) = self.connection.take_if(|(name, _)| !names.contains(name)) {
            self.queue.unplugged();
            return Some(format!(
                "MIDI: {name} was unplugged; Segue goes on, and takes it again when it is back"
            ));
        }
        if self.connection.is_some() {
            return None;
        }
        let name = self.role.choose(&names, self.wanted.as_deref(), other)?;
        let port = input.ports().into_iter().find(|port| input.port_name(port).as_ref() == Ok(name))?;
        let queue = self.queue.clone();
        let push = move |_, bytes: &[u8], (): &mut ()| queue.push(bytes);
        let connection = input.connect(&port, self.role.port(), push, ()).ok()?;
        self.connection = Some((name.clone(), connection));
        Some(self.role.greeting(name))
    }
}

fn names(input: &MidiInput) -> Vec<String> {
    input.ports().iter().filter_map(|port| input.port_name(port).ok()).collect()
}

#[cfg(unix)]
fn own_input(name: &str, queue: &queues::MidiInput) -> Option<MidiInputConnection<()>> {
    use midir::os::unix::VirtualInput;
    let queue = queue.clone();
    midi_input()?.create_virtual(name, move |_, bytes, ()| queue.push(bytes), ()).ok()
}

#[cfg(not(unix))]
fn own_input(_name: &str, _queue: &queues::MidiInput) -> Option<MidiInputConnection<()>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_device_is_both_the_players_and_other_tracks() {
        let names = ["Midi Through 14:0", "TR-8S 20:0", "Keystation 49 24:0"].map(str::to_owned);
        let (drums, keys) = (Some("TR-8S 20:0"), Some("Keystation 49 24:0"));
        let has = |connected| Other { connected, wanted: None };
        let awaits = |wanted| Other { connected: None, wanted: Some(wanted) };
        // (role, what is asked for, what the other has, what is taken)
        for (role, wanted, other, expected) in [
            (InputRole::Keyboard, None, has(None), drums),
            (InputRole::Keyboard, None, has(drums), keys),
            (InputRole::Keyboard, None, awaits("tr-8"), keys),
            (InputRole::Keyboard, Some("key"), has(drums), keys),
            (InputRole::Keyboard, Some("TR"), has(drums), None),
            (InputRole::Tracks, None, has(None), None),
            (InputRole::Tracks, Some("tr-8"), has(None), drums),
            (InputRole::Tracks, Some("tr-8"), has(drums), None),
            (InputRole::Tracks, Some("tr-8"), awaits("key"), drums),
            (InputRole::Tracks, Some("MPC"), has(keys), None),
        ] {
            let chosen = role.choose(&names, wanted, other).map(String::as_str);
            assert_eq!(chosen, expected, "{role:?}, {wanted:?}, {other:?}");
        }
    }
}
