//! What comes in from the host: keys and pedals are heard and passed through, the rest is only
//! passed through.

use segue_music::Part;

use super::*;
use crate::audio::echo::Struck;
use crate::audio::overrides::next_mode;
use crate::audio::voices::{On, midi_velocity};
use crate::between::limits::TOUCHES;
use crate::between::settings::Trigger;
use crate::between::sounded::Sounded;

impl Processor {
    /// Receives what was played in the window since the last block.
    pub(super) fn receive_touches(&mut self, now: &mut Moment<'_>) {
        // At most one ring full, even if somebody keeps filling it.
        for first in (0..TOUCHES).map(|received| received == 0) {
            let Some(touches) = &mut self.touches else { return };
            if first {
                touches.begin();
            }
            let Some(message) = touches.receive() else { return };
            self.receive(message, now);
        }
    }

    /// Receives a message from the host.
    pub(super) fn receive(&mut self, message: Message, now: &mut Moment<'_>) {
        if self.receive_of_a_track(&message, now) {
            return;
        }
        let ends = match message {
            Message::On { velocity, .. } => velocity <= 0.0,
            Message::Off { .. } => true,
            _ => false,
        };
        match message {
            Message::On { key, velocity, .. }
                if velocity > 0.0 && self.commands(Trigger::Note(key), 1.0, now) => {}
            Message::On { id, channel: DRUM_CHANNEL, key, velocity } if velocity > 0.0 => {
                self.drum_on(Address { channel: DRUM_CHANNEL, key }, id, velocity, now);
            }
            // A note-on with velocity 0 is a note-off.
            Message::On { id, channel, key, .. } | Message::Off { id, channel, key, .. }
                if ends && !self.ids.releases(Address { channel, key }, id) => {}
            Message::On { channel: DRUM_CHANNEL, key, .. }
            | Message::Off { channel: DRUM_CHANNEL, key, .. } => {
                if !self.commands(Trigger::Note(key), 0.0, now) {
                    self.drum_off(Address { channel: DRUM_CHANNEL, key }, now);
                }
            }
            Message::On { id, channel, key, velocity } if velocity > 0.0 => {
                self.note_on(Address { channel, key }, id, velocity, now);
            }
            Message::On { channel, key, .. } | Message::Off { channel, key, .. } => {
                let heard = self.player.holds_on(channel, key);
                if !heard && self.commands(Trigger::Note(key), 0.0, now) {
                    return;
                }
                // If unsure, treat it as the player's.
                if self.player.holds_on(channel, key) || !self.output.echo.takes_off(channel, key) {
                    self.note_off(Address { channel, key }, now);
                }
            }
            Message::Choke { channel, key } => {
                for c in 0..16 {
                    for k in 0..128 {
                        let meant = channel.is_none_or(|it| it == c) && key.is_none_or(|it| it == k);
                        let address = Address { channel: c, key: k };
                        if meant && (self.player.holds_on(c, k) || self.sounds_theirs(address)) {
                            self.note_off(address, now);
                        }
                    }
                }
            }
            // VST3 controllers rest at exactly one half, which no 7-bit value is: nobody moved this
            // one.
            Message::Control { value: 0.5, .. } | Message::Pressure { value: 0.5, .. } => {}
            // A pitch wheel does come back to its middle.
            Message::Bend { channel, value } => {
                if self.player.bend(channel, value) {
                    self.pass(message, now);
                }
            }
            Message::Control { controller, value, .. }
                if self.commands(Trigger::Control(controller), value, now) => {}
            Message::Control { channel, controller: Message::PEDAL, .. }
                if self.is_our_pedal(channel, now) => {}
            // The pedal of a take that is played back goes with its notes, and nobody answers it.
            Message::Control { channel, controller: Message::PEDAL, value }
                if self.is_of_a_take(channel, value > 0.5, now) =>
            {
                self.output.move_pedal_of_take(channel, value > 0.5);
                self.pass(message, now);
            }
            Message::Control { channel, controller, value } => {
                self.control(channel, controller, value, now);
                self.pass(message, now);
            }
            _ => self.pass(message, now),
        }
    }

    fn passes(&self) -> bool {
        self.settings.sound.pass || self.settings.bypass
    }

    fn pass(&mut self, message: Message, now: &mut Moment<'_>) {
        if self.passes() {
            now.sink.send(now.time, message);
            self.output.passed.note(&message);
        }
    }

    /// A stroke on a drum sounds and goes through: it is neither a key of the player's nor the end
    /// of a phrase.
    fn drum_on(&mut self, address: Address, id: Option<i32>, velocity: f32, now: &mut Moment<'_>) {
        if self.is_echo(address, velocity, now) || self.plays_back(address, id, velocity, now) {
            return;
        }
        self.go_through(address, id, velocity, now);
        if !self.settings.bypass {
            self.output.sound.note_on(address, Role::Player, Some(Part::Drums), velocity);
        }
    }

    fn go_through(&mut self, address: Address, id: Option<i32>, velocity: f32, now: &mut Moment<'_>) {
        self.ids.strikes(address, id);
        if self.passes() {
            self.output.voices.start(address, self.played(id, velocity, now), now);
        }
    }

    /// A voice of the player's.
    fn played(&self, id: Option<i32>, velocity: f32, now: &Moment<'_>) -> On {
        On {
            role: Role::Player,
            part: None,
            id,
            velocity,
            end: None,
            since: now.sample,
            answer: 0,
            pedal: PedalMove::Stay,
        }
    }

    /// Whether a note that comes in is one that we have just sent. It is counted.
    pub(super) fn is_echo(
        &mut self,
        Address { channel, key }: Address,
        velocity: f32,
        now: &Moment<'_>,
    ) -> bool {
        let time = now.time + self.timing.offset;
        let struck = Struck { channel, key, velocity, sample: now.sample, time };
        let is_echo = self.output.echo.takes_on(&struck);
        self.meters.echoes.fetch_add(is_echo.into(), Ordering::Relaxed);
        is_echo
    }

    fn drum_off(&mut self, address: Address, now: &mut Moment<'_>) {
        if self.sounds_theirs(address) {
            self.output.end(address, now);
        } else {
            // It may be the off of an echo, which is then no longer expected.
            self.output.echo.takes_off(address.channel, address.key);
        }
    }

    /// Whether a voice that was passed through sounds at an address.
    fn sounds_theirs(&self, address: Address) -> bool {
        self.output.voices.at(address).is_some_and(|voice| voice.role == Role::Player)
    }

    /// Whether a note is one of a take of ours that the host plays back. If so it passes and sounds
    /// as it did, and nobody answers it.
    fn plays_back(&mut self, address: Address, id: Option<i32>, velocity: f32, now: &mut Moment<'_>) -> bool {
        let Address { channel, key } = address;
        let rests = self.output.playback.lasts(now.at);
        let place = self.place(key, velocity, now);
        let off = self.timing.clock.length_of(self.output.playback.off());
        if self.settings.bypass || self.player.holds_on(channel, key) {
            return false;
        }
        let is_drum = channel == DRUM_CHANNEL;
        let Some(part) = self.output.playback.takes(&place, is_drum, off) else { return false };
        if !rests {
            // What we would have played here is there already.
            self.make_way(Survives::Nothing, now);
            self.cut(Survives::Nothing, now);
            // Its first note was taken for the player's, and so was its pedal.
            self.player.leaves(channel);
            if self.player.holds_pedal_on(channel) {
                self.move_pedal(channel, false, now);
                self.output.move_pedal_of_take(channel, true);
            }
        }
        self.meters.played_back.fetch_add(1, Ordering::Relaxed);
        self.go_through(address, id, velocity, now);
        if self.settings.sound.is_heard(part) {
            self.output.sound.note_on(address, Role::Segue, part, velocity);
        }
        true
    }

    /// Whether the pedal on a channel is that of a take that is played back.
    fn is_of_a_take(&self, channel: Channel, down: bool, now: &Moment<'_>) -> bool {
        let lasts = self.output.playback.lasts(now.at) && self.is_our_keyboards(channel);
        let comes_up = !down && self.output.holds_pedal_of_take(channel);
        (lasts && !self.player.holds_pedal_on(channel)) || comes_up
    }

    /// A note-on of the player. Our notes end in this very sample, unless the mode lets them
    /// survive.
    fn note_on(&mut self, address: Address, id: Option<i32>, velocity: f32, now: &mut Moment<'_>) {
        let Address { channel, key } = address;
        if self.is_echo(address, velocity, now) || self.plays_back(address, id, velocity, now) {
            return;
        }
        self.ids.strikes(address, id);
        self.player.press(channel, key);
        if !self.settings.bypass {
            let at = self.report(now.sample);
            let survives = self.survival_on_note_on(at);
            self.make_way(survives, now);
            if !self.passes() && self.output.voices.at(address).is_some() {
                // Nothing else would end it here, and its end would be that of the player's tone.
                self.output.end(address, now);
            }
            let revision = self.plans.revisions.newest();
            self.send(Heard::On { at, key, velocity: midi_velocity(velocity), survives, revision });
            self.output.sound.note_on(address, Role::Player, None, velocity);
            self.meters.set_key(Role::Player, key, true);
            self.meters.struck(key);
        }
        let on = self.played(id, velocity, now);
        if self.passes() {
            self.output.voices.start(address, on, now);
        } else {
            // It sounds, though it is not passed on.
            self.output.voices.reports.send(now.at, on.report(now.at, address));
        }
    }

    /// A note-off of the player. One that matches no note sends nothing.
    fn note_off(&mut self, address: Address, now: &mut Moment<'_>) {
        let Address { channel, key } = address;
        if !self.player.release(channel, key) {
            // One of a take that is played back was not the player's to hold.
            if self.output.voices.at(address).is_none_or(|voice| voice.role == Role::Player) {
                self.output.end(address, now);
            }
            return;
        }
        if !self.player.holds(key) && !self.settings.bypass {
            let at = self.report(now.sample);
            self.send(Heard::Off { at, key });
            self.meters.set_key(Role::Player, key, false);
        }
        // If our voice took over the address, the player's has ended already.
        let sounds = self.output.voices.at(address).map(|voice| voice.role);
        if sounds.is_none_or(|role| role == Role::Player) {
            self.output.end(address, now);
        }
        if sounds != Some(Role::Player) {
            // It was not passed on.
            let off = Sounded::Off { at: now.at, role: Role::Player, channel, key };
            self.output.voices.reports.send(now.at, off);
        }
    }

    /// Which of our notes survive a note-on of the player at this position.
    fn survival_on_note_on(&self, at: Beats) -> Survives {
        let lead = self.timing.clock.length_of(self.timing.lead);
        let commit = at + lead.max(self.mode().holds(!self.settings.what.band.parts.is_empty()));
        self.mode().survival_on_note_on(self.settings.when.yields, self.plans.is_our_turn(at), commit)
    }

    /// Whether a key or a controller is a command and not music. If so, carries it out. `value` is
    /// 0 when a key comes up.
    fn commands(&mut self, trigger: Trigger, value: f32, now: &mut Moment<'_>) -> bool {
        if self.settings.bypass {
            return false;
        }
        if value > 0.0 && self.meters.learn.load(Ordering::Relaxed) {
            self.meters.set_learned(trigger);
            return true;
        }
        let latched = self.latched();
        let is_latch = self.settings.when.latch_trigger == Some(trigger);
        if is_latch {
            self.overrides.latch = value >= 0.5 || (value > 0.0 && matches!(trigger, Trigger::Note(_)));
            if latched && !self.latched() {
                self.hand_back(now);
            }
        }
        let is_mode = self.settings.when.mode_trigger == Some(trigger);
        if is_mode {
            let mode = next_mode(self.mode(), trigger, value);
            if mode != self.mode() {
                self.overrides.mode = Some(mode);
                self.meters.set_mode(mode);
                self.make_way(Survives::Nothing, now);
                self.cut(Survives::Nothing, now);
            }
        }
        is_latch || is_mode
    }

    /// Whether a pedal on a channel is our own that comes back. Passed on, it would go round.
    fn is_our_pedal(&self, channel: Channel, now: &Moment<'_>) -> bool {
        let Output { foot, echo, .. } = &self.output;
        let moved = foot.moved_on(channel).is_some_and(|sample| echo.may_come_back(sample, now.sample));
        (moved || foot.channel() == Some(channel)) && !self.player.plays_on(channel)
    }

    /// Whether a keyboard of ours plays on a channel.
    fn is_our_keyboards(&self, channel: Channel) -> bool {
        [None, Some(Part::Keys)].into_iter().any(|part| self.settings.sound.channel_of(part) == channel)
    }

    fn control(&mut self, channel: Channel, controller: u8, value: f32, now: &mut Moment<'_>) {
        match controller {
            Message::PEDAL => self.move_pedal(channel, value > 0.5, now),
            Message::RESET_CONTROLLERS => self.move_pedal(channel, false, now),
            // Some keyboards send it whenever the last key comes up: it ends what sounds there.
            Message::ALL_NOTES_OFF if !self.sounds_on(channel) => {}
            Message::ALL_SOUND_OFF | Message::ALL_NOTES_OFF => {
                self.end_everything(now);
                self.cut(Survives::Nothing, now);
            }
            _ => {}
        }
    }

    /// Whether anything sounds on a channel, whoever plays it.
    fn sounds_on(&self, channel: Channel) -> bool {
        let mut voices = Role::ALL.into_iter().flat_map(|role| self.output.voices.of(role));
        self.player.holds_any_on(channel) || voices.any(|(address, _)| address.channel == channel)
    }

    /// The player's pedal moves on a channel.
    fn move_pedal(&mut self, channel: Channel, down: bool, now: &mut Moment<'_>) {
        let Some(down) = self.player.pedal(channel, down) else { return };
        self.output.sound.pedal(Role::Player, down);
        if self.settings.bypass {
            return;
        }
        let at = self.report(now.sample);
        self.send(Heard::Pedal { at, down });
        // The player's pedal moves on our channel too, where that is wanted.
        let channel = self.settings.sound.channel;
        if !down {
            self.output.lift_pedal(now);
        } else if self.settings.sound.follow_pedal && self.settings.on && !self.player.plays_on(channel) {
            self.output.press_pedal(channel, now);
        }
    }
}
