//! The arithmetic of AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101).

use super::simd::{LANES, dot, vectorised};

/// What one step does to every parameter alike.
#[derive(Clone, Copy, Debug)]
pub struct AdamW {
    /// The learning rate.
    pub rate: f32,
    /// How much of a parameter is taken away besides.
    pub decay: f32,
    /// What gradients are multiplied by first.
    pub shorten: f32,
    /// How much of the first and the second moment is kept.
    pub betas: (f32, f32),
    /// What the moments are divided by, since they began at zero.
    pub unbias: (f32, f32),
    /// Keeps a second moment of zero from dividing by it.
    pub epsilon: f32,
}

vectorised! {
    /// Moves parameters a step along their gradient.
    ///
    /// # Panics
    /// Where the four are not of one length.
    pub fn adamw(step: &AdamW, numbers: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
        let count = numbers.len();
        assert!(gradient.len() == count && first.len() == count && second.len() == count);
        let (unbias_first, unbias_second) = (step.unbias.0.recip(), step.unbias.1.recip());
        let (keep_first, keep_second) = (1.0 - step.betas.0, 1.0 - step.betas.1);
        for (((number, gradient), first), second) in numbers.iter_mut().zip(gradient).zip(first).zip(second) {
            let gradient = gradient * step.shorten;
            *first += keep_first * (gradient - *first);
            *second += keep_second * (gradient * gradient - *second);
            let along = *first * unbias_first / ((*second * unbias_second).sqrt() + step.epsilon);
            *number -= step.rate * along + step.decay * *number;
        }
    }
}

vectorised! {
    /// Adds the others to the first, in their order. Returns the sum of its squares.
    pub fn add_up(sum: &mut [f32], others: &[&mut Vec<f32>]) -> f64 {
        // In pieces that stay in the first-level cache.
        const PIECE: usize = 32 * LANES;
        let mut squares = 0.0;
        for (index, sum) in sum.chunks_mut(PIECE).enumerate() {
            for other in others {
                let other = &other[index * PIECE..][..sum.len()];
                sum.iter_mut().zip(other).for_each(|(sum, x)| *sum += x);
            }
            squares += f64::from(dot(sum, sum));
        }
        squares
    }
}
