//! IDX: two zeros, the type, the number of axes, their lengths, the values, all big-endian.
use std::format;
use std::string::String;
use std::vec::Vec;

use super::{ArrayErrorKind, Kind, Parsed};

pub(super) fn parse(bytes: &[u8]) -> Result<Parsed<'_>, ArrayErrorKind> {
    let format = |reason: String| ArrayErrorKind::Format { format: "IDX", reason };
    let [0, 0, kind, axes, rest @ ..] = bytes else {
        return Err(format(String::from(
            "it does not begin with two zeros, the type of its numbers, and the number of axes",
        )));
    };
    let kind = match kind {
        0x08 => Kind::U8,
        0x09 => Kind::I8,
        0x0b => Kind::I16,
        0x0c => Kind::I32,
        0x0d => Kind::F32,
        0x0e => Kind::F64,
        other => return Err(format(format!("its type of numbers is {other:#04x}, which is none"))),
    };
    let axes = usize::from(*axes);
    let Some((lengths, data)) = rest.split_at_checked(4 * axes).filter(|_| axes > 0) else {
        return Err(format(format!("it ends within the lengths of its {axes} axes")));
    };
    let shape: Vec<usize> = lengths.as_chunks().0.iter().map(|axis| u32::from_be_bytes(*axis) as usize).collect();
    Ok(Parsed { shape, kind, big_endian: true, data })
}
