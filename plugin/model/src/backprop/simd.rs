//! Loops over floats that the compiler can vectorise, compiled for the widest registers that the processor has.

/// A function compiled three times: for AVX-512, for AVX2, and for any processor. It is chosen when it is called.
macro_rules! vectorised {
    ($(#[$doc:meta])* $visible:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $out:ty)? $body:block) => {
        $(#[$doc])*
        $visible fn $name($($arg: $type),*) $(-> $out)? {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn plain($($arg: $type),*) $(-> $out)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                fn avx512($($arg: $type),*) $(-> $out)? {
                    plain($($arg),*)
                }
                #[target_feature(enable = "avx2")]
                fn avx2($($arg: $type),*) $(-> $out)? {
                    plain($($arg),*)
                }
                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                {
                    // SAFETY: the processor has these features.
                    return unsafe { avx512($($arg),*) };
                }
                if is_x86_feature_detected!("avx2") {
                    // SAFETY: as above.
                    return unsafe { avx2($($arg),*) };
                }
            }
            plain($($arg),*)
        }
    };
}
pub(super) use vectorised;

/// Sums that run side by side: a sum in one line waits for each addition before the next.
const LANES: usize = 32;

/// The sum of `term(0)` to `term(count - 1)`, in lanes.
#[inline(always)]
pub fn sum_of(count: usize, term: impl Fn(usize) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let whole = count - count % LANES;
    for from in (0..whole).step_by(LANES) {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum += term(from + lane);
        }
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
    }
    (whole..count).fold(lanes[0], |sum, at| sum + term(at))
}

/// The sum of all.
#[inline(always)]
pub fn sum(x: &[f32]) -> f32 {
    sum_of(x.len(), |at| x[at])
}

/// The sum of the products.
#[inline(always)]
pub fn dot(x: &[f32], y: &[f32]) -> f32 {
    let y = &y[..x.len()];
    sum_of(x.len(), |at| x[at] * y[at])
}

/// The highest of all; minus infinity of none.
#[inline(always)]
pub fn highest(x: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for (highest, &x) in lanes.iter_mut().zip(chunk) {
            *highest = if x > *highest { x } else { *highest };
        }
    }
    lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |highest, &x| if x > highest { x } else { highest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_add_up_whatever_the_length() {
        for count in [0, 1, 15, 16, 31, 32, 33, 64, 100, 511] {
            let x: Vec<f32> = (0..count).map(|i| ((i * 37 % 101) as f32 - 50.0) / 8.0).collect();
            let y: Vec<f32> = (0..count).map(|i| (i * 53 % 97) as f32 / 8.0).collect();
            // Eighths of small numbers: every order of summing is exact.
            assert_eq!(sum(&x), x.iter().sum::<f32>(), "{count}");
            assert_eq!(dot(&x, &y), x.iter().zip(&y).map(|(x, y)| x * y).sum::<f32>(), "{count}");
            assert_eq!(highest(&x), x.iter().copied().fold(f32::NEG_INFINITY, f32::max), "{count}");
        }
    }
}
