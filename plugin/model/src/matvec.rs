//! The arithmetic of one step: products of a matrix with a vector, on one thread, without memory of its own.
//!
//! A step reads every weight once, so memory sets its pace; all that the code must do is keep up. It is compiled three times,
//! for AVX-512, for AVX2 and for any processor, and chosen at run time, so that one portable file plays fast everywhere.

/// Numbers summed side by side: four AVX-512 registers, enough to hide an addition's latency.
const LANES: usize = 64;

/// `out = matrix · x`, where `matrix` is (out.len(), x.len()).
///
/// # Panics
/// Where the sizes do not fit.
pub fn matvec(matrix: &[f32], x: &[f32], out: &mut [f32]) {
    assert_eq!(matrix.len(), x.len() * out.len());
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has what the function is compiled for.
            return unsafe { matvec_avx512(matrix, x, out) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has what the function is compiled for.
            return unsafe { matvec_avx2(matrix, x, out) };
        }
    }
    rows::<false>(matrix, x, out);
}

/// The sum of products of two vectors of one length.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut out = [0.0];
    matvec(a, b, &mut out);
    out[0]
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn matvec_avx512(matrix: &[f32], x: &[f32], out: &mut [f32]) {
    rows::<true>(matrix, x, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn matvec_avx2(matrix: &[f32], x: &[f32], out: &mut [f32]) {
    rows::<true>(matrix, x, out);
}

/// `FUSED` says that the processor multiplies and adds at once; elsewhere `mul_add` would be a slow call.
#[inline(always)]
fn rows<const FUSED: bool>(matrix: &[f32], x: &[f32], out: &mut [f32]) {
    let (blocks, rest) = x.as_chunks::<LANES>();
    for (row, out) in matrix.chunks_exact(x.len()).zip(out) {
        let (row_blocks, row_rest) = row.as_chunks::<LANES>();
        let mut lanes = [0.0f32; LANES];
        for (weights, numbers) in row_blocks.iter().zip(blocks) {
            for lane in 0..LANES {
                lanes[lane] = if FUSED {
                    weights[lane].mul_add(numbers[lane], lanes[lane])
                } else {
                    weights[lane] * numbers[lane] + lanes[lane]
                };
            }
        }
        for (lane, (weight, number)) in row_rest.iter().zip(rest).enumerate() {
            lanes[lane] += weight * number;
        }
        let mut width = LANES / 2;
        while width > 0 {
            for lane in 0..width {
                lanes[lane] += lanes[lane + width];
            }
            width /= 2;
        }
        *out = lanes[0];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_multiplies_alike() {
        for width in [1, 7, 16, 63, 64, 65, 96, 200, 704] {
            let matrix: Vec<f32> = (0..3 * width).map(|i| (i as f32 * 0.37).sin()).collect();
            let x: Vec<f32> = (0..width).map(|i| (i as f32 * 0.73).cos()).collect();
            let (mut fast, mut plain) = ([0.0; 3], [0.0; 3]);
            matvec(&matrix, &x, &mut fast);
            rows::<false>(&matrix, &x, &mut plain);
            for row in 0..3 {
                let exact: f64 =
                    (0..width).map(|i| f64::from(matrix[row * width + i]) * f64::from(x[i])).sum();
                assert!(
                    (f64::from(fast[row]) - exact).abs() < 1e-4 && (plain[row] - fast[row]).abs() < 1e-4,
                    "{width}"
                );
            }
        }
    }
}
