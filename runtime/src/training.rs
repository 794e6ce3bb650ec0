//! Training: what Keras calls `compile`, `fit`, `evaluate` and `train_on_batch`.
mod buffers;
pub mod callbacks;
#[cfg(feature = "std")]
mod checkpoint;
mod fit;
mod metrics;
mod monitor;
mod run;
mod trainer;

#[cfg(feature = "std")]
pub use checkpoint::{Checkpoint, ResumeError};
pub use fit::{Fit, FitError};
pub use monitor::{Monitor, UnknownFigure};
pub use trainer::Trainer;
