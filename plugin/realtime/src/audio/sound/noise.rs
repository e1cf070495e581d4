//! White noise that is the same every time.

/// How much louder white noise must be at a sample rate for what is heard of it to be as loud as at
/// 48 kHz: its power spreads up to half the rate.
pub fn level(sample_rate: f32) -> f32 {
    (sample_rate / 48_000.0).sqrt()
}

/// A generator of 32 bits. Good enough for a hiss, and one multiplication a sample.
#[derive(Clone, Copy, Default)]
pub struct Noise(u32);

impl Noise {
    /// With a seed.
    pub fn new(seed: u32) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9) ^ 0x2545_f491)
    }

    /// From -1 to 1.
    #[inline]
    pub fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0.cast_signed() as f32 * (1.0 / 2_147_483_648.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_white_and_has_no_offset() {
        for seed in 0..20 {
            let mut noise = Noise::new(seed);
            let all: Vec<f32> = (0..20_000).map(|_| noise.next()).collect();
            let mean = |lag: usize| {
                let pairs = all.windows(lag + 1).map(|pair| f64::from(pair[0] * pair[lag]));
                pairs.sum::<f64>() / all.len() as f64
            };
            let offset = all.iter().map(|&sample| f64::from(sample)).sum::<f64>() / all.len() as f64;
            assert!(offset.abs() < 0.02, "{seed}: {offset}");
            assert!((mean(0) - 1.0 / 3.0).abs() < 0.01, "{seed}");
            assert!((1..8).all(|lag| mean(lag).abs() < 0.02), "{seed}");
        }
    }
}
