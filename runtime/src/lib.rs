//! castnet: neural networks cast into Rust at compile time.
#![no_std]
#![warn(missing_docs)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod activations;
#[cfg(feature = "alloc")]
mod data;
mod error;
#[cfg(feature = "std")]
mod files;
mod flat;
#[cfg(feature = "alloc")]
mod history;
pub mod initializers;
pub mod isa;
mod kernels;
pub mod layers;
pub mod losses;
pub mod math;
mod memory;
pub mod metrics;
mod network;
pub mod optimizers;
#[cfg(feature = "plot")]
mod plot;
#[cfg(feature = "alloc")]
mod progress;
pub mod regularizers;
mod same;
mod scalar;
#[cfg(feature = "alloc")]
mod shuffle;
#[cfg(feature = "alloc")]
mod training;
#[cfg(feature = "alloc")]
mod weights;
mod workspace;

#[cfg(feature = "csv")]
pub use data::{CsvError, CsvErrorKind, Place};
#[cfg(feature = "alloc")]
pub use data::{DataError, DataFor, Dataset};
pub use error::{BatchError, LengthMismatch};
#[cfg(feature = "std")]
pub use files::FileError;
pub use flat::Flat;
#[cfg(feature = "alloc")]
pub use history::{Epoch, History, Outcome, Report};
pub use memory::{Arena, Gradients, Memory, Purpose, Tape};
pub use network::{LayerInfo, Network, PredictsOnStack, TensorInfo};
#[cfg(feature = "plot")]
pub use plot::PlotError;
pub use same::{GradientOf, InputOf, StateOf, TargetOf};
pub use scalar::Scalar;
#[cfg(feature = "alloc")]
pub use training::{Fit, FitError, Trainer};
#[cfg(feature = "alloc")]
pub use weights::WeightsError;
#[cfg(feature = "std")]
pub use weights::{LoadError, SaveError};
pub use workspace::Workspace;
pub use {nalgebra, rand, typenum};

/// The generator behind dropout and shuffling: xoshiro256++, whose numbers never change with a version.
pub type TrainingRng = rand_xoshiro::Xoshiro256PlusPlus;

/// A generator for [`Network::init`] and data splits that gives the same numbers for the same seed, on every machine.
pub fn seeded(seed: u64) -> TrainingRng {
    use rand::SeedableRng;
    TrainingRng::seed_from_u64(seed)
}

/// Declares networks.
#[macro_export]
macro_rules! network {
    ($($tokens:tt)*) => {
        $crate::__private::network! { [$crate] $($tokens)* }
    };
}

/// What the code that the macro writes refers to.
#[doc(hidden)]
pub mod __private {
    pub use crate::activations::*;
    pub use crate::flat::{copy, reshape, reshape_mut};
    pub use crate::initializers::*;
    pub use crate::isa::Isa;
    pub use crate::layers::*;
    pub use crate::regularizers::*;
    pub use crate::{
        Arena, Flat, Gradients, LayerInfo, Network, PredictsOnStack, Tape, TensorInfo, TrainingRng, typenum,
    };
    pub use castnet_macros::network;
    pub use nalgebra::{SMatrix, SVector};
    pub use rand::Rng;
}

/// Everything that a program with a network needs: `use castnet::prelude::*;`.
pub mod prelude {
    pub use crate::losses::{BinaryCrossentropy, CategoricalCrossentropy, FromLogits, Insist, MeanSquaredError};
    pub use crate::metrics::{Accuracy, Mae};
    pub use crate::optimizers::{Adam, RmsProp, Sgd};
    #[cfg(feature = "alloc")]
    pub use crate::{DataFor, Dataset, Fit, History};
    pub use crate::{Flat, Network, Workspace, network, seeded};
}
