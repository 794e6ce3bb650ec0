//! The header of a safetensors file: <https://github.com/huggingface/safetensors>.
use std::collections::HashMap;
use std::ops::Range;

use tinyjson::JsonValue;

use super::checksum::{BESIDE, Header, METADATA};

/// The facts about a file of weights.
#[derive(Debug, Default, PartialEq)]
pub struct File {
    /// The fingerprint of its network, if castnet wrote it.
    pub fingerprint: Option<u64>,
    /// The name of its network; empty if it has none.
    pub network: String,
    /// Its table of layers; empty if it has none.
    pub summary: String,
    /// Its text; empty in older files.
    pub text: String,
    /// The texts of the networks that are layers of it, by the names of the layers; of a network within one of them by `outer.inner`.
    pub nested: Vec<(String, String)>,
    /// The tensors of the network, in the order in which they lie in the file.
    pub tensors: Vec<Tensor>,
    /// The checks: inputs with the outputs that the network had for them.
    pub checks: Option<Tensor>,
}

#[derive(Debug, PartialEq)]
pub struct Tensor {
    pub name: String,
    pub dtype: String,
    pub shape: Vec<usize>,
    /// The range of its values in the file.
    pub bytes: Range<usize>,
}

const TEXT: &str = "castnet.text";
const CHECKS: &str = "castnet.checks";
/// The number of bytes at the beginning that hold the length of the header.
const LENGTH: usize = 8;

impl File {
    pub fn names(&self) -> String {
        self.tensors.iter().map(|tensor| tensor.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Reads the metadata.
    fn describe(&mut self, metadata: &JsonValue) -> Result<(), String> {
        let JsonValue::Object(metadata) = metadata else { return Ok(()) };
        let text = |key: &str| metadata.get(key).and_then(|value| value.get::<String>()).cloned();
        self.network = text("castnet.network").unwrap_or_default();
        self.summary = text("castnet.summary").unwrap_or_default();
        self.text = text(TEXT).unwrap_or_default();
        let nested = metadata.keys().filter_map(|key| Some((key, key.strip_prefix(TEXT)?.strip_prefix('.')?)));
        self.nested = nested.map(|(key, layer)| (layer.to_string(), text(key).unwrap_or_default())).collect();
        self.nested.sort();
        if let Some(fingerprint) = text("castnet.fingerprint") {
            let number = u64::from_str_radix(&fingerprint, 16);
            self.fingerprint = Some(number.map_err(|_| String::from("its fingerprint is damaged"))?);
        }
        Ok(())
    }
}

/// Reads the header, and compares it with the bytes that follow.
pub fn parse(bytes: &[u8]) -> Result<File, String> {
    let total = bytes.len();
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else {
        return Err(format!("it is cut short: it has {total} bytes, and the length of its header alone has {LENGTH}"));
    };
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let Some((header, _)) = rest.split_at_checked(length) else {
        return Err(format!(
            "it is cut short or damaged: its header should have {length} bytes, but has {}",
            rest.len()
        ));
    };
    let text = std::str::from_utf8(header)
        .map_err(|error| format!("its header is damaged at byte {}", LENGTH + error.valid_up_to()))?;
    let json: JsonValue = text.parse().map_err(|_| String::from("its header is damaged: it is no JSON"))?;
    let JsonValue::Object(entries) = json else { return Err(String::from("its header is damaged: no JSON object")) };

    let mut file = File::default();
    // Sorted by name, so that the same file always gives the same message.
    let mut entries: Vec<(String, JsonValue)> = entries.into_iter().collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (name, entry) in &entries {
        if name == METADATA {
            file.describe(entry)?;
            continue;
        }
        let tensor = tensor(name, entry, LENGTH + length)
            .ok_or_else(|| format!("its header is damaged at the tensor `{name}`"))?;
        file.tensors.push(tensor);
    }
    file.tensors.sort_by_key(|tensor| (tensor.bytes.start, tensor.bytes.end));
    check_order(&file.tensors, LENGTH + length, total)?;
    Header::of(&entries).verify(bytes)?;
    let checks = file.tensors.iter().position(|tensor| tensor.name == CHECKS);
    file.checks = checks.map(|checks| file.tensors.remove(checks));
    file.tensors.retain(|tensor| !tensor.name.starts_with(BESIDE));
    for tensor in &file.tensors {
        not_finite(tensor, bytes)?;
    }
    Ok(file)
}

/// The tensors lie one after the other, from the end of the header to the end of the file.
fn check_order(tensors: &[Tensor], header: usize, total: usize) -> Result<(), String> {
    let mut end = header;
    for Tensor { name, bytes: range, .. } in tensors {
        if range.start != end {
            return Err(format!("the tensor `{name}` should begin at byte {end}, but begins at byte {}", range.start));
        }
        end = range.end;
    }
    if end != total {
        return Err(format!(
            "it is cut short or damaged: its tensors should end at byte {end}, but it has {total} bytes"
        ));
    }
    Ok(())
}

fn tensor(name: &str, entry: &JsonValue, data: usize) -> Option<Tensor> {
    let entry: &HashMap<String, JsonValue> = entry.get()?;
    let dtype = entry.get("dtype")?.get::<String>()?.clone();
    let sizes = |key: &str| -> Option<Vec<usize>> {
        let numbers: &Vec<JsonValue> = entry.get(key)?.get()?;
        numbers.iter().map(|number| whole(*number.get::<f64>()?)).collect()
    };
    let shape = sizes("shape")?;
    let offsets = sizes("data_offsets")?;
    let [start, end] = *offsets.as_slice() else { return None };
    let size = match dtype.as_str() {
        "F32" | "I32" | "U32" => 4,
        "F64" | "I64" | "U64" => 8,
        "F16" | "BF16" | "I16" | "U16" => 2,
        "U8" | "I8" | "BOOL" => 1,
        _ => return None,
    };
    let values = shape.iter().try_fold(size, |product: usize, &axis| product.checked_mul(axis))?;
    if end.checked_sub(start)? != values {
        return None;
    }
    Some(Tensor { name: name.to_string(), dtype, shape, bytes: data.checked_add(start)?..data.checked_add(end)? })
}

/// A number of JSON, if it is whole and not negative.
fn whole(number: f64) -> Option<usize> {
    let whole = number as usize;
    (whole as f64 == number && (0.0..9e15).contains(&number)).then_some(whole)
}

/// Refuses values that are NaN or infinite.
fn not_finite(tensor: &Tensor, bytes: &[u8]) -> Result<(), String> {
    let values = bytes.get(tensor.bytes.clone()).unwrap_or_default();
    let place = match tensor.dtype.as_str() {
        "F32" => values.as_chunks().0.iter().position(|bytes| !f32::from_le_bytes(*bytes).is_finite()),
        "F64" => values.as_chunks().0.iter().position(|bytes| !f64::from_le_bytes(*bytes).is_finite()),
        _ => None,
    };
    match place {
        Some(index) => Err(format!("value {index} of the tensor `{}` is NaN or infinite", tensor.name)),
        None => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests;
