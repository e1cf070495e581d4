//! Loops over floats that the compiler can vectorise, compiled for the widest registers that the
//! processor has.

/// A function compiled three times: for AVX-512, for AVX2, and for any processor. It is chosen when
/// it is called.
macro_rules! vectorised {
    ($(#[$doc:meta])* $visible:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $out:ty)? $body:block) => {
        $(#[$doc])*
        #[allow(clippy::too_many_arguments)]
        $visible fn $name($($arg: $type),*) $(-> $out)? {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn plain($($arg: $type),*) $(-> $out)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                #[allow(clippy::too_many_arguments)]
                fn avx512($($arg: $type),*) $(-> $out)? {
                    plain($($arg),*)
                }
                #[target_feature(enable = "avx2")]
                #[allow(clippy::too_many_arguments)]
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
pub const LANES: usize = 32;

/// The lanes' sum, in halves.
#[inline(always)]
fn folded(lanes: [f32; LANES]) -> f32 {
    let mut sixteen: [f32; 16] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 16]);
    let mut width = 16;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            sixteen[lane] += sixteen[lane + width];
        }
    }
    sixteen[0]
}

/// The sum of all.
#[inline(always)]
pub fn sum(x: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] += chunk[lane];
        }
    }
    rest.iter().fold(folded(lanes), |sum, x| sum + x)
}

/// The sum of the products.
#[inline(always)]
pub fn dot(x: &[f32], y: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let ((xs, x_rest), (ys, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    for (x, y) in xs.iter().zip(ys) {
        for lane in 0..LANES {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    x_rest.iter().zip(y_rest).fold(folded(lanes), |sum, (x, y)| sum + x * y)
}

/// The sum of the products of three.
#[inline(always)]
pub fn dot_of_three(x: &[f32], y: &[f32], z: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let ((xs, x_rest), (ys, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let (zs, z_rest) = z.as_chunks::<LANES>();
    for ((x, y), z) in xs.iter().zip(ys).zip(zs) {
        for lane in 0..LANES {
            lanes[lane] += x[lane] * y[lane] * z[lane];
        }
    }
    x_rest.iter().zip(y_rest).zip(z_rest).fold(folded(lanes), |sum, ((x, y), z)| sum + x * y * z)
}

/// The highest of all; minus infinity of none.
#[inline(always)]
pub fn highest(x: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    let higher = |a: f32, b: f32| if a > b { a } else { b };
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] = higher(chunk[lane], lanes[lane]);
        }
    }
    lanes.into_iter().chain(rest.iter().copied()).fold(f32::NEG_INFINITY, higher)
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
