//! What goes out: voices and the built-in sound, which begin and end together; the pedal on our channel; and our own echo.

use segue_music::{Channel, Key, Role};

use crate::audio::echo::Echo;
use crate::audio::moment::Moment;
use crate::audio::sound::Sound;
use crate::audio::voices::{Address, Voices};
use crate::between::message::Message;
use crate::between::sounded::Reports;

/// The output of one instance. Allocates in `new` and `activate`, then never.
pub struct Output {
    /// Who sounds where.
    pub voices: Voices,
    /// The built-in sound.
    pub sound: Sound,
    /// What is our own coming back.
    pub echo: Echo,
    /// The sustain pedal is down on our channel.
    pedal: bool,
}

impl Output {
    /// Silence.
    pub fn new(reports: Reports, sample_rate: f64) -> Self {
        Self {
            voices: Voices::new(reports),
            sound: Sound::new(sample_rate as f32),
            echo: Echo::new(sample_rate),
            pedal: false,
        }
    }

    /// The host begins anew with this sample rate. Allocates.
    pub fn activate(&mut self, sample_rate: f64) {
        self.echo = Echo::new(sample_rate);
        self.sound = Sound::new(sample_rate as f32);
    }

    /// A voice ends, with its tone.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn end(&mut self, address: Address, now: &mut Moment<'_>) {
        self.voices.end(address, now);
        self.sound.off(address);
    }

    /// Ends all voices, and lets their tones fade.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits; at most 2,048 offs.
    pub fn end_all(&mut self, now: &mut Moment<'_>) {
        Role::ALL.into_iter().for_each(|role| self.voices.end_all(role, now));
        self.sound.fade();
    }

    /// Ends all voices of ours. `ended` is told their keys.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits; at most 2,048 offs.
    pub fn end_ours(&mut self, now: &mut Moment<'_>, ended: impl Fn(Key)) {
        for (address, _) in self.voices.of(Role::Segue) {
            self.sound.off(address);
            ended(address.key);
        }
        self.voices.end_all(Role::Segue, now);
    }

    /// The pedal moves on a channel of ours.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn move_pedal(&mut self, channel: Channel, down: bool, now: &mut Moment<'_>) {
        if down != self.pedal {
            let value = if down { 1.0 } else { 0.0 };
            let message = Message::Control { channel, controller: Message::PEDAL, value };
            self.pedal = now.sink.send(now.time, message) && down;
        }
    }

    /// The pedal comes up on our channel, whatever the player's foot does.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn lift_pedal(&mut self, channel: Channel, now: &mut Moment<'_>) {
        let message = Message::Control { channel, controller: Message::PEDAL, value: 0.0 };
        if self.pedal && now.sink.send(now.time, message) {
            self.pedal = false;
        }
    }
}
