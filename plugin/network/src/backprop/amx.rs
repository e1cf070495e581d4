//! Products of panels on AMX's tile registers (Intel SDM volume 1, chapter 18): 16,384
//! multiplications in sixteen cycles.

use std::arch::asm;
use std::arch::x86_64::__cpuid_count;
use std::sync::OnceLock;

use super::tiles::{HALF, SIDE, Tile};

/// Whether this processor has AMX with bf16 and the system lets this process use it. Linux wants to
/// be asked once.
pub fn available() -> bool {
    static ALLOWED: OnceLock<bool> = OnceLock::new();
    *ALLOWED.get_or_init(|| {
        const BF16_AND_TILE: u32 = 1 << 22 | 1 << 24;
        __cpuid_count(7, 0).edx & BF16_AND_TILE == BF16_AND_TILE && permitted()
    })
}

#[cfg(target_os = "linux")]
fn permitted() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
    const XFEATURE_XTILEDATA: libc::c_long = 18;
    // SAFETY: the call takes two numbers and allows this process the registers, or refuses.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}

/// What LDTILECFG reads: eight tiles of sixteen rows of 64 bytes.
#[repr(C, align(64))]
struct Shape {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

static SHAPE: Shape = Shape {
    palette: 1,
    start_row: 0,
    reserved: [0; 14],
    row_bytes: [64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0, 0, 0, 0, 0],
    rows: [16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// A square of 32 for each of `panels` right panels, one beside the other:
/// `out = keep · out + left · right`.
///
/// # Safety
/// [`available`] said so. `left` points at `depth` pairs of tiles of one panel; `right` at `depth`
/// pairs of each panel, `right_step` tiles apart; `out` at `32 · panels` numbers in each of 32
/// rows, `stride` numbers apart, which nobody else uses.
pub unsafe fn multiply(
    left: *const Tile,
    (right, right_step): (*const Tile, usize),
    (panels, depth): (usize, usize),
    (out, stride): (*mut f32, usize),
    keep: bool,
) {
    const PAIR: usize = 2 * size_of::<Tile>();
    debug_assert!(panels > 0 && depth > 0 && right_step >= 2 * depth);
    // SAFETY: every address is inside what the caller vouches for; the block sets the shape of the
    // tiles itself and releases them, so that it leaves no state behind but what it says.
    unsafe {
        asm!(
            "ldtilecfg [{any}]",
            // For each panel: four tiles of sums, in two rows of two.
            "2:",
            "test {keep}, {keep}",
            "jnz 3f",
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            "jmp 4f",
            "3:",
            "lea {any}, [{out} + {half}]",
            "tileloadd tmm0, [{out} + {stride}]",
            "tileloadd tmm1, [{out} + {stride} + 64]",
            "tileloadd tmm2, [{any} + {stride}]",
            "tileloadd tmm3, [{any} + {stride} + 64]",
            "4:",
            "mov {at}, {left}",
            "mov {any}, {depth}",
            "5:",
            "tileloadd tmm4, [{at} + {row}]",
            "tileloadd tmm6, [{right} + {row}]",
            "tileloadd tmm7, [{right} + {row} + 1024]",
            "tileloadd tmm5, [{at} + {row} + 1024]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "add {right}, 2048",
            "add {at}, 2048",
            "dec {any}",
            "jnz 5b",
            "lea {any}, [{out} + {half}]",
            "tilestored [{out} + {stride}], tmm0",
            "tilestored [{out} + {stride} + 64], tmm1",
            "tilestored [{any} + {stride}], tmm2",
            "tilestored [{any} + {stride} + 64], tmm3",
            "add {out}, 128",
            "add {right}, {skip}",
            "dec {panels}",
            "jnz 2b",
            "tilerelease",
            // First the shape, then the lower half of the sums or the steps that are left.
            any = inout(reg) &raw const SHAPE => _,
            left = in(reg) left,
            right = inout(reg) right => _,
            skip = in(reg) right_step * size_of::<Tile>() - depth * PAIR,
            at = out(reg) _,
            out = inout(reg) out => _,
            stride = in(reg) stride * size_of::<f32>(),
            half = in(reg) HALF * stride * size_of::<f32>(),
            row = in(reg) size_of::<[u32; HALF]>(),
            keep = in(reg_byte) u8::from(keep),
            depth = in(reg) depth,
            panels = inout(reg) panels => _,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
    const { assert!(PAIR == 2048 && SIDE == 32) };
}
