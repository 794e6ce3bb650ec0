//! The damage of a file, in words for people who do not know how such a file is made.
use alloc::format;
use alloc::string::String;

use safetensors::SafeTensorError;

/// The number of bytes at the beginning that hold the length of the header.
const LENGTH: usize = 8;

/// The damage that the parser of these bytes has found.
pub(super) fn reason(error: &SafeTensorError, bytes: &[u8]) -> String {
    let total = bytes.len();
    match (error, bytes.split_first_chunk::<LENGTH>()) {
        (_, None) => format!("its first {LENGTH} bytes should be the length of its header, but there are {total}"),
        (SafeTensorError::HeaderTooLarge | SafeTensorError::InvalidHeaderLength, Some((length, rest)))
            if u64::from_le_bytes(*length) > rest.len() as u64 =>
        {
            format!("its header should have {} bytes, but {} follow", u64::from_le_bytes(*length), rest.len())
        }
        (SafeTensorError::InvalidHeader(error), _) => {
            format!("its header is damaged at byte {}", LENGTH + error.valid_up_to())
        }
        // The header of castnet's files is one line.
        (SafeTensorError::InvalidHeaderDeserialization(error), _) if error.line() <= 1 => {
            format!("its header is damaged at byte {} or before", LENGTH + error.column())
        }
        (SafeTensorError::InvalidOffset(tensor), _) => {
            format!("the bytes of the tensor `{tensor}` should begin where those of the tensor before it end")
        }
        (SafeTensorError::TensorInvalidInfo | SafeTensorError::MisalignedSlice, _) => {
            String::from("the shape of a tensor does not fit the number of its bytes")
        }
        (SafeTensorError::MetadataIncompleteBuffer, _) => {
            format!("its tensors should end at its last byte, but it has {total} bytes")
        }
        (SafeTensorError::ValidationOverflow, _) => String::from("the shape of a tensor is larger than any memory"),
        _ => String::from("its header is damaged"),
    }
}
