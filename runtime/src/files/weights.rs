//! Weights as the bytes of safetensors files.
//!
//! The data of the file are the bytes of the network as they lie, in the order of [`Network::TENSORS`]; its metadata are the
//! fingerprint, the name and the summary of the network. See <https://github.com/huggingface/safetensors>.
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
use crate::info::TensorInfo;
use crate::network::Network;
use crate::scalar::Scalar;
use safetensors::SafeTensors;

const FINGERPRINT: &str = "castnet.fingerprint";
const NAME: &str = "castnet.network";

/// Tensors of these names belong to a training, or are checks: those who load weights leave them aside.
pub(crate) const BESIDE: &str = "castnet.";

/// A file with the weights of a network, to which other tensors can be added.
pub(crate) fn writer<N: Network>(network: &N, metadata: &[(&str, &str)]) -> Writer {
    let mut writer = Writer::of_network(N::FINGERPRINT, N::NAME, N::SUMMARY, metadata);
    let mut rest = network.as_flat();
    for tensor in N::TENSORS {
        let (values, behind) = rest.split_at(values(tensor.shape).min(rest.len()));
        writer.scalars(tensor.name, tensor.shape, values);
        rest = behind;
    }
    writer
}

/// A safetensors file in the making. Written here and not by the crate `safetensors`, whose metadata come in a random
/// order: the same weights give the same bytes.
pub(crate) struct Writer {
    header: String,
    data: Vec<u8>,
}

impl Writer {
    fn of_network(fingerprint: u64, name: &str, summary: &str, metadata: &[(&str, &str)]) -> Self {
        let fingerprint = format!("{fingerprint:016x}");
        let own = [(FINGERPRINT, fingerprint.as_str()), (NAME, name), ("castnet.summary", summary)];
        Self::new(&[&own, metadata].concat())
    }

    pub(crate) fn new(metadata: &[(&str, &str)]) -> Self {
        let mut header = String::from(r#"{"__metadata__":{"#);
        for (index, (name, value)) in metadata.iter().enumerate() {
            header += if index == 0 { "" } else { "," };
            header += &format!(r#""{name}":"{}""#, escaped(value));
        }
        header.push('}');
        Self { header, data: Vec::new() }
    }

    /// Adds a tensor by its bytes.
    #[cfg(feature = "std")]
    pub(crate) fn tensor(&mut self, name: &str, dtype: &str, shape: &[usize], bytes: &[u8]) {
        let start = self.data.len();
        self.data.extend_from_slice(bytes);
        self.entry(name, dtype, shape, start);
    }

    /// A tensor whose bytes have been added from a place on.
    fn entry(&mut self, name: &str, dtype: &str, shape: &[usize], start: usize) {
        let end = self.data.len();
        self.header += &format!(r#","{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{start},{end}]}}"#);
    }

    /// Adds a tensor of numbers.
    pub(crate) fn scalars<T: Scalar>(&mut self, name: &str, shape: &[usize], values: &[T]) {
        let start = self.data.len();
        values.iter().for_each(|value| value.push_le_bytes(&mut self.data));
        self.entry(name, T::DTYPE, shape, start);
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let Self { mut header, data } = self;
        header.push('}');
        // Spaces, so that the data begin at a multiple of eight bytes.
        let padded = header.len().next_multiple_of(8);
        header.extend(core::iter::repeat_n(' ', padded - header.len()));

        let mut bytes = Vec::with_capacity(8 + header.len() + data.len());
        bytes.extend_from_slice(&(header.len() as u64).to_le_bytes());
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(&data);
        bytes
    }
}

/// Text within a string of JSON.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            '\n' => escaped += r"\n",
            '\0'..' ' => escaped += &format!(r"\u{:04x}", u32::from(character)),
            _ => escaped.push(character),
        }
    }
    escaped
}

fn values(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// Reads all weights, or none: everything is checked before the first is written.
pub(crate) fn read_into<N: Network>(network: &mut N, bytes: &[u8]) -> Result<(), WeightsError> {
    let damaged =
        |error: safetensors::SafeTensorError| WeightsError::Damaged { bytes: bytes.len(), reason: error.to_string() };
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
    let file = SafeTensors::deserialize(bytes).map_err(damaged)?;
    if let Some(metadata) = header.metadata()
        && let Some(fingerprint) = metadata.get(FINGERPRINT)
        && *fingerprint != format!("{:016x}", N::FINGERPRINT)
    {
        let found = metadata.get(NAME).cloned().unwrap_or_default();
        return Err(WeightsError::OtherNetwork { found, expected: N::NAME });
    }

    read_tensors(&file, N::TENSORS, network.as_flat_mut())
}

/// Reads tensors, and there may be no others, into values that lie one after the other: all of them, or none.
pub(crate) fn read_tensors<T: Scalar>(
    file: &SafeTensors<'_>,
    expected: &'static [TensorInfo],
    values: &mut [T],
) -> Result<(), WeightsError> {
    let mut names: Vec<&str> = file.names().into_iter().filter(|name| !name.starts_with(BESIDE)).collect();
    names.sort_unstable();
    let mut tensors = Vec::with_capacity(expected.len());
    for expected in expected {
        let tensor = expected.name;
        let found = file.tensor(tensor).map_err(|_| WeightsError::Missing { tensor, found: names.join(", ") })?;
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

/// Reads a file that is no network's: tensors of these names and shapes.
#[cfg(feature = "std")]
pub(crate) fn load_tensors<T: Scalar>(
    path: &Path,
    expected: &'static [TensorInfo],
    values: &mut [T],
) -> Result<(), LoadError> {
    let bytes = disk::read(path)?;
    let file = SafeTensors::deserialize(&bytes)
        .map_err(|error| WeightsError::Damaged { bytes: bytes.len(), reason: error.to_string() });
    file.and_then(|file| read_tensors(&file, expected, values))
        .map_err(|error| LoadError::Weights { path: path.to_path_buf(), error })
}

#[cfg(all(test, feature = "std"))]
mod tests;
