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
