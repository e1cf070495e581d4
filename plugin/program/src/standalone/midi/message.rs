//! Short MIDI messages, and which of them control the transport.

use segue::between::settings::Trigger;

/// A MIDI message of at most three bytes and its position in the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MidiMessage {
    /// Samples from the start of the block.
    pub time: u32,
    bytes: [u8; 3],
    length: u8,
    /// Whether it came in on the input for other tracks.
    of_tracks: bool,
}

/// What a message means to the transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportMessage {
    /// Start the song.
    Start,
    /// Stop the song.
    Stop,
    /// A tap of the tempo.
    Tap,
    /// No effect, but not for Segue either.
    Ignored,
}

/// Somewhere to send messages.
pub trait MidiSink {
    /// Sends a message that is not earlier in the block than the one before. Returns false if
    /// there is no room for it.
    fn send(&mut self, message: MidiMessage) -> bool;
}

/// A sink that drops every message: for an audio driver without MIDI of its own.
pub struct NullSink;

impl MidiSink for NullSink {
    fn send(&mut self, _message: MidiMessage) -> bool {
        true
    }
}

impl MidiMessage {
    /// Reads a message from its bytes. `None` for system exclusive and malformed messages.
    ///
    /// # Real-time safety
    /// Copies three bytes.
    pub fn parse(time: u32, bytes: &[u8]) -> Option<Self> {
        let status = *bytes.first().filter(|status| **status >= 0x80)?;
        // The statuses from 0xF0 to 0xF7 have no meaning here.
        let length = match status {
            0xC0..=0xDF => 2,
            0x80..=0xEF => 3,
            0xF8..=0xFF => 1,
            _ => return None,
        };
        let mut message = [0; 3];
        for (byte, given) in message.iter_mut().zip(bytes.get(..length)?) {
            *byte = *given;
        }
        // A broken driver may send a status byte where data belongs: that is no key or value.
        let is_data = |byte: &u8| *byte < 0x80;
        let valid = message[1..].iter().all(is_data);
        valid.then_some(Self { time, bytes: message, length: length as u8, of_tracks: false })
    }

    /// The same message at another position in the block.
    ///
    /// # Real-time safety
    /// Copies a number.
    pub fn at(self, time: u32) -> Self {
        Self { time, ..self }
    }

    /// The same message, come in on the input for other tracks.
    ///
    /// # Real-time safety
    /// Copies a flag.
    pub fn of_tracks(self) -> Self {
        Self { of_tracks: true, ..self }
    }

    /// Whether it came in on the input for other tracks.
    pub fn is_of_tracks(&self) -> bool {
        self.of_tracks
    }

    /// What ends every note of the other tracks: nobody else does, once their device is gone.
    ///
    /// # Real-time safety
    /// Copies bytes.
    pub fn end_of_tracks() -> impl Iterator<Item = Self> {
        const ALL_NOTES_OFF: u8 = 123;
        (0xB0..=0xBF).filter_map(|status| Self::parse(0, &[status, ALL_NOTES_OFF, 0])).map(Self::of_tracks)
    }

    /// What lets go of everything the player holds: sustain pedals up, and all notes off, on every
    /// channel.
    pub fn end_of_player() -> impl Iterator<Item = Self> {
        const SUSTAIN: u8 = 64;
        const ALL_NOTES_OFF: u8 = 123;
        let off = |status| [[status, SUSTAIN, 0], [status, ALL_NOTES_OFF, 0]];
        (0xB0..=0xBF).flat_map(off).filter_map(|bytes| Self::parse(0, &bytes))
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// What it means to the transport; `None` if it is for Segue. The trigger for taps is
    /// recognised on every channel of the player's input. Start and stop count from both: a drum
    /// machine that starts has a first beat there.
    ///
    /// # Real-time safety
    /// Comparisons only.
    pub fn transport_message(&self, tap: Option<Trigger>) -> Option<TransportMessage> {
        use TransportMessage::{Ignored, Start, Stop, Tap};
        let [status, first, second] = self.bytes;
        let tap = tap.filter(|_| !self.of_tracks);
        let pressed = |on: bool| if on { Tap } else { Ignored };
        match (status, tap) {
            (0xFA | 0xFB, _) => Some(Start),
            (0xFC, _) => Some(Stop),
            // Timing clock, active sensing and reset.
            (0xF8.., _) => Some(Ignored),
            (0x80..=0x8F, Some(Trigger::Note(key))) if key == first => Some(Ignored),
            (0x90..=0x9F, Some(Trigger::Note(key))) if key == first => Some(pressed(second > 0)),
            (0xB0..=0xBF, Some(Trigger::Control(number))) if number == first => Some(pressed(second >= 64)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_messages_are_read() {
        let cases: [(&[u8], Option<&[u8]>); 10] = [
            (&[0x90, 60, 100], Some(&[0x90, 60, 100])),
            (&[0xC3, 5], Some(&[0xC3, 5])),
            (&[0xD3, 5, 0], Some(&[0xD3, 5])),
            (&[0xFA], Some(&[0xFA])),
            (&[0x90, 60], None),
            (&[0x90, 60, 200], None),
            (&[0x90, 0x91, 60], None),
            (&[60, 100], None),
            (&[0xF0, 1, 2, 0xF7], None),
            (&[], None),
        ];
        for (message, expected) in cases {
            assert_eq!(
                MidiMessage::parse(7, message).as_ref().map(MidiMessage::bytes),
                expected,
                "{message:?}"
            );
        }
    }

    #[test]
    fn some_messages_control_the_transport() {
        let (note, control) = (Some(Trigger::Note(21)), Some(Trigger::Control(80)));
        let cases: [(&[u8], Option<Trigger>, Option<TransportMessage>); 12] = [
            (&[0xFA], None, Some(TransportMessage::Start)),
            (&[0xFB], None, Some(TransportMessage::Start)),
            (&[0xFC], None, Some(TransportMessage::Stop)),
            (&[0xF8], None, Some(TransportMessage::Ignored)),
            (&[0x90, 21, 1], None, None),
            (&[0x90, 21, 1], note, Some(TransportMessage::Tap)),
            (&[0x95, 21, 0], note, Some(TransportMessage::Ignored)),
            (&[0x80, 21, 64], note, Some(TransportMessage::Ignored)),
            (&[0x90, 22, 1], note, None),
            (&[0xB2, 80, 127], control, Some(TransportMessage::Tap)),
            (&[0xB2, 80, 0], control, Some(TransportMessage::Ignored)),
            (&[0xB2, 64, 127], control, None),
        ];
        for (message, tap, expected) in cases {
            let message_read = MidiMessage::parse(0, message).expect("a message");
            assert_eq!(message_read.transport_message(tap), expected, "{message:?} with {tap:?}");
            let expected = expected.filter(|_| message[0] >= 0xF0);
            assert_eq!(message_read.of_tracks().transport_message(tap), expected, "{message:?} of a track");
        }
    }
}
