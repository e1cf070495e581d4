//! Rotary positions (Su et al. 2021, arXiv 2104.09864). Half of a head's pairs turn with musical
//! time, so that "a bar ago" is a direction, and half with the step counter, so that "eight notes
//! ago" is one.

use std::f64::consts::TAU;
use std::sync::LazyLock;

use segue_music::Tick;

use crate::shape::config::HEAD_DIM;

/// Pairs of a head that turn.
const PAIRS: usize = HEAD_DIM / 2;
/// Of these, pairs that turn with time.
const TIMED: usize = PAIRS / 2;

/// The ticks of a whole turn: binary and ternary lengths from a sixteenth to 32 bars of four.
/// Integers, so that an angle is reduced exactly however long the jam.
const TURNS: [Tick; TIMED] = [12, 16, 24, 36, 48, 72, 96, 144, 192, 288, 384, 576, 768, 1536, 3072, 6144];

/// The ratio of the fastest to the slowest step frequency, about: 1 to 1/340 radian a step.
const STEP_BASE: f64 = 500.0;

/// Radians a step, of the pairs that turn with the step counter.
static STEP_FREQUENCIES: LazyLock<[f64; PAIRS - TIMED]> =
    LazyLock::new(|| std::array::from_fn(|pair| STEP_BASE.powf(-(pair as f64) / (PAIRS - TIMED) as f64)));

/// Cosine and sine of every tick of each of [`TURNS`], one after the other, and where each begins.
/// To compute them each time took a fortieth of a note's time.
static TURNED: LazyLock<Turned> = LazyLock::new(|| {
    let (mut starts, mut turned) = ([0; TIMED], Vec::new());
    for (start, &turn) in starts.iter_mut().zip(&TURNS) {
        *start = turned.len();
        turned.extend((0..turn).map(|tick| cos_sin(TAU * tick as f64 / turn as f64)));
    }
    Turned { starts, turned }
});

/// The turns with the step counter of the first steps: a training sequence has no more, and each of
/// its notes asks twice.
static STEPPED: LazyLock<Vec<[(f32, f32); PAIRS - TIMED]>> =
    LazyLock::new(|| (0..1024).map(stepped).collect());

fn stepped(step: usize) -> [(f32, f32); PAIRS - TIMED] {
    std::array::from_fn(|pair| cos_sin((step as f64 * STEP_FREQUENCIES[pair]).rem_euclid(TAU)))
}

struct Turned {
    starts: [usize; TIMED],
    turned: Vec<(f32, f32)>,
}

fn cos_sin(angle: f64) -> (f32, f32) {
    (angle.cos() as f32, angle.sin() as f32)
}

/// The turn of every pair at one position.
#[derive(Clone, Debug)]
pub struct Angles {
    cos: [f32; PAIRS],
    sin: [f32; PAIRS],
}

impl Angles {
    /// At a tick and a step number, however large.
    pub fn at(tick: Tick, step: usize) -> Self {
        let (mut cos, mut sin) = ([0.0; PAIRS], [0.0; PAIRS]);
        let Turned { starts, turned } = &*TURNED;
        for pair in 0..TIMED {
            (cos[pair], sin[pair]) = turned[starts[pair] + tick.rem_euclid(TURNS[pair]) as usize];
        }
        let stepped = STEPPED.get(step).copied().unwrap_or_else(|| stepped(step));
        for (pair, turn) in (TIMED..).zip(stepped) {
            (cos[pair], sin[pair]) = turn;
        }
        Self { cos, sin }
    }

    /// The cosine of every pair.
    pub fn cosines(&self) -> &[f32] {
        &self.cos
    }

    /// The sine of every pair.
    pub fn sines(&self) -> &[f32] {
        &self.sin
    }

    /// Turns a head's vector of [`HEAD_DIM`] numbers; pairs lie half a head apart.
    pub fn turn(&self, head: &mut [f32]) {
        self.apply(head, 1.0);
    }

    /// Turns it back, which is also the gradient of turning.
    pub fn turn_back(&self, head: &mut [f32]) {
        self.apply(head, -1.0);
    }

    fn apply(&self, head: &mut [f32], direction: f32) {
        let (low, high) = head.split_at_mut(PAIRS);
        for pair in 0..PAIRS {
            let (cos, sin) = (self.cos[pair], self.sin[pair] * direction);
            (low[pair], high[pair]) =
                (low[pair] * cos - high[pair] * sin, low[pair] * sin + high[pair] * cos);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_distances_matter_at_any_position() {
        let dot = |a: (Tick, usize), b: (Tick, usize)| {
            let (mut x, mut y) = ([0.0; HEAD_DIM], [0.0; HEAD_DIM]);
            for i in 0..HEAD_DIM {
                (x[i], y[i]) = ((i as f32).sin(), (i as f32 * 1.7).cos());
            }
            Angles::at(a.0, a.1).turn(&mut x);
            Angles::at(b.0, b.1).turn(&mut y);
            x.iter().zip(&y).map(|(x, y)| x * y).sum::<f32>()
        };
        let near = dot((0, 0), (100, 7));
        let far = dot((48_000_000, 100_000), (48_000_100, 100_007));
        assert!((near - far).abs() < 1e-4, "{near} {far}");
    }
}
