//! Other tracks that come in beside the player: heard, and neither answered nor passed on.

use super::*;

impl Processor {
    /// Receives a message of another track. Returns false if it is the player's.
    pub(super) fn receive_of_a_track(&mut self, message: &Message, now: &mut Moment<'_>) -> bool {
        match *message {
            // Noted on every channel: the player may move to another one.
            Message::Program { channel, program } => self.tracks.program(channel, program),
            Message::Choke { channel, key } => self.end_tracks(channel, key, now),
            Message::Control {
                channel, controller: Message::ALL_SOUND_OFF | Message::ALL_NOTES_OFF, ..
            } => self.end_tracks(Some(channel), None, now),
            // What is down comes up as what it was, wherever the player is by now.
            Message::Off { channel, key, .. } if self.end_track(Address { channel, key }, now) => {
                return true;
            }
            Message::On { channel, key, velocity, .. }
                if velocity <= 0.0 && self.end_track(Address { channel, key }, now) =>
            {
                return true;
            }
            _ => {}
        }
        if !self.is_of_a_track(message) {
            return false;
        }
        if let Message::On { channel, key, velocity, .. } = *message
            && velocity > 0.0
        {
            self.track_on(Address { channel, key }, velocity, now);
        }
        true
    }

    /// Whether a message is on a channel that is not the player's. What the player began before
    /// moving to another channel is ended by the player.
    fn is_of_a_track(&self, message: &Message) -> bool {
        let Some(players) = self.settings.sound.player else { return false };
        let Some(channel) = message.channel() else { return false };
        if self.settings.bypass || channel == players {
            return false;
        }
        match *message {
            Message::Off { key, .. } | Message::On { key, velocity: 0.0, .. } => {
                let voice = self.output.voices.at(Address { channel, key });
                !self.player.holds_on(channel, key) && voice.is_none_or(|voice| voice.role != Role::Player)
            }
            _ => true,
        }
    }

    fn track_on(&mut self, address: Address, velocity: f32, now: &mut Moment<'_>) {
        if self.is_echo(address, velocity, now) {
            return;
        }
        self.end_track(address, now);
        let part = self.tracks.part(address.channel, &self.settings.sound);
        self.tracks.press(address, part);
        let at = self.report(now.sample);
        self.send(Heard::TrackOn { at, part, key: address.key, velocity: midi_velocity(velocity) });
    }

    /// Ends a note of another track. Returns false if there is none.
    fn end_track(&mut self, address: Address, now: &Moment<'_>) -> bool {
        let Some(part) = self.tracks.release(address) else { return false };
        let at = self.report(now.sample);
        self.send(Heard::TrackOff { at, part, key: address.key });
        true
    }

    /// Ends the notes of other tracks on some channels and keys; `None` is all of them.
    pub(super) fn end_tracks(&mut self, channel: Option<Channel>, key: Option<Key>, now: &Moment<'_>) {
        for channel in (0..16).filter(|&it| channel.is_none_or(|channel| channel == it)) {
            for key in (0..128).filter(|&it| key.is_none_or(|key| key == it)) {
                self.end_track(Address { channel, key }, now);
            }
        }
    }
}
