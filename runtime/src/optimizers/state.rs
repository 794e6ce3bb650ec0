//! The state of an optimizer between the steps of a training. Needs `alloc`.
use alloc::boxed::Box;

use super::Optimizer;
use super::update::{self, TakeStep};
use crate::flat::Flat;
use crate::isa::{self, Arithmetic};
use crate::network::Network;

/// The state of an optimizer: the number of steps taken, and the moments, which have the type of the network's
/// gradient.
pub struct OptimizerState<O: Optimizer, N: Network> {
    /// The number of steps taken.
    pub steps: u64,
    /// The moments of the optimizer, zero at the start.
    pub moments: Box<O::Moments<N::Gradient>>,
}

impl<O: Optimizer, N: Network> OptimizerState<O, N> {
    /// The state before the first step.
    pub fn new() -> Self {
        Self { steps: 0, moments: Flat::zeroed_boxed() }
    }

    /// Takes one step: updates the trainable parameters of `network`. The gradient may be overwritten.
    pub fn step(&mut self, optimizer: &O, network: &mut N, gradient: &mut N::Gradient) {
        self.steps += 1;
        let (number, moments) = (self.steps, &mut *self.moments);
        // Optimizers do not use fused arithmetic, so both arithmetics give the same bits.
        isa::run(Arithmetic::Fused, TakeStep { optimizer, number, network, gradient, moments });
    }

    /// Ends a training: the optimizer may replace the parameters by values from the moments, as
    /// [`Average`](super::Average) does.
    pub fn finish(&self, optimizer: &O, network: &mut N) {
        update::finish(optimizer, self.steps, network, &self.moments);
    }
}

impl<O: Optimizer, N: Network> Default for OptimizerState<O, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<O: Optimizer, N: Network> Clone for OptimizerState<O, N> {
    fn clone(&self) -> Self {
        Self { steps: self.steps, moments: self.moments.clone_boxed() }
    }
}

impl<O: Optimizer, N: Network> core::fmt::Debug for OptimizerState<O, N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "OptimizerState of {} after {} steps", N::NAME, self.steps)
    }
}
