//! The built-in sound: an electric piano, good enough to jam with.
//!
//! A tone per key, a level for the player and one for Segue, a chorus and an amplifier. A key that
//! is struck again continues from its current level, stolen tones fade, and levels are smoothed, so
//! nothing clicks.
//!
//! The filters are those of the biquad crate. We tried fundsp: its envelope restarts at zero, a
//! click on every repeated key, and is sampled only every 2 ms. For the rest, a chorus, it brings a
//! dozen crates with it, an FFT and a resampler among them.
//!
//! Cost, by `cargo bench -p segue-realtime --bench sound`: at 48 kHz, 0.5 % of a core of an AMD
//! EPYC server with 16 voices and 0.9 % with 32 (0.8 % and 1.4 % on a busy machine). No cost while
//! it is silent or off.

mod amplifier;
mod chorus;
mod sine;
#[cfg(test)]
mod tests;
mod tone;

use segue_music::{Key, Role};

use crate::audio::voices::Address;
use crate::between::limits::SOUND_VOICES;
use amplifier::Amplifier;
use chorus::Chorus;
use sine::Sine;
use tone::{Tone, fall};

/// Samples rendered at once, so that the buses fit on the stack.
const CHUNK: usize = 64;

/// How long the chorus and the filters sound on after the last tone.
const TAIL_SECONDS: f32 = 0.05;

/// A falling level below this is zero: -100 dB.
const LEVEL_OFF: f32 = 1e-5;

/// The sound of one instance. Allocates in `new` only.
pub struct Sound {
    /// Twice the voices, as each may be fading to make room for another.
    tones: Vec<Tone>,
    sine: Sine,
    chorus: Chorus,
    amplifiers: [Amplifier; 2],
    sample_rate: f32,
    smooth: f32,
    /// The smoothed levels; `None` while silent, when they may jump.
    levels: Option<[f32; 2]>,
    /// Samples until the tail has ended.
    tail: usize,
    pedal: bool,
}

impl Sound {
    /// Silence at a sample rate.
    pub fn new(sample_rate: f32) -> Self {
        let sample_rate =
            if sample_rate.is_finite() { sample_rate.clamp(1_000.0, 1_000_000.0) } else { 48_000.0 };
        Self {
            tones: vec![Tone::IDLE; 2 * SOUND_VOICES],
            sine: Sine::new(),
            chorus: Chorus::new(sample_rate),
            amplifiers: [Amplifier::new(sample_rate), Amplifier::new(sample_rate)],
            sample_rate,
            smooth: 1.0 - fall(0.01, sample_rate),
            levels: None,
            tail: 0,
            pedal: false,
        }
    }

    /// Strikes a key; `velocity` is 0 to 1.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn note_on(&mut self, address: Address, role: Role, velocity: f32) {
        let velocity = if velocity.is_nan() { 0.0 } else { velocity.clamp(0.0, 1.0) };
        let mut place = None;
        let here = self.tones.iter_mut().enumerate();
        for (index, tone) in here.filter(|(_, tone)| tone.sounds() && tone.address == address) {
            if tone.role == role {
                place = Some(index);
            } else {
                // The other player's tone ends, at their level and side.
                tone.release();
            }
        }
        let Some(place) = place.or_else(|| self.room()) else { return };
        if let Some(tone) = self.tones.get_mut(place) {
            tone.start(address, role, velocity, self.sample_rate);
        }
    }

    /// A free slot. If all voices sound, the one that is missed least fades: released and quiet
    /// ones first. `None` if as many are already fading, which takes 32 steals within 4 ms.
    fn room(&mut self) -> Option<usize> {
        if self.tones.iter().filter(|tone| tone.sounds()).count() >= SOUND_VOICES {
            let least = (self.tones.iter().enumerate().filter(|(_, tone)| tone.sounds()))
                .min_by(|(_, a), (_, b)| a.worth().total_cmp(&b.worth()))
                .map(|(index, _)| index)?;
            let tone = self.tones.get_mut(least)?;
            if tone.is_unheard() {
                tone.end();
            } else {
                tone.steal(self.sample_rate);
            }
        }
        self.tones.iter().position(Tone::is_idle)
    }

    /// Releases a key.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn note_off(&mut self, address: Address) {
        let pedal = self.pedal;
        for tone in self.tones.iter_mut().filter(|tone| tone.address == address && tone.sounds()) {
            if pedal && tone.role == Role::Player {
                tone.sustained = true;
            } else {
                tone.release();
            }
        }
    }

    /// Moves the player's pedal. It does not hold our own notes.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn pedal(&mut self, down: bool) {
        self.pedal = down;
        if !down {
            self.tones.iter_mut().filter(|tone| tone.sustained).for_each(Tone::release);
        }
    }

    /// Lets everything fade.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn fade(&mut self) {
        self.tones.iter_mut().for_each(Tone::release);
    }

    /// Whether no tone sounds. The chorus may.
    pub fn is_silent(&self) -> bool {
        self.tones.iter().all(Tone::is_idle)
    }

    /// Writes the next samples with a level per role. A level of 0 ends the tones of that role.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32], levels: [f32; 2]) {
        let levels = levels.map(|level| if level.is_nan() { 0.0 } else { level.clamp(0.0, 2.0) });
        for (left, right) in left.chunks_mut(CHUNK).zip(right.chunks_mut(CHUNK)) {
            self.chunk(left, right, levels);
        }
    }

    fn chunk(&mut self, left: &mut [f32], right: &mut [f32], targets: [f32; 2]) {
        let mut levels = self.levels.unwrap_or(targets);
        let Self { tones, sine, chorus, amplifiers, smooth, .. } = self;
        // [role][side][sample]
        let mut buses = [[[0.0; CHUNK]; 2]; 2];
        let mut sounds = false;
        for tone in tones.iter_mut().filter(|tone| !tone.is_idle()) {
            let role = tone.role.index();
            if targets[role] == 0.0 && levels[role] == 0.0 {
                tone.end();
                continue;
            }
            let [to_left, to_right] = &mut buses[role];
            tone.render(sine, &mut to_left[..left.len()], &mut to_right[..left.len()]);
            sounds = true;
        }
        if sounds {
            self.tail = (TAIL_SECONDS * self.sample_rate) as usize;
        } else if self.tail == 0 {
            left.fill(0.0);
            right.fill(0.0);
            self.levels = None;
            amplifiers.iter_mut().for_each(Amplifier::rest);
            return;
        } else {
            self.tail = self.tail.saturating_sub(left.len());
        }
        for (index, (l, r)) in left.iter_mut().zip(right).enumerate() {
            let mut sides = [0.0, 0.0];
            for (bus, (level, target)) in buses.iter().zip(levels.iter_mut().zip(targets)) {
                *level += (target - *level) * *smooth;
                sides[0] += bus[0][index] * *level;
                sides[1] += bus[1][index] * *level;
            }
            let (wet_left, wet_right) = chorus.next(sides[0], sides[1], sine);
            *l = amplifiers[0].next(wet_left);
            *r = amplifiers[1].next(wet_right);
        }
        for (level, target) in levels.iter_mut().zip(targets) {
            if target == 0.0 && *level < LEVEL_OFF {
                *level = 0.0;
            }
        }
        self.levels = Some(levels);
    }

    /// The keys whose tones sound, for tests.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.tones.iter().filter(|tone| tone.sounds()).map(|tone| tone.address.key)
    }
}
