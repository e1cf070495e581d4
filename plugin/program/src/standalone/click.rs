//! The sound of the metronome: two short blips, the higher one where a bar begins.

use std::f32::consts::TAU;

use super::conductor::Click;

/// How long one sounds, in seconds.
const LENGTH: f32 = 0.04;

/// The time in which it falls to a third, in seconds.
const DECAY: f32 = 0.008;

/// Its frequency in Hz: any beat, the first of a bar.
const FREQUENCIES: [f32; 2] = [1000.0, 1500.0];

/// Beside the built-in sound, loud enough to play to.
const LEVEL: f32 = 0.3;

/// The metronome's voice. Allocates in `new`, then never.
pub struct Clicker {
    blips: [Vec<f32>; 2],
    /// What sounds: which one, and how much of it has been played.
    sounding: Option<(usize, usize)>,
}

impl Clicker {
    /// Silent.
    pub fn new(sample_rate: f32) -> Self {
        let blip = |frequency: f32| {
            let time = |sample: usize| sample as f32 / sample_rate;
            (0..(LENGTH * sample_rate) as usize)
                .map(|sample| LEVEL * (TAU * frequency * time(sample)).sin() * (-time(sample) / DECAY).exp())
                .collect()
        };
        Self { blips: FREQUENCIES.map(blip), sounding: None }
    }

    /// Adds what sounds, and these clicks, to a block.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn render(&mut self, clicks: impl Iterator<Item = Click>, left: &mut [f32], right: &mut [f32]) {
        let mut from = 0;
        for click in clicks {
            let time = (click.time as usize).min(left.len());
            self.play(&mut left[from..time], &mut right[from..time]);
            self.sounding = Some((usize::from(click.first), 0));
            from = time;
        }
        self.play(&mut left[from..], &mut right[from..]);
    }

    fn play(&mut self, left: &mut [f32], right: &mut [f32]) {
        let Some((which, played)) = &mut self.sounding else { return };
        let rest = self.blips[*which].get(*played..).unwrap_or_default();
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
            let mut clicker = Clicker::new(48_000.0);
            let (mut left, mut right) = (vec![0.0; 8192], vec![0.0; 8192]);
            for (block, (left, right)) in left.chunks_mut(size).zip(right.chunks_mut(size)).enumerate() {
                let start = block * size;
                let frames = start..start + left.len();
                let here = clicks.iter().filter(|(at, _)| frames.contains(at));
                clicker.render(
                    here.map(|&(at, first)| Click { time: (at - start) as u32, first }),
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
