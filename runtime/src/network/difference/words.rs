//! The words of a text that the fingerprint depends on.
use super::{is_gap, skip_gap};
use crate::network::embedded::equal;

/// The words that it does not depend on, as the compiler of networks knows them, and whether a name stands behind each. Numbers may follow.
const UNHASHED: &[(&str, bool)] = castnet_macros::unhashed_words!();

/// Whether two stages are the same to the fingerprint, as far as their texts say.
pub(super) const fn same_to_fingerprint(a: &[u8], b: &[u8]) -> bool {
    if equal(a, b) {
        return true;
    }
    let (mut i, mut j) = (0, 0);
    loop {
        let ((start_i, end_i), (start_j, end_j)) = (next(a, i), next(b, j));
        if !equal(piece(a, start_i, end_i), piece(b, start_j, end_j)) {
            return false;
        }
        // Only behind the last word is nothing.
        if start_i == end_i {
            return true;
        }
        (i, j) = (end_i, end_j);
    }
}

/// Whether the fingerprint depends on nothing in a stage: it is a layer that rests in predictions.
pub(super) const fn is_unhashed(stage: &[u8]) -> bool {
    let (start, end) = next(stage, 0);
    start == end
}

/// The start and the end of the first word or sign, at `index` or behind it, that the fingerprint depends on; at the end of the text both are there.
const fn next(text: &[u8], index: usize) -> (usize, usize) {
    let mut start = skip_gap(text, index);
    loop {
        let end = word_end(text, start);
        let Some(behind) = behind_unhashed(text, start, end) else { return (start, end) };
        start = skip_gap(text, behind);
    }
}

/// The place behind a word that the fingerprint does not depend on, its name and its number; none for other words.
const fn behind_unhashed(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let behind = skip_gap(text, end);
    // Such a word can also be a label.
    if behind < text.len() && text[behind] == b':' {
        return None;
    }
    let mut index = 0;
    while index < UNHASHED.len() {
        let (word, has_name) = UNHASHED[index];
        if equal(piece(text, start, end), word.as_bytes()) {
            let end =
                if has_name && behind < text.len() && is_word(text[behind]) { word_end(text, behind) } else { end };
            return Some(number_end(text, end));
        }
        index += 1;
    }
    None
}

/// The end of a number that stands behind `index`; `index` if there is none. It may be computed: `(channels + 2)*3`.
const fn number_end(text: &[u8], index: usize) -> usize {
    let mut end = skip_gap(text, index);
    if end == text.len() || !(text[end].is_ascii_digit() || text[end] == b'-' || text[end] == b'(') {
        return index;
    }
    let mut depth = 0;
    while end < text.len() {
        match text[end] {
            b'(' => depth += 1,
            b')' if depth > 0 => depth -= 1,
            byte if depth == 0 && (is_gap(byte) || matches!(byte, b')' | b',' | b';' | b'}')) => break,
            _ => {}
        }
        end += 1;
    }
    end
}

/// The end of the word that begins at `start`. A sign is a word of its own.
const fn word_end(text: &[u8], start: usize) -> usize {
    if start == text.len() || !is_word(text[start]) {
        return if start == text.len() { start } else { start + 1 };
    }
    let mut end = start;
    while end < text.len() && is_word(text[end]) {
        end += 1;
    }
    end
}

/// Whether a byte belongs to a word or a number.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || !byte.is_ascii()
}

const fn piece(text: &[u8], start: usize, end: usize) -> &[u8] {
    text.split_at(end).0.split_at(start).1
}
