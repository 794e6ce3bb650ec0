//! Files, and the bytes in them: weights as safetensors. Needs `alloc`; what reads and writes files needs `std`.
#[cfg(feature = "std")]
mod disk;
mod error;
mod network;
pub(crate) mod weights;

#[cfg(feature = "std")]
pub use disk::FileError;
#[cfg(feature = "std")]
pub(crate) use disk::{read, write};
pub use error::WeightsError;
#[cfg(feature = "std")]
pub use error::{LoadError, SaveError};
pub use network::WeightFiles;
