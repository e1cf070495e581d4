//! The sound of the metronome: a short beep, higher on downbeats.

use std::f32::consts::TAU;

use crate::standalone::transport::clock::Click;

/// The length of a beep, in seconds.
const LENGTH: f32 = 0.04;

/// The time in which it decays to 1/e, in seconds.
const DECAY: f32 = 0.008;

/// Its frequency, in Hz: on beats and on downbeats.
const FREQUENCIES: [f32; 2] = [1000.0, 1500.0];

/// Its level: loud enough to play to, beside the built-in sound.
const LEVEL: f32 = 0.3;

/// The metronome's voice. Allocates in [`Self::new`] only.
pub struct Metronome {
    beeps: [Vec<f32>; 2],
    /// The beep that is sounding, and how many samples of it have been played.
    sounding: Option<(usize, usize)>,
}

impl Metronome {
    /// A silent metronome. The sample rate is in Hz.
    pub fn new(sample_rate: f32) -> Self {
        let beep = |frequency: f32| {
            let time = |sample: usize| sample as f32 / sample_rate;
            let wave = |sample| (TAU * frequency * time(sample)).sin();
            let envelope = |sample| LEVEL * (-time(sample) / DECAY).exp();
            let samples = 0..(LENGTH * sample_rate) as usize;
            samples.map(|sample| wave(sample) * envelope(sample)).collect()
        };
        Self { beeps: FREQUENCIES.map(beep), sounding: None }
    }

    /// Adds the sounding beep and those of these clicks to a block.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn render(&mut self, clicks: impl Iterator<Item = Click>, left: &mut [f32], right: &mut [f32]) {
        let mut from = 0;
        for click in clicks {
            let time = (click.time as usize).min(left.len());
            self.play(&mut left[from..time], &mut right[from..time]);
            self.sounding = Some((usize::from(click.is_downbeat), 0));
            from = time;
        }
        self.play(&mut left[from..], &mut right[from..]);
    }

    fn play(&mut self, left: &mut [f32], right: &mut [f32]) {
        let Some((which, played)) = &mut self.sounding else { return };
        let rest = self.beeps[*which].get(*played..).unwrap_or_default();
        for ((left, right), sample) in left.iter_mut().zip(right.iter_mut()).zip(rest) {
            *left += sample;
            *right += sample;
        }
        *played += left.len();
        if rest.len() <= left.len() {
            self.sounding = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_sounds_from_its_sample_on_in_blocks_of_any_size() {
        let clicks = [(1000, true), (5000, false)];
        let render = |size: usize| {
            let mut metronome = Metronome::new(48_000.0);
            let (mut left, mut right) = (vec![0.0; 8192], vec![0.0; 8192]);
            for (block, (left, right)) in left.chunks_mut(size).zip(right.chunks_mut(size)).enumerate() {
                let start = block * size;
                let frames = start..start + left.len();
                let here = clicks.iter().filter(|(at, _)| frames.contains(at));
                metronome.render(
                    here.map(|&(at, is_downbeat)| Click { time: (at - start) as u32, is_downbeat }),
                    left,
                    right,
                );
            }
            assert_eq!(left, right);
            left
        };
        let whole = render(8192);
        // The first sample of a sine is zero.
        assert!(whole[..=1000].iter().all(|&sample| sample == 0.0));
        assert!(whole[1001] > 0.0 && whole[5001] > 0.0);
        assert!(whole[1000 + 1920..=5000].iter().all(|&sample| sample == 0.0), "it ends");
        let loudest =
            |from: usize| whole[from..from + 1920].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        assert!((0.1..0.3).contains(&loudest(1000)) && (0.1..0.3).contains(&loudest(5000)));
        for size in [1, 7, 256, 4096] {
            assert_eq!(render(size), whole, "blocks of {size}");
        }
    }
}
