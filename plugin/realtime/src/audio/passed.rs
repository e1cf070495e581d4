//! Controllers passed through that are not at rest: pedals, wheel, pressure. They must be reset
//! when passing stops, or the instrument keeps them for good.

use segue_music::Channel;

use crate::between::message::{Message, Sink};

/// Controllers that rest at zero: modulation, breath, and the pedals and switches from sustain to
/// hold.
fn rests_at_zero(controller: u8) -> bool {
    matches!(controller, 1 | 2 | 64..=69)
}

/// What one channel was sent.
#[derive(Clone, Copy, Default)]
struct Away {
    /// A bit for each controller that is not at zero.
    controllers: u128,
    bent: bool,
    pressed: bool,
}

/// The controllers that were passed through and are not at rest. Fixed memory.
#[derive(Default)]
pub struct Passed {
    channels: [Away; 16],
}

impl Passed {
    /// A message of the player's went out.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn note(&mut self, message: &Message) {
        match *message {
            Message::Control { channel, controller: Message::RESET_CONTROLLERS, .. } => {
                self.channels[usize::from(channel % 16)] = Away::default();
            }
            Message::Control { channel, controller, value } if rests_at_zero(controller) => {
                let away = &mut self.channels[usize::from(channel % 16)].controllers;
                let bit = 1u128 << controller;
                *away = if value > 0.0 { *away | bit } else { *away & !bit };
            }
            Message::Bend { channel, value } => self.channels[usize::from(channel % 16)].bent = value != 0.5,
            Message::Pressure { channel, value } => {
                self.channels[usize::from(channel % 16)].pressed = value > 0.0;
            }
            _ => {}
        }
    }

    /// Whether what a message moves went out, and is not at rest.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn is_away(&self, message: &Message) -> bool {
        let on = |channel: Channel| &self.channels[usize::from(channel % 16)];
        match *message {
            Message::Control { channel, controller, .. } => {
                on(channel).controllers >> (controller % 128) & 1 == 1
            }
            Message::Bend { channel, .. } => on(channel).bent,
            Message::Pressure { channel, .. } => on(channel).pressed,
            _ => false,
        }
    }

    /// Resets everything: nothing passes any more.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn release_all(&mut self, time: u32, sink: &mut dyn Sink) {
        for channel in 0..16 {
            (0..128).for_each(|controller| self.release_on(channel, controller, time, sink));
            self.release_touch(channel, time, sink);
        }
    }

    /// Resets a controller on every channel: from here on it is a command.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn release(&mut self, controller: u8, time: u32, sink: &mut dyn Sink) {
        (0..16).for_each(|channel| self.release_on(channel, controller, time, sink));
    }

    /// Resets wheel and pressure of a channel.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn release_touch(&mut self, channel: Channel, time: u32, sink: &mut dyn Sink) {
        let away = &mut self.channels[usize::from(channel % 16)];
        if away.bent && sink.send(time, Message::Bend { channel, value: 0.5 }) {
            away.bent = false;
        }
        if away.pressed && sink.send(time, Message::Pressure { channel, value: 0.0 }) {
            away.pressed = false;
        }
    }

    fn release_on(&mut self, channel: Channel, controller: u8, time: u32, sink: &mut dyn Sink) {
        let away = &mut self.channels[usize::from(channel % 16)].controllers;
        let bit = 1u128 << (controller % 128);
        if *away & bit != 0 && sink.send(time, Message::Control { channel, controller, value: 0.0 }) {
            *away &= !bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::between::message::Event;

    #[test]
    fn what_went_out_comes_back_once() {
        let mut passed = Passed::default();
        let control = |channel, controller, value| Message::Control { channel, controller, value };
        for message in [
            control(0, 64, 1.0),
            control(0, 7, 0.8),
            control(1, 1, 0.5),
            control(1, 66, 1.0),
            control(1, 66, 0.0),
            Message::Bend { channel: 2, value: 0.75 },
            Message::Pressure { channel: 2, value: 0.3 },
        ] {
            passed.note(&message);
        }
        let mut out: Vec<Event> = Vec::new();
        passed.release_all(5, &mut out);
        let back: Vec<Message> = out.iter().map(|event| event.message).collect();
        let expected = [
            control(0, 64, 0.0),
            control(1, 1, 0.0),
            Message::Bend { channel: 2, value: 0.5 },
            Message::Pressure { channel: 2, value: 0.0 },
        ];
        assert_eq!(back, expected, "volume stays where it is, and what is at rest is not touched");
        out.clear();
        passed.release_all(6, &mut out);
        assert!(out.is_empty());
    }
}
