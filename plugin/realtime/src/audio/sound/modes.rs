//! What rings after a blow: sixteen decaying sines, as strings, bars, bells and skins have them.
//!
//! A mode is a point that turns and shrinks with every sample. A blow is a short rounded push in
//! the direction in which the point moves, so the sound begins at zero and never jumps, also where
//! something rings already. The longer the push, the duller the sound.

use super::envelope::{SILENT, fall};
use super::sine::cosine;
use crate::between::convert;

/// Modes that are computed together.
const LANES: usize = 4;

/// Groups of them.
const GROUPS: usize = 4;

/// How many there are.
pub const MODES: usize = LANES * GROUPS;

/// What is left of what rings already at the end of a blow: a hand or a stick damps it. Otherwise
/// the same note would be up to twice as loud, or cancelled.
const DAMPED: f32 = 0.3;

/// A value a mode.
type Lanes = [[f32; LANES]; GROUPS];

/// One mode.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode {
    /// Its frequency.
    pub hertz: f32,
    /// How strong a blow makes it.
    pub level: f32,
    /// Seconds until 1/e of it is left.
    pub seconds: f32,
}

/// The modes of one voice.
#[derive(Clone, Copy, Default)]
pub struct Modes {
    real: Lanes,
    imaginary: Lanes,
    cosine: Lanes,
    sine: Lanes,
    push: Lanes,
    /// Groups in use.
    groups: usize,
    /// The blow that is under way: samples left, and its phase.
    blow: u32,
    angle: u32,
    step: u32,
    height: f32,
    hush: f32,
    loud: f32,
}

impl Modes {
    /// Strikes these modes, with a blow that lasts so many seconds. What rings already goes on from
    /// where it is. Modes that half the sample rate does not reach are left out.
    pub fn strike(&mut self, modes: impl IntoIterator<Item = Mode>, seconds: f32, sample_rate: f32) {
        let samples = convert::count((seconds * sample_rate).clamp(2.0, 65_536.0));
        self.blow = samples;
        self.step = u32::MAX / samples;
        self.angle = self.step / 2;
        self.height = 1.0 / samples as f32;
        self.hush = DAMPED.powf(self.height);
        (self.groups, self.loud) = (0, 0.0);
        self.push = Lanes::default();
        for (index, mode) in modes.into_iter().take(MODES).enumerate() {
            let (group, lane) = (index / LANES, index % LANES);
            let turn = std::f32::consts::TAU * mode.hertz / sample_rate;
            let audible = mode.hertz < 0.45 * sample_rate && mode.level != 0.0;
            let shrink = if audible { fall(mode.seconds, sample_rate) } else { 0.0 };
            let (sine, cosine) = turn.sin_cos();
            let set = |lanes: &mut Lanes, value| {
                if let Some(place) = lanes.get_mut(group).and_then(|lanes| lanes.get_mut(lane)) {
                    *place = value;
                }
            };
            set(&mut self.cosine, shrink * cosine);
            set(&mut self.sine, shrink * sine);
            if audible {
                set(&mut self.push, mode.level);
                self.groups = group + 1;
                self.loud += mode.level.abs();
            }
        }
    }

    /// Makes everything fall to 1/e within so many seconds, beside its own decay.
    pub fn damp(&mut self, seconds: f32, sample_rate: f32) {
        let shrink = fall(seconds, sample_rate);
        for factor in self.cosine.iter_mut().chain(&mut self.sine).flatten() {
            *factor *= shrink;
        }
    }

    /// Adds the next samples.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn run(&mut self, out: &mut [f32]) {
        let (struck, free) = out.split_at_mut((self.blow as usize).min(out.len()));
        self.blow -= convert::short(struck.len());
        for sample in struck {
            let push = self.height * (1.0 - cosine(self.angle));
            self.angle = self.angle.wrapping_add(self.step);
            *sample += self.turn::<true>(push, self.hush);
        }
        for sample in free {
            *sample += self.turn::<false>(0.0, 1.0);
        }
    }

    /// Moves every mode by a sample, and returns their sum.
    #[inline(always)]
    fn turn<const BLOW: bool>(&mut self, push: f32, hush: f32) -> f32 {
        let mut sums = [0.0; LANES];
        let turns = self.cosine.iter().zip(&self.sine).zip(&self.push);
        let points = self.real.iter_mut().zip(&mut self.imaginary);
        for ((real, imaginary), ((cosine, sine), pushed)) in points.zip(turns).take(self.groups) {
            for lane in 0..LANES {
                let (mut x, mut y) = (real[lane], imaginary[lane]);
                if BLOW {
                    x = x * hush + push * pushed[lane];
                    y *= hush;
                }
                real[lane] = x * cosine[lane] - y * sine[lane];
                imaginary[lane] = x * sine[lane] + y * cosine[lane];
                sums[lane] += imaginary[lane];
            }
        }
        (sums[0] + sums[1]) + (sums[2] + sums[3])
    }

    /// How loud it is or is about to be, as of the last blow or call of [`Self::ends`].
    pub fn loud(&self) -> f32 {
        self.loud
    }

    /// Whether it has rung out. Modes that have are set to zero, before they decay into subnormal
    /// numbers.
    pub fn ends(&mut self) -> bool {
        if self.blow > 0 {
            return false;
        }
        self.loud = 0.0;
        for (real, imaginary) in self.real.iter_mut().flatten().zip(self.imaginary.iter_mut().flatten()) {
            let now = real.abs() + imaginary.abs();
            if now < 0.01 * SILENT {
                (*real, *imaginary) = (0.0, 0.0);
            }
            self.loud += now;
        }
        self.loud < SILENT
    }
}
