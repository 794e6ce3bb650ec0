//! Optimizers: how a gradient changes the parameters. Update rules and defaults are Keras's.
//!
//! An optimizer is a handful of numbers that can be read and set; what it remembers of the steps before lies in an
//! [`OptimizerState`], whose moments have the type of the network's gradient.
mod adam;
mod rms_prop;
mod sgd;
#[cfg(feature = "alloc")]
mod state;

pub use adam::{Adam, FirstAndSecondMoment};
pub use rms_prop::{RmsProp, SquareAverage};
pub use sgd::Sgd;
#[cfg(feature = "alloc")]
pub use state::OptimizerState;

use crate::Flat;

/// A rule that turns gradients into steps.
pub trait Optimizer: Clone + core::fmt::Debug + Send + Sync + 'static {
    /// What it remembers for parameters of the type `G`; zero at the start.
    type Moments<G: Flat>: Flat<Scalar = G::Scalar>;

    /// Takes step number `step` (the first is 1): changes the parameters, whose gradient is given, and the moments.
    fn step<G: Flat>(&self, step: u64, parameters: &mut [G::Scalar], gradient: &G, moments: &mut Self::Moments<G>);
}
