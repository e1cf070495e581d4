//! Short MIDI messages on the wire, and what of them is for the clock.

use segue::between::settings::Trigger;

/// A message of at most three bytes and its place in the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// Samples from the start of the block.
    pub time: u32,
    bytes: [u8; 3],
    length: u8,
}

/// What a message asks of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The song begins.
    Start,
    /// The song stands.
    Stop,
    /// A beat is here.
    Tap,
    /// Nothing, but it is not for Segue either.
    Nothing,
}

/// Where messages go.
pub trait Outlet {
    /// Sends a message, later or at the same time as the one before; false where there is no room for it.
    fn send(&mut self, wire: Wire) -> bool;
}

impl Wire {
    /// A message, or nothing where it is none, or a long one.
    ///
    /// # Real-time safety
    /// Copies three bytes.
    pub fn of(time: u32, message: &[u8]) -> Option<Self> {
        let status = *message.first().filter(|status| **status >= 0x80)?;
        // 0xF0 and its end are of messages that nobody here understands.
        let length = match status {
            0xC0..=0xDF => 2,
            0x80..=0xEF => 3,
            0xF8..=0xFF => 1,
            _ => return None,
        };
        let mut bytes = [0; 3];
        for (byte, given) in bytes.iter_mut().zip(message.get(..length)?) {
            *byte = *given;
        }
        // A driver that sends a status where data belong must not make a key of it.
        let is_data = |byte: &u8| *byte < 0x80;
        bytes[1..].iter().all(is_data).then_some(Self { time, bytes, length: length as u8 })
    }

    /// The same in another place.
    ///
    /// # Real-time safety
    /// Copies a number.
    pub fn at(self, time: u32) -> Self {
        Self { time, ..self }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// What it asks of the clock, if anything. A trigger is heard on any channel.
    ///
    /// # Real-time safety
    /// Comparisons only.
    pub fn order(&self, tap: Option<Trigger>) -> Option<Order> {
        let [status, first, second] = self.bytes;
        let pressed = |on: bool| if on { Order::Tap } else { Order::Nothing };
        match (status, tap) {
            (0xFA | 0xFB, _) => Some(Order::Start),
            (0xFC, _) => Some(Order::Stop),
            // The rest of what only clocks send: 24 ticks a beat, and that the cable is in.
            (0xF8.., _) => Some(Order::Nothing),
            (0x80..=0x8F, Some(Trigger::Note(key))) if key == first => Some(Order::Nothing),
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
    fn only_short_messages_are_taken() {
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
            assert_eq!(Wire::of(7, message).as_ref().map(Wire::bytes), expected, "{message:?}");
        }
    }

    #[test]
    fn some_messages_are_for_the_clock() {
        let (note, control) = (Some(Trigger::Note(21)), Some(Trigger::Control(80)));
        let cases: [(&[u8], Option<Trigger>, Option<Order>); 12] = [
            (&[0xFA], None, Some(Order::Start)),
            (&[0xFB], None, Some(Order::Start)),
            (&[0xFC], None, Some(Order::Stop)),
            (&[0xF8], None, Some(Order::Nothing)),
            (&[0x90, 21, 1], None, None),
            (&[0x90, 21, 1], note, Some(Order::Tap)),
            (&[0x95, 21, 0], note, Some(Order::Nothing)),
            (&[0x80, 21, 64], note, Some(Order::Nothing)),
            (&[0x90, 22, 1], note, None),
            (&[0xB2, 80, 127], control, Some(Order::Tap)),
            (&[0xB2, 80, 0], control, Some(Order::Nothing)),
            (&[0xB2, 64, 127], control, None),
        ];
        for (message, tap, expected) in cases {
            let wire = Wire::of(0, message).expect("a message");
            assert_eq!(wire.order(tap), expected, "{message:?} with {tap:?}");
        }
    }
}
