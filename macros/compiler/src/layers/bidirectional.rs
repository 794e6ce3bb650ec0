//! `bidirectional gru 32`: a recurrent layer that reads the steps forwards, and another one that reads them backwards.
use proc_macro2::{Ident, Span};
use quote::quote;

use super::identity::Identity;
use super::recurrent::{
    DROPOUT, FROM, GATES, RECURRENT_DROPOUT, RECURRENT_L1, RECURRENT_L2, RESET_BEFORE, SEQUENCES, STATE, UNHASHED, Written,
};
use super::{Keyword, Layer, Misfit, Parsed, Resolved, join};
use crate::errors::Help;
use crate::options::RECURRENT_INIT;
use crate::shape::Shape;
use crate::suggest;
use crate::words::{Word, Words};

pub const KEYWORDS: &[Keyword] = &[Keyword::new("bidirectional", WORDS, parse).sequences().unhashed(UNHASHED)];

const WORDS: &[&str] = &[
    SEQUENCES,
    RESET_BEFORE,
    GATES,
    RECURRENT_INIT,
    DROPOUT,
    RECURRENT_DROPOUT,
    RECURRENT_L1,
    RECURRENT_L2,
    "concat",
    "sum",
    "multiply",
    "average",
];

/// The ends of the names of both directions, which no label has.
const FORWARD: &str = "_forward";
const BACKWARD: &str = "_backward";
pub const PARTS: &[&str] = &[FORWARD, BACKWARD];

/// The recurrent layers.
const CELLS: &[&str] = &["rnn", "gru", "lstm"];

/// The ways in which the outputs of both directions become one: the words, and the joins that do it.
const MERGES: &[(&str, &str)] =
    &[("concat", "concat"), ("sum", "add"), ("multiply", "multiply"), ("average", "average")];

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let keyword = words.keyword;
    let Some(cell) = words.name() else {
        let missing = if words.is_at_end() { "gru 32" } else { "gru" };
        let help = Help::after(missing).saying("such as `bidirectional gru 32`");
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
    let of_state = words.left().iter().find_map(|word| match word {
        Word::Name(name) if name == FROM || name == STATE => Some(name),
        _ => None,
    });
    if let Some(name) = of_state {
        let help = Help::prose("two layers have states of their own: `concat(gru 4 from a, gru 4 backwards from b)`");
        words.errors.at(name, (format!("`{name}` is a word of rnn, gru and lstm, not of `bidirectional`"), help));
        return None;
    }
    let mut merge: Option<(&'static str, &'static str)> = None;
    let mut written = Written::parse(cell, &quote!(#keyword #cell), words, |name, words| {
        let is_of_another = name == RESET_BEFORE && cell != "gru" || name == GATES && cell == "rnn";
        if is_of_another {
            let with = if name == RESET_BEFORE { "gru" } else { "gru` or `lstm" };
            let message = format!("`{name}` is a word of `{with}`, not of `{cell}`");
            let value = if name == GATES { words.name() } else { None };
            words.errors.at(quote!(#name #value), (message, Help::leave_out()));
            return true;
        }
        let Some(&(word, join)) = MERGES.iter().find(|(word, _)| name == word) else { return false };
        if let Some((first, _)) = merge.replace((word, join)).filter(|(first, _)| *first != word) {
            let message = format!("`{word}` is a second way to merge both directions, after `{first}`");
            words.errors.at(name, (message, Help::leave_out()));
        }
        true
    })?;
    let (word, join) = merge.unwrap_or(("concat", "concat"));
    let activity = std::mem::take(&mut written.options.activity);
    let (backward, sequences) = (written.turned(), written.sequences);
    Some(Parsed {
        second: None,
        parts: vec![(FORWARD, Box::new(written)), (BACKWARD, Box::new(backward))],
        layer: Box::new(Merge { word, join, sequences }),
        activation: None,
        activity,
    })
}

/// The join of both directions.
#[derive(Debug)]
struct Merge {
    word: &'static str,
    /// The keyword of the join.
    join: &'static str,
    /// Whether it joins all steps.
    sequences: bool,
}

impl Layer for Merge {
    fn describe(&self) -> String {
        format!("bidirectional {}", self.word)
    }

    fn word_for_all_steps(&self) -> Option<&'static str> {
        (!self.sequences).then_some(SEQUENCES)
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let join = join::find(&Ident::new(self.join, Span::call_site()), join::Own::default());
        let resolved = join.ok_or("this joins no directions")?.resolve(inputs)?;
        Ok(Resolved { kind: "Bidirectional", identity: Identity::new("bidirectional").word(self.word), ..resolved })
    }
}
