//! Who sounds on which channel and key at our output: the only place that pairs note-ons and
//! note-offs.
//!
//! Every note-on that was sent is followed by exactly one note-off, and both are reported. A new
//! note-on first ends the voice at its address, whoever played it. A note-off that the host had no
//! room for is owed, and sent at the start of the next block.

use segue_music::{Beats, Channel, Key, Part, PedalMove, Role, Velocity};

use crate::audio::moment::Moment;
use crate::between::convert;
use crate::between::limits::ADDRESSES;
use crate::between::message::Message;
use crate::between::prefault;
use crate::between::sounded::{Reports, Sounded};

/// A sounding voice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Voice {
    /// Who played it.
    pub role: Role,
    /// The part it belongs to, if that is known.
    pub part: Option<Part>,
    /// The host's id of the note.
    id: Option<i32>,
    /// When it ends by itself; `None` for the player's.
    pub end: Option<Beats>,
    /// The sample at which it began.
    pub since: u64,
    /// Its on went out. Where a host takes no notes it did not, and neither will its off.
    sent: bool,
    /// Its off was refused, and is to be sent.
    owed: bool,
}

impl Voice {
    /// What fills a list before there are any.
    const SILENT: Self =
        Self { role: Role::Player, part: None, id: None, end: None, since: 0, sent: false, owed: false };
}

/// Where a voice is kept.
#[derive(Clone, Copy)]
struct Place {
    role: Role,
    index: u16,
}

/// What became of a voice that was to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// It sounds, and the host was sent its on.
    Sent,
    /// The host refused its on: it sounds here alone, in the built-in sound and in the takes.
    Unsent,
    /// It does not sound: the off of the voice before it is still owed.
    Not,
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
    /// Its number below 2,048. Wraps out-of-range values, as the audio thread must not panic.
    pub fn index(self) -> usize {
        usize::from(self.channel % 16) * 128 + usize::from(self.key % 128)
    }

    /// The channel and key that it stands for where they are out of range.
    fn wrapped(self) -> Self {
        Self { channel: self.channel % 16, key: self.key % 128 }
    }
}

/// The voices at our output. Allocates in `new` only.
pub struct Voices {
    /// The voices by role, side by side: each block looks through ours, and what lies apart is
    /// fetched apart.
    sounding: [Vec<(Address, Voice)>; 2],
    /// Who sounds at each address, and where in their list.
    places: Vec<Option<Place>>,
    /// Where starts and ends are reported.
    pub reports: Reports,
}

impl Voices {
    /// Silence.
    pub fn new(reports: Reports) -> Self {
        let nowhere = Address { channel: 0, key: 0 };
        let sounding = Role::ALL.map(|_| prefault::list(ADDRESSES, (nowhere, Voice::SILENT)));
        let mut places = prefault::list(ADDRESSES, None);
        places.resize(ADDRESSES, None);
        Self { sounding, places, reports }
    }

    /// Whether no voice sounds and no note-off is owed.
    pub fn is_silent(&self) -> bool {
        self.sounding.iter().all(Vec::is_empty)
    }

    /// The voice at an address, if any.
    pub fn at(&self, address: Address) -> Option<&Voice> {
        let Place { role, index } = self.places[address.index()]?;
        self.sounding[role.index()].get(usize::from(index)).map(|(_, voice)| voice)
    }

    fn at_mut(&mut self, address: Address) -> Option<&mut Voice> {
        let Place { role, index } = self.places[address.index()]?;
        self.sounding[role.index()].get_mut(usize::from(index)).map(|(_, voice)| voice)
    }

    /// Notes where the voices of a role are, from an index on.
    fn note_places(&mut self, role: Role, from: u16) {
        let voices = self.sounding[role.index()].iter().skip(from.into());
        for (index, (address, _)) in (from..).zip(voices) {
            self.places[address.index()] = Some(Place { role, index });
        }
    }

    /// Starts a voice and sends its on, the off of the one before it first.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn start(&mut self, address: Address, on: On, now: &mut Moment<'_>) -> Started {
        if !self.end(address, now) {
            return Started::Not;
        }
        let Address { channel, key } = address;
        let sent = now.sink.send(now.time, Message::On { id: on.id, channel, key, velocity: on.velocity });
        let On { role, part, id, end, since, .. } = on;
        let voices = &mut self.sounding[role.index()];
        let index = u16::try_from(voices.len()).unwrap_or(u16::MAX);
        voices.push((address.wrapped(), Voice { role, part, id, end, since, sent, owed: false }));
        self.places[address.index()] = Some(Place { role, index });
        self.reports.send(now.at, on.report(now.at, address));
        if sent { Started::Sent } else { Started::Unsent }
    }

    /// Ends the voice at an address, if any. Returns false if the host had no room for the
    /// note-off; it is owed then.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn end(&mut self, address: Address, now: &mut Moment<'_>) -> bool {
        let Some(Place { role, index }) = self.places[address.index()] else { return true };
        let Some((_, voice)) = self.sounding[role.index()].get_mut(usize::from(index)) else { return true };
        let Address { channel, key } = address;
        let off = Message::Off { id: voice.id, channel, key, velocity: 0.0 };
        if voice.sent && !now.sink.send(now.time, off) {
            voice.owed = true;
            return false;
        }
        self.sounding[role.index()].remove(index.into());
        self.places[address.index()] = None;
        self.note_places(role, index);
        self.reports.send(now.at, Sounded::Off { at: now.at, role, channel, key });
        true
    }

    /// Makes our voice of a part at an address, if any, end no later than `at`.
    pub fn shorten(&mut self, address: Address, part: Option<Part>, at: Beats) {
        if let Some(voice) = self.at_mut(address).filter(|voice| voice.part == part) {
            voice.end = voice.end.map(|end| end.min(at));
        }
    }

    /// Ends all voices of a role.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits; at most 2,048 offs.
    pub fn end_all(&mut self, role: Role, now: &mut Moment<'_>) {
        self.end_where(role, now, |_| true);
    }

    /// Ends the voices of a role that began before a sample.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits; at most 2,048 offs.
    pub fn end_before(&mut self, role: Role, sample: u64, now: &mut Moment<'_>) {
        self.end_where(role, now, |voice| voice.since < sample);
    }

    /// Ends our voices of the parts for which `ends` is true.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits; at most 2,048 offs.
    pub fn end_parts(&mut self, now: &mut Moment<'_>, ends: impl Fn(Part) -> bool) {
        self.end_where(Role::Segue, now, |voice| voice.part.is_some_and(&ends));
    }

    /// Sends the offs that are owed.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn settle(&mut self, now: &mut Moment<'_>) {
        for role in Role::ALL {
            self.end_where(role, now, |voice| voice.owed);
        }
    }

    fn end_where(&mut self, role: Role, now: &mut Moment<'_>, wanted: impl Fn(&Voice) -> bool) {
        let Self { sounding, places, reports } = self;
        let voices = &mut sounding[role.index()];
        let count = voices.len();
        voices.retain_mut(|(address, voice)| {
            if !wanted(voice) {
                return true;
            }
            let Address { channel, key } = *address;
            let off = Message::Off { id: voice.id, channel, key, velocity: 0.0 };
            if !voice.sent || now.sink.send(now.time, off) {
                places[address.index()] = None;
                reports.send(now.at, Sounded::Off { at: now.at, role, channel, key });
                false
            } else {
                voice.owed = true;
                true
            }
        });
        if voices.len() < count {
            self.note_places(role, 0);
        }
    }

    /// The sounding voices of a role in no particular order, without those that only owe a
    /// note-off.
    pub fn of(&self, role: Role) -> impl Iterator<Item = (Address, &Voice)> {
        let voices = self.sounding[role.index()].iter().map(|(address, voice)| (*address, voice));
        voices.filter(|(_, voice)| !voice.owed)
    }
}

/// A voice to start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct On {
    /// Who plays it.
    pub role: Role,
    /// The part it belongs to, if that is known.
    pub part: Option<Part>,
    /// The host's id of the note.
    pub id: Option<i32>,
    /// How hard, 0 to 1.
    pub velocity: f32,
    /// When it ends by itself.
    pub end: Option<Beats>,
    /// The sample at which it starts.
    pub since: u64,
    /// The number of the answer that it belongs to; zero for the player.
    pub answer: u32,
    /// What our sustain pedal does as it is struck.
    pub pedal: PedalMove,
}

impl On {
    /// The report of its start, for the takes.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn report(&self, at: Beats, Address { channel, key }: Address) -> Sounded {
        let Self { role, part, answer, pedal, .. } = *self;
        let velocity = midi_velocity(self.velocity);
        Sounded::On { at, role, part, channel, key, velocity, answer, pedal }
    }
}

/// A velocity of 0 to 1 as MIDI's 1 to 127.
pub fn midi_velocity(velocity: f32) -> Velocity {
    let step = convert::count((velocity * 127.0).round()).clamp(1, 127);
    Velocity::try_from(step).unwrap_or(127)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::between::message::{Event, Sink};

    const C: Address = Address { channel: 1, key: 60 };

    fn on(role: Role) -> On {
        let pedal = PedalMove::Stay;
        On { role, part: None, id: None, velocity: 0.5, end: None, since: 0, answer: 0, pedal }
    }

    fn now(time: u32, sink: &mut dyn Sink) -> Moment<'_> {
        Moment { sample: time.into(), time, at: beats(time), sink }
    }

    fn beats(time: u32) -> Beats {
        Beats::ratio(time.into(), 4)
    }

    /// A sink with room for this many messages.
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
        let (mut voices, mut out) = (Voices::new(Reports::nowhere()), Vec::new());
        for role in [Role::Player, Role::Segue, Role::Segue, Role::Player] {
            assert_eq!(voices.start(C, on(role), &mut now(3, &mut out)), Started::Sent);
        }
        voices.end(C, &mut now(4, &mut out));
        voices.end(C, &mut now(5, &mut out));
        assert_eq!(kinds(&out), "+-+-+-+-");
        assert!(voices.is_silent());
    }

    #[test]
    fn an_off_without_room_is_owed() {
        let mut voices = Voices::new(Reports::nowhere());
        let mut narrow = Narrow(1, Vec::new());
        assert_eq!(voices.start(C, on(Role::Segue), &mut now(0, &mut narrow)), Started::Sent);
        voices.end_all(Role::Segue, &mut now(7, &mut narrow));
        assert!(!voices.is_silent());
        let early = voices.start(C, on(Role::Player), &mut now(8, &mut narrow));
        assert_eq!(early, Started::Not, "no on before the off that is owed");
        narrow.0 = 9;
        voices.settle(&mut now(0, &mut narrow));
        assert_eq!(kinds(&narrow.1), "+-");
        assert!(voices.is_silent());
    }

    #[test]
    fn a_host_that_takes_no_notes_gets_no_offs_either() {
        let (ring, mut told) = rtrb::RingBuffer::new(crate::between::limits::SOUNDED);
        let (mut voices, mut deaf) = (Voices::new(Reports::new(ring)), Narrow(0, Vec::new()));
        assert_eq!(voices.start(C, on(Role::Segue), &mut now(1, &mut deaf)), Started::Unsent);
        voices.end(C, &mut now(2, &mut deaf));
        assert!(voices.is_silent() && deaf.1.is_empty());
        assert_eq!(std::iter::from_fn(|| told.pop().ok()).count(), 2, "it is kept all the same");
    }

    #[test]
    fn what_is_sent_is_reported() {
        let (ring, mut told) = rtrb::RingBuffer::new(crate::between::limits::SOUNDED);
        let mut voices = Voices::new(Reports::new(ring));
        let mut narrow = Narrow(1, Vec::new());
        assert_eq!(
            voices.start(C, On { answer: 3, ..on(Role::Segue) }, &mut now(1, &mut narrow)),
            Started::Sent
        );
        voices.end(C, &mut now(2, &mut narrow));
        narrow.0 = 9;
        voices.settle(&mut now(3, &mut narrow));
        assert_eq!(voices.start(C, on(Role::Player), &mut now(4, &mut narrow)), Started::Sent);
        voices.end_all(Role::Player, &mut now(5, &mut narrow));
        let told: Vec<_> = std::iter::from_fn(|| told.pop().ok()).collect();
        let Address { channel, key } = C;
        let on = |at: u32, role, answer| Sounded::On {
            at: beats(at),
            role,
            part: None,
            channel,
            key,
            velocity: 64,
            answer,
            pedal: PedalMove::Stay,
        };
        let off = |at: u32, role| Sounded::Off { at: beats(at), role, channel, key };
        let (ours, theirs) = (Role::Segue, Role::Player);
        // The off that was owed is reported when it was sent.
        assert_eq!(told, [on(1, ours, 3), off(3, ours), on(4, theirs, 0), off(5, theirs)]);
    }
}
