//! Instruction sets: a token proves that one may be used, holds its vectors, and says how it multiplies and adds.
//!
//! Which set a computation runs on is decided once, where a network is entered: a [`Task`] is run with the token of what
//! the machine has, and everything below it is inlined into a function that is compiled for that set. Tokens are *exact*, which
//! round after every operation and so give the same bits everywhere, or *fused*, which multiply and add in one rounding.
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

/// The arithmetic that a kernel runs on. A value of the type is the proof that the machine has it.
///
/// Small layers run generic kernels that are inlined into the network, where [`Shapes`] says so. All others call the [`Cores`]
/// and their kin, [`BackwardCores`] and [`PlainCores`].
pub trait Isa<T: Scalar>: Copy + Cores<T> + BackwardCores<T> + PlainCores<T> {
    /// As many values as the widest register holds.
    type Vector: Copy;
    /// The same arithmetic in vectors of half as many values, if there are any.
    type Half: Isa<T>;
    /// How many those are.
    const LANES: usize;
    /// Rows of a tile of a matrix product whose rows are two vectors: as many as leave registers for the factors.
    const TILE_ROWS: usize;
    /// Whether products are computed side by side in vectors, or value by value in a fraction of the code.
    const IN_VECTORS: bool = HAS_VECTORS;
    /// What of small layers is compiled for every shape.
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
        // SAFETY: two values can be read, and more than the lanes are there.
        unsafe {
            let pair = [from.read(), from.add(1).read()];
            let values: [T; MOST_LANES] = core::array::from_fn(|lane| if lane % 2 == 0 { pair[0] } else { pair[1] });
            self.load(values.as_ptr())
        }
    }

    /// The first even lanes to one place, the odd ones so many values behind it.
    ///
    /// # Safety
    /// `count` values can be written at both places, at most half of `LANES`.
    #[inline(always)]
    unsafe fn store_pair(self, vector: Self::Vector, to: *mut T, behind: usize, count: usize) {
        let mut values = [T::ZERO; MOST_LANES];
        // SAFETY: more than the lanes are there, and so many values can be written.
        unsafe {
            self.store(vector, values.as_mut_ptr());
            for (lane, [even, odd]) in values.as_chunks().0.iter().take(count).enumerate() {
                to.add(lane).write(*even);
                to.add(behind + lane).write(*odd);
            }
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

/// Values of the widest vector.
pub(crate) const MOST_LANES: usize = 16;

/// Rows of what is transposed at a time.
pub(crate) const SQUARE: usize = 8;

/// What of small layers is compiled for every shape; what is not is computed by the cores of large layers, one copy for all. It
/// takes time in every program, so it should gain much.
#[derive(Clone, Copy, Debug)]
pub struct Shapes {
    /// Samples that come one by one.
    pub single: bool,
    /// Batches.
    pub batches: bool,
    /// Backward passes.
    pub gradients: bool,
}

/// Something to compute on any instruction set.
pub trait Task<T: Scalar> {
    /// What it gives.
    type Output;
    /// Computes it. Implementations are `#[inline(always)]`, so that they are compiled for the set that the token stands for.
    fn run<I: Isa<T>>(self, isa: I) -> Self::Output;
}

/// Runs a task [apart](Isa::apart), for what is large and frequent.
///
/// The condition always holds, but the compiler cannot know: it ends a basic block. LLVM selects the instructions of one in a time
/// that grows with the square of its length, and without conditions a pass over a network of hundreds of layers is a single one.
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

/// Where a task runs: on the best instruction set of the machine.
///
/// Implemented for the scalars, as it is they that know which tokens compute with them.
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

/// Tells the memory that some values will be read soon, where it can be told.
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
