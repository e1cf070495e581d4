//! How fast this machine reads a footprint again and again.

use std::hint::black_box;

use crate::clock::took;

/// A cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([u64; 8]);

/// The best time, in milliseconds, in which one thread reads that many bytes that it has read
/// before: one stream or four side by side, with the widest registers.
pub fn floor_ms(bytes: usize) -> f64 {
    let lines = vec![Line([1; 8]); bytes.div_ceil(64)];
    let mut best = f64::INFINITY;
    for _ in 0..300 {
        for streams in [1, 2, 4] {
            best = best.min(took(|| _ = black_box(read(black_box(&lines), streams))));
        }
    }
    best
}

/// What a host does between two notes: 64 MB that leave nothing of ours in the caches.
pub struct Elsewhere(Vec<Line>);

impl Elsewhere {
    pub fn new() -> Self {
        Self(vec![Line([1; 8]); 1 << 20])
    }

    /// Reads and writes all of it.
    pub fn visit(&mut self) {
        for line in &mut self.0 {
            line.0[0] = line.0[0].wrapping_add(1);
        }
        black_box(&mut self.0);
    }
}

/// The best time, in milliseconds, in which one thread reads that many bytes after it has been
/// elsewhere.
pub fn cold_floor_ms(bytes: usize, elsewhere: &mut Elsewhere) -> f64 {
    let lines = vec![Line([1; 8]); bytes.div_ceil(64)];
    let mut best = f64::INFINITY;
    for turn in 0..60 {
        elsewhere.visit();
        best = best.min(took(|| _ = black_box(read(black_box(&lines), [1, 2, 4][turn % 3]))));
    }
    best
}

fn read(lines: &[Line], streams: usize) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has what the function is compiled for.
            return unsafe { read_avx512(lines, streams) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: as above.
            return unsafe { read_avx2(lines, streams) };
        }
    }
    read_all(lines, streams)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn read_avx512(lines: &[Line], streams: usize) -> u64 {
    read_all(lines, streams)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn read_avx2(lines: &[Line], streams: usize) -> u64 {
    read_all(lines, streams)
}

#[inline(always)]
fn read_all(lines: &[Line], streams: usize) -> u64 {
    match streams {
        1 => side_by_side::<1>(lines),
        2 => side_by_side::<2>(lines),
        _ => side_by_side::<4>(lines),
    }
}

/// Every line once: the slice cut into this many parts, and of each part four lines in turn.
#[inline(always)]
fn side_by_side<const STREAMS: usize>(lines: &[Line]) -> u64 {
    let part = lines.len() / STREAMS;
    let mut sums = [[[0u64; 8]; 4]; STREAMS];
    for place in 0..part / 4 {
        for (stream, sums) in sums.iter_mut().enumerate() {
            let four = &lines[stream * part + 4 * place..][..4];
            for (line, sums) in four.iter().zip(sums.iter_mut()) {
                for (sum, number) in sums.iter_mut().zip(&line.0) {
                    *sum = sum.wrapping_add(*number);
                }
            }
        }
    }
    sums.as_flattened().as_flattened().iter().fold(0, |sum, &lane| sum.wrapping_add(lane))
}
