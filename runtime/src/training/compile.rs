//! From a network to its training.
#[cfg(feature = "alloc")]
use alloc::boxed::Box;

use super::device::{DeviceTrainer, TrainingMemory};
#[cfg(feature = "alloc")]
use super::trainer::Trainer;
use crate::losses::Loss;
use crate::network::Network;
use crate::optimizers::Optimizer;

/// Makes a trainer of a network. Every [`Network`] can be compiled; the trait is in the [`prelude`](crate::prelude).
pub trait Compile: Network {
    /// Adds a loss and an optimizer, to train: Keras's `compile`.
    ///
    /// The loss must suit the last activation and the optimizer may be any:
    ///
    /// ```
    /// use castnet::prelude::*;
    ///
    /// network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
    ///
    /// let mut trainer = Xor::init(&mut seeded(1)).compile(BinaryCrossentropy, Adam::default()).metric(Accuracy);
    /// ```
    #[cfg(feature = "alloc")]
    fn compile<L, O>(self: Box<Self>, loss: L, optimizer: O) -> Trainer<Self, L, O>
    where
        L: Loss<Self::Head, Self::Output>,
        O: Optimizer,
    {
        Trainer::new(self, loss, optimizer)
    }

    /// Adds a loss, an optimizer and memory, to train without an allocator: see [`DeviceTrainer`].
    fn compile_in<'a, L, O, const BATCH: usize>(
        &'a mut self,
        memory: &'a mut TrainingMemory<Self, O, BATCH>,
        loss: L,
        optimizer: O,
    ) -> DeviceTrainer<'a, Self, L, O, BATCH>
    where
        L: Loss<Self::Head, Self::Output>,
        O: Optimizer,
    {
        DeviceTrainer::new(self, memory, loss, optimizer)
    }
}

impl<N: Network> Compile for N {}
