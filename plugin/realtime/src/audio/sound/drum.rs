//! A stroke on an instrument of the kit: a skin, what rings, and a hiss. It rings out by itself.

use biquad::{Biquad, Type};

use super::envelope::{Envelope, SILENT, fall};
use super::filter::{self, Filter};
use super::kit::{Drum, Group};
use super::modes::{Mode, Modes};
use super::noise::{self, Noise};
use super::sine::{TOGETHER, sine, turns};
use crate::between::convert;

/// Seconds between two hands that clap.
const CLAPS: f32 = 0.011;

/// Seconds in which a hand ends a cymbal, and in which everything ends at a stop.
const CHOKED: f32 = 0.012;
const STOPPED: f32 = 0.05;

/// One drum.
#[derive(Clone, Copy)]
pub struct Stroke {
    drum: &'static Drum,
    angle: u32,
    step: f32,
    /// By how much the skin is too high still.
    sharp: f32,
    bend: f32,
    skin: Envelope,
    modes: Modes,
    rings: bool,
    hiss: Envelope,
    noise: Noise,
    high_pass: Filter,
    low_pass: Filter,
    /// Hands that are still to clap, samples until the next does, and how hard.
    claps: u8,
    wait: u32,
    peak: f32,
}

impl Stroke {
    /// At rest.
    pub fn new(drum: &'static Drum, seed: u32) -> Self {
        Self {
            drum,
            angle: 0,
            step: 0.0,
            sharp: 0.0,
            bend: 0.0,
            skin: Envelope::default(),
            modes: Modes::default(),
            rings: false,
            hiss: Envelope::default(),
            noise: Noise::new(seed),
            high_pass: filter::open(),
            low_pass: filter::open(),
            claps: 0,
            wait: 0,
            peak: 0.0,
        }
    }

    /// Which drums it ends, and ends it.
    pub fn group(&self) -> Option<Group> {
        self.drum.group
    }

    /// Strikes, 0 to 1 hard. What rings already goes on from where it is.
    pub fn strike(&mut self, pitch: f32, velocity: f32, sample_rate: f32) {
        let level = 0.06 + 0.94 * velocity.powf(1.5);
        if let Some(skin) = self.drum.skin {
            self.step = (pitch * skin.hertz / sample_rate).min(0.4);
            self.sharp = skin.rise * (0.6 + 0.4 * velocity);
            self.bend = fall(skin.bend, sample_rate);
            // High skins are small, and the ear is more sensitive to them.
            self.skin.strike(level * skin.level * pitch.powf(-0.4), 0.0015, skin.seconds, 0.0, sample_rate);
        }
        if !self.drum.modes.is_empty() {
            let modes = self.drum.modes.iter();
            let blow = self.drum.blow * (1.8 - velocity);
            let struck =
                modes.map(|mode| Mode { hertz: pitch * mode.hertz, level: level * mode.level, ..*mode });
            self.modes.strike(struck, blow, sample_rate);
            self.rings = true;
        }
        if let Some(hiss) = self.drum.hiss {
            self.high_pass.update_coefficients(filter::shape(
                Type::HighPass,
                pitch * hiss.from,
                0.7,
                sample_rate,
            ));
            // Soft strokes are duller.
            let to = pitch * hiss.to * (0.8 * (velocity - 1.0)).exp2();
            self.low_pass.update_coefficients(filter::shape(Type::LowPass, to, 0.7, sample_rate));
            self.peak = level * hiss.level * noise::level(sample_rate);
            self.claps = hiss.claps;
            self.clap(sample_rate);
        }
    }

    /// The next burst of the hiss. The last one is the longest.
    fn clap(&mut self, sample_rate: f32) {
        let Some(hiss) = self.drum.hiss else { return };
        let seconds = if self.claps > 0 { 0.35 * CLAPS } else { hiss.seconds };
        self.hiss.strike(self.peak, hiss.attack, seconds, 0.0, sample_rate);
        self.wait = convert::count(CLAPS * sample_rate);
    }

    /// Ends it as a hand does.
    pub fn choke(&mut self, sample_rate: f32) {
        self.end_within(CHOKED, sample_rate);
    }

    /// Ends it as a stop of the music does.
    pub fn stop(&mut self, sample_rate: f32) {
        self.end_within(STOPPED, sample_rate);
    }

    fn end_within(&mut self, seconds: f32, sample_rate: f32) {
        self.claps = 0;
        self.skin.release(seconds, sample_rate);
        self.hiss.release(seconds, sample_rate);
        self.modes.damp(seconds, sample_rate);
    }

    /// Adds the next samples.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn run(&mut self, out: &mut [f32], sample_rate: f32) {
        if self.rings {
            self.modes.run(out);
        }
        if self.skin.loud() > 0.0 {
            for out in out.chunks_mut(TOGETHER) {
                let (mut angles, mut waves) = ([0; TOGETHER], [0.0; TOGETHER]);
                for angle in angles.iter_mut().take(out.len()) {
                    *angle = self.angle;
                    self.angle = self.angle.wrapping_add(turns(self.step * (1.0 + self.sharp)));
                    self.sharp *= self.bend;
                }
                // Side by side, as the processor can.
                waves.iter_mut().zip(angles).for_each(|(wave, angle)| *wave = sine(angle));
                out.iter_mut().zip(waves).for_each(|(sample, wave)| *sample += self.skin.next() * wave);
            }
        }
        if self.hiss.loud() > 0.0 || self.claps > 0 {
            for sample in out {
                if self.claps > 0 {
                    self.wait = self.wait.saturating_sub(1);
                    if self.wait == 0 {
                        self.claps -= 1;
                        self.clap(sample_rate);
                    }
                }
                let white = f64::from(self.noise.next());
                *sample += convert::narrow(self.low_pass.run(self.high_pass.run(white))) * self.hiss.next();
            }
        }
    }

    /// How loud it is or is about to be.
    pub fn loud(&self) -> f32 {
        self.skin.loud() + self.hiss.loud() + self.modes.loud()
    }

    /// Whether it has rung out.
    pub fn ends(&mut self) -> bool {
        if self.sharp < SILENT {
            self.sharp = 0.0;
        }
        self.rings &= !self.modes.ends();
        let skin = self.skin.ends();
        let hiss = self.hiss.ends() && self.claps == 0;
        skin && hiss && !self.rings
    }
}
