//! An instrument of the player's own that plays in place of the built-in voices, if there is one.

use segue_music::{Part, Role};

use super::levels::{GROUPS, group, of_group};
use super::voice::CHUNK;
use crate::audio::voices::Address;
use crate::between::instrument::{Choice, Stage};
use crate::between::limits::ADDRESSES;
use crate::between::prefault;

/// Samples between two settings of the levels. Counted by itself, so that it sounds the same in
/// any blocks.
const STEP: usize = 16;

/// Seconds in which the one that leaves fades.
const FADE_SECONDS: f32 = 0.01;

/// A level within this of where it is set is there.
const THERE: f32 = 1e-4;

/// Who plays, as a number from 1 on: the group, or one more for the player's drums.
fn number(role: Role, part: Option<Part>) -> u8 {
    let group = if (role, part) == PLAYERS_DRUMS { GROUPS } else { group(role, part) };
    u8::try_from(1 + group).unwrap_or(u8::MAX)
}

fn of_number(number: u8) -> Option<(Role, Option<Part>)> {
    let group = usize::from(number.checked_sub(1)?);
    if group == GROUPS { Some(PLAYERS_DRUMS) } else { of_group(group) }
}

/// They have the level of the player's keys, and another sound.
const PLAYERS_DRUMS: (Role, Option<Part>) = (Role::Player, Some(Part::Drums));

/// The guest, and the way in and out. Allocates in `new` only.
pub struct Guest {
    stage: Option<Stage>,
    playing: Choice,
    sample_rate: f32,
    /// Who sounds at each address, as a number; 0 is nobody.
    sounding: Vec<u8>,
    /// What it was told, and what the levels are on their way to.
    gains: [f32; GROUPS],
    /// What is left of the one that leaves, and how much less that is with every sample.
    left: f32,
    less: f32,
    /// Whose pedal is down, by role.
    pedals: [bool; 2],
    /// Samples until the levels are set again.
    until_step: usize,
}

impl Guest {
    /// Nobody.
    pub fn new(sample_rate: f32) -> Self {
        let mut sounding = prefault::list(ADDRESSES, 0);
        sounding.resize(ADDRESSES, 0);
        Self {
            stage: None,
            playing: None,
            sample_rate,
            sounding,
            gains: [-1.0; GROUPS],
            left: 1.0,
            less: 1.0 / (FADE_SECONDS * sample_rate),
            pedals: [false; 2],
            until_step: 0,
        }
    }

    /// The way in. Not while processing.
    pub fn enter_by(&mut self, stage: Stage) {
        stage.set_sample_rate(self.sample_rate);
        self.stage = Some(stage);
    }

    /// Starts over at a sample rate. One that was made for another does not play on. Not for the
    /// audio thread.
    pub fn activate(&mut self, sample_rate: f32) {
        let (stage, playing) = (self.stage.take(), self.playing.take());
        *self = Self::new(sample_rate);
        if let Some(stage) = stage {
            self.enter_by(stage);
        }
        self.playing = playing.filter(|guest| guest.sample_rate() == sample_rate);
        self.fade();
    }

    /// Strikes a key, if the guest has a sound for it.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn note_on(&mut self, address: Address, role: Role, part: Option<Part>, velocity: f32) -> bool {
        self.note_off(address);
        self.let_in();
        let rate = self.sample_rate;
        let Some(guest) = self.playing.as_mut().filter(|guest| guest.sample_rate() == rate) else {
            return false;
        };
        if !guest.has(role, part, address.key) {
            return false;
        }
        if let Some(sounding) = self.sounding.get_mut(address.index()) {
            *sounding = number(role, part);
        }
        guest.note_on(role, part, address.key, velocity);
        true
    }

    /// Releases a key, if it sounds here.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn note_off(&mut self, address: Address) {
        let Some(sounding) = self.sounding.get_mut(address.index()) else { return };
        let who = of_number(std::mem::take(sounding));
        if let (Some(guest), Some((role, part))) = (&mut self.playing, who) {
            guest.note_off(role, part, address.key);
        }
    }

    /// Moves somebody's pedal.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn pedal(&mut self, role: Role, down: bool) {
        self.pedals[role.index()] = down;
        if let Some(guest) = &mut self.playing {
            guest.pedal(role, down);
        }
    }

    /// Lets everything fade.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn fade(&mut self) {
        self.sounding.fill(0);
        if let Some(guest) = &mut self.playing {
            guest.fade();
        }
    }

    /// Adds the next samples, at most a chunk. Returns whether there were any.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn render(
        &mut self,
        [left, right]: &mut [[f32; CHUNK]; 2],
        samples: usize,
        targets: &[f32; GROUPS],
        smooth: f32,
    ) -> bool {
        // Another one waits: the one that plays fades.
        let called = self.let_in();
        let Some(guest) = &mut self.playing else { return false };
        let mut sounds = false;
        let mut at = 0;
        while at < samples.min(CHUNK) {
            if self.until_step == 0 {
                self.until_step = STEP;
                for (group, (gain, &target)) in self.gains.iter_mut().zip(targets).enumerate() {
                    if *gain == target {
                        continue;
                    }
                    let next = *gain + (target - *gain) * (smooth * STEP as f32).min(1.0);
                    // Before the first it may jump.
                    let there = *gain < 0.0 || (next - target).abs() < THERE;
                    *gain = if there { target } else { next };
                    if let Some((role, part)) = of_group(group) {
                        guest.set_gain(role, part, *gain);
                    }
                }
            }
            let length = self.until_step.min(samples - at);
            let (mut l, mut r) = ([0.0; STEP], [0.0; STEP]);
            let (l, r) = (&mut l[..length], &mut r[..length]);
            let heard = guest.render(l, r);
            for (index, (l, r)) in l.iter().zip(r.iter()).enumerate() {
                if called {
                    self.left = (self.left - self.less).max(0.0);
                }
                if heard {
                    left[at + index] += l * self.left;
                    right[at + index] += r * self.left;
                }
            }
            sounds |= heard;
            if called && !heard {
                self.left = 0.0;
            }
            self.until_step -= length;
            at += length;
        }
        sounds
    }

    /// Lets the next one in, once the one that plays has faded. Returns whether one waits still.
    fn let_in(&mut self) -> bool {
        let is_called = |stage: &Option<Stage>| stage.as_ref().is_some_and(Stage::is_called);
        if is_called(&self.stage) && (self.playing.is_none() || self.left <= 0.0) {
            self.change();
        }
        is_called(&self.stage)
    }

    fn change(&mut self) {
        if let Some(stage) = &mut self.stage {
            stage.change(&mut self.playing);
        }
        if let Some(guest) = &mut self.playing {
            let down = Role::ALL.into_iter().filter(|role| self.pedals[role.index()]);
            down.for_each(|role| guest.pedal(role, true));
        }
        self.sounding.fill(0);
        self.gains = [-1.0; GROUPS];
        (self.left, self.until_step) = (1.0, 0);
    }
}
