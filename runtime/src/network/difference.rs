//! How the network of a file differs from another one.
//!
//! Everything is `const`: `load` explains a file while the program runs, and `embed!` while it is compiled, in the same words.
mod words;

use super::Predict;
use super::embedded::equal;
use crate::info::Source;
use words::{is_unhashed, same_to_fingerprint};

/// A network as a file describes it. Older files have no text: it is empty then.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Description<'a> {
    /// Its table of layers.
    pub summary: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The texts of the networks that are layers of it, by the names of the layers. Of a network within one of them, the name has a dot
    /// between the names of both layers: `outer.inner`.
    pub nested: &'a [(&'a str, &'a str)],
}

/// The layers that lead to a network within a network.
#[derive(Clone, Copy)]
struct Path<'a> {
    above: Option<&'a Path<'a>>,
    layer: &'a str,
}

impl Path<'_> {
    /// The text of the network at this path; empty if there is none.
    const fn text_in<'t>(&self, nested: &[(&str, &'t str)]) -> &'t str {
        let mut index = 0;
        while index < nested.len() {
            let (name, text) = nested[index];
            if matches!(self.end_in(name.as_bytes()), Some(end) if end == name.len()) {
                return text;
            }
            index += 1;
        }
        ""
    }

    /// The place behind the path in a name that begins with it.
    const fn end_in(&self, name: &[u8]) -> Option<usize> {
        let start = match self.above {
            None => 0,
            Some(above) => match above.end_in(name) {
                Some(dot) if dot < name.len() && name[dot] == b'.' => dot + 1,
                _ => return None,
            },
        };
        let end = start + self.layer.len();
        if end <= name.len() && equal(name.split_at(end).0.split_at(start).1, self.layer.as_bytes()) {
            Some(end)
        } else {
            None
        }
    }
}

/// The most bytes that a message has.
const SIZE: usize = 4096;

/// The most places of two texts that a message names.
const PLACES: usize = 3;

/// A text that is put together while the program is compiled. It is cut off at its size.
#[doc(hidden)]
pub struct Message {
    bytes: [u8; SIZE],
    len: usize,
}

impl Message {
    /// A text that begins so.
    pub const fn new(beginning: &str) -> Self {
        let mut message = Self { bytes: [0; SIZE], len: 0 };
        message.push(beginning);
        message
    }

    /// Adds a text.
    pub const fn push(&mut self, text: &str) {
        let mut index = 0;
        while index < text.len() && self.len < SIZE {
            self.bytes[self.len] = text.as_bytes()[index];
            self.len += 1;
            index += 1;
        }
    }

    /// The text so far.
    pub const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.len);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            // Cut off within a character.
            Err(error) => match core::str::from_utf8(text.split_at(error.valid_up_to()).0) {
                Ok(text) => text,
                Err(_) => "",
            },
        }
    }

    /// Adds bytes of a text, with one space for each gap.
    const fn push_words(&mut self, words: &[u8]) {
        let mut index = 0;
        while index < words.len() && self.len < SIZE {
            let gap = skip_gap(words, index);
            self.bytes[self.len] = if gap > index { b' ' } else { words[index] };
            self.len += 1;
            index = if gap > index { gap } else { index + 1 };
        }
    }

    /// Adds a row of a table: `` `dense_1 (Dense, relu)` with the output (10) and 140 parameters ``.
    const fn push_row(&mut self, row: &[u8]) {
        let (name, rest) = split_cell(row);
        let (shape, rest) = split_cell(rest);
        let (params, from) = split_cell(rest);
        self.push("`");
        self.push_words(name);
        self.push("` with the output ");
        self.push_words(shape);
        if !params.is_empty() && params[0].is_ascii_digit() {
            self.push(" and ");
            self.push_words(params);
            self.push(" parameters");
        } else {
            self.push(" and the parameters of `");
            self.push_words(params);
            self.push("`");
        }
        if !from.is_empty() {
            self.push(" behind ");
            self.push_words(from);
        }
    }

    /// Says how the network of a file differs from another one.
    pub const fn push_difference(&mut self, found: &Description<'_>, summary: &str, source: &Source) {
        if self.push_rows(found.summary.as_bytes(), summary.as_bytes()) {
            return;
        }
        if found.summary.is_empty() && found.text.is_empty() {
            self.push("the file does not describe its layers");
            return;
        }
        if !found.summary.is_empty() {
            self.push("the tables of their layers are the same, but ");
        }
        let places = self.push_places(0, None, found.text.as_bytes(), source.text.as_bytes());
        // Texts can differ and mean the same, as with `stride 1` and without it: the reason can still be in a network that is a layer.
        if self.push_nested(places, None, found.nested, source) == 0 {
            self.push("they differ in a number that the table does not show, or in a network that is a layer");
        }
    }

    /// Adds the stages that differ in the networks that are layers of a network, and in those within them, to so many `places`, and returns how
    /// many there are then.
    const fn push_nested(
        &mut self,
        places: usize,
        above: Option<&Path<'_>>,
        found: &[(&str, &str)],
        source: &Source,
    ) -> usize {
        let mut places = places;
        let mut index = 0;
        while index < source.nested.len() {
            let (layer, nested) = source.nested[index];
            let path = Path { above, layer };
            let text = path.text_in(found);
            places = self.push_places(places, Some(&path), text.as_bytes(), nested.text.as_bytes());
            places = self.push_nested(places, Some(&path), found, nested);
            index += 1;
        }
        places
    }

    /// Adds the first row that differs, if there is one, and how many others do.
    const fn push_rows(&mut self, found: &[u8], expected: &[u8]) -> bool {
        // A file of another program has no table.
        if found.is_empty() {
            return false;
        }
        let (mut found, mut expected) = (behind_heading(found), behind_heading(expected));
        let mut differing = 0;
        loop {
            let ((row, rest), (own, own_rest)) = (split_row(found), split_row(expected));
            if row.is_empty() && own.is_empty() {
                self.push_more_rows(differing);
                return differing > 0;
            }
            if !same_words(row, own) {
                differing += 1;
                if differing == 1 {
                    self.push("the file has ");
                    self.push_row_or_end(row);
                    self.push(" where this network has ");
                    self.push_row_or_end(own);
                }
            }
            (found, expected) = (rest, own_rest);
        }
    }

    /// Adds a row, or that there is none.
    const fn push_row_or_end(&mut self, row: &[u8]) {
        if row.is_empty() {
            self.push("no more layers");
        } else {
            self.push_row(row);
        }
    }

    /// Says how many rows differ beside the first of them.
    const fn push_more_rows(&mut self, differing: usize) {
        if differing == 2 {
            self.push(" (1 more row differs)");
        } else if differing > 2 {
            self.push(" (");
            self.push_number(differing - 1);
            self.push(" more rows differ)");
        }
    }

    /// Adds a number in decimal digits.
    const fn push_number(&mut self, number: usize) {
        if number >= 10 {
            self.push_number(number / 10);
        }
        if self.len < SIZE {
            self.bytes[self.len] = b'0' + (number % 10) as u8;
            self.len += 1;
        }
    }

    /// Adds the stages that differ in two texts to so many `places`, and returns how many there are then; `path` leads to the network
    /// that they are in. Words that the fingerprint does not depend on make no difference.
    const fn push_places(&mut self, places: usize, path: Option<&Path<'_>>, found: &[u8], expected: &[u8]) -> usize {
        let (mut found, mut expected) = (found, expected);
        let mut own_places = 0;
        while own_places < PLACES && !found.is_empty() && !expected.is_empty() {
            let ((stage, rest), (own, own_rest)) = (split_stage(found), split_stage(expected));
            if !same_to_fingerprint(stage, own) {
                // One of two networks may have a layer that rests in predictions.
                if is_unhashed(stage) {
                    found = rest;
                    continue;
                }
                if is_unhashed(own) {
                    expected = own_rest;
                    continue;
                }
                self.push_place(places + own_places, if own_places == 0 { path } else { None }, stage, own);
                own_places += 1;
            }
            (found, expected) = (rest, own_rest);
        }
        places + own_places
    }

    /// Adds two stages that differ, behind other `places`; `path` leads to the network that they are in, if it is said here.
    const fn push_place(&mut self, places: usize, path: Option<&Path<'_>>, stage: &[u8], own: &[u8]) {
        if places > 0 {
            self.push(", and ");
        }
        if let Some(path) = path {
            self.push("in the network of the layer `");
            self.push_path(path);
            self.push("` ");
        }
        self.push("the file has `");
        self.push_words(stage);
        self.push("` where this network has `");
        self.push_words(own);
        self.push("`");
    }

    /// Adds the names of the layers of a path, with dots between them.
    const fn push_path(&mut self, path: &Path<'_>) {
        if let Some(above) = path.above {
            self.push_path(above);
            self.push(".");
        }
        self.push(path.layer);
    }
}

const fn is_gap(byte: u8) -> bool {
    byte == b' ' || byte == b'\n'
}

/// The place behind the spaces that begin at `index`.
const fn skip_gap(text: &[u8], index: usize) -> usize {
    let mut index = index;
    while index < text.len() && is_gap(text[index]) {
        index += 1;
    }
    index
}

/// Whether two texts are the same but for the widths of their gaps.
const fn same_words(a: &[u8], b: &[u8]) -> bool {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (next_i, next_j) = (skip_gap(a, i), skip_gap(b, j));
        if (next_i > i) != (next_j > j) {
            return false;
        }
        if next_i > i {
            (i, j) = (next_i, next_j);
        } else if a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else {
            return false;
        }
    }
    i == a.len() && j == b.len()
}

/// The first line, and the text behind it.
const fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    while end < text.len() && text[end] != b'\n' {
        end += 1;
    }
    let (line, rest) = text.split_at(end);
    (line, if rest.is_empty() { rest } else { rest.split_at(1).1 })
}

/// A table behind its two lines of headings.
const fn behind_heading(summary: &[u8]) -> &[u8] {
    split_line(split_line(summary).1).1
}

/// The first row and the rows behind it; an empty row at the line below the table.
const fn split_row(rows: &[u8]) -> (&[u8], &[u8]) {
    let (row, rest) = split_line(rows);
    if row.is_empty() || row[0] == b'-' { (&[], rows) } else { (row, rest) }
}

/// The first cell of a row, and the cells behind it: cells are two spaces apart.
const fn split_cell(row: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    while end < row.len() && !(row[end] == b' ' && (end + 1 == row.len() || row[end + 1] == b' ')) {
        end += 1;
    }
    let (cell, rest) = row.split_at(end);
    (cell, rest.split_at(skip_gap(rest, 0)).1)
}

/// The first stage of a text, without spaces around it, and the text behind it. Stages stand between `<`, `=>` and `>`; comments and the words
/// before a `<` are no stage.
const fn split_stage(text: &[u8]) -> (&[u8], &[u8]) {
    let mut start = skip_gap(text, 0);
    let mut end = start;
    while end < text.len() && text[end] != b'>' {
        if is_comment(text, end) {
            end = text.len() - split_line(text.split_at(end).1).1.len();
            start = end;
        } else if text[end] == b'<' {
            end += 1;
            start = end;
        } else {
            end += 1;
        }
    }
    let rest = if end < text.len() { text.split_at(end + 1).1 } else { &[] };
    if end > start && text[end - 1] == b'=' {
        end -= 1;
    }
    start = skip_gap(text, start);
    while end > start && is_gap(text[end - 1]) {
        end -= 1;
    }
    // Behind the network are its bounds, such as `params <= 300`.
    let stage = if start < end && text[start] != b'=' { text.split_at(end).0.split_at(start).1 } else { &[] };
    (stage, rest)
}

/// Whether a comment begins here.
const fn is_comment(text: &[u8], at: usize) -> bool {
    at + 2 < text.len() && text[at] == b'/' && text[at + 1] == b'/' && text[at + 2] == b'/'
}

/// The message that the network of a file is not the network `N`: how it differs, between these texts.
#[doc(hidden)]
pub const fn other_network<N: Predict>(beginning: &str, found: &Description<'_>, end: &str) -> Message {
    let mut message = Message::new(beginning);
    message.push_difference(found, N::SUMMARY, &N::SOURCE);
    message.push(end);
    message
}

#[cfg(all(test, feature = "alloc"))]
mod tests;
