//! Training: what Keras calls `compile`, `fit`, `evaluate` and `train_on_batch`.
mod buffers;
mod fit;
mod metrics;
mod trainer;

pub use fit::{Fit, FitError};
pub use trainer::Trainer;
