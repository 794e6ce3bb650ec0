//! The work of an optimizer on a network: a step, and the end of a training.
use super::{Optimizer, Step};
use crate::flat::Flat;
use crate::isa::{Isa, Task};
use crate::network::{BatchError, Network};
use crate::scalar::Scalar;

/// Updates the trainable parameters by a gradient, which may be overwritten.
pub(crate) struct TakeStep<'a, N: Network, O: Optimizer> {
    pub(crate) optimizer: &'a O,
    pub(crate) number: u64,
    pub(crate) network: &'a mut N,
    pub(crate) gradient: &'a mut N::Gradient,
    pub(crate) moments: &'a mut O::Moments<N::Gradient>,
}

impl<N: Network, O: Optimizer> Task<N::Scalar> for TakeStep<'_, N, O> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<N::Scalar>>(self, _: I) {
        let Self { optimizer, number, network, gradient, moments } = self;
        let step = Step { number, tensors: N::TENSORS };
        // The trainable parameters are the prefix of the network that the gradient mirrors.
        let (parameters, _) = network.as_flat_mut().split_at_mut(N::Gradient::LEN);
        optimizer.step(step, parameters, gradient, moments);
        network.constrain();
    }
}

/// Calls [`Optimizer::finish`] after a training of `steps` steps, if there were any.
pub(crate) fn finish<N: Network, O: Optimizer>(
    optimizer: &O,
    steps: u64,
    network: &mut N,
    moments: &O::Moments<N::Gradient>,
) {
    if steps > 0 {
        let (parameters, _) = network.as_flat_mut().split_at_mut(N::Gradient::LEN);
        optimizer.finish(steps, parameters, moments);
    }
}

/// Refuses a learning rate that is negative, or not finite in the precision of the network.
pub(crate) fn check_learning_rate<N: Network, O: Optimizer>(optimizer: &O, step: u64) -> Result<(), BatchError> {
    let rate = optimizer.learning_rate_of(step);
    if rate >= 0.0 && Scalar::is_finite(N::Scalar::from_f64(rate)) {
        Ok(())
    } else {
        Err(BatchError::LearningRate { rate })
    }
}
