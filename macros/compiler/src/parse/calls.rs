//! Calls, paths and parameters of other frameworks in the place of a stage: `nn.Linear(13, 10)`, `dense 10 use_bias=False`.
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::chains::{Grammar, parentheses};
use crate::errors::{Errors, Help, Message};
use crate::expressions::terms;
use crate::foreign::{self, Answer};
use crate::layers::{self, join};
use crate::print::rust;
use crate::suggest;
use crate::tokens::words_of;
use crate::words::Word;

impl Grammar {
    /// The keyword of a stage. Reports a call or a path of another framework; nothing, if no keyword is left then.
    pub fn keyword(
        &self,
        label: Option<&Ident>,
        first: &Ident,
        words: &mut Vec<Word>,
        errors: &mut Errors,
    ) -> Option<Ident> {
        if let [Word::Name(cell), group, ..] = words.as_slice()
            && first == "bidirectional"
            && let Some(message) = cell_in_parentheses(cell, group)
        {
            errors.at(quote!(#cell #group), message);
            return None;
        }
        let Some((last, path, length)) = path(first, words) else {
            let is_known = self.is_known(first);
            let group = words.first().and_then(parentheses);
            return match group.filter(|_| !is_known || layers::is_keyword(first)) {
                Some(_) if is_known && terms(words.clone()).is_ok() => Some(first.clone()),
                Some(group) => self.call(label, (first, &first.to_token_stream()), &group, words, errors),
                None => Some(first.clone()),
            };
        };
        words.drain(..length);
        match words.first().and_then(parentheses) {
            Some(group) => self.call(label, (&last, &path), &group, words, errors),
            None => {
                errors.at(&path, foreign::message_at(&last, &path, "layer")?);
                None
            }
        }
    }

    /// Reports the call of a layer with this name, in front of which the words of the path may stand. The keyword of a join is left then.
    fn call(
        &self,
        label: Option<&Ident>,
        (name, path): (&Ident, &TokenStream),
        arguments: &Group,
        words: &mut Vec<Word>,
        errors: &mut Errors,
    ) -> Option<Ident> {
        let rest = words.iter().skip(1);
        let call = foreign::Call { name, path, arguments, rest: quote!(#(#rest)*), has_label: label.is_some() };
        let is_word = self.is_known(name) && path.clone().into_iter().count() == 1;
        let Some(join) = join_of(name).filter(|_| !is_word) else {
            let message = if is_word { call.without_parentheses() } else { call.message() };
            let Some(message) = message else { return Some(name.clone()) };
            errors.at(call.tokens(), message);
            return None;
        };
        let message = unknown_join(name, path, &join);
        let second = words.get(1).and_then(parentheses);
        let join_call = foreign::JoinCall { join: &join, path, sequences: self.sequences() };
        match join_call.read(arguments, second.as_ref()) {
            Some(read) => {
                let calls = words.iter().take(read.groups);
                let text = format!("{join}({}) {}", rust(read.branches.clone()), read.words);
                errors.at(quote!(#path #(#calls)*), (message.text, Help::write(text.trim_end())));
                let branches = Word::Other(Group::new(Delimiter::Parenthesis, read.branches).into());
                let behind = words_of(read.words.into_iter().collect());
                words.splice(..read.groups, std::iter::once(branches).chain(behind));
            }
            None => errors.at(path, message),
        }
        Some(join)
    }

    /// Reports the parameters of other frameworks behind a keyword, and takes them out of the words; false if the shape is not known then.
    pub fn options(&self, label: Option<&Ident>, keyword: &Ident, words: &mut Vec<Word>, errors: &mut Errors) -> bool {
        let written = keyword.to_string();
        let word = match foreign::answer(&written) {
            Some(Answer::Words(word)) if !self.is_known(keyword) => word,
            _ => &written,
        };
        let is_layer = syn::parse_str::<Ident>(word).is_ok_and(|word| layers::is_keyword(&word) || word == "input");
        if !is_layer || self.is_block(keyword) {
            return true;
        }
        let stage = foreign::Stage { keyword, word, has_label: label.is_some(), parameters: self.parameters() };
        let mut tokens: Vec<TokenTree> = quote!(#(#words)*).into_iter().collect();
        let (before, count) = (errors.len(), tokens.len());
        let is_certain = foreign::report(&stage, &mut tokens, errors);
        if errors.len() > before || tokens.len() != count {
            *words = words_of(tokens);
        }
        is_certain
    }
}

/// The last name of a path such as `nn.Linear`, if it is the name of a layer; the tokens of the path; and the number of words that it has
/// behind the first.
fn path(first: &Ident, words: &[Word]) -> Option<(Ident, TokenStream, usize)> {
    let (mut last, mut rest) = (first, words);
    loop {
        rest = match rest {
            [dot, Word::Name(name), behind @ ..] if dot.is_sign('.') => {
                last = name;
                behind
            }
            [colon, second, Word::Name(name), behind @ ..] if colon.is_sign(':') && second.is_sign(':') => {
                last = name;
                behind
            }
            _ => break,
        };
    }
    let length = words.len() - rest.len();
    let path = words.iter().take(length);
    (length > 0 && foreign::answer(&last.to_string()).is_some())
        .then(|| (last.clone(), quote!(#first #(#path)*), length))
}

/// The message for the words of a recurrent layer in parentheses: `bidirectional gru(32, sequences)`.
fn cell_in_parentheses(cell: &Ident, group: &Word) -> Option<Message> {
    let (arguments, path) = (parentheses(group)?, cell.to_token_stream());
    // The number of units may be an expression in parentheses.
    let is_call = layers::is_keyword(cell) && terms(vec![group.clone()]).is_err();
    let call =
        foreign::Call { name: cell, path: &path, arguments: &arguments, rest: TokenStream::new(), has_label: true };
    if is_call { call.without_parentheses() } else { None }
}

/// The join that a wrong keyword before parentheses means.
fn join_of(keyword: &Ident) -> Option<Ident> {
    let written = keyword.to_string();
    let word = match foreign::answer(&written) {
        Some(Answer::Words(word)) => word,
        Some(_) => return None,
        None => suggest::nearest(&written, join::keywords())?,
    };
    join::keywords().any(|join| join == word).then(|| Ident::new(word, keyword.span()))
}

/// The message for the wrong keyword of a join.
fn unknown_join(keyword: &Ident, written: &TokenStream, join: &Ident) -> Message {
    foreign::message_at(keyword, written, "layer").unwrap_or_else(|| {
        let help = Help::write(join.to_string()).saying(format!("did you mean `{join}`?"));
        (format!("unknown layer `{keyword}`"), help).into()
    })
}
