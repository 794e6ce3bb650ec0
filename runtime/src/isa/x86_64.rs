//! AVX2 and AVX-512, each exact or fused. Needs `std`.
//!
//! All `unsafe` of this file rests on one fact: a token exists only where [`level`] has found its instruction set.
use core::arch::x86_64::*;

use super::{Arithmetic, Dispatch, Isa, Level, Portable, Shapes, Task, level};

/// AVX2 and FMA: vectors of 256 bits.
#[derive(Clone, Copy, Debug)]
pub struct Avx2<const FUSED: bool>(());

/// AVX-512 (F, VL, DQ, BW): vectors of 512 bits.
#[derive(Clone, Copy, Debug)]
pub struct Avx512<const FUSED: bool>(());

/// Prefetches values into the cache.
#[inline(always)]
pub(crate) fn prefetch<T>(values: &[T]) {
    const LINE: usize = 64;
    for line in values.chunks(LINE / size_of::<T>().clamp(1, LINE)) {
        // SAFETY: every machine of this kind has the instruction, and it reads nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) };
    }
}

impl<const FUSED: bool> Avx2<FUSED> {
    /// The token, if the machine has the instruction set.
    #[inline(always)]
    pub fn detect() -> Option<Self> {
        (level() >= Level::Avx2).then_some(Self(()))
    }
}

impl<const FUSED: bool> Avx512<FUSED> {
    /// The token, if the machine has the instruction set.
    #[inline(always)]
    pub fn detect() -> Option<Self> {
        (level() >= Level::Avx512).then_some(Self(()))
    }
}

/// Runs a task in a function that is compiled for AVX2.
#[target_feature(enable = "avx2,fma")]
fn on_avx2<const FUSED: bool, T, J>(isa: Avx2<FUSED>, task: J) -> J::Output
where
    T: crate::scalar::Scalar,
    Avx2<FUSED>: Isa<T>,
    J: Task<T>,
{
    task.run(isa)
}

/// Runs a task in a function that is compiled for AVX-512.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn on_avx512<const FUSED: bool, T, J>(isa: Avx512<FUSED>, task: J) -> J::Output
where
    T: crate::scalar::Scalar,
    Avx512<FUSED>: Isa<T>,
    J: Task<T>,
{
    task.run(isa)
}

impl Dispatch for f32 {
    #[inline(always)]
    fn dispatch<J: Task<f32>>(arithmetic: Arithmetic, task: J) -> J::Output {
        match (arithmetic, level()) {
            (_, Level::Portable) => task.run(Portable),
            // SAFETY: the token is the proof.
            (Arithmetic::Portable, _) => unsafe { on_avx2(Avx2::<false>(()), task) },
            // SAFETY: as above.
            (Arithmetic::Fused, Level::Avx2) => unsafe { on_avx2(Avx2::<true>(()), task) },
            // SAFETY: as above.
            (Arithmetic::Fused, Level::Avx512) => unsafe { on_avx512(Avx512::<true>(()), task) },
        }
    }
}

impl Dispatch for f64 {
    #[inline(always)]
    fn dispatch<J: Task<f64>>(arithmetic: Arithmetic, task: J) -> J::Output {
        match (arithmetic, level()) {
            (_, Level::Portable) => task.run(Portable),
            // SAFETY: the token is the proof.
            (Arithmetic::Portable, _) => unsafe { on_avx2(Avx2::<false>(()), task) },
            // SAFETY: as above.
            (Arithmetic::Fused, _) => unsafe { on_avx2(Avx2::<true>(()), task) },
        }
    }
}

/// Implements [`Isa`] for one token and scalar by the intrinsics of its vectors. Exact and fused tokens have impls of their own, not a
/// generic one: so the cores are compiled with this crate, once, and not in every program.
macro_rules! isa {
    (
        @ $fused:literal $token:ident of $t:ident in $features:literal: $vector:ident, $lanes:literal lanes, tiles of $rows:literal rows, half of it $half:ident;
        $splat:ident $load:ident $store:ident $add:ident $mul:ident $fma:ident;
        load_first: |$from:ident, $load_count:ident| $load_first:expr;
        store_first: |$kept:ident, $to:ident, $store_count:ident| $store_first:expr;
        $(transpose_square: $transpose_square:ident;)?
        $(pairs: $splat_pair:ident $store_pair:ident;)?
    ) => {
        impl Isa<$t> for $token<$fused> {
            type Vector = $vector;
            type Half = $half<$fused>;
            const LANES: usize = $lanes;
            const TILE_ROWS: usize = $rows;
            // Copies per shape would gain little for batches. They gain much for single samples, which are exact unless
            // the feature `fused` is on.
            const SHAPES: Shapes =
                Shapes { single: !$fused || cfg!(feature = "fused"), batches: false, gradients: false };

            #[inline(always)]
            fn half(self) -> $half<$fused> {
                // A machine with the wider vectors has the narrower ones.
                $half(())
            }

            #[inline(always)]
            fn apart<J: Task<$t>>(self, task: J) -> J::Output {
                #[target_feature(enable = $features)]
                fn core<I: Isa<$t>, J: Task<$t>>(isa: I, task: J) -> J::Output {
                    task.run(isa)
                }
                // Not on `core` itself: rustc leaves `inline(never)` out where there is a `target_feature`.
                #[inline(never)]
                fn shell<J: Task<$t>>(isa: $token<$fused>, task: J) -> J::Output {
                    // SAFETY: the token is the proof.
                    unsafe { core(isa, task) }
                }
                shell(self, task)
            }

            #[inline(always)]
            fn mul_add(self, a: $t, b: $t, c: $t) -> $t {
                if $fused { $t::mul_add(a, b, c) } else { a * b + c }
            }
            #[inline(always)]
            fn mul_add_vector(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: the token is the proof.
                unsafe { if $fused { $fma(a, b, c) } else { $add($mul(a, b), c) } }
            }
            #[inline(always)]
            fn splat(self, value: $t) -> $vector {
                // SAFETY: the token is the proof.
                unsafe { $splat(value) }
            }
            #[inline(always)]
            unsafe fn load(self, from: *const $t) -> $vector {
                // SAFETY: the token is the proof, and the caller promises that the values can be read.
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn load_first(self, $from: *const $t, $load_count: usize) -> $vector {
                // SAFETY: the token is the proof, and lanes that are masked out are not read.
                unsafe { $load_first }
            }
            #[inline(always)]
            unsafe fn store(self, vector: $vector, to: *mut $t) {
                // SAFETY: the token is the proof, and the caller promises that the values can be written.
                unsafe { $store(to, vector) }
            }
            #[inline(always)]
            unsafe fn store_first(self, $kept: $vector, $to: *mut $t, $store_count: usize) {
                // SAFETY: the token is the proof, and lanes that are masked out are not written.
                unsafe { $store_first }
            }
            $(
                #[inline(always)]
                unsafe fn transpose_square(self, from: *const $t, from_row: usize, to: *mut $t, to_row: usize) {
                    // SAFETY: the token is the proof, and the caller promises that the squares can be read and written.
                    unsafe { $transpose_square(from, from_row, to, to_row) }
                }
            )?
            $(
                const PAIRS: bool = true;
                #[inline(always)]
                unsafe fn splat_pair(self, from: *const $t) -> $vector {
                    // SAFETY: the token is the proof, and the caller promises that two values can be read.
                    unsafe { $splat_pair(from) }
                }
                #[inline(always)]
                unsafe fn store_pair(self, vector: $vector, to: *mut $t, behind: usize, count: usize) {
                    // SAFETY: the token is the proof, and the caller promises that the values can be written at both
                    // places.
                    unsafe { $store_pair(vector, to, behind, count) }
                }
            )?
        }
    };
    ($($of:tt)*) => {
        isa!(@ false $($of)*);
        isa!(@ true $($of)*);
    };
}

/// Eight lanes of ones, then eight lanes of zeros: a mask of the first lanes is a window of this array.
static MASK_32: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
static MASK_64: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];

/// A mask of the first `count` of eight lanes.
#[target_feature(enable = "avx2")]
#[inline]
fn first_of_8(count: usize) -> __m256i {
    // SAFETY: `count` is at most 8, so eight values lie behind the place.
    unsafe { _mm256_loadu_si256(MASK_32.as_ptr().add(8 - count.min(8)).cast()) }
}

/// A mask of the first `count` of four lanes.
#[target_feature(enable = "avx2")]
#[inline]
fn first_of_4(count: usize) -> __m256i {
    // SAFETY: `count` is at most 4, so four values lie behind the place.
    unsafe { _mm256_loadu_si256(MASK_64.as_ptr().add(4 - count.min(4)).cast()) }
}

/// Transposes eight rows of eight values: first pairs of rows, then pairs of pairs, then the halves of vectors.
///
/// # Safety
/// The square can be read, and its transpose written.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn transpose_8_by_8(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) {
    // SAFETY: as the caller promises.
    let rows: [__m256; 8] = core::array::from_fn(|row| unsafe { _mm256_loadu_ps(from.add(row * from_row)) });
    let [a, b, c, d, e, f, g, h] = rows;
    let pairs = |a, b, c, d| {
        let (low, high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        let (low_of_next, high_of_next) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
        [
            _mm256_shuffle_ps::<0x44>(low, low_of_next),
            _mm256_shuffle_ps::<0xEE>(low, low_of_next),
            _mm256_shuffle_ps::<0x44>(high, high_of_next),
            _mm256_shuffle_ps::<0xEE>(high, high_of_next),
        ]
    };
    for (column, (upper, lower)) in pairs(a, b, c, d).into_iter().zip(pairs(e, f, g, h)).enumerate() {
        // SAFETY: as the caller promises.
        unsafe {
            _mm256_storeu_ps(to.add(column * to_row), _mm256_permute2f128_ps::<0x20>(upper, lower));
            _mm256_storeu_ps(to.add((column + 4) * to_row), _mm256_permute2f128_ps::<0x31>(upper, lower));
        }
    }
}

isa! {
    Avx2 of f32 in "avx2,fma": __m256, 8 lanes, tiles of 4 rows, half of it Avx2;
    _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_add_ps _mm256_mul_ps _mm256_fmadd_ps;
    load_first: |from, count| _mm256_maskload_ps(from, first_of_8(count));
    store_first: |vector, to, count| {
        // Masked stores are slow on many machines, and so is a call of memcpy.
        if count >= 8 {
            _mm256_storeu_ps(to, vector);
        } else {
            let (mut part, mut to) = (_mm256_castps256_ps128(vector), to);
            if count & 4 != 0 {
                _mm_storeu_ps(to, part);
                (part, to) = (_mm256_extractf128_ps::<1>(vector), to.add(4));
            }
            if count & 2 != 0 {
                _mm_storel_pd(to.cast(), _mm_castps_pd(part));
                (part, to) = (_mm_movehl_ps(part, part), to.add(2));
            }
            if count & 1 != 0 {
                _mm_store_ss(to, part);
            }
        }
    };
    transpose_square: transpose_8_by_8;
}
isa! {
    Avx2 of f64 in "avx2,fma": __m256d, 4 lanes, tiles of 4 rows, half of it Avx2;
    _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_add_pd _mm256_mul_pd _mm256_fmadd_pd;
    load_first: |from, count| _mm256_maskload_pd(from, first_of_4(count));
    store_first: |vector, to, count| {
        if count >= 4 {
            _mm256_storeu_pd(to, vector);
        } else {
            let (mut part, mut to) = (_mm256_castpd256_pd128(vector), to);
            if count & 2 != 0 {
                _mm_storeu_pd(to, part);
                (part, to) = (_mm256_extractf128_pd::<1>(vector), to.add(2));
            }
            if count & 1 != 0 {
                _mm_store_sd(to, part);
            }
        }
    };
}

/// Two values, alternating in all lanes.
///
/// # Safety
/// Two values can be read.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn splat_pair_512(from: *const f32) -> __m512 {
    // SAFETY: as the caller promises.
    _mm512_castpd_ps(_mm512_set1_pd(unsafe { from.cast::<f64>().read_unaligned() }))
}

/// Stores the first `count` even lanes, and the first `count` odd lanes `behind` values after `to`.
///
/// # Safety
/// `count` values can be written at both places.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn store_pair_512(vector: __m512, to: *mut f32, behind: usize, count: usize) {
    let order = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
    let halves = _mm512_permutexvar_ps(order, vector);
    if behind == 8 && count == 8 {
        // SAFETY: as the caller promises; the two places are neighbours.
        unsafe { _mm512_storeu_ps(to, halves) };
    } else {
        let odd = _mm512_shuffle_f32x4::<0b1110>(halves, halves);
        let mask = ((1_u32 << count) - 1) as u16;
        // SAFETY: as the caller promises; lanes that are masked out are not written.
        unsafe { _mm512_mask_storeu_ps(to, mask, halves) };
        // SAFETY: as above.
        unsafe { _mm512_mask_storeu_ps(to.add(behind), mask, odd) };
    }
}

isa! {
    Avx512 of f32 in "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma": __m512, 16 lanes, tiles of 8 rows, half of it Avx2;
    _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_add_ps _mm512_mul_ps _mm512_fmadd_ps;
    load_first: |from, count| _mm512_maskz_loadu_ps(((1_u32 << count) - 1) as u16, from);
    store_first: |vector, to, count| _mm512_mask_storeu_ps(to, ((1_u32 << count) - 1) as u16, vector);
    transpose_square: transpose_8_by_8;
    pairs: splat_pair_512 store_pair_512;
}
