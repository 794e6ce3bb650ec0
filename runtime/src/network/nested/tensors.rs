//! The tensors of a network that is a layer, as tensors of the outer network.
use crate::info::TensorInfo;

/// How long the names of tensors are, one after the other, with a prefix and a dot before each.
pub const fn names_len(prefix: &str, tensors: &[TensorInfo]) -> usize {
    let (mut len, mut rest) = (0, tensors);
    while let Some((tensor, others)) = rest.split_first() {
        len += prefix.len() + 1 + tensor.name.len();
        rest = others;
    }
    len
}

/// The names of tensors, one after the other, with a prefix and a dot before each.
pub const fn names<const LEN: usize>(prefix: &str, tensors: &[TensorInfo]) -> [u8; LEN] {
    const fn append<const LEN: usize>(mut to: [u8; LEN], mut at: usize, text: &str) -> ([u8; LEN], usize) {
        let mut bytes = text.as_bytes();
        while let Some((byte, others)) = bytes.split_first() {
            to[at] = *byte;
            at += 1;
            bytes = others;
        }
        (to, at)
    }
    let (mut names, mut at, mut rest) = ([0; LEN], 0, tensors);
    while let Some((tensor, others)) = rest.split_first() {
        (names, at) = append(names, at, prefix);
        (names, at) = append(names, at, ".");
        (names, at) = append(names, at, tensor.name);
        rest = others;
    }
    names
}

/// Tensors with other names, which stand one after the other.
pub const fn renamed<const COUNT: usize>(
    prefix: &str,
    tensors: &'static [TensorInfo],
    names: &'static [u8],
) -> [TensorInfo; COUNT] {
    let (mut all, mut at, mut rest, mut names) = ([TensorInfo::new("", "", &[]); COUNT], 0, tensors, names);
    while let Some((tensor, others)) = rest.split_first() {
        let (name, other_names) = names.split_at(prefix.len() + 1 + tensor.name.len());
        if let Ok(name) = core::str::from_utf8(name) {
            all[at] = TensorInfo::new(name, tensor.dtype, tensor.shape);
        }
        at += 1;
        rest = others;
        names = other_names;
    }
    all
}

/// Lists of tensors as one.
pub const fn concat<const COUNT: usize>(lists: &[&[TensorInfo]]) -> [TensorInfo; COUNT] {
    let (mut all, mut at, mut lists) = ([TensorInfo::new("", "", &[]); COUNT], 0, lists);
    while let Some((list, others)) = lists.split_first() {
        let mut rest = *list;
        while let Some((tensor, others)) = rest.split_first() {
            all[at] = *tensor;
            at += 1;
            rest = others;
        }
        lists = others;
    }
    all
}
