//! Activations: after a layer (`dense 10 relu`) or as layers of their own.
//!
//! Formulas and defaults are those of [`keras.activations`](https://keras.io/api/layers/activations/). In networks they are
//! written as words: [`LeakyRelu`] is `leaky_relu`, with its number `leaky_relu 0.1`.
pub(crate) mod compact;
mod elementwise;
mod softmax;

pub use elementwise::*;
pub use softmax::{LogSoftmax, Softmax};

use crate::flat::Flat;
use crate::isa::Isa;

/// A function of an activation matrix: value by value, or (softmax) over the channels of a position.
pub trait Activation<A: Flat>: Copy + core::fmt::Debug + Send + Sync + 'static {
    /// The values that the backward pass reads again: [`Inputs`] or [`Outputs`].
    type Kept<'a>: Kept<'a, A>;

    /// Replaces every value `x` by `f(x)`.
    fn apply<I: Isa<A::Scalar>>(self, isa: I, values: &mut [A]);

    /// Turns the gradient of the outputs into the gradient of the inputs, in place.
    fn backward<I: Isa<A::Scalar>>(self, isa: I, kept: Self::Kept<'_>, grad: &mut [A]);
}

/// The last activation of a network with one output, which one loss suits: all activations, but not [`Both`](crate::Both) of several.
#[diagnostic::on_unimplemented(
    message = "one loss for a network of several outputs, which ends in `{Self}`",
    label = "one loss for several outputs",
    note = "help: give a loss for each output, in their order, such as `Both(MeanSquaredError, MeanSquaredError)`, and `Both(a, Both(b, c))` for three; they are added up"
)]
pub trait OneOutput {}

/// The values that an activation keeps for its backward pass.
pub trait Kept<'a, A>: Copy {
    /// The inputs or the outputs, whichever the activation keeps.
    fn of(inputs: &'a [A], outputs: &'a [A]) -> Self;
}

/// An activation's inputs, from which its derivative follows.
#[derive(Debug)]
pub struct Inputs<'a, A>(pub &'a [A]);

/// An activation's outputs, from which its derivative follows: the inputs need not be kept.
#[derive(Debug)]
pub struct Outputs<'a, A>(pub &'a [A]);

// Not derived, because a derive would ask for `A: Copy`.
impl<A> Clone for Inputs<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for Inputs<'_, A> {}
impl<A> Clone for Outputs<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for Outputs<'_, A> {}

impl<'a, A> Kept<'a, A> for Inputs<'a, A> {
    fn of(inputs: &'a [A], _: &'a [A]) -> Self {
        Self(inputs)
    }
}
impl<'a, A> Kept<'a, A> for Outputs<'a, A> {
    fn of(_: &'a [A], outputs: &'a [A]) -> Self {
        Self(outputs)
    }
}
