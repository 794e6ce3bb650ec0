//! Weights as the bytes of safetensors files.
//!
//! The data of the file are the bytes of the network as they lie, in the order of [`Predict::TENSORS`](crate::Predict::TENSORS); `format` says which metadata
//! the file has. See <https://github.com/huggingface/safetensors>.
mod damage;
mod format;
mod writer;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
#[cfg(feature = "std")]
use std::path::Path;

#[cfg(feature = "std")]
use super::disk;
#[cfg(feature = "std")]
use super::error::LoadError;
use super::error::WeightsError;
use crate::info::{Source, TensorInfo};
use crate::network::Network;
use crate::network::difference::{Description, Message};
use crate::scalar::Scalar;
use format::{BESIDE, FINGERPRINT, NAME, SUMMARY, TEXT, texts};

pub(crate) use format::File;
pub(crate) use writer::Writer;

/// A file with the weights of a network, to which other tensors can be added.
pub(crate) fn writer<N: Network>(network: &N, metadata: &[(&str, &str)]) -> Writer {
    let mut writer = begun(N::FINGERPRINT, N::NAME, N::SUMMARY, &N::SOURCE, metadata);
    let mut rest = network.as_flat();
    for tensor in N::TENSORS {
        let (values, behind) = rest.split_at(values(tensor.shape).min(rest.len()));
        writer.scalars(tensor.name, tensor.shape, values);
        rest = behind;
    }
    writer
}

/// A file with the metadata of a network, apart from the network's type: so it is compiled once.
fn begun(fingerprint: u64, name: &str, summary: &str, source: &Source, metadata: &[(&str, &str)]) -> Writer {
    let fingerprint = format!("{fingerprint:016x}");
    let texts = texts(source);
    let texts = texts.iter().map(|(name, text)| (name.as_str(), *text));
    let own = [(FINGERPRINT, fingerprint.as_str()), (NAME, name), (SUMMARY, summary)];
    let metadata: Vec<(&str, &str)> = own.into_iter().chain(texts).chain(metadata.iter().copied()).collect();
    Writer::new(&metadata)
}

fn values(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// Reads all weights, or none: everything is checked before the first is written.
pub(crate) fn read_into<N: Network>(network: &mut N, bytes: &[u8]) -> Result<(), WeightsError> {
    read_weights(network, &File::open(bytes)?)
}

/// As [`read_into`], from a file that has been opened.
pub(crate) fn read_weights<N: Network>(network: &mut N, file: &File<'_>) -> Result<(), WeightsError> {
    check_fingerprint(file, N::FINGERPRINT, N::NAME, N::SUMMARY, &N::SOURCE)?;
    read_tensors(file, N::TENSORS, network.as_flat_mut())
}

/// Whether a file with a fingerprint has that of the network `expected`; apart from the network's type, so it is compiled once.
fn check_fingerprint(
    file: &File<'_>,
    fingerprint: u64,
    expected: &'static str,
    summary: &str,
    source: &Source,
) -> Result<(), WeightsError> {
    match file.metadata(FINGERPRINT) {
        Some(found) if found != format!("{fingerprint:016x}") => {
            let found = file.metadata(NAME).unwrap_or_default().to_string();
            Err(WeightsError::OtherNetwork { found, expected, difference: difference(file, summary, source) })
        }
        _ => Ok(()),
    }
}

/// How the network of a file differs from one with this table and this text.
fn difference(file: &File<'_>, summary: &str, source: &Source) -> String {
    let text = |name: &str| file.metadata(name).unwrap_or_default();
    let keys = texts(source);
    let nested = keys.iter().filter_map(|(key, _)| Some((key.strip_prefix(TEXT)?.strip_prefix('.')?, text(key))));
    let nested: Vec<(&str, &str)> = nested.collect();
    let mut message = Message::new("");
    message.push_difference(
        &Description { summary: text(SUMMARY), text: text(TEXT), nested: &nested },
        summary,
        source,
    );
    message.as_str().to_string()
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
        let found =
            file.tensors.tensor(tensor).map_err(|_| WeightsError::Missing { tensor, found: names.join(", ") })?;
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
pub(super) fn not_finite<N: Network>(network: &N) -> Option<WeightsError> {
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

/// Reads a file of tensors of these names and shapes, which are no network's.
#[cfg(feature = "std")]
pub(crate) fn load_tensors<T: Scalar>(
    path: &Path,
    expected: &'static [TensorInfo],
    values: &mut [T],
) -> Result<(), LoadError> {
    let bytes = disk::read(path)?;
    File::open(&bytes)
        .and_then(|file| read_tensors(&file, expected, values))
        .map_err(|error| LoadError::Weights { path: path.to_path_buf(), error })
}

#[cfg(all(test, feature = "std"))]
mod tests;
