//! Segue's foot: the sustain pedal that it moves itself, with the notes of its keyboard.

use segue_music::{Beats, Channel, PedalMove, Role};

use crate::audio::moment::Moment;
use crate::audio::sound::Sound;
use crate::between::message::Message;

/// Where a lift was refused, it is tried again so much later.
const AGAIN: Beats = Beats::ONE;

/// A pedal that is down, or is about to be.
#[derive(Clone, Copy, Debug)]
struct Held {
    channel: Channel,
    /// It went down.
    is_down: bool,
    /// It goes down here: it was changed a moment ago.
    presses: Option<Beats>,
    /// It comes up here at the latest.
    until: Beats,
}

/// The foot. Allocates nothing.
#[derive(Debug)]
pub struct Foot {
    held: Option<Held>,
    /// The channel and the sample of its last message.
    sent: Option<(Channel, u64)>,
}

impl Foot {
    /// In the air.
    pub const UP: Self = Self { held: None, sent: None };

    /// The channel whose pedal it is on.
    pub fn channel(&self) -> Option<Channel> {
        self.held.map(|held| held.channel)
    }

    /// The sample at which it moved last on a channel, if that was the last one it moved on.
    pub fn moved_on(&self, channel: Channel) -> Option<u64> {
        self.sent.filter(|&(on, _)| on == channel).map(|(_, sample)| sample)
    }

    /// Samples are counted from zero again.
    pub fn restart(&mut self) {
        self.sent = self.sent.map(|(channel, _)| (channel, 0));
    }

    /// When it moves by itself next.
    pub fn next(&self) -> Option<Beats> {
        self.held.map(|held| held.presses.unwrap_or(held.until).min(held.until))
    }

    /// Moves with a note that is struck now, and stays until a position at the latest. It is on no
    /// other channel.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn strike(
        &mut self,
        what: PedalMove,
        channel: Channel,
        until: Beats,
        sound: &mut Sound,
        now: &mut Moment<'_>,
    ) {
        let was_held = self.held.is_some();
        match what {
            PedalMove::Stay => {}
            PedalMove::Lift => self.lift(sound, now),
            PedalMove::Press if was_held => {}
            PedalMove::Press => self.press(channel, until, sound, now),
            PedalMove::Change => {
                self.lift(sound, now);
                if !was_held {
                    self.press(channel, until, sound, now);
                } else if self.held.is_none() {
                    let presses = Some(now.at + PedalMove::AGAIN);
                    self.held = Some(Held { channel, is_down: false, presses, until });
                }
            }
        }
        if let Some(held) = &mut self.held {
            held.until = until;
        }
    }

    /// Goes down again, if that is what is due. Returns false if it is to come up.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn goes_down(&mut self, sound: &mut Sound, now: &mut Moment<'_>) -> bool {
        let Some(held) = self.held else { return true };
        let presses = held.presses.is_some_and(|at| at < held.until);
        if presses {
            self.press(held.channel, held.until, sound, now);
        }
        presses
    }

    /// Comes up, at the latest, at a position.
    pub fn leave_by(&mut self, at: Beats) {
        if let Some(held) = &mut self.held {
            held.until = held.until.min(at);
        }
    }

    /// Comes up. A host that refuses that is asked again.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn lift(&mut self, sound: &mut Sound, now: &mut Moment<'_>) {
        let Some(held) = &mut self.held else { return };
        sound.pedal(Role::Segue, false);
        if held.is_down && !now.sink.send(now.time, up(held.channel)) {
            (held.presses, held.until) = (None, now.at + AGAIN);
            return;
        }
        if held.is_down {
            self.sent = Some((held.channel, now.sample));
        }
        self.held = None;
    }

    fn press(&mut self, channel: Channel, until: Beats, sound: &mut Sound, now: &mut Moment<'_>) {
        let down = Message::Control { channel, controller: Message::PEDAL, value: 1.0 };
        sound.pedal(Role::Segue, true);
        let is_down = now.sink.send(now.time, down);
        if is_down {
            self.sent = Some((channel, now.sample));
        }
        self.held = Some(Held { channel, is_down, presses: None, until });
    }
}

fn up(channel: Channel) -> Message {
    Message::Control { channel, controller: Message::PEDAL, value: 0.0 }
}
