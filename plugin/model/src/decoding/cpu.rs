//! Which of the processor's instructions the arithmetic of a step uses. All of them give the same
//! bits: dot products are sums of integers, and the few sums of floats are taken in one order.

/// Instructions that this processor has. Only [`Self::best`] and [`Self::all`] make one, so holding
/// it is the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cpu(Instructions);

/// The four ways there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Instructions {
    /// AVX-512 with products of bytes (VNNI): Ice Lake, Zen 4 and later.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX2: Haswell, Zen and later.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// NEON: every 64-bit ARM.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// What the compiler emits for any processor of the kind.
    Plain,
}

impl Cpu {
    /// The fastest that this processor has.
    pub fn best() -> Self {
        Self::all()[0]
    }

    /// All that this processor has, the fastest first.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vnni");
            if avx512 {
                all.push(Self(Instructions::Avx512));
            }
            if is_x86_feature_detected!("avx2") {
                all.push(Self(Instructions::Avx2));
            }
        }
        #[cfg(target_arch = "aarch64")]
        all.push(Self(Instructions::Neon));
        all.push(Self(Instructions::Plain));
        all
    }

    pub(crate) fn instructions(self) -> Instructions {
        self.0
    }
}

/// A function compiled once for each kind of instructions, chosen by the [`Cpu`] it is given first.
/// Rust never reorders float sums, so all of them compute the same.
macro_rules! compiled_for_each {
    ($(#[$doc:meta])* pub fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $out:ty)? $body:block) => {
        $(#[$doc])*
        pub fn $name(cpu: $crate::decoding::cpu::Cpu, $($arg: $type),*) $(-> $out)? {
            #[inline(always)]
            fn plain($($arg: $type),*) $(-> $out)? $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
            fn avx512($($arg: $type),*) $(-> $out)? {
                plain($($arg),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2($($arg: $type),*) $(-> $out)? {
                plain($($arg),*)
            }
            match cpu.instructions() {
                // SAFETY: a Cpu of this kind is proof of these instructions.
                #[cfg(target_arch = "x86_64")]
                $crate::decoding::cpu::Instructions::Avx512 => unsafe { avx512($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                $crate::decoding::cpu::Instructions::Avx2 => unsafe { avx2($($arg),*) },
                _ => plain($($arg),*),
            }
        }
    };
}
pub(crate) use compiled_for_each;
