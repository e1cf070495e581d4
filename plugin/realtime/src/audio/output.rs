//! The output: voices and the built-in sound, which start and end together; the pedal on our
//! channel; and our own echo.

use segue_music::{Beats, Channel, Key, Part, PedalMove, Role};

use crate::audio::echo::Echo;
use crate::audio::foot::Foot;
use crate::audio::moment::Moment;
use crate::audio::passed::Passed;
use crate::audio::playback::Playback;
use crate::audio::sound::Sound;
use crate::audio::voices::{Address, Voices};
use crate::between::convert;
use crate::between::message::Message;
use crate::between::sounded::{Reports, Sounded};

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
    /// The channel of ours on which the player's sustain pedal is down, too.
    pedal: Option<Channel>,
    /// The channel on which the sustain pedal of a take that is played back is down.
    pedal_of_take: Option<Channel>,
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
            pedal: None,
            pedal_of_take: None,
        }
    }

    /// Starts over at a sample rate. Allocates.
    pub fn activate(&mut self, sample_rate: f64) {
        self.echo = Echo::new(sample_rate);
        self.playback.set_sample_rate(sample_rate);
        self.sound.activate(convert::narrow(sample_rate));
    }

    /// Whether the pedal of a take that is played back is down on a channel.
    pub fn holds_pedal_of_take(&self, channel: Channel) -> bool {
        self.pedal_of_take == Some(channel)
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
        self.lift_pedal_of_take();
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
        if let Some(channel) = self.foot.channel() {
            self.voices.reports.send(now.at, Sounded::Lift { at: now.at, channel });
        }
        self.foot.lift(&mut self.sound, now);
    }

    /// Our foot moves with a note that is struck now, and stays until a position at the latest.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn strike_foot(&mut self, what: PedalMove, channel: Channel, until: Beats, now: &mut Moment<'_>) {
        if self.foot.channel().is_some_and(|on| on != channel) {
            self.lift_foot(now);
        }
        self.foot.strike(what, channel, until, &mut self.sound, now);
    }

    /// Our foot moves between notes.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn move_foot(&mut self, now: &mut Moment<'_>) {
        if !self.foot.goes_down(&mut self.sound, now) {
            self.lift_foot(now);
        }
    }

    /// The pedal of a take that is played back moves on a channel. It holds the take's notes.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn move_pedal_of_take(&mut self, channel: Channel, down: bool) {
        self.sound.pedal(Role::Segue, down);
        self.pedal_of_take = down.then_some(channel);
    }

    /// The pedal of a take that is played back comes up here, whatever the host does.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn lift_pedal_of_take(&mut self) {
        if self.pedal_of_take.take().is_some() {
            self.sound.pedal(Role::Segue, false);
        }
    }

    /// The player's pedal goes down on Segue's channel, too.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn press_pedal(&mut self, channel: Channel, now: &mut Moment<'_>) {
        let message = Message::Control { channel, controller: Message::PEDAL, value: 1.0 };
        if self.pedal.is_none() && now.sink.send(now.time, message) {
            self.pedal = Some(channel);
        }
    }

    /// Lifts the player's pedal where it went down on our channel, whatever the player does.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn lift_pedal(&mut self, now: &mut Moment<'_>) {
        let Some(channel) = self.pedal else { return };
        let message = Message::Control { channel, controller: Message::PEDAL, value: 0.0 };
        if now.sink.send(now.time, message) {
            self.pedal = None;
        }
    }
}
