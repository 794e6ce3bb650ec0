//! Weights as safetensors: bytes, which need `alloc`, and files, which need `std`.
#[cfg(feature = "std")]
mod disk;
mod error;
mod network;
pub(crate) mod weights;

#[cfg(feature = "std")]
pub use disk::FileError;
#[cfg(feature = "std")]
pub(crate) use disk::{check_writable, read, write};
pub use error::WeightsError;
#[cfg(feature = "std")]
pub use error::{LoadError, SaveError};
pub use network::WeightFiles;
