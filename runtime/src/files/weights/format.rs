//! The format of castnet's files, version 2: a safetensors file whose metadata say for which network it is, and hold a checksum.
//!
//! The header begins with `{"__metadata__":{"castnet.crc32":"` and eight lower-case hexadecimal digits: the CRC-32 (IEEE 802.3) of the
//! whole file, with the digits `00000000` in their place. So any changed byte is found. It costs 15 ms for a file of 100 MB, of the 500 ms
//! that such a file takes to load (one core of an AMD EPYC, the file in memory). The other metadata are
//!
//! | key | value |
//! |---|---|
//! | `castnet.format` | `2` |
//! | `castnet.fingerprint` | [`Predict::FINGERPRINT`](crate::Predict::FINGERPRINT), 16 hexadecimal digits |
//! | `castnet.network` | the name of the network |
//! | `castnet.summary` | its table of layers |
//! | `castnet.text` | the network as text of the language, with the blocks that it uses |
//! | `castnet.text.LAYER` | the same of a network that is the layer `LAYER`, whose own have `castnet.text.LAYER.INNER` |
//! | `castnet.optimizer`, `castnet.loss`, `castnet.figures`, `castnet.stopped` | of a checkpoint: see there |
//!
//! Files of version 1 have neither a format, a text nor a checksum in their metadata; a checkpoint of version 1 ends in a tensor
//! `castnet.crc32`, the CRC-32 of all bytes before it. Files of other programs have no metadata of castnet. Both are read as well.
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use safetensors::tensor::Metadata;
use safetensors::{SafeTensorError, SafeTensors};

use super::damage;
use crate::files::WeightsError;
use crate::info::Source;

/// The names of all metadata of castnet begin so, and those of tensors that are not the network's: of a training, or checks.
pub(crate) const BESIDE: &str = "castnet.";

pub(crate) const FORMAT: &str = "castnet.format";
/// The version of the format.
pub(crate) const VERSION: &str = "2";
pub(crate) const FINGERPRINT: &str = "castnet.fingerprint";
pub(crate) const NAME: &str = "castnet.network";
pub(crate) const SUMMARY: &str = "castnet.summary";
const CHECKSUM: &str = "castnet.crc32";
/// Only checkpoints have an optimizer.
const OPTIMIZER: &str = "castnet.optimizer";
pub(crate) const TEXT: &str = "castnet.text";

/// The metadata of version 1.
const VERSION_1: [&str; 6] = [FINGERPRINT, NAME, SUMMARY, OPTIMIZER, "castnet.figures", "castnet.stopped"];

/// The header up to the digits of the checksum.
pub(crate) const BEGINNING: &str = r#"{"__metadata__":{"castnet.crc32":""#;
/// The digits as they are counted.
pub(crate) const NO_CHECKSUM: &str = "00000000";
/// Where they stand in the file, behind the length of the header.
pub(crate) const DIGITS: Range<usize> = 8 + BEGINNING.len()..8 + BEGINNING.len() + NO_CHECKSUM.len();

/// The checksum of a file that begins as [`BEGINNING`] says: its digits count as zeros.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bytes[..DIGITS.start.min(bytes.len())]);
    hasher.update(NO_CHECKSUM.as_bytes());
    hasher.update(bytes.get(DIGITS.end..).unwrap_or_default());
    format!("{:08x}", hasher.finalize())
}

/// A file of weights whose bytes are those that were written.
pub(crate) struct File<'a> {
    pub(crate) tensors: SafeTensors<'a>,
    header: Metadata,
}

impl<'a> File<'a> {
    /// Reads the header, and holds the bytes against their checksum if the file has one.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let damaged = |reason: String| WeightsError::Damaged { bytes: bytes.len(), reason };
        let unreadable = |error: SafeTensorError| damaged(damage::reason(&error, bytes));
        if damage::has_huge_number(bytes) {
            return Err(damaged(damage::HUGE.to_string()));
        }
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(unreadable)?;
        let file = Self { tensors, header };
        if let Some(found) = file.metadata(FORMAT)
            && found != VERSION
        {
            return Err(WeightsError::Format { found: found.to_string(), newest: VERSION });
        }
        file.verify(bytes).map_err(damaged)?;
        Ok(file)
    }

    /// A value of the metadata.
    pub(crate) fn metadata(&self, name: &str) -> Option<&str> {
        self.header.metadata().as_ref()?.get(name).map(String::as_str)
    }

    /// Compares the checksum with the bytes of the file. Files of version 1 may have none.
    fn verify(&self, bytes: &[u8]) -> Result<(), String> {
        let names = self.header.metadata().iter().flat_map(|metadata| metadata.keys());
        if names.filter(|name| name.starts_with(BESIDE)).all(|name| VERSION_1.contains(&name.as_str())) {
            return self.verify_version_1(bytes);
        }
        let begins = bytes.get(8..).is_some_and(|header| header.starts_with(BEGINNING.as_bytes()));
        match bytes.get(DIGITS) {
            Some(digits) if begins && digits == checksum(bytes).as_bytes() => Ok(()),
            _ if !begins => Err(MISSING.to_string()),
            _ => Err(WRONG.to_string()),
        }
    }

    /// Of the files of version 1 only checkpoints have a checksum: a tensor at the end.
    fn verify_version_1(&self, bytes: &[u8]) -> Result<(), String> {
        if self.tensors.tensor(CHECKSUM).is_err() && self.metadata(OPTIMIZER).is_none() {
            return Ok(());
        }
        match bytes.split_last_chunk() {
            Some((body, digits)) if *digits == crc32fast::hash(body).to_le_bytes() => Ok(()),
            _ => Err(WRONG.to_string()),
        }
    }
}

/// The names and values of the metadata that hold the text of a network, and those of the networks that are its layers.
pub(crate) fn texts(source: &Source) -> Vec<(String, &'static str)> {
    fn collect(key: String, source: &Source, texts: &mut Vec<(String, &'static str)>) {
        for (layer, nested) in source.nested {
            collect(format!("{key}.{layer}"), nested, texts);
        }
        texts.push((key, source.text));
    }
    let mut texts = Vec::new();
    collect(TEXT.to_string(), source, &mut texts);
    texts
}

/// A file of version 2 without a checksum where it should be.
const MISSING: &str = "the checksum at its beginning is missing or damaged";

/// A file that was changed after it had been written.
const WRONG: &str =
    "its checksum is wrong; a file that another program has changed on purpose loads without the metadata `castnet.*`";
