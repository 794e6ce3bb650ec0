//! The damage of a file, in words for people who do not know how such a file is made.
use alloc::format;
use alloc::string::String;

use safetensors::SafeTensorError;

/// The number of bytes at the beginning that hold the length of the header.
const LENGTH: usize = 8;

/// The damage of a file with a huge number.
pub(super) const HUGE: &str = "the shape of a tensor is larger than any memory";

/// No tensor is larger. The parser adds up larger ones without a check for overflow.
const LARGEST: usize = usize::MAX / 4;

/// Whether the header has a number that is too large for a shape and for a place in the file.
pub(super) fn has_huge_number(bytes: &[u8]) -> bool {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else { return false };
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let (mut is_text, mut is_escaped, mut number) = (false, false, 0_usize);
    rest.get(..length).unwrap_or_default().iter().any(|&byte| {
        let was_escaped = core::mem::take(&mut is_escaped);
        match byte {
            b'"' if !was_escaped => is_text = !is_text,
            b'\\' => is_escaped = !was_escaped,
            _ => {}
        }
        number = match byte {
            b'0'..=b'9' if !is_text => number.saturating_mul(10).saturating_add(usize::from(byte - b'0')),
            _ => 0,
        };
        number > LARGEST
    })
}

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
        (SafeTensorError::ValidationOverflow, _) => String::from(HUGE),
        _ => String::from("its header is damaged"),
    }
}
