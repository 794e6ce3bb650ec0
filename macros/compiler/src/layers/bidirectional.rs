//! `bidirectional gru 32`: a recurrent layer that reads the steps forwards, and another one that reads them backwards.
use proc_macro2::{Ident, Span};
use quote::quote;

use super::identity::Identity;
use super::recurrent::Written;
use super::{Keyword, Layer, Misfit, Parsed, Resolved, join};
use crate::errors::Help;
use crate::shape::Shape;
use crate::suggest;
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword { word: "bidirectional", words: WORDS, parse }];

const WORDS: &[&str] = &[
    "sequences",
    "reset_before",
    "gates",
    "recurrent_init",
    "dropout",
    "recurrent_dropout",
    "recurrent_l1",
    "recurrent_l2",
    "concat",
    "sum",
    "multiply",
    "average",
];

/// The recurrent layers.
const CELLS: &[&str] = &["rnn", "gru", "lstm"];

/// The ways in which the outputs of both directions become one: the words, and the joins that do it.
const MERGES: &[(&str, &str)] =
    &[("concat", "concat"), ("sum", "add"), ("multiply", "multiply"), ("average", "average")];

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let keyword = words.keyword;
    let Some(cell) = words.name() else {
        let help = Help::after("gru 32").saying("such as `bidirectional gru 32`");
        words.errors.at(keyword, ("`bidirectional` wants a recurrent layer: rnn, gru or lstm", help));
        return None;
    };
    if !CELLS.iter().any(|known| cell == known) {
        let help = match suggest::nearest(&cell.to_string(), CELLS.iter().copied()) {
            Some(near) => Help::write(near).saying(format!("did you mean `{near}`?")),
            None => Help::write("gru").saying("such as `bidirectional gru 32`"),
        };
        words.errors.at(cell, (format!("`{cell}` is no recurrent layer: `bidirectional` wants rnn, gru or lstm"), help));
        return None;
    }
    let mut merge = "concat";
    let mut written = Written::parse(cell, &quote!(#keyword #cell), words, |name, _| {
        let found = MERGES.iter().find(|(word, _)| name == word);
        merge = found.map_or(merge, |(word, _)| *word);
        found.is_some()
    })?;
    let activity = std::mem::take(&mut written.options.activity);
    let backward = written.turned();
    Some(Parsed {
        parts: vec![("_forward", Box::new(written)), ("_backward", Box::new(backward))],
        layer: Box::new(Merge(merge)),
        activation: None,
        activity,
    })
}

/// The join of both directions.
#[derive(Debug)]
struct Merge(&'static str);

impl Layer for Merge {
    fn describe(&self) -> String {
        format!("bidirectional {}", self.0)
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let (_, keyword) = MERGES.iter().find(|(word, _)| *word == self.0).copied().unwrap_or_default();
        let join = join::find(&Ident::new(keyword, Span::call_site()));
        let resolved = join.ok_or_else(|| format!("`{}` is no way to merge two directions", self.0))?.resolve(inputs)?;
        Ok(Resolved { kind: "Bidirectional", identity: Identity::new("bidirectional").word(self.0), ..resolved })
    }
}
