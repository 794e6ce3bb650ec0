//! Follows helps: applies the edits of all errors of a program to its text, and compiles the result.
use std::fmt::Write;

use proc_macro2::LineColumn;

use super::tokens;
use crate::{Error, Position};

/// The program that follows the helps of its errors, and its numbers of parameters; empty if no error has an edit. Adds to `wrong` if
/// the program still has errors, but for those without an edit. `hides` is true for programs whose errors hide others: their helps are
/// followed again.
pub fn render(source: &str, errors: &[Error], hides: bool, wrong: &mut String) -> String {
    let Some(edited) = apply(source, errors) else { return String::new() };
    let mut text = String::from("with the edits:\n");
    edited.lines().for_each(|line| writeln!(text, "  | {line}").expect("a string"));
    let open: Vec<String> = errors.iter().filter(|error| !has_edit(error)).map(Error::to_string).collect();
    let left = crate::diagnose(tokens(&edited));
    let is_open = |error: &Error| open.contains(&error.to_string());
    if hides && !left.iter().all(is_open) {
        for error in left.iter().filter(|error| !is_open(error)) {
            let message = error.to_string();
            writeln!(text, "  = hidden: {}", message.lines().next().unwrap_or_default()).expect("a string");
        }
        return text + &render(&edited, &left, hides, wrong);
    }
    for error in &left {
        if !open.contains(&error.to_string()) {
            writeln!(wrong, "{source}\nbecomes\n{edited}\n{error}\n").expect("a string");
        }
    }
    match left.len() {
        0 => text.push_str(&parameters(&edited)),
        count => writeln!(text, "  = errors without an edit: {count}").expect("a string"),
    }
    text
}

/// The numbers of parameters of all networks.
fn parameters(source: &str) -> String {
    let compiled = crate::compile_all(tokens(source));
    let planned = compiled.networks.into_iter().filter_map(|network| network.planned.ok());
    planned.map(|planned| format!("  = parameters of {}: {}\n", planned.graph.name, planned.params())).collect()
}

fn has_edit(error: &Error) -> bool {
    error.help().is_some_and(|help| !help.changes().is_empty())
}

/// The source after the edits of all errors, if there is any.
fn apply(source: &str, errors: &[Error]) -> Option<String> {
    let changes = errors.iter().filter_map(Error::help).flat_map(|help| help.changes());
    let mut changes: Vec<(usize, usize, String)> = changes
        .map(|change| {
            let (from, to) = change.range().expect("a change whose place is known");
            let (start, end) = (offset(source, from), offset(source, to));
            let text = change.text_between(&source[..start], &source[end..]);
            // Text that is removed takes a space with it.
            let is_last = source[end..].is_empty() || source[end..].starts_with(' ');
            let trimmed = if text.is_empty() && is_last { source[..start].trim_end_matches(' ').len() } else { start };
            (trimmed, end, text)
        })
        .collect();
    changes.sort();
    changes.dedup();
    assert!(changes.windows(2).all(|pair| pair[0].1 <= pair[1].0), "edits of {source} overlap: {changes:?}");
    let mut edited = source.to_string();
    changes.iter().rev().for_each(|(start, end, text)| edited.replace_range(start..end, text));
    (!changes.is_empty()).then_some(edited)
}

/// The byte of the source at a position. The first line of the source is the second of the invocation.
fn offset(source: &str, position: Position) -> usize {
    let LineColumn { line, column } = match position {
        Position::Start(span) => span.start(),
        Position::End(span) => span.end(),
    };
    let before: usize = source.split_inclusive('\n').take(line - 2).map(str::len).sum();
    let rest = &source[before..];
    before + rest.char_indices().nth(column).map_or(rest.len(), |(byte, _)| byte)
}
