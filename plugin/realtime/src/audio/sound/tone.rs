//! One tone: phase modulation of a sine by itself (the bark of a hard strike) and briefly by a high
//! partial (the tine).
//!
//! With `a` the phase of the key, the tone is `sin(a + bark sin(a) + tine sin(n a))`, plus some
//! `sin(a)` for body. It is an odd function of `a`, so it has no DC offset and starts at zero. All
//! three strengths move in a straight line to where a strike takes them, and then decay, so a key
//! that is struck again continues from its current level.

use super::envelope::{SILENT, fall};
use super::sine::{TOGETHER, part_of_turn, sine, turns};
use crate::between::convert;

/// The share of the plain sine.
const BODY: f32 = 0.3;

/// Peak of the hardest strike of middle C. At the default level of -12 dB, ten hard-struck keys
/// stay below the point where the amplifier rounds off.
const PEAK: f32 = 0.3;

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Idle,
    /// Samples until the attack ends.
    Rising(u32),
    Falling,
}

/// A strength that moves: each sample it is multiplied, then added to.
#[derive(Clone, Copy, Default)]
struct Strength {
    now: f32,
    /// Where the attack takes it.
    peak: f32,
    /// Where it decays to, and which share of the distance is left after a sample.
    floor: f32,
    fall: f32,
}

impl Strength {
    /// Moves in a straight line to `to` over this many samples.
    fn line(&self, to: f32, samples: u32) -> (f32, f32) {
        (1.0, (to - self.now) / samples.max(1) as f32)
    }

    fn falling(&self) -> (f32, f32) {
        (self.fall, self.floor * (1.0 - self.fall))
    }
}

/// One tone.
#[derive(Clone, Copy)]
pub struct Tone {
    /// The damper is down.
    lifted: bool,
    phase: Phase,
    angle: u32,
    step: u32,
    partial: u32,
    gain: Strength,
    bark: Strength,
    tine: Strength,
    damp: f32,
}

impl Tone {
    /// At rest.
    pub const IDLE: Self = Self {
        lifted: false,
        phase: Phase::Idle,
        angle: 0,
        step: 0,
        partial: 1,
        gain: Strength { now: 0.0, peak: 0.0, floor: 0.0, fall: 0.0 },
        bark: Strength { now: 0.0, peak: 0.0, floor: 0.0, fall: 0.0 },
        tine: Strength { now: 0.0, peak: 0.0, floor: 0.0, fall: 0.0 },
        damp: 0.0,
    };

    /// Whether it has ended.
    pub fn is_idle(&self) -> bool {
        self.phase == Phase::Idle
    }

    /// How loud it is.
    pub fn heard(&self) -> f32 {
        self.gain.now
    }

    /// How loud it is or is about to be.
    pub fn loud(&self) -> f32 {
        match self.phase {
            Phase::Rising(_) => self.gain.peak.max(self.gain.now),
            _ => self.gain.now,
        }
    }

    /// Strikes the key, 0 to 1 hard. The tone continues from its current level.
    pub fn strike(&mut self, key: f32, velocity: f32, sample_rate: f32) {
        self.lifted = false;
        let hertz = 440.0 * ((key - 69.0) / 12.0).exp2();
        // A key above half the sample rate is inaudible.
        let audible = if hertz < 0.47 * sample_rate { 1.0 } else { 0.0 };
        self.step = turns((hertz / sample_rate).min(0.5));
        // Octaves above middle C.
        let height = (key - 60.0) / 12.0;

        // The ear is most sensitive at 3 kHz and least at 50 Hz; 1.5 dB an octave compensates most
        // of that.
        let even = (-0.25 * height).exp2().clamp(0.5, 1.6);
        self.gain.peak = audible * PEAK * even * (0.06 + 0.94 * velocity.powf(1.6));
        self.gain.fall = fall((2.0 * (-0.55 * height).exp2()).clamp(0.25, 6.0), sample_rate);
        self.damp = fall((0.07 * (-0.3 * height).exp2()).clamp(0.03, 0.15), sample_rate);

        // Modulation by b radians makes partials up to about b + 2. They must stay below half the
        // sample rate, and high keys need fewer. Beyond two radians the fundamental gets lost.
        let room = (0.45 * sample_rate / hertz - 2.0).max(0.0);
        let softer = (-0.35 * height).exp2().clamp(0.2, 1.15);
        self.bark.peak =
            ((0.15 + 0.55 * velocity + 0.9 * velocity * velocity) * softer).min(room) / std::f32::consts::TAU;
        self.bark.floor = 0.35 * self.bark.peak;
        self.bark.fall = fall(0.45 * (-0.3 * height).exp2(), sample_rate);

        // About 4 kHz, at most fourteen times the key.
        let partial = (4200.0 / hertz).round().clamp(3.0, 14.0);
        let room = (0.3 * (0.45 * sample_rate / hertz - partial - 3.0)).clamp(0.0, 1.0);
        self.partial = convert::count(partial);
        self.tine.peak = room * (0.04 + 0.5 * velocity * velocity) * softer.min(1.0) / std::f32::consts::TAU;
        self.tine.fall = fall(0.09 * (-0.25 * height).exp2(), sample_rate);

        // At least a quarter of a period: a shorter rise is itself a click.
        let rise = (0.0015 + 0.003 * (1.0 - velocity)).max(0.25 / hertz);
        self.phase = Phase::Rising(convert::count(rise * sample_rate).max(1));
    }

    /// Releases the key: the damper falls once the attack has ended.
    pub fn release(&mut self) {
        self.lifted = true;
    }

    /// Adds the next samples.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn run(&mut self, out: &mut [f32]) {
        let mut out = out;
        while !out.is_empty() && self.phase != Phase::Idle {
            let lasts = match self.phase {
                Phase::Rising(rest) => (rest as usize).min(out.len()),
                _ => out.len(),
            };
            let (now, later) = out.split_at_mut(lasts);
            self.stretch(now);
            self.pass(convert::short(lasts));
            out = later;
        }
    }

    /// Adds samples up to the next change of phase.
    fn stretch(&mut self, out: &mut [f32]) {
        let Self { gain, bark, tine, .. } = self;
        let (gains, barks, tines) = match self.phase {
            Phase::Rising(rest) => {
                (gain.line(gain.peak, rest), bark.line(bark.peak, rest), tine.line(tine.peak, rest))
            }
            _ if self.lifted => ((self.damp, 0.0), bark.falling(), tine.falling()),
            _ => (gain.falling(), bark.falling(), tine.falling()),
        };
        let (mut gain, mut bark, mut tine, mut angle) = (gain.now, bark.now, tine.now, self.angle);
        for out in out.chunks_mut(TOGETHER) {
            // Only the strengths depend on the sample before: the sines are computed side by side.
            let (mut angles, mut plain, mut high) = ([angle; TOGETHER], [0.0; TOGETHER], [0.0; TOGETHER]);
            for index in 0..TOGETHER {
                angles[index] = angle.wrapping_add(self.step.wrapping_mul(convert::short(index)));
                plain[index] = sine(angles[index]);
                high[index] = sine(angles[index].wrapping_mul(self.partial));
            }
            let (mut bent, mut loud) = ([0.0; TOGETHER], [0.0; TOGETHER]);
            for index in 0..out.len() {
                (bent[index], loud[index]) = (bark * plain[index] + tine * high[index], gain);
                gain = gain * gains.0 + gains.1;
                bark = bark * barks.0 + barks.1;
                tine = tine * tines.0 + tines.1;
            }
            for index in 0..TOGETHER {
                bent[index] = sine(angles[index].wrapping_add(part_of_turn(bent[index])));
            }
            for (index, sample) in out.iter_mut().enumerate() {
                *sample += loud[index] * (BODY * plain[index] + (1.0 - BODY) * bent[index]);
            }
            angle = angle.wrapping_add(self.step.wrapping_mul(convert::short(out.len())));
        }
        (self.gain.now, self.bark.now, self.angle) = (gain, bark, angle);
        // Otherwise it decays into denormals, which cost a hundred times as much.
        self.tine.now = if tine < SILENT { 0.0 } else { tine };
    }

    /// Counts down by this many samples.
    fn pass(&mut self, samples: u32) {
        self.phase = match self.phase {
            Phase::Rising(rest) if rest > samples => Phase::Rising(rest - samples),
            Phase::Rising(_) => Phase::Falling,
            Phase::Falling if self.gain.now >= SILENT => Phase::Falling,
            _ => Phase::Idle,
        };
    }
}
