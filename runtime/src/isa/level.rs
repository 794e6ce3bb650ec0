//! The instruction sets by name.

/// The instruction sets that castnet has kernels for, each with those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// What every machine of this kind has.
    Portable = 1,
    /// AVX2 and FMA: vectors of 256 bits.
    Avx2 = 2,
    /// AVX-512 (F, VL, DQ, BW): vectors of 512 bits.
    Avx512 = 3,
}
