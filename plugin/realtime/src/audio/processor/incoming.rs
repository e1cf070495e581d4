//! What comes in from the host: the player's keys and pedals are heard and passed through, the rest is passed through.

use segue_music::{Channel, Role};

use super::*;
use crate::audio::voices::{On, midi_velocity};
use crate::between::limits::TOUCHES;
use crate::between::settings::Trigger;
use crate::between::sounded::Sounded;

impl Processor {
    /// What was played in the window since the last block comes in at the start of this one.
    pub(super) fn touched(&mut self, sample: u64, sink: &mut dyn Sink) {
        // At most what the ring holds, though somebody goes on filling it.
        for first in (0..TOUCHES).map(|taken| taken == 0) {
            let Some(touches) = &mut self.touches else { return };
            if first {
                touches.begin();
            }
            let Some(message) = touches.take() else { return };
            self.take(message, sample, 0, sink);
        }
    }

    /// Something comes in at a sample.
    pub(super) fn take(&mut self, message: Message, sample: u64, time: u32, sink: &mut dyn Sink) {
        match message {
            Message::On { key, velocity, .. }
                if velocity > 0.0 && self.commands(Trigger::Note(key), 1.0, sample, time, sink) => {}
            Message::On { id, channel, key, velocity } if velocity > 0.0 => {
                self.strike(Address { channel, key }, id, velocity, sample, time, sink);
            }
            // MIDI's other way of writing a release.
            Message::On { channel, key, .. } | Message::Off { channel, key, .. } => {
                let heard = self.player.holds_on(channel, key);
                if !heard && self.commands(Trigger::Note(key), 0.0, sample, time, sink) {
                    return;
                }
                if !self.echo.takes_off(channel, key) {
                    self.lift(Address { channel, key }, sample, time, sink);
                }
            }
            Message::Choke { channel, key } => {
                for c in 0..16 {
                    for k in 0..128 {
                        let meant = channel.is_none_or(|it| it == c) && key.is_none_or(|it| it == k);
                        if meant && self.player.holds_on(c, k) {
                            self.lift(Address { channel: c, key: k }, sample, time, sink);
                        }
                    }
                }
            }
            // VST3 controllers rest at exactly one half, which no 7-bit value is: nobody moved it.
            Message::Control { value: 0.5, .. } | Message::Pressure { value: 0.5, .. } => {}
            // The wheel's middle is a place it comes back to.
            Message::Bend { channel, value } => {
                if self.player.bend(channel, value) {
                    self.pass(message, time, sink);
                }
            }
            Message::Control { controller, value, .. }
                if self.commands(Trigger::Control(controller), value, sample, time, sink) => {}
            Message::Control { channel, controller, value } => {
                self.control(channel, controller, value, sample, time, sink);
                self.pass(message, time, sink);
            }
            _ => self.pass(message, time, sink),
        }
    }

    fn pass(&mut self, message: Message, time: u32, sink: &mut dyn Sink) {
        if self.settings.pass || self.settings.bypass {
            sink.send(time, message);
        }
    }

    /// The player strikes a key: our notes end here, in this very sample.
    fn strike(
        &mut self,
        address: Address,
        id: Option<i32>,
        velocity: f32,
        sample: u64,
        time: u32,
        sink: &mut dyn Sink,
    ) {
        let Address { channel, key } = address;
        if self.echo.takes_on(channel, key, sample) {
            self.meters.echoes.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.player.press(channel, key);
        if !self.settings.bypass {
            let at = self.now(sample);
            let stays = self.meets(at);
            self.make_way(stays, time, sink);
            let revision = self.revisions.newest();
            self.tell(Heard::On { at, key, velocity: midi_velocity(velocity), stays, revision });
            self.sound.on(address, Role::Player, velocity);
            self.meters.set_key(Role::Player, key, true);
            self.meters.struck(key);
        }
        let now = self.moment(time);
        let on = On { role: Role::Player, id, velocity, end: None, since: sample, answer: 0 };
        if self.settings.pass || self.settings.bypass {
            self.voices.start(address, on, now, sink);
        } else {
            // It is played, though it is not passed on.
            self.voices.reports.tell(now.at, on.report(now.at, address));
        }
    }

    /// The player releases a key. A release that matches nothing goes nowhere.
    fn lift(&mut self, address: Address, sample: u64, time: u32, sink: &mut dyn Sink) {
        let Address { channel, key } = address;
        if !self.player.release(channel, key) {
            return;
        }
        if !self.player.holds(key) && !self.settings.bypass {
            let at = self.now(sample);
            self.tell(Heard::Off { at, key });
            self.meters.set_key(Role::Player, key, false);
        }
        // Where our voice took the address over, the player's has ended already.
        let (now, sounds) = (self.moment(time), self.voices.at(address).map(|voice| voice.role));
        if sounds.is_none_or(|role| role == Role::Player) {
            self.voices.end(address, now, sink);
            self.sound.off(address);
        }
        if sounds != Some(Role::Player) {
            // It was not passed on.
            self.voices.reports.tell(now.at, Sounded::Off { at: now.at, role: Role::Player, channel, key });
        }
    }

    /// What of ours goes on when the player strikes a key here: nothing that answers; but playing along, and while it is the
    /// player's turn, what is planned for later is only planned anew.
    fn meets(&self, at: Beats) -> Stays {
        let ours = self.turn.is_some_and(|turn| turn.from <= at && at < turn.until);
        match self.mode() {
            Mode::Answer | Mode::Continue => self.yields(),
            Mode::Trade if ours => self.yields(),
            Mode::Trade | Mode::Duet => Stays::Until(at + self.clock.length_of(self.lead)),
        }
    }

    /// Whether a key or a controller is a command, and not music. It is done then; `value` is 0 where the key comes up.
    fn commands(&mut self, what: Trigger, value: f32, sample: u64, time: u32, sink: &mut dyn Sink) -> bool {
        if self.settings.bypass {
            return false;
        }
        if value > 0.0 && self.meters.learn.load(Ordering::Relaxed) {
            self.meters.set_learned(what);
            return true;
        }
        let latched = self.latched();
        let is_latch = self.settings.latch_trigger == Some(what);
        if is_latch {
            self.latch = value >= 0.5 || (value > 0.0 && matches!(what, Trigger::Note(_)));
            if latched && !self.latched() {
                self.hand_back(sample, time, sink);
            }
        }
        let is_mode = self.settings.mode_trigger == Some(what);
        if is_mode {
            let modes = Mode::ALL.len();
            let index = match what {
                // A key steps on when it goes down; a controller's range is the modes'.
                Trigger::Note(_) => self.mode() as usize + usize::from(value > 0.0),
                Trigger::Control(_) => ((value.clamp(0.0, 1.0) * modes as f32) as usize).min(modes - 1),
            };
            let mode = Mode::ALL[index % modes];
            if mode != self.mode() {
                self.mode = Some(mode);
                self.meters.set_mode(mode);
                self.make_way(Stays::Nothing, time, sink);
                self.cut(sample, Stays::Nothing);
            }
        }
        is_latch || is_mode
    }

    fn control(
        &mut self,
        channel: Channel,
        controller: u8,
        value: f32,
        sample: u64,
        time: u32,
        sink: &mut dyn Sink,
    ) {
        let pedal = match controller {
            Message::PEDAL => self.player.pedal(channel, value > 0.5),
            Message::RESET_CONTROLLERS => self.player.pedal(channel, false),
            Message::ALL_SOUND_OFF | Message::ALL_NOTES_OFF => {
                self.end_everything(self.moment(time), sink);
                self.cut(sample, Stays::Nothing);
                None
            }
            _ => None,
        };
        if let Some(down) = pedal {
            self.sound.pedal(down);
            if !self.settings.bypass {
                let at = self.now(sample);
                self.tell(Heard::Pedal { at, down });
                self.follow_pedal(down, time, sink);
            }
        }
    }
}
