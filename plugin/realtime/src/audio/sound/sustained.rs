//! A voice that sounds as long as its key is held: bowed, blown, sung, or an organ's.
//!
//! Two oscillators, a little apart, through a low-pass and a body. Their corners are rounded
//! (PolyBLEP), so that what lies above half the sample rate is not mirrored into what is heard.

use biquad::{Biquad, Type};

use super::envelope::{Envelope, fall};
use super::filter::{self, Filter};
use super::noise::{self, Noise};
use super::sine::{sine, turns};
use super::timbre::Timbre;
use crate::between::convert;

/// Octaves of the low-pass between the softest and the hardest strike.
const TOUCH: f32 = 1.2;

/// The level of the second oscillator. As loud as the first, it would silence it now and then.
const SECOND: f32 = 0.6;

/// Swings of the vibrato a second, and the seconds in which it sets in.
const SWINGS: f32 = 5.3;
const SETS_IN: f32 = 0.5;

/// One sustained voice.
#[derive(Clone, Copy)]
pub struct Sustained {
    timbre: &'static Timbre,
    /// Phases of both oscillators, their steps at rest and with the vibrato.
    angles: [u32; 2],
    rest: [f32; 2],
    steps: [u32; 2],
    gain: Envelope,
    /// The low-pass at rest, and by how many octaves it is open still.
    corner: f32,
    open: f32,
    close: f32,
    low_pass: Filter,
    body: Filter,
    noise: Noise,
    breath: f32,
    vibrato: f32,
    swing: u32,
    lifted: bool,
}

impl Sustained {
    /// At rest, with a seed for what is left to chance.
    pub fn new(timbre: &'static Timbre, seed: u32, sample_rate: f32) -> Self {
        let body = match timbre.body {
            Some((hertz, gain)) => filter::filter(Type::PeakingEQ(gain), hertz, 0.9, sample_rate),
            None => filter::open(),
        };
        Self {
            timbre,
            // At most a sixth of a turn apart: close pitches that begin opposed begin as silence.
            angles: [0, seed.wrapping_mul(0x6d2b_79f5) / 6],
            rest: [0.0; 2],
            steps: [0; 2],
            gain: Envelope::default(),
            corner: timbre.corner,
            open: 0.0,
            close: 0.0,
            low_pass: filter::open(),
            body,
            noise: Noise::new(seed),
            breath: timbre.breath * noise::level(sample_rate),
            vibrato: 0.0,
            swing: seed.wrapping_mul(0x9e37_79b9),
            lifted: false,
        }
    }

    /// Strikes, 0 to 1 hard. It goes on from its current level.
    pub fn strike(&mut self, key: f32, velocity: f32, ticks: f32, sample_rate: f32) {
        let timbre = self.timbre;
        let hertz = 440.0 * ((key - 69.0) / 12.0).exp2();
        let audible = if hertz < 0.45 * sample_rate { 1.0 } else { 0.0 };
        let step = (hertz / sample_rate).min(0.45);
        // The louder one is closer to the key.
        let apart = |share: f32| (share * timbre.cents / 1_200.0).exp2();
        self.rest =
            [step * apart(-SECOND / (1.0 + SECOND)), step * timbre.second * apart(1.0 / (1.0 + SECOND))]
                .map(|step| step.min(0.45));
        let height = (key - 60.0) / 12.0;
        // The ear's sensitivity rises towards 3 kHz.
        let even = (-0.3 * height).exp2().clamp(0.5, 1.6);
        let peak = audible * timbre.level * even * (0.15 + 0.85 * velocity.powf(1.4));
        self.gain.strike(peak, timbre.attack, timbre.fades, timbre.held, sample_rate);
        let touch = TOUCH * (velocity - 0.7);
        self.corner = timbre.corner * (timbre.tracks * height + touch).exp2();
        self.open = self.open.max(timbre.opens * velocity);
        self.close = fall(timbre.closes, sample_rate / ticks);
        self.lifted = false;
        self.tick(0.0, sample_rate);
    }

    /// The key comes up.
    pub fn release(&mut self, sample_rate: f32) {
        if !self.lifted {
            self.lifted = true;
            self.gain.release(self.timbre.release / 2.3, sample_rate);
        }
    }

    /// Every few samples: what moves slowly.
    pub fn tick(&mut self, samples: f32, sample_rate: f32) {
        let seconds = samples / sample_rate;
        self.vibrato += (self.timbre.vibrato - self.vibrato) * (seconds / SETS_IN);
        self.swing = self.swing.wrapping_add(turns(SWINGS * seconds));
        let bend = (self.vibrato / 1_200.0 * sine(self.swing)).exp2();
        self.steps = self.rest.map(|step| turns(step * bend));
        self.open *= self.close;
        let corner = self.corner * self.open.exp2();
        self.low_pass.update_coefficients(filter::shape(Type::LowPass, corner, self.timbre.q, sample_rate));
    }

    /// Adds the next samples.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn run(&mut self, out: &mut [f32]) {
        let square = self.timbre.square;
        let breath = self.breath;
        let has_body = self.timbre.body.is_some();
        for sample in out {
            let mut wave = 0.0;
            for ((angle, &step), level) in self.angles.iter_mut().zip(&self.steps).zip([1.0, SECOND]) {
                wave += level * saw(*angle, step);
                if square > 0.0 {
                    wave -= level * square * saw(angle.wrapping_add(1 << 31), step);
                }
                *angle = angle.wrapping_add(step);
            }
            let wave = f64::from(wave + breath * self.noise.next());
            let mut heard = self.low_pass.run(wave);
            if has_body {
                heard = self.body.run(heard);
            }
            *sample += convert::narrow(heard) * self.gain.next();
        }
    }

    /// How loud it is or is about to be.
    pub fn loud(&self) -> f32 {
        self.gain.loud()
    }

    /// How loud it is.
    pub fn heard(&self) -> f32 {
        self.gain.heard()
    }

    /// Whether it has ended.
    pub fn ends(&mut self) -> bool {
        self.gain.ends()
    }
}

/// A falling saw from 1 to -1, whose jump is rounded over two samples.
#[inline]
fn saw(angle: u32, step: u32) -> f32 {
    const UNIT: f32 = 1.0 / 4_294_967_296.0;
    let value = 1.0 - 2.0 * (angle as f32 * UNIT);
    let before = angle.wrapping_neg();
    if angle < step {
        let part = angle as f32 / step as f32 - 1.0;
        value - part * part
    } else if before < step {
        let part = before as f32 / step as f32 - 1.0;
        value + part * part
    } else {
        value
    }
}
