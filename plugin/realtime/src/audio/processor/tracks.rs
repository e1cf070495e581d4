//! Other tracks that come in beside the player, or on an input of their own: heard, and neither
//! answered nor passed on.

use super::*;

/// Where another track comes in. Channel and key of one are not those of the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Beside the player, on another channel.
    Beside,
    /// On an input for tracks alone, where every channel is a track.
    Alone,
}

impl Processor {
    /// Receives a message of another track. Returns false if it is the player's.
    pub(super) fn receive_of_a_track(&mut self, message: &Message, now: &mut Moment<'_>) -> bool {
        if self.follow_track(Way::Beside, message, now) {
            return true;
        }
        if !self.is_of_a_track(message) {
            return false;
        }
        self.begin_track(Way::Beside, message, now);
        true
    }

    /// Receives a message from the input for tracks, which decides in place of the channel: what is
    /// played there on the player's channel is no less a track.
    pub(super) fn receive_from_tracks(&mut self, message: &Message, now: &mut Moment<'_>) {
        if !self.follow_track(Way::Alone, message, now) && !self.settings.bypass {
            self.begin_track(Way::Alone, message, now);
        }
    }

    /// Notes what a message says of its channel, and ends what it ends. Returns whether it was the
    /// end of a note.
    fn follow_track(&mut self, way: Way, message: &Message, now: &mut Moment<'_>) -> bool {
        match *message {
            // Noted on every channel: the player may move to another one.
            Message::Program { channel, program } => {
                self.tracks[way as usize].program(channel, program);
                false
            }
            Message::Choke { channel, key } => {
                self.end_tracks_of(way, channel, key, now);
                false
            }
            Message::Control {
                channel, controller: Message::ALL_SOUND_OFF | Message::ALL_NOTES_OFF, ..
            } => {
                self.end_tracks_of(way, Some(channel), None, now);
                false
            }
            // What is down comes up as what it was, wherever the player is by now.
            Message::Off { channel, key, .. } => self.end_track(way, Address { channel, key }, now),
            Message::On { channel, key, velocity, .. } => {
                velocity <= 0.0 && self.end_track(way, Address { channel, key }, now)
            }
            _ => false,
        }
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
            // A pedal or a wheel that the player moved there comes back as the player's.
            Message::Control { controller: Message::PEDAL, .. } if self.player.holds_pedal_on(channel) => {
                false
            }
            Message::Bend { .. } if self.player.bends_on(channel) => false,
            _ => !self.output.passed.is_away(message),
        }
    }

    /// Begins a note of another track, if the message is the beginning of one.
    fn begin_track(&mut self, way: Way, message: &Message, now: &mut Moment<'_>) {
        let Message::On { channel, key, velocity, .. } = *message else { return };
        let address = Address { channel, key };
        if velocity <= 0.0 || self.is_echo(address, velocity, now) {
            return;
        }
        self.end_track(way, address, now);
        let tracks = &mut self.tracks[way as usize];
        let part = tracks.part(channel, &self.settings.sound);
        tracks.press(address, part);
        let at = self.report(now.sample);
        self.send(Heard::TrackOn { at, part, key, velocity: midi_velocity(velocity) });
    }

    /// Ends a note of another track. Returns false if there is none.
    fn end_track(&mut self, way: Way, address: Address, now: &Moment<'_>) -> bool {
        let Some(part) = self.tracks[way as usize].release(address) else { return false };
        let at = self.report(now.sample);
        self.send(Heard::TrackOff { at, part, key: address.key });
        true
    }

    /// Ends the notes of every other track.
    pub(super) fn end_tracks(&mut self, now: &Moment<'_>) {
        self.end_tracks_of(Way::Beside, None, None, now);
        self.end_tracks_of(Way::Alone, None, None, now);
    }

    /// Ends the notes of other tracks on some channels and keys; `None` is all of them.
    fn end_tracks_of(&mut self, way: Way, channel: Option<Channel>, key: Option<Key>, now: &Moment<'_>) {
        for channel in (0..16).filter(|&it| channel.is_none_or(|channel| channel == it)) {
            for key in (0..128).filter(|&it| key.is_none_or(|key| key == it)) {
                self.end_track(way, Address { channel, key }, now);
            }
        }
    }
}
