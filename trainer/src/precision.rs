//! What training computes products in.

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use segue_network::backprop::Arithmetic;

/// As it is said on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Arithmetics {
    /// bf16 where the processor gains by it (AMX, or AVX-512 with BF16 of AMD), else f32.
    #[default]
    Auto,
    /// f32 everywhere.
    F32,
    /// bf16 factors, f32 sums: AMX, or AVX-512 with BF16.
    Bf16,
}

impl Arithmetics {
    /// What it is on this computer.
    pub fn arithmetic(self) -> Result<Arithmetic> {
        match self {
            Self::Auto => Ok(Arithmetic::fastest()),
            Self::F32 => Ok(Arithmetic::F32),
            Self::Bf16 => Arithmetic::bf16().context(
                "this processor has no products of bf16 (AMX, or AVX-512 with BF16); leave --precision out, or choose f32",
            ),
        }
    }
}
