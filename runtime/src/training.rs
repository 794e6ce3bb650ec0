//! Training: what Keras calls `compile`, `fit`, `evaluate` and `train_on_batch`. A [`DeviceTrainer`] needs no allocator, all else needs
//! `alloc`, and checkpoints need `std`.
#[cfg(feature = "alloc")]
mod buffers;
#[cfg(feature = "alloc")]
pub mod callbacks;
#[cfg(feature = "std")]
mod checkpoint;
mod compile;
mod device;
#[cfg(feature = "alloc")]
mod error;
#[cfg(feature = "alloc")]
mod evaluate;
mod evaluation;
#[cfg(feature = "alloc")]
mod fit;
#[cfg(feature = "alloc")]
mod history;
#[cfg(feature = "alloc")]
mod metrics;
#[cfg(feature = "alloc")]
mod monitor;
#[cfg(feature = "alloc")]
mod options;
#[cfg(feature = "alloc")]
mod progress;
mod step;
#[cfg(feature = "alloc")]
mod trainer;

#[cfg(feature = "std")]
pub use checkpoint::{Checkpoint, ResumeError};
pub use compile::Compile;
pub use device::{DeviceTrainer, TrainingMemory};
#[cfg(feature = "alloc")]
pub use error::FitError;
pub use evaluation::Evaluation;
#[cfg(feature = "alloc")]
pub use history::{Epoch, History, Outcome, Warning};
#[cfg(feature = "plot")]
pub(crate) use history::{LEARNING_RATE, figure as figure_text};
#[cfg(feature = "alloc")]
pub use monitor::{FigureError, Monitor};
#[cfg(feature = "alloc")]
pub use options::Fit;
#[cfg(feature = "alloc")]
pub use trainer::Trainer;
