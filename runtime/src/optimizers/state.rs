//! What an optimizer remembers between the steps of one network's training. Needs `alloc`.
use alloc::boxed::Box;

use super::Optimizer;
use super::update::{self, TakeStep};
use crate::flat::Flat;
use crate::isa::{self, Arithmetic};
use crate::network::Network;

/// The memory of an optimizer: the steps taken, and the moments, which have the type of the network's gradient.
pub struct OptimizerState<O: Optimizer, N: Network> {
    /// Steps taken.
    pub steps: u64,
    /// Running averages, zero at the start.
    pub moments: Box<O::Moments<N::Gradient>>,
}

impl<O: Optimizer, N: Network> OptimizerState<O, N> {
    /// The state before the first step.
    pub fn new() -> Self {
        Self { steps: 0, moments: Flat::zeroed_boxed() }
    }

    /// Takes one step: changes the trainable parameters of `network`. The gradient may be overwritten.
    pub fn step(&mut self, optimizer: &O, network: &mut N, gradient: &mut N::Gradient) {
        self.steps += 1;
        let (number, moments) = (self.steps, &mut *self.moments);
        // Optimizers never fuse, so the arithmetic makes no difference to what they do.
        isa::run(Arithmetic::Fused, TakeStep { optimizer, number, network, gradient, moments });
    }

    /// Ends a training: what an optimizer keeps for the weights, such as [`Average`](super::Average), takes their place.
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
