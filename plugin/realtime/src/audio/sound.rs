//! The built-in sound: an electric piano, good enough to jam with.
//!
//! A tone for each key, a level for you and one for Segue, a chorus and an amplifier. Envelopes go on from where they are when a
//! key is struck again, a tone that must make room fades, and levels are smoothed, so nothing clicks.
//!
//! The filters are the biquad crate's. Not fundsp: its live envelope restarts at zero (a click on a repeated key) and is sampled every
//! 2 ms, and for what would be left, a chorus, it brings an FFT and a resampler among a dozen crates.
//!
//! Cost, by `cargo bench -p segue-realtime --bench sound`: at 48 kHz 0.5 % of one core of an AMD EPYC server with 16 voices and 0.9 % with 32
//! (0.8 % and 1.4 % while others kept it busy); nothing while all is silent or off.

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

/// Samples rendered at once: the buses fit on the stack.
const CHUNK: usize = 64;

/// After the last tone the chorus still sounds for so long, and the filters settle.
const TAIL_SECONDS: f32 = 0.05;

/// A level below this, on its way to zero, is zero: -100 dB.
const LEVEL_OFF: f32 = 1e-5;

/// The sound of one instance. Allocates in `new`, then never.
pub struct Sound {
    /// Twice the voices: as many may be fading to make room as sound.
    tones: Vec<Tone>,
    sine: Sine,
    chorus: Chorus,
    amplifiers: [Amplifier; 2],
    sample_rate: f32,
    smooth: f32,
    /// As they are now, on their way to where they should be; nothing while nothing sounds, as then they may jump.
    levels: Option<[f32; 2]>,
    /// Samples until what the last tone has left behind has ended.
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

    /// A key is struck; `velocity` is 0 to 1.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn on(&mut self, address: Address, role: Role, velocity: f32) {
        let velocity = if velocity.is_nan() { 0.0 } else { velocity.clamp(0.0, 1.0) };
        let mut place = None;
        let here = self.tones.iter_mut().enumerate();
        for (index, tone) in here.filter(|(_, tone)| tone.sounds() && tone.address == address) {
            if tone.role == role {
                place = Some(index);
            } else {
                // The other's tone ends, at the other's level and side.
                tone.lift();
            }
        }
        let Some(place) = place.or_else(|| self.room()) else { return };
        if let Some(tone) = self.tones.get_mut(place) {
            tone.strike(address, role, velocity, self.sample_rate);
        }
    }

    /// A place for one more tone. Where all voices sound, the one that is missed least fades: released ones and quiet ones
    /// first. Nothing where as many fade already, which takes 32 steals in 4 ms.
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

    /// A key comes up.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn off(&mut self, address: Address) {
        let pedal = self.pedal;
        for tone in self.tones.iter_mut().filter(|tone| tone.address == address && tone.sounds()) {
            if pedal && tone.role == Role::Player {
                tone.sustained = true;
            } else {
                tone.lift();
            }
        }
    }

    /// The player's pedal goes down or comes up. Our own notes do not hang on it.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn pedal(&mut self, down: bool) {
        self.pedal = down;
        if !down {
            self.tones.iter_mut().filter(|tone| tone.sustained).for_each(Tone::lift);
        }
    }

    /// Lets everything fade.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn fade(&mut self) {
        self.tones.iter_mut().for_each(Tone::lift);
    }

    /// Whether no tone sounds; what the chorus keeps may.
    pub fn is_silent(&self) -> bool {
        self.tones.iter().all(Tone::is_idle)
    }

    /// Writes the next samples, at a level for each role: 0 is off, and then its tones end.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
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
