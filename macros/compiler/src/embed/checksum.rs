//! The checksum of castnet's files. The runtime writes and reads it in `files/weights/format`.
use std::ops::Range;

use tinyjson::JsonValue;

/// The name of the metadata in the header. All other entries are tensors.
pub const METADATA: &str = "__metadata__";

/// The beginning of the names of castnet's metadata, and of tensors that are no parameters, such as checks.
pub const BESIDE: &str = "castnet.";

const FORMAT: &str = "castnet.format";
/// Only checkpoints have an optimizer.
const OPTIMIZER: &str = "castnet.optimizer";
/// The version of the format.
const VERSION: &str = "2";
/// The metadata of version 1.
const VERSION_1: [&str; 6] =
    ["castnet.fingerprint", "castnet.network", "castnet.summary", OPTIMIZER, "castnet.figures", "castnet.stopped"];
/// The last tensor of a checkpoint of version 1: the checksum of all bytes before it.
const CHECKSUM: &str = "castnet.crc32";

/// The beginning of the header, up to the digits of the checksum.
const BEGINNING: &str = r#"{"__metadata__":{"castnet.crc32":""#;
/// The digits of the checksum while it is computed.
const NO_CHECKSUM: &str = "00000000";
/// The bytes of the file that hold the digits.
const DIGITS: Range<usize> = 8 + BEGINNING.len()..8 + BEGINNING.len() + NO_CHECKSUM.len();

/// The entries of the header that matter for the checksum.
pub struct Header<'a> {
    /// The names of the metadata.
    pub metadata: Vec<&'a str>,
    /// The value of `castnet.format`.
    pub format: Option<&'a str>,
    /// The names of the tensors.
    pub tensors: Vec<&'a str>,
}

impl<'a> Header<'a> {
    /// Reads the entries of the header.
    pub fn of(entries: &'a [(String, JsonValue)]) -> Self {
        let mut header = Self { metadata: Vec::new(), format: None, tensors: Vec::new() };
        for (name, entry) in entries {
            match entry {
                JsonValue::Object(metadata) if name == METADATA => {
                    header.metadata = metadata.keys().map(String::as_str).collect();
                    header.format = metadata.get(FORMAT).and_then(|value| value.get::<String>()).map(String::as_str);
                }
                _ => header.tensors.push(name),
            }
        }
        header
    }

    /// Compares the checksum with the bytes of the file. Files of version 1 may have none.
    pub fn verify(&self, bytes: &[u8]) -> Result<(), String> {
        let mut own = self.metadata.iter().filter(|name| name.starts_with(BESIDE));
        if own.all(|name| VERSION_1.contains(name)) {
            return self.verify_version_1(bytes);
        }
        if let Some(version) = self.format
            && version != VERSION
        {
            return Err(format!(
                "its format is `{version}`, but this version of castnet reads formats up to `{VERSION}`"
            ));
        }
        let begins = bytes.get(8..).is_some_and(|header| header.starts_with(BEGINNING.as_bytes()));
        match bytes.get(DIGITS) {
            Some(digits) if begins && digits == checksum(bytes).as_bytes() => Ok(()),
            _ if !begins => Err(MISSING.to_string()),
            _ => Err(WRONG.to_string()),
        }
    }

    fn verify_version_1(&self, bytes: &[u8]) -> Result<(), String> {
        if !self.tensors.contains(&CHECKSUM) && !self.metadata.contains(&OPTIMIZER) {
            return Ok(());
        }
        match bytes.split_last_chunk() {
            Some((body, digits)) if *digits == crc32fast::hash(body).to_le_bytes() => Ok(()),
            _ => Err(WRONG.to_string()),
        }
    }
}

/// The checksum of a file whose header begins with [`BEGINNING`]. Its own digits count as zeros.
fn checksum(bytes: &[u8]) -> String {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(bytes.get(..DIGITS.start).unwrap_or_default());
    hasher.update(NO_CHECKSUM.as_bytes());
    hasher.update(bytes.get(DIGITS.end..).unwrap_or_default());
    format!("{:08x}", hasher.finalize())
}

/// The message for a file of version 2 without a checksum where it should be.
const MISSING: &str = "the checksum at its beginning is missing or damaged";

/// The message for a file that was changed after it had been written.
const WRONG: &str = "its checksum is wrong";
