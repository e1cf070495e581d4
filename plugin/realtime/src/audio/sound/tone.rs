//! One tone: a sine whose angle is bent by itself (the bark of a hard strike) and, for a moment, by a high partial (the tine).
//!
//! With `a` the angle of the key, the tone is `sin(a + bark sin(a) + tine sin(n a))`, and some of `sin(a)` for body. It is an odd
//! function of `a`, so it has no direct current; it begins at zero. All three strengths run in straight lines to where a strike
//! leads them and then fall, so a key that is struck again goes on from where it is.

use segue_music::Role;

use super::sine::{Sine, turns};
use crate::audio::voices::Address;

/// What is quieter than -90 dB has ended.
const SILENT: f32 = 3e-5;

/// How much of the tone is the plain sine.
const BODY: f32 = 0.3;

/// Peak of the hardest strike of middle C. At the default level of -12 dB ten keys struck hard stay below the point where the
/// amplifier rounds off.
const PEAK: f32 = 0.3;

/// A tone that is stolen fades within this.
const FADE_SECONDS: f32 = 0.004;

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Idle,
    /// So many samples until the strike has led everything where it wants it.
    Rising(u32),
    Falling,
    /// So many samples until another tone has the place.
    Stolen(u32),
}

/// A strength that moves: every sample it is multiplied, then added to.
#[derive(Clone, Copy, Default)]
struct Strength {
    now: f32,
    /// Where the strike leads it.
    peak: f32,
    /// Where it falls, and how much is left of the way after a sample.
    floor: f32,
    fall: f32,
}

impl Strength {
    /// In a straight line to `to` in so many samples.
    fn line(&self, to: f32, samples: u32) -> (f32, f32) {
        (1.0, (to - self.now) / samples.max(1) as f32)
    }

    fn falling(&self) -> (f32, f32) {
        (self.fall, self.floor * (1.0 - self.fall))
    }
}

/// A place for a tone.
#[derive(Clone, Copy)]
pub struct Tone {
    /// Which key.
    pub address: Address,
    /// Who struck it.
    pub role: Role,
    /// The key is up, but the pedal holds the tone.
    pub sustained: bool,
    /// The damper is on it.
    lifted: bool,
    phase: Phase,
    angle: u32,
    step: u32,
    partial: u32,
    gain: Strength,
    bark: Strength,
    tine: Strength,
    damp: f32,
    left: f32,
    right: f32,
}

/// The factor a sample for falling to 1/e in so many seconds.
pub fn fall(seconds: f32, sample_rate: f32) -> f32 {
    (-1.0 / (seconds * sample_rate)).exp()
}

impl Tone {
    /// An empty place.
    pub const IDLE: Self = Self {
        address: Address { channel: 0, key: 0 },
        role: Role::Player,
        sustained: false,
        lifted: false,
        phase: Phase::Idle,
        angle: 0,
        step: 0,
        partial: 1,
        gain: Strength { now: 0.0, peak: 0.0, floor: 0.0, fall: 0.0 },
        bark: Strength { now: 0.0, peak: 0.0, floor: 0.0, fall: 0.0 },
        tine: Strength { now: 0.0, peak: 0.0, floor: 0.0, fall: 0.0 },
        damp: 0.0,
        left: 0.0,
        right: 0.0,
    };

    /// Whether the place is empty.
    pub fn is_idle(&self) -> bool {
        self.phase == Phase::Idle
    }

    /// Whether a key's tone is here, and not only the end of one that was stolen.
    pub fn sounds(&self) -> bool {
        matches!(self.phase, Phase::Rising(_) | Phase::Falling)
    }

    /// Whether it has not begun to sound yet.
    pub fn is_unheard(&self) -> bool {
        self.gain.now < SILENT
    }

    /// What would be missed: first held before released, then by how loud it is or is about to be.
    pub fn worth(&self) -> f32 {
        let loud = match self.phase {
            Phase::Rising(_) => self.gain.peak.max(self.gain.now),
            _ => self.gain.now,
        };
        if self.lifted { loud } else { 1.0 + loud }
    }

    /// The key is struck, 0 to 1 hard. The tone goes on from where it is.
    pub fn strike(&mut self, address: Address, role: Role, velocity: f32, sample_rate: f32) {
        if self.phase == Phase::Idle {
            *self = Self::IDLE;
        }
        (self.address, self.role) = (address, role);
        (self.sustained, self.lifted) = (false, false);
        let key = f32::from(address.key);
        let hertz = 440.0 * ((key - 69.0) / 12.0).exp2();
        // Nothing is heard of a key above half the sample rate.
        let audible = if hertz < 0.47 * sample_rate { 1.0 } else { 0.0 };
        self.step = turns((hertz / sample_rate).min(0.5));
        // Octaves above middle C.
        let height = (key - 60.0) / 12.0;

        // The ear hears 3 kHz best and 50 Hz badly: 1.5 dB an octave evens most of that out.
        let even = (-0.25 * height).exp2().clamp(0.5, 1.6);
        self.gain.peak = audible * PEAK * even * (0.06 + 0.94 * velocity.powf(1.6));
        self.gain.fall = fall((2.0 * (-0.55 * height).exp2()).clamp(0.25, 6.0), sample_rate);
        self.damp = fall((0.07 * (-0.3 * height).exp2()).clamp(0.03, 0.15), sample_rate);

        // Bending by b radians makes partials up to about b + 2: there must be room for them, and high keys need fewer. Beyond two
        // radians the key's own pitch gets lost among them.
        let room = (0.45 * sample_rate / hertz - 2.0).max(0.0);
        let softer = (-0.35 * height).exp2().clamp(0.2, 1.15);
        self.bark.peak =
            ((0.15 + 0.55 * velocity + 0.9 * velocity * velocity) * softer).min(room) / std::f32::consts::TAU;
        self.bark.floor = 0.35 * self.bark.peak;
        self.bark.fall = fall(0.45 * (-0.3 * height).exp2(), sample_rate);

        // About 4 kHz, at most fourteen times the key.
        let partial = (4200.0 / hertz).round().clamp(3.0, 14.0);
        let room = (0.3 * (0.45 * sample_rate / hertz - partial - 3.0)).clamp(0.0, 1.0);
        self.partial = partial as u32;
        self.tine.peak = room * (0.04 + 0.5 * velocity * velocity) * softer.min(1.0) / std::f32::consts::TAU;
        self.tine.fall = fall(0.09 * (-0.25 * height).exp2(), sample_rate);

        // A quarter of a period at least: a shorter rise is a click of its own.
        let rise = (0.0015 + 0.003 * (1.0 - velocity)).max(0.25 / hertz);
        self.phase = Phase::Rising(((rise * sample_rate) as u32).max(1));

        // Low keys to the left, as one sits at it; you a little left, Segue a little right.
        let side = match role {
            Role::Player => -0.12,
            Role::Segue => 0.12,
        };
        let turn = (1.0 + (0.09 * height).clamp(-0.3, 0.3) + side) * std::f32::consts::FRAC_PI_4;
        (self.left, self.right) =
            (turn.cos() * std::f32::consts::SQRT_2, turn.sin() * std::f32::consts::SQRT_2);
    }

    /// The damper falls on it, once the strike has led it to where it is heard.
    pub fn lift(&mut self) {
        (self.sustained, self.lifted) = (false, true);
    }

    /// Fades to make room.
    pub fn steal(&mut self, sample_rate: f32) {
        self.phase = Phase::Stolen(((FADE_SECONDS * sample_rate) as u32).max(1));
    }

    /// Ends at once.
    pub fn end(&mut self) {
        self.phase = Phase::Idle;
    }

    /// Adds the next samples.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn render(&mut self, sine: &Sine, left: &mut [f32], right: &mut [f32]) {
        let (mut left, mut right) = (left, right);
        while !left.is_empty() && self.phase != Phase::Idle {
            let lasts = match self.phase {
                Phase::Rising(rest) | Phase::Stolen(rest) => (rest as usize).min(left.len()),
                _ => left.len(),
            };
            let (now_left, later_left) = left.split_at_mut(lasts);
            let (now_right, later_right) = right.split_at_mut(lasts.min(right.len()));
            self.run(sine, now_left, now_right);
            self.pass(lasts as u32);
            (left, right) = (later_left, later_right);
        }
    }

    /// Adds samples within which no phase ends.
    fn run(&mut self, sine: &Sine, left: &mut [f32], right: &mut [f32]) {
        let Self { gain, bark, tine, .. } = self;
        let (gains, barks, tines) = match self.phase {
            Phase::Rising(rest) => {
                (gain.line(gain.peak, rest), bark.line(bark.peak, rest), tine.line(tine.peak, rest))
            }
            Phase::Stolen(rest) => (gain.line(0.0, rest), bark.falling(), tine.falling()),
            _ if self.lifted => ((self.damp, 0.0), bark.falling(), tine.falling()),
            _ => (gain.falling(), bark.falling(), tine.falling()),
        };
        let (mut gain, mut bark, mut tine, mut angle) = (gain.now, bark.now, tine.now, self.angle);
        for (l, r) in left.iter_mut().zip(right) {
            let plain = sine.at(angle);
            let bent = bark * plain + tine * sine.at(angle.wrapping_mul(self.partial));
            let value = gain * (BODY * plain + (1.0 - BODY) * sine.at(angle.wrapping_add(turns(bent))));
            *l += value * self.left;
            *r += value * self.right;
            angle = angle.wrapping_add(self.step);
            gain = gain * gains.0 + gains.1;
            bark = bark * barks.0 + barks.1;
            tine = tine * tines.0 + tines.1;
        }
        (self.gain.now, self.bark.now, self.angle) = (gain, bark, angle);
        // Else it falls into denormals, which cost a hundred times as much.
        self.tine.now = if tine < SILENT { 0.0 } else { tine };
    }

    /// So many samples have passed.
    fn pass(&mut self, samples: u32) {
        self.phase = match self.phase {
            Phase::Rising(rest) if rest > samples => Phase::Rising(rest - samples),
            Phase::Stolen(rest) if rest > samples => Phase::Stolen(rest - samples),
            Phase::Rising(_) => Phase::Falling,
            Phase::Falling if self.gain.now >= SILENT => Phase::Falling,
            _ => Phase::Idle,
        };
    }
}
