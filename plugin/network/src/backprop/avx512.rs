//! Products of panels with AVX-512's sums of pairs of bf16 (VDPBF16PS): Cooper Lake, Zen 4 and
//! later.

use std::arch::x86_64::*;

use super::tiles::{HALF, Tile};

/// Whether this processor has it.
pub fn available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512bf16")
}

/// Rows of a tile whose sums are kept in registers at a time: sixteen sums of sixteen, of 32
/// registers.
const ROWS: usize = 8;

/// A square of 32 for each of `panels` right panels, one beside the other:
/// `out = keep · out + left · right`.
///
/// # Safety
/// The processor has these features. `left` points at `depth` pairs of tiles of one panel; `right`
/// at `depth` pairs of each panel, `right_step` tiles apart; `out` at `32 · panels` numbers in each
/// of 32 rows, `stride` numbers apart, which nobody else uses.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
pub unsafe fn multiply(
    left: *const Tile,
    (right, right_step): (*const Tile, usize),
    (panels, depth): (usize, usize),
    (out, stride): (*mut f32, usize),
    keep: bool,
) {
    for panel in 0..panels {
        for half in 0..2 {
            for first in (0..HALF).step_by(ROWS) {
                let mut sums = [[_mm512_setzero_ps(); 2]; ROWS];
                // SAFETY: every address is inside what the caller vouches for.
                unsafe {
                    let out = out.add((half * HALF + first) * stride + panel * 2 * HALF);
                    if keep {
                        for (row, sums) in sums.iter_mut().enumerate() {
                            let out = out.add(row * stride);
                            *sums = [_mm512_loadu_ps(out), _mm512_loadu_ps(out.add(HALF))];
                        }
                    }
                    let (left, right) = (left.add(half), right.add(panel * right_step));
                    for step in 0..depth {
                        let (left, right) = (&*left.add(2 * step), right.add(2 * step));
                        let (right, beside) = (&*right, &*right.add(1));
                        for pair in 0..HALF {
                            let right = bf16(_mm512_load_si512(right.0[pair].as_ptr().cast()));
                            let beside = bf16(_mm512_load_si512(beside.0[pair].as_ptr().cast()));
                            for (row, sums) in sums.iter_mut().enumerate() {
                                let left = bf16(_mm512_set1_epi32(left.0[first + row][pair] as i32));
                                sums[0] = _mm512_dpbf16_ps(sums[0], left, right);
                                sums[1] = _mm512_dpbf16_ps(sums[1], left, beside);
                            }
                        }
                    }
                    for (row, sums) in sums.iter().enumerate() {
                        let out = out.add(row * stride);
                        _mm512_storeu_ps(out, sums[0]);
                        _mm512_storeu_ps(out.add(HALF), sums[1]);
                    }
                }
            }
        }
    }
}

#[target_feature(enable = "avx512f")]
fn bf16(pairs: __m512i) -> __m512bh {
    // SAFETY: both are 64 bytes without meaning of their own.
    unsafe { std::mem::transmute::<__m512i, __m512bh>(pairs) }
}
