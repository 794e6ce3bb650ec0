//! Layers that join branches. The gradient of each branch is computed from the gradient of the output.
use nalgebra::SMatrix;

use crate::flat::{Flat, flatten, flatten_mut};
use crate::isa::{self, Isa, Task};
use crate::kernels::chunks::InChunks;
use crate::scalar::Scalar;

/// The sum of the branches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Add;

/// The first branch minus the second. Keras's `Subtract`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subtract;

/// The dot product of two vectors: `Σ a * b`. Keras's `Dot` over the axis 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dot;

/// The dot product of two vectors divided by their norms, which is the cosine of the angle between them. Keras's `Dot` with `normalize`.
///
/// As in Keras, no vector is multiplied by more than 1e7, so the product with zeros is zero. There the gradient of the zeros is the
/// derivative of the product with 1e7; Keras's is NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NormalizedDot;

/// The product of the branches, value by value. One of two branches may hold one factor for every channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Multiply;

/// The mean of the branches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Average;

/// The largest of the branches, value by value. If branches are equal, the gradient goes to the first of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Maximum;

/// The smallest of the branches, value by value. If branches are equal, the gradient goes to the first of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minimum;

/// The concatenation of the branches along the channels: this branch begins at the channel `FIRST` of the output.
///
/// Along another axis, the values of all axes from this one on count as channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Concatenate<const FIRST: usize>;

/// The most values of a sample for which a join is inlined into the network, as activations are.
const INLINED: usize = 1024;

/// A step of a join: combines a branch with the output so far, as slices without their shape.
struct Fold<'a, T, W> {
    #[allow(dead_code, reason = "its type selects the operation")]
    way: W,
    branch: &'a [T],
    output: &'a mut [T],
}

/// Implements the forward pass of a join whose output is combined with one branch at a time.
macro_rules! fold {
    ($name:ident, |$value:ident, $other:ident| $fold:expr) => {
        impl $name {
            /// Combines one more branch with the output.
            #[inline(always)]
            pub fn forward<A: Flat, I: Isa<A::Scalar>>(self, isa: I, branch: &[A], output: &mut [A]) {
                let task = Fold { way: self, branch: flatten(branch), output: flatten_mut(output) };
                if const { A::LEN > INLINED } { isa::run_apart(isa, task) } else { task.run(isa) }
            }
        }

        impl<T: Scalar> Task<T> for Fold<'_, T, $name> {
            type Output = ();

            #[inline(always)]
            fn run<I: Isa<T>>(self, _: I) {
                for ($value, &$other) in self.output.iter_mut().zip(self.branch) {
                    *$value = $fold;
                }
            }
        }
    };
}

fold!(Add, |value, other| *value + other);
fold!(Average, |value, other| *value + other);
fold!(Subtract, |value, other| *value - other);
fold!(Multiply, |value, other| *value * other);
fold!(Maximum, |value, other| if other > *value { other } else { *value });
fold!(Minimum, |value, other| if other < *value { other } else { *value });

impl Subtract {
    /// The gradient of the second branch: `grad_branch = -grad_output`.
    #[inline(always)]
    pub fn backward_second<A: Flat, I: Isa<A::Scalar>>(self, _isa: I, grad_output: &[A], grad_branch: &mut [A]) {
        for (grad_branch, &grad) in flatten_mut(grad_branch).iter_mut().zip(flatten(grad_output)) {
            *grad_branch = -grad;
        }
    }
}

impl Dot {
    /// `outputs = Σ a * b`.
    #[inline(always)]
    pub fn forward_both<A: Flat, B, I>(self, isa: I, a: &[A], b: &[A], outputs: &mut [B])
    where
        B: Flat<Scalar = A::Scalar>,
        I: Isa<A::Scalar>,
    {
        isa.dot(A::LEN, flatten(a), flatten(b), flatten_mut(outputs));
    }

    /// The gradient of one branch: `grad_branch = other * grad_output`.
    #[inline(always)]
    pub fn backward_branch<A: Flat, B, I>(self, _isa: I, other: &[A], grad_outputs: &[B], grad_branch: &mut [A])
    where
        B: Flat<Scalar = A::Scalar>,
        I: Isa<A::Scalar>,
    {
        for ((grad_branch, other), &grad) in grad_branch.iter_mut().zip(other).zip(flatten(grad_outputs)) {
            for (grad_branch, &other) in grad_branch.as_flat_mut().iter_mut().zip(other.as_flat()) {
                *grad_branch = other * grad;
            }
        }
    }
}

impl NormalizedDot {
    /// `outputs = Σ a / ‖a‖ * b / ‖b‖`.
    #[inline(always)]
    pub fn forward_both<A: Flat, B, I>(self, isa: I, a: &[A], b: &[A], outputs: &mut [B])
    where
        B: Flat<Scalar = A::Scalar>,
        I: Isa<A::Scalar>,
    {
        isa.cosine(A::LEN, flatten(a), flatten(b), flatten_mut(outputs));
    }

    /// The gradient of one branch, through its norm as well.
    #[inline(always)]
    pub fn backward_branch<A: Flat, B, I>(
        self,
        isa: I,
        branch: &[A],
        other: &[A],
        grad_outputs: &[B],
        grad_branch: &mut [A],
    ) where
        B: Flat<Scalar = A::Scalar>,
        I: Isa<A::Scalar>,
    {
        let (branch, other) = (flatten(branch), flatten(other));
        isa.cosine_backward(A::LEN, branch, other, flatten(grad_outputs), flatten_mut(grad_branch));
    }
}

impl Average {
    /// Divides the sum of the branches by their number.
    #[inline(always)]
    pub fn finish<A: Flat, const BRANCHES: usize>(self, values: &mut [A]) {
        let branches = A::Scalar::from_f64(BRANCHES as f64);
        flatten_mut(values).iter_mut().for_each(|value| *value /= branches);
    }
}

/// Implements the backward pass of a choice: a branch gets the gradient of the output where it was chosen. Of equal
/// branches, it was chosen if it `WINS` ties.
macro_rules! choice {
    ($name:ident, $beats:tt) => {
        impl $name {
            /// Clears the gradient of a branch where another branch was chosen.
            #[inline(always)]
            pub fn backward<A: Flat, const WINS: bool>(self, branch: &[A], other: &[A], grad: &mut [A]) {
                for ((grad, x), other) in flatten_mut(grad).iter_mut().zip(flatten(branch)).zip(flatten(other)) {
                    if !(x $beats other || (WINS && x == other)) {
                        *grad = A::Scalar::ZERO;
                    }
                }
            }
        }
    };
}

choice!(Maximum, >);
choice!(Minimum, <);

impl Multiply {
    /// Multiplies every channel by its factor.
    #[inline(always)]
    pub fn forward_channels<T: Scalar, I: Isa<T>, F, const C: usize, const P: usize>(
        self,
        _isa: I,
        factors: &[F],
        output: &mut [SMatrix<T, C, P>],
    ) where
        F: Flat<Scalar = T>,
    {
        for (factors, output) in factors.iter().zip(output) {
            for position in &mut output.data.0 {
                for (value, &factor) in position.iter_mut().zip(factors.as_flat()) {
                    *value *= factor;
                }
            }
        }
    }

    /// The gradient of the factors: for each channel the sum of its values times the gradients of its products.
    #[inline(always)]
    pub fn backward_channels<T: Scalar, I: Isa<T>, F, const C: usize, const P: usize>(
        self,
        _isa: I,
        values: &[SMatrix<T, C, P>],
        grad_outputs: &[SMatrix<T, C, P>],
        grad_factors: &mut [F],
    ) where
        F: Flat<Scalar = T>,
    {
        for ((values, grads), grad_factors) in values.iter().zip(grad_outputs).zip(grad_factors) {
            let grad_factors = grad_factors.as_flat_mut();
            grad_factors.fill(T::ZERO);
            for (values, grads) in values.data.0.iter().zip(&grads.data.0) {
                for ((grad_factor, &value), &grad) in grad_factors.iter_mut().zip(values).zip(grads) {
                    *grad_factor += value * grad;
                }
            }
        }
    }
}

/// Copies the value of each channel to all positions.
#[inline(always)]
pub fn broadcast<T: Scalar, F: Flat<Scalar = T>, const C: usize, const P: usize>(
    from: &[F],
    to: &mut [SMatrix<T, C, P>],
) {
    for (from, to) in from.iter().zip(to) {
        to.data.0.iter_mut().for_each(|position| position.copy_from_slice(from.as_flat()));
    }
}

/// Some of the channels of every position, from `FIRST` on.
#[derive(Clone, Copy, Debug)]
pub struct Channels<const FIRST: usize>;

impl<const FIRST: usize> Channels<FIRST> {
    /// Copies the channels.
    #[inline(always)]
    pub fn forward<T: Scalar, const C: usize, const P: usize, const ALL: usize>(
        self,
        input: &[SMatrix<T, ALL, P>],
        output: &mut [SMatrix<T, C, P>],
    ) {
        Concatenate::<FIRST>.backward(input, output);
    }

    /// The gradient of the input: that of the output in its channels, and zero in all others.
    #[inline(always)]
    pub fn backward_input<T: Scalar, const C: usize, const P: usize, const ALL: usize>(
        self,
        grad_output: &[SMatrix<T, C, P>],
        grad_input: &mut [SMatrix<T, ALL, P>],
    ) {
        flatten_mut(grad_input).fill(T::ZERO);
        Concatenate::<FIRST>.forward(grad_output, grad_input);
    }
}

impl<const FIRST: usize> Concatenate<FIRST> {
    /// Writes a branch to its channels of the output.
    #[inline(always)]
    pub fn forward<T: Scalar, const C: usize, const P: usize, const ALL: usize>(
        self,
        branch: &[SMatrix<T, C, P>],
        output: &mut [SMatrix<T, ALL, P>],
    ) {
        const { assert!(FIRST + C <= ALL, "channels of the output") };
        copy_channels(flatten(branch), C, 0, flatten_mut(output), ALL, FIRST, C);
    }

    /// Reads the gradient of a branch from its channels of the gradient of the output.
    #[inline(always)]
    pub fn backward<T: Scalar, const C: usize, const P: usize, const ALL: usize>(
        self,
        grad_output: &[SMatrix<T, ALL, P>],
        grad_branch: &mut [SMatrix<T, C, P>],
    ) {
        const { assert!(FIRST + C <= ALL, "channels of the output") };
        copy_channels(flatten(grad_output), ALL, FIRST, flatten_mut(grad_branch), C, 0, C);
    }

    /// As `forward` along an axis before which there are `OUTER` positions.
    #[inline(always)]
    pub fn forward_along<A: Flat, B: Flat<Scalar = A::Scalar>, const OUTER: usize>(
        self,
        branch: &[A],
        output: &mut [B],
    ) {
        let (count, all) = (A::LEN / OUTER, B::LEN / OUTER);
        copy_channels(flatten(branch), count, 0, flatten_mut(output), all, FIRST, count);
    }

    /// As `backward` along an axis before which there are `OUTER` positions.
    #[inline(always)]
    pub fn backward_along<A: Flat, B: Flat<Scalar = A::Scalar>, const OUTER: usize>(
        self,
        grad_output: &[B],
        grad_branch: &mut [A],
    ) {
        let (count, all) = (A::LEN / OUTER, B::LEN / OUTER);
        copy_channels(flatten(grad_output), all, FIRST, flatten_mut(grad_branch), count, 0, count);
    }
}

/// Copies some channels of every position: from the channel `first` of `channels` to the channel `to_first` of
/// `to_channels`. All shapes share this function: it copies memory, which constant sizes make no faster.
#[inline(never)]
fn copy_channels<T: Scalar>(
    from: &[T],
    channels: usize,
    first: usize,
    to: &mut [T],
    to_channels: usize,
    to_first: usize,
    count: usize,
) {
    for (from, to) in from.in_chunks(channels).zip(to.in_chunks_mut(to_channels)) {
        if let (Some(from), Some(to)) = (from.get(first..first + count), to.get_mut(to_first..to_first + count)) {
            to.copy_from_slice(from);
        }
    }
}

#[cfg(test)]
mod tests;
