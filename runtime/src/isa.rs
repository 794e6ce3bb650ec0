//! Instruction sets: a token proves that one may be used, holds its vectors, and says how it multiplies and adds.
//!
//! The set of a computation is chosen once, where a network is entered: a [`Task`] is run with the token of the best set of the
//! machine, and everything below it is inlined into a function that is compiled for that set. Tokens are *exact* or *fused*: exact ones
//! round after every operation and so give the same bits everywhere, fused ones multiply and add in one rounding.
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
/// Small layers run generic kernels that are inlined into the network, where [`Shapes`] says so. All others call the [`Cores`]
/// and their kin, [`BackwardCores`] and [`PlainCores`].
pub trait Isa<T: Scalar>: Copy + Cores<T> + BackwardCores<T> + PlainCores<T> {
    /// A register of the widest kind.
    type Vector: Copy;
    /// The same arithmetic in vectors of half as many values, if there are any.
    type Half: Isa<T>;
    /// Values of a vector.
    const LANES: usize;
    /// Rows of a tile of a matrix product, each of two vectors: as many as leave registers for the factors.
    const TILE_ROWS: usize;
    /// Whether products are computed side by side in vectors, or value by value in a fraction of the code.
    const IN_VECTORS: bool = HAS_VECTORS;
    /// The passes of small layers that are compiled for every shape.
    const SHAPES: Shapes;
    /// Whether [pairs](Self::splat_pair) of neighbours are as fast as single values.
    const PAIRS: bool = false;

    /// The token for half as wide vectors.
    fn half(self) -> Self::Half;

    /// Runs a task in a function of its own, compiled once however often it is called.
    fn apart<J: Task<T>>(self, task: J) -> J::Output;

    /// `a * b + c`: in two roundings where results must have the same bits everywhere, in one where the hardware fuses.
    fn mul_add(self, a: T, b: T, c: T) -> T;

    /// [`mul_add`](Self::mul_add) in every lane.
    fn mul_add_vector(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// The same value in every lane.
    fn splat(self, value: T) -> Self::Vector;
    /// A whole vector.
    ///
    /// # Safety
    /// `LANES` values can be read.
    unsafe fn load(self, from: *const T) -> Self::Vector;
    /// The first lanes; zero in the others.
    ///
    /// # Safety
    /// `count` values can be read, at most `LANES`.
    unsafe fn load_first(self, from: *const T, count: usize) -> Self::Vector;
    /// A whole vector.
    ///
    /// # Safety
    /// `LANES` values can be written.
    unsafe fn store(self, vector: Self::Vector, to: *mut T);
    /// The first lanes.
    ///
    /// # Safety
    /// `count` values can be written, at most `LANES`.
    unsafe fn store_first(self, vector: Self::Vector, to: *mut T, count: usize);

    /// Two values, one in every even lane, the other in every odd one.
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

    /// Stores the first `count` even lanes, and as many odd lanes `behind` values behind them.
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

    /// Turns the columns of a square of eight rows into rows. Rows lie `from_row` and `to_row` apart.
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

/// Whether rows are computed side by side in vectors, or a few at a time in scalar registers: microcontrollers have no more.
/// The bits are the same.
pub(crate) const HAS_VECTORS: bool = !cfg!(any(target_arch = "arm", target_arch = "riscv32"));

/// Values of the widest vector of all sets.
pub(crate) const MOST_LANES: usize = 16;

/// Rows of a square that is transposed at a time.
pub(crate) const SQUARE: usize = 8;

/// The passes of small layers that are compiled for every shape. All others call the cores of large layers, which exist once. A copy per
/// shape costs every program time to compile, so it should gain much.
#[derive(Clone, Copy, Debug)]
pub struct Shapes {
    /// Predictions of single samples.
    pub single: bool,
    /// Forward passes of batches.
    pub batches: bool,
    /// Backward passes.
    pub gradients: bool,
}

/// Something to compute on any instruction set.
pub trait Task<T: Scalar> {
    /// The type of its result.
    type Output;
    /// Runs it. Implementations are `#[inline(always)]`, so that they are compiled for the set of the token.
    fn run<I: Isa<T>>(self, isa: I) -> Self::Output;
}

/// Runs a task [apart](Isa::apart), for what is large and frequent.
///
/// The condition always holds, but the compiler does not know: it ends a basic block. LLVM takes a time to select instructions that grows
/// with the square of the length of a block, and a pass over hundreds of layers without conditions is one block.
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
    /// Multiplications and additions at once where the hardware can: faster, and the same bits on all machines that can. Double
    /// precision is never fused.
    #[default]
    Fused,
}

/// The choice of the best instruction set of the machine. Implemented for the scalars: they know which tokens compute with them.
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

/// Asks the memory for values that will be read soon, where there is an instruction for it.
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
