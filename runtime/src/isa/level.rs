//! The instruction sets by name.

/// The instruction sets for which castnet has kernels; each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// The instructions of every machine of this architecture.
    Portable = 1,
    /// AVX2 and FMA: vectors of 256 bits.
    Avx2 = 2,
    /// AVX-512 (F, VL, DQ, BW): vectors of 512 bits.
    Avx512 = 3,
}
