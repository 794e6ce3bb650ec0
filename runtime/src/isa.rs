//! Instruction sets. A token proves that the machine has an instruction set, and provides its vectors and its
//! arithmetic.
//!
//! The set of a computation is chosen once, at the entry of a network: a [`Task`] is run with the token of the best set
//! of the machine, and all functions that the task calls are inlined into a function that is compiled for that set.
//! Tokens are *exact* or *fused*: exact ones round after every operation and so give the same bits everywhere, fused
//! ones multiply and add with one rounding.
#[cfg(all(feature = "std", target_arch = "x86_64"))]
mod detect;
mod level;
mod portable;
#[cfg(all(feature = "std", target_arch = "x86_64"))]
pub(crate) mod x86_64;

pub use crate::kernels::cores::{BackwardCores, Cores, PlainCores, ScalarBackwardCores, ScalarCores, ScalarPlainCores};
#[cfg(all(feature = "std", target_arch = "x86_64"))]
pub use detect::{level, set_level};
pub use level::Level;
pub use portable::Portable;
#[cfg(all(feature = "std", target_arch = "x86_64"))]
pub(crate) use x86_64::prefetch;

use crate::scalar::Scalar;

/// The instruction set that a kernel runs on. A value of the type is the proof that the machine has it.
///
/// Small layers run generic kernels that are inlined into the network, where [`Shapes`] says so. All others call the
/// cores: [`Cores`], [`BackwardCores`] and [`PlainCores`].
pub trait Isa<T: Scalar>: Copy + Cores<T> + BackwardCores<T> + PlainCores<T> {
    /// A vector register of the widest kind.
    type Vector: Copy;
    /// The same arithmetic in vectors of half as many values, if there are any.
    type Half: Isa<T>;
    /// The number of values of a vector.
    const LANES: usize;
    /// The number of rows of a tile of a matrix product; a row is two vectors. The other registers hold the factors.
    const TILE_ROWS: usize;
    /// Whether products are computed in vectors, or value by value with much less code.
    const IN_VECTORS: bool = HAS_VECTORS;
    /// The passes of small layers that are compiled for every shape.
    const SHAPES: Shapes;
    /// Whether [pairs](Self::splat_pair) of neighbours are as fast as single values.
    const PAIRS: bool = false;

    /// The token for vectors of half the width.
    fn half(self) -> Self::Half;

    /// Runs a task in a function of its own, compiled once however often it is called.
    fn apart<J: Task<T>>(self, task: J) -> J::Output;

    /// `a * b + c`: rounded once if the token fuses this scalar, else twice.
    fn mul_add(self, a: T, b: T, c: T) -> T;

    /// [`mul_add`](Self::mul_add) in every lane.
    fn mul_add_vector(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// The same value in every lane.
    fn splat(self, value: T) -> Self::Vector;
    /// Loads a whole vector.
    ///
    /// # Safety
    /// `LANES` values can be read.
    unsafe fn load(self, from: *const T) -> Self::Vector;
    /// Loads the first `count` lanes; the others are zero.
    ///
    /// # Safety
    /// `count` values can be read, at most `LANES`.
    unsafe fn load_first(self, from: *const T, count: usize) -> Self::Vector;
    /// Stores a whole vector.
    ///
    /// # Safety
    /// `LANES` values can be written.
    unsafe fn store(self, vector: Self::Vector, to: *mut T);
    /// Stores the first `count` lanes.
    ///
    /// # Safety
    /// `count` values can be written, at most `LANES`.
    unsafe fn store_first(self, vector: Self::Vector, to: *mut T, count: usize);

    /// Loads two values: the first into every even lane, the second into every odd lane.
    ///
    /// # Safety
    /// Two values can be read.
    #[inline(always)]
    unsafe fn splat_pair(self, from: *const T) -> Self::Vector {
        // SAFETY: two values can be read.
        let [even, odd] = unsafe { from.cast::<[T; 2]>().read() };
        let values: [T; MOST_LANES] = core::array::from_fn(|lane| if lane % 2 == 0 { even } else { odd });
        // SAFETY: there are at least as many values as lanes.
        unsafe { self.load(values.as_ptr()) }
    }

    /// Stores the first `count` even lanes, and the first `count` odd lanes `behind` values after `to`.
    ///
    /// # Safety
    /// `count` values can be written at both places, at most half of `LANES`.
    #[inline(always)]
    unsafe fn store_pair(self, vector: Self::Vector, to: *mut T, behind: usize, count: usize) {
        let mut values = [T::ZERO; MOST_LANES];
        // SAFETY: there is room for at least as many values as lanes.
        unsafe { self.store(vector, values.as_mut_ptr()) };
        for (lane, &[even, odd]) in values.as_chunks().0.iter().take(count).enumerate() {
            // SAFETY: `count` values can be written at the first place.
            unsafe { to.add(lane).write(even) };
            // SAFETY: `count` values can be written at the second place.
            unsafe { to.add(behind + lane).write(odd) };
        }
    }

    /// Transposes a square of eight rows and columns. Rows lie `from_row` and `to_row` values apart.
    ///
    /// # Safety
    /// The square can be read, and its transpose written.
    #[inline(always)]
    unsafe fn transpose_square(self, from: *const T, from_row: usize, to: *mut T, to_row: usize) {
        for (row, column) in (0..SQUARE).flat_map(|row| (0..SQUARE).map(move |column| (row, column))) {
            // SAFETY: within the squares.
            unsafe { to.add(column * to_row + row).write(from.add(row * from_row + column).read()) };
        }
    }
}

/// Whether kernels compute in vectors, or a few rows at a time in scalar registers, because microcontrollers have no
/// vectors. Results have the same bits.
pub(crate) const HAS_VECTORS: bool = !cfg!(any(target_arch = "arm", target_arch = "riscv32"));

/// The number of values of the widest vector of all sets.
pub(crate) const MOST_LANES: usize = 16;

/// The number of rows of a square that is transposed at a time.
pub(crate) const SQUARE: usize = 8;

/// The passes of small layers that are compiled for every shape. All others call the cores of large layers, which exist
/// once. A copy per shape costs every program time to compile, so it must be much faster than the shared core.
#[derive(Clone, Copy, Debug)]
pub struct Shapes {
    /// Predictions of single samples.
    pub single: bool,
    /// Forward passes of batches.
    pub batches: bool,
    /// Backward passes.
    pub gradients: bool,
}

/// A computation that runs on any instruction set.
pub trait Task<T: Scalar> {
    /// The type of the result.
    type Output;
    /// Runs the task. Implementations are `#[inline(always)]`, so that they are compiled for the set of the token.
    fn run<I: Isa<T>>(self, isa: I) -> Self::Output;
}

/// Runs a task [apart](Isa::apart), for large tasks that occur often in a network.
///
/// The condition always holds, but the compiler does not know this, so the condition ends a basic block. LLVM takes a
/// time to select instructions that grows with the square of the length of a block, and a pass over hundreds of layers
/// without conditions is one block.
#[inline(always)]
pub(crate) fn run_apart<T: Scalar, I: Isa<T>>(isa: I, task: impl Task<T, Output = ()>) {
    if core::hint::black_box(true) {
        isa.apart(task);
    }
}

/// How a computation rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arithmetic {
    /// After every operation: the same bits on every machine.
    Portable,
    /// Once after a multiplication and its addition, on x86-64 with the instructions FMA or AVX-512: faster, and the same
    /// bits on all of these machines. Elsewhere it is as [`Portable`](Self::Portable). Double precision is never fused.
    #[default]
    Fused,
}

/// The choice of the best instruction set of the machine. Implemented for the scalars: each scalar knows the tokens
/// that compute with it.
#[doc(hidden)]
pub trait Dispatch: Sized {
    /// Runs a task with a token of the given arithmetic.
    fn dispatch<J: Task<Self>>(arithmetic: Arithmetic, task: J) -> J::Output
    where
        Self: Scalar;
}

/// Runs a task on the best instruction set of the machine.
#[inline(always)]
pub(crate) fn run<T: Scalar, J: Task<T>>(arithmetic: Arithmetic, task: J) -> J::Output {
    T::dispatch(arithmetic, task)
}

/// Prefetches values into the cache, on targets that have an instruction for it.
#[cfg(all(feature = "alloc", not(all(feature = "std", target_arch = "x86_64"))))]
#[inline(always)]
pub(crate) fn prefetch<T>(_values: &[T]) {}

#[cfg(not(all(feature = "std", target_arch = "x86_64")))]
const _: () = {
    impl Dispatch for f32 {
        #[inline(always)]
        fn dispatch<J: Task<f32>>(_: Arithmetic, task: J) -> J::Output {
            task.run(Portable)
        }
    }
    impl Dispatch for f64 {
        #[inline(always)]
        fn dispatch<J: Task<f64>>(_: Arithmetic, task: J) -> J::Output {
            task.run(Portable)
        }
    }
};

#[cfg(all(test, feature = "alloc"))]
mod tests;
