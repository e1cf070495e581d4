//! What matrix products are computed in.

/// f32, or bf16 factors with f32 sums. Holding one of bf16 is the proof that this processor has the
/// instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arithmetic(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    F32,
    #[cfg(target_arch = "x86_64")]
    Avx512Bf16,
    #[cfg(target_arch = "x86_64")]
    Amx,
}

impl Arithmetic {
    /// Any processor's.
    pub const F32: Self = Self(Kind::F32);

    /// What trains fastest here: AMX, bf16 factors where AVX-512 gains by them, or f32.
    ///
    /// Intel's cores issue one product of bf16 pairs a cycle and two of f32, which comes to the
    /// same, and the factors must be converted: on a Xeon without AMX bf16 was 0.6 times as fast.
    /// AMD's issue as many of either (uops.info).
    pub fn fastest() -> Self {
        let fastest = Self::bf16().filter(|bf16| bf16.gains(is_intel()));
        fastest.unwrap_or(Self::F32)
    }

    fn gains(self, is_intel: bool) -> bool {
        match self.0 {
            Kind::F32 => false,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512Bf16 => !is_intel,
            #[cfg(target_arch = "x86_64")]
            Kind::Amx => true,
        }
    }

    /// The fastest with bf16 factors that this processor has; `None` where it has none.
    pub fn bf16() -> Option<Self> {
        Self::all().into_iter().find(|&arithmetic| arithmetic != Self::F32)
    }

    /// All that this processor has, the fastest first.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        if super::avx512::available() {
            if super::amx::available() {
                all.push(Self(Kind::Amx));
            }
            all.push(Self(Kind::Avx512Bf16));
        }
        all.push(Self::F32);
        all
    }

    /// What it is called in messages.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::F32 => "f32",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512Bf16 => "bf16 (AVX-512)",
            #[cfg(target_arch = "x86_64")]
            Kind::Amx => "bf16 (AMX)",
        }
    }

    pub(super) fn kind(self) -> Kind {
        self.0
    }
}

/// Whether Intel made this processor.
fn is_intel() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        let vendor = std::arch::x86_64::__cpuid(0);
        [vendor.ebx, vendor.edx, vendor.ecx].map(u32::to_le_bytes).concat() == b"GenuineIntel"
    }
    #[cfg(not(target_arch = "x86_64"))]
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_is_one_that_this_processor_has() {
        assert!(Arithmetic::all().contains(&Arithmetic::fastest()));
        assert!(!Arithmetic::F32.gains(false));
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn bf16_pays_where_it_is_faster() {
        for is_intel in [false, true] {
            assert!(Arithmetic(Kind::Amx).gains(is_intel));
            assert_eq!(Arithmetic(Kind::Avx512Bf16).gains(is_intel), !is_intel);
        }
    }
}
