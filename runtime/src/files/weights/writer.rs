//! A safetensors file in the making.
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::format::{BEGINNING, DIGITS, FORMAT, NO_CHECKSUM, VERSION, checksum};
use crate::scalar::Scalar;

/// A safetensors file in the making. It is written here and not by the crate `safetensors`, which writes metadata in a random order:
/// the same weights give the same bytes.
pub(crate) struct Writer {
    header: String,
    data: Vec<u8>,
}

impl Writer {
    /// A file without tensors, with metadata beside those of the format.
    pub(crate) fn new(metadata: &[(&str, &str)]) -> Self {
        let mut header = format!(r#"{BEGINNING}{NO_CHECKSUM}","{FORMAT}":"{VERSION}""#);
        for (name, value) in metadata {
            header += &format!(r#","{name}":"{}""#, escaped(value));
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

    /// Describes the tensor whose bytes begin at `start` and have just been added.
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

    /// The bytes of the file, with their checksum.
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
        let digits = checksum(&bytes);
        bytes[DIGITS].copy_from_slice(digits.as_bytes());
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
