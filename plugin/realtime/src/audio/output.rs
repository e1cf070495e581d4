//! The output: voices and the built-in sound, which start and end together; the pedal on our
//! channel; and our own echo.

use segue_music::{Channel, Key, Part, Role};

use crate::audio::echo::Echo;
use crate::audio::foot::Foot;
use crate::audio::moment::Moment;
use crate::audio::passed::Passed;
use crate::audio::playback::Playback;
use crate::audio::sound::Sound;
use crate::audio::voices::{Address, Voices};
use crate::between::convert;
use crate::between::message::Message;
use crate::between::sounded::Reports;

/// The output of one instance. Allocates in `new` and `activate` only.
pub struct Output {
    /// Who sounds on which channel and key.
    pub voices: Voices,
    /// The built-in sound.
    pub sound: Sound,
    /// Recognises our own notes coming back.
    pub echo: Echo,
    /// Recognises takes of ours that the host plays back.
    pub playback: Playback,
    /// What of the player's went out and rests away from its middle.
    pub passed: Passed,
    /// The sustain pedal that Segue moves itself.
    pub foot: Foot,
    /// The player's sustain pedal is down on our channel.
    pedal: bool,
}

impl Output {
    /// Silence.
    pub fn new(reports: Reports, sample_rate: f64) -> Self {
        Self {
            voices: Voices::new(reports),
            sound: Sound::new(convert::narrow(sample_rate)),
            echo: Echo::new(sample_rate),
            playback: Playback::new(sample_rate),
            passed: Passed::default(),
            foot: Foot::UP,
            pedal: false,
        }
    }

    /// Starts over at a sample rate. Allocates.
    pub fn activate(&mut self, sample_rate: f64) {
        self.echo = Echo::new(sample_rate);
        self.playback.set_sample_rate(sample_rate);
        self.sound.activate(convert::narrow(sample_rate));
    }

    /// Ends a voice and its tone.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn end(&mut self, address: Address, now: &mut Moment<'_>) {
        self.voices.end(address, now);
        self.sound.note_off(address);
    }

    /// Ends all voices, and lets their tones fade.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits; at most 2,048 offs.
    pub fn end_all(&mut self, now: &mut Moment<'_>) {
        Role::ALL.into_iter().for_each(|role| self.voices.end_all(role, now));
        self.lift_foot(now);
        self.sound.fade();
    }

    /// Ends all of our voices, and calls `ended` with each key.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits; at most 2,048 offs.
    pub fn end_ours(&mut self, now: &mut Moment<'_>, ended: impl Fn(Key)) {
        for (address, _) in self.voices.of(Role::Segue) {
            self.sound.note_off(address);
            ended(address.key);
        }
        self.voices.end_all(Role::Segue, now);
        self.lift_foot(now);
    }

    /// Ends those of our voices that began before a sample. `ended` gets their keys.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits; at most 2,048 offs.
    pub fn end_ours_before(&mut self, sample: u64, now: &mut Moment<'_>, ended: impl Fn(Key)) {
        for (address, _) in self.voices.of(Role::Segue).filter(|(_, voice)| voice.since < sample) {
            self.sound.note_off(address);
            ended(address.key);
        }
        self.voices.end_before(Role::Segue, sample, now);
        self.lift_foot(now);
    }

    /// Ends our voices of the parts for which `ends` is true. `ended` gets the keys of those that
    /// have pitches.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits; at most 2,048 offs.
    pub fn end_parts(&mut self, now: &mut Moment<'_>, ends: impl Fn(Part) -> bool, ended: impl Fn(Key)) {
        let of_one = |part: Option<Part>| part.is_some_and(&ends);
        for (address, voice) in self.voices.of(Role::Segue).filter(|(_, voice)| of_one(voice.part)) {
            self.sound.note_off(address);
            if voice.part != Some(Part::Drums) {
                ended(address.key);
            }
        }
        if ends(Part::Keys) {
            self.lift_foot(now);
        }
        self.voices.end_parts(now, ends);
    }

    /// Our own foot comes up.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn lift_foot(&mut self, now: &mut Moment<'_>) {
        self.foot.lift(&mut self.sound, now);
    }

    /// The player's pedal moves on Segue's channel.
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

    /// Lifts the player's pedal on our channel, whatever the player does.
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
