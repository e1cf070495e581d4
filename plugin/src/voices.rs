//! Who sounds on which channel and key at our output: the one place that pairs ons and offs.
//!
//! Every on that was sent is followed by exactly one off. A new on ends the voice that sounds at its address first,
//! whoever played it. An off that the host had no room for is owed, and sent at the start of the next block.

use segue_music::{Beats, Channel, Key, Role};

use crate::limits::ADDRESSES;
use crate::message::{Message, Sink};

/// A voice that sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Voice {
    /// Who played it.
    pub role: Role,
    /// The host's name of the note.
    id: Option<i32>,
    /// When it ends by itself; nothing for the player's.
    pub end: Option<Beats>,
    /// The sample at which it began.
    pub since: u64,
    /// Its off was refused, and is to be sent.
    owed: bool,
}

/// A channel and a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// The channel.
    pub channel: Channel,
    /// The key.
    pub key: Key,
}

impl Address {
    /// Out of range wraps: never a panic on the audio thread.
    fn index(self) -> usize {
        usize::from(self.channel % 16) * 128 + usize::from(self.key % 128)
    }

    fn of(index: u16) -> Self {
        Self { channel: (index / 128) as Channel, key: (index % 128) as Key }
    }
}

/// The voices at our output. Allocates in `new`, then never.
pub struct Voices {
    slots: Vec<Option<Voice>>,
    /// The slots that are taken, by role: looking through ours costs nothing while only the player plays.
    sounding: [Vec<u16>; 2],
}

impl Voices {
    /// Silence.
    pub fn new() -> Self {
        Self { slots: vec![None; ADDRESSES], sounding: Role::ALL.map(|_| Vec::with_capacity(ADDRESSES)) }
    }

    /// Whether nothing sounds and nothing is owed.
    pub fn is_silent(&self) -> bool {
        self.sounding.iter().all(Vec::is_empty)
    }

    /// The voice at an address.
    pub fn at(&self, address: Address) -> Option<&Voice> {
        self.slots[address.index()].as_ref()
    }

    /// Starts a voice and sends its on, the off of the one before it first. False where the host had no room: then
    /// nothing sounds there.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn start(&mut self, address: Address, on: On, time: u32, sink: &mut dyn Sink) -> bool {
        if !self.end(address, time, sink) {
            return false;
        }
        let Address { channel, key } = address;
        if !sink.send(time, Message::On { id: on.id, channel, key, velocity: on.velocity }) {
            return false;
        }
        self.slots[address.index()] =
            Some(Voice { role: on.role, id: on.id, end: on.end, since: on.since, owed: false });
        self.sounding[on.role.index()].push(address.index() as u16);
        true
    }

    /// Ends whatever sounds at an address. False where the host had no room for the off; it is owed then.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn end(&mut self, address: Address, time: u32, sink: &mut dyn Sink) -> bool {
        let Some(voice) = &mut self.slots[address.index()] else { return true };
        let Address { channel, key } = address;
        if !sink.send(time, Message::Off { id: voice.id, channel, key, velocity: 0.0 }) {
            voice.owed = true;
            return false;
        }
        let role = voice.role;
        self.slots[address.index()] = None;
        self.sounding[role.index()].retain(|&index| usize::from(index) != address.index());
        true
    }

    /// Our voice at an address, if it is there, ends at `at` unless it ends sooner.
    pub fn shorten(&mut self, address: Address, at: Beats) {
        if let Some(voice) = &mut self.slots[address.index()] {
            voice.end = voice.end.map(|end| end.min(at));
        }
    }

    /// Ends the voices of a role.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits; at most 2,048 offs.
    pub fn end_all(&mut self, role: Role, time: u32, sink: &mut dyn Sink) {
        self.end_where(role, time, sink, |_| true);
    }

    /// Sends the offs that are owed.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn settle(&mut self, time: u32, sink: &mut dyn Sink) {
        for role in Role::ALL {
            self.end_where(role, time, sink, |voice| voice.owed);
        }
    }

    fn end_where(&mut self, role: Role, time: u32, sink: &mut dyn Sink, wanted: impl Fn(&Voice) -> bool) {
        let slots = &mut self.slots;
        self.sounding[role.index()].retain(|&index| {
            let slot = &mut slots[usize::from(index)];
            let Some(voice) = slot else { return false };
            if !wanted(voice) {
                return true;
            }
            let Address { channel, key } = Address::of(index);
            if sink.send(time, Message::Off { id: voice.id, channel, key, velocity: 0.0 }) {
                *slot = None;
                false
            } else {
                voice.owed = true;
                true
            }
        });
    }

    /// The voices of a role that sound, in no order, without those that are only owed.
    pub fn of(&self, role: Role) -> impl Iterator<Item = (Address, &Voice)> {
        self.sounding[role.index()]
            .iter()
            .filter_map(|&index| Some((Address::of(index), self.slots[usize::from(index)].as_ref()?)))
            .filter(|(_, voice)| !voice.owed)
    }
}

impl Default for Voices {
    fn default() -> Self {
        Self::new()
    }
}

/// A voice to start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct On {
    /// Who plays it.
    pub role: Role,
    /// The host's name of the note.
    pub id: Option<i32>,
    /// How hard, 0 to 1.
    pub velocity: f32,
    /// When it ends by itself.
    pub end: Option<Beats>,
    /// The sample at which it begins.
    pub since: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Event;

    const C: Address = Address { channel: 1, key: 60 };

    fn on(role: Role) -> On {
        On { role, id: None, velocity: 0.5, end: None, since: 0 }
    }

    /// A sink with room for so many messages.
    struct Narrow(usize, Vec<Event>);

    impl Sink for Narrow {
        fn send(&mut self, time: u32, message: Message) -> bool {
            self.1.len() < self.0 && self.1.send(time, message)
        }
    }

    fn kinds(events: &[Event]) -> String {
        events.iter().map(|event| if event.message.ends_notes() { '-' } else { '+' }).collect()
    }

    #[test]
    fn a_new_on_ends_the_other_voice_first() {
        let (mut voices, mut out) = (Voices::new(), Vec::new());
        for role in [Role::Player, Role::Segue, Role::Segue, Role::Player] {
            assert!(voices.start(C, on(role), 3, &mut out));
        }
        voices.end(C, 4, &mut out);
        voices.end(C, 5, &mut out);
        assert_eq!(kinds(&out), "+-+-+-+-");
        assert!(voices.is_silent());
    }

    #[test]
    fn an_off_without_room_is_owed() {
        let mut voices = Voices::new();
        let mut narrow = Narrow(1, Vec::new());
        assert!(voices.start(C, on(Role::Segue), 0, &mut narrow));
        voices.end_all(Role::Segue, 7, &mut narrow);
        assert!(!voices.is_silent());
        assert!(!voices.start(C, on(Role::Player), 8, &mut narrow), "no on before the off that is owed");
        narrow.0 = 9;
        voices.settle(0, &mut narrow);
        assert_eq!(kinds(&narrow.1), "+-");
        assert!(voices.is_silent());
    }
}
