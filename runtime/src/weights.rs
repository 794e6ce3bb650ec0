//! Weights as safetensors: bytes, and files.
//!
//! The data of the file are the bytes of the network as they lie, in the order of [`Network::TENSORS`]; `format` says which metadata
//! the file has. See <https://github.com/huggingface/safetensors>.
#[cfg(feature = "std")]
mod files;
mod format;
mod writer;

#[cfg(feature = "std")]
pub use files::{LoadError, SaveError};
#[cfg(feature = "std")]
pub(crate) use files::{load, load_tensors, save, save_with_checks};
pub(crate) use format::File;
pub(crate) use writer::Writer;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use thiserror::Error;

use format::{BESIDE, FINGERPRINT, NAME, SUMMARY, texts};

use crate::{Network, Scalar, TensorInfo};

/// Weights that do not belong to a network, or a file of weights that is damaged. Nothing has been read then.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WeightsError {
    /// The bytes are no safetensors file, or not all of one.
    #[error("{bytes} bytes that are damaged, cut short, or no safetensors file: {reason}")]
    Damaged {
        /// How many there are.
        bytes: usize,
        /// What is wrong with them.
        reason: String,
    },
    /// The file was written for another network.
    #[error(
        "weights of the network `{found}`, whose architecture is not that of `{expected}`: load them into the network that wrote them, or train `{expected}` anew"
    )]
    OtherNetwork {
        /// The name of the network that the weights belong to.
        found: String,
        /// The name of the network that was to be loaded.
        expected: &'static str,
    },
    /// A tensor is not in the file.
    #[error("the tensor `{tensor}` is missing; the file has {found}")]
    Missing {
        /// Its name.
        tensor: &'static str,
        /// The names of those that the file has.
        found: String,
    },
    /// A tensor in the file is not in the network.
    #[error("the tensor `{tensor}` is superfluous: the network has none of that name")]
    Superfluous {
        /// Its name.
        tensor: String,
    },
    /// A tensor of another shape.
    #[error("the tensor `{tensor}` has the shape {found:?}, but the network's has {expected:?}")]
    Shape {
        /// Its name.
        tensor: &'static str,
        /// In the file.
        found: Vec<usize>,
        /// In the network.
        expected: &'static [usize],
    },
    /// A tensor of another type of number.
    #[error("the tensor `{tensor}` holds values of type {found}, but the network computes with {expected}")]
    Type {
        /// Its name.
        tensor: &'static str,
        /// In the file.
        found: String,
        /// In the network.
        expected: &'static str,
    },
    /// A value that is NaN or infinite.
    #[error("value {index} of the tensor `{tensor}` is NaN or infinite")]
    NotFinite {
        /// The tensor's name.
        tensor: &'static str,
        /// The place of the first such value.
        index: usize,
    },
}

/// The bytes of a file.
pub(crate) fn to_safetensors<N: Network>(network: &N) -> Vec<u8> {
    writer(network, &[]).finish()
}

/// A file with the weights of a network, to which other tensors can be added.
pub(crate) fn writer<N: Network>(network: &N, metadata: &[(&str, &str)]) -> Writer {
    let fingerprint = format!("{:016x}", N::FINGERPRINT);
    let texts = texts(&N::SOURCE);
    let texts = texts.iter().map(|(name, text)| (name.as_str(), *text));
    let own = [(FINGERPRINT, fingerprint.as_str()), (NAME, N::NAME), (SUMMARY, N::SUMMARY)];
    let metadata: Vec<(&str, &str)> = own.into_iter().chain(texts).chain(metadata.iter().copied()).collect();
    let mut writer = Writer::new(&metadata);
    let mut rest = network.as_flat();
    for tensor in N::TENSORS {
        let (values, behind) = rest.split_at(values(tensor.shape).min(rest.len()));
        writer.scalars(tensor.name, tensor.shape, values);
        rest = behind;
    }
    writer
}

fn values(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// Reads all weights, or none: everything is checked before the first is written.
pub(crate) fn read_into<N: Network>(network: &mut N, bytes: &[u8]) -> Result<(), WeightsError> {
    let file = File::open(bytes)?;
    if let Some(fingerprint) = file.metadata(FINGERPRINT)
        && fingerprint != format!("{:016x}", N::FINGERPRINT)
    {
        let found = file.metadata(NAME).unwrap_or_default().to_string();
        return Err(WeightsError::OtherNetwork { found, expected: N::NAME });
    }
    read_tensors(&file, N::TENSORS, network.as_flat_mut())
}

/// Reads tensors, and there may be no others, into values that lie one after the other: all of them, or none.
pub(crate) fn read_tensors<T: Scalar>(
    file: &File<'_>,
    expected: &'static [TensorInfo],
    values: &mut [T],
) -> Result<(), WeightsError> {
    let mut names: Vec<&str> = file.tensors.names().into_iter().filter(|name| !name.starts_with(BESIDE)).collect();
    names.sort_unstable();
    let mut tensors = Vec::with_capacity(expected.len());
    for expected in expected {
        let tensor = expected.name;
        let found = file.tensors.tensor(tensor).map_err(|_| WeightsError::Missing { tensor, found: names.join(", ") })?;
        if found.shape() != expected.shape {
            return Err(WeightsError::Shape { tensor, found: found.shape().to_vec(), expected: expected.shape });
        }
        let dtype = format!("{:?}", found.dtype());
        if dtype != T::DTYPE {
            return Err(WeightsError::Type { tensor, found: dtype, expected: T::DTYPE });
        }
        let mut read = scalars::<T>(found.data());
        if let Some(index) = read.position(|value| !value.is_finite()) {
            return Err(WeightsError::NotFinite { tensor, index });
        }
        tensors.push(found);
    }
    if let Some(tensor) = names.iter().find(|name| !expected.iter().any(|tensor| tensor.name == **name)) {
        return Err(WeightsError::Superfluous { tensor: (*tensor).to_string() });
    }

    let read = tensors.iter().flat_map(|tensor| scalars::<T>(tensor.data()));
    values.iter_mut().zip(read).for_each(|(value, read)| *value = read);
    Ok(())
}

pub(crate) fn scalars<T: Scalar>(bytes: &[u8]) -> impl Iterator<Item = T> {
    bytes.chunks_exact(T::BYTES).map(T::from_le_bytes)
}

/// The first value that is not finite.
#[cfg(feature = "std")]
fn not_finite<N: Network>(network: &N) -> Option<WeightsError> {
    let mut rest = network.as_flat();
    for tensor in N::TENSORS {
        let (values, behind) = rest.split_at_checked(values(tensor.shape))?;
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return Some(WeightsError::NotFinite { tensor: tensor.name, index });
        }
        rest = behind;
    }
    None
}

#[cfg(all(test, feature = "std"))]
mod tests;
