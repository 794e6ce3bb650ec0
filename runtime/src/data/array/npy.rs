//! NPY: a magic word, a version, the length of a header, the header as a dictionary of Python, the values.
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::{ArrayErrorKind, Kind, Parsed};

pub(super) fn parse(bytes: &[u8]) -> Result<Parsed<'_>, ArrayErrorKind> {
    let format = |reason: String| ArrayErrorKind::Format { format: "NPY", reason };
    let (header, data) = split(bytes).ok_or_else(|| {
        format(String::from("it does not begin with `\\x93NUMPY`, a version from 1 to 3, and a whole header"))
    })?;
    let entry = |name: &str| {
        let value = header.split_once(&format!("'{name}':")).map(|(_, value)| value.trim_start());
        value.ok_or_else(|| format(format!("its header has no `{name}`")))
    };

    let description = entry("descr")?;
    let description = description.strip_prefix('\'').and_then(|rest| rest.split_once('\'')).map(|(text, _)| text);
    let Some((order, kind)) = description.and_then(kind) else {
        let found = entry("descr")?.split(',').next().unwrap_or_default().to_string();
        return Err(format(format!("its type of numbers is {found}: save `array.astype(\"float32\")`")));
    };
    if !entry("fortran_order")?.starts_with("False") {
        return Err(format(String::from("it lies in Fortran's order: save `numpy.ascontiguousarray(array)`")));
    }
    let shape = entry("shape")?.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(axes, _)| axes);
    let axes = shape.into_iter().flat_map(|axes| axes.split(',')).map(str::trim).filter(|axis| !axis.is_empty());
    let shape: Option<Vec<usize>> = axes.map(|axis| axis.parse().ok()).collect();
    match shape {
        Some(shape) if !shape.is_empty() => Ok(Parsed { shape, kind, big_endian: order, data }),
        _ => Err(format(String::from("its shape is no list of lengths"))),
    }
}

/// The header as text, and the bytes behind it.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (length, rest) = match rest {
        [1, _, low, high, rest @ ..] => (usize::from(u16::from_le_bytes([*low, *high])), rest),
        [2 | 3, _, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
        _ => return None,
    };
    let (header, data) = rest.split_at_checked(length)?;
    Some((core::str::from_utf8(header).ok()?, data))
}

/// The byte order (whether big-endian) and the kind of a type such as `<f4`.
fn kind(description: &str) -> Option<(bool, Kind)> {
    let (order, kind) = description.split_at_checked(1)?;
    let big_endian = match order {
        "<" | "|" => false,
        ">" => true,
        "=" => cfg!(target_endian = "big"),
        _ => return None,
    };
    let kind = match kind {
        "u1" | "b1" => Kind::U8,
        "i1" => Kind::I8,
        "u2" => Kind::U16,
        "i2" => Kind::I16,
        "u4" => Kind::U32,
        "i4" => Kind::I32,
        "u8" => Kind::U64,
        "i8" => Kind::I64,
        "f4" => Kind::F32,
        "f8" => Kind::F64,
        _ => return None,
    };
    Some((big_endian, kind))
}
