//! The words behind the branches of a join: its own, and an activation.
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::{Lowering, begins_layer};
use crate::activations::{self, Activation};
use crate::errors::{Errors, Help};
use crate::layers::join::{self, Own};
use crate::parse::Stage;
use crate::suggest;
use crate::words::{Word, Words};

impl Lowering<'_> {
    /// The words behind a join; `None` after an error in its own.
    pub(super) fn words_of_join(&mut self, stage: &Stage) -> Option<(Own, Option<Activation>)> {
        let words = self.resolve(&stage.words, None)?;
        let mut errors = Errors::default();
        let mut reader = Words::new(&stage.keyword, join::words_of(&stage.keyword), begins_layer, &words, &mut errors);
        let own = Own::parse(&mut reader);
        let (before, rest) = words.split_at_checked(words.len() - reader.left().len())?;
        self.report(errors);
        let own = own?;
        if self.has_late_words(stage, before, rest) {
            return None;
        }
        Some((own, self.activation_of(stage, rest)))
    }

    /// Reports own words of a join behind its activation.
    fn has_late_words(&mut self, stage: &Stage, before: &[Word], rest: &[Word]) -> bool {
        let own = join::words_of(&stage.keyword);
        let is_own = |word: &Word| matches!(word, Word::Name(name) if own.iter().any(|own| name == own));
        let late = rest.iter().position(is_own).and_then(|late| rest.get(late..));
        let late = match late {
            Some([name, number @ Word::Number(_), ..]) => quote!(#name #number),
            Some([name, ..]) => quote!(#name),
            Some([]) | None => return false,
        };
        let (message, help) = match (before, rest.first()) {
            ([], Some(activation)) => {
                let help = Help::before(late.to_string()).of(activation).with(Help::leave_out().of(&late));
                ("behind the activation", help.saying(format!("put `{late}` before it")))
            }
            _ => ("twice", Help::leave_out().saying("leave one out")),
        };
        self.wrong(&late, (format!("`{late}` stands {message}"), help));
        true
    }

    /// The activation behind a join.
    fn activation_of(&mut self, stage: &Stage, words: &[Word]) -> Option<Activation> {
        let (first, rest) = words.split_first()?;
        let takes = takes(&stage.keyword);
        let Word::Name(name) = first else {
            let words = quote!(#(#words)*);
            let help = Help::leave_out().saying(format!("leave `{words}` out"));
            self.wrong(&words, (takes, help));
            return None;
        };
        let mut errors = Errors::default();
        let mut words = Words::new(name, &[], begins_layer, rest, &mut errors);
        let Some(activation) = Activation::parse(name, &mut words) else {
            self.no_activation(stage, name, rest);
            return None;
        };
        words.end();
        self.report(errors);
        Some(activation)
    }

    /// Reports a name in the place of an activation, and the words behind it.
    fn no_activation(&mut self, stage: &Stage, name: &Ident, rest: &[Word]) {
        if let Some((tokens, help)) = parameter(&stage.keyword, name, rest) {
            return self.wrong(&tokens, (format!("`{}` takes no `{name}`", stage.keyword), help));
        }
        let message = format!("{}, but `{name}` is not an activation", takes(&stage.keyword));
        if join::words().any(|word| name == word) {
            // A word of another join.
            let words = quote!(#name #(#rest)*);
            return self.wrong(&words, (message, Help::leave_out()));
        }
        let known = activations::words().chain(join::words_of(&stage.keyword).iter().copied());
        let near = suggest::nearest(&name.to_string(), known);
        let help = match near.filter(|_| !begins_layer(name)) {
            Some(near) => suggest::one_of(Some(near), "or put `=>` before the next layer"),
            None => Help::before("=>").saying("put `=>` before the next layer"),
        };
        self.wrong(name, (message, help));
    }
}

/// The tokens of a parameter that a join has in Keras, and the help with castnet's words for it.
fn parameter(join: &Ident, name: &Ident, rest: &[Word]) -> Option<(TokenStream, Help)> {
    let (sign, value) = match rest {
        [Word::Other(TokenTree::Punct(sign)), value, ..] if sign.as_char() == '=' => (Some(sign), Some(value)),
        rest => (None, rest.first()),
    };
    let text = value.map(|value| value.to_token_stream().to_string()).unwrap_or_default();
    let is_axis = text.parse::<u64>().is_ok_and(|axis| axis > 0);
    let help = match (join.to_string().as_str(), name.to_string().as_str()) {
        ("concat", "axis" | "axes") if is_axis => Help::write(format!("along {text}")),
        ("concat", "axis" | "axes" | "dim") if text.replace(' ', "") == "-1" => Help::leave_out(),
        ("dot", "axis" | "axes") if ["1", "-1"].contains(&text.replace(' ', "").as_str()) => Help::leave_out(),
        ("dot", "normalize") if text == "False" => Help::leave_out(),
        ("dot", "normalize") if text == "True" => Help::write("normalized"),
        ("dot", "normalize") if sign.is_none() => return Some((name.to_token_stream(), Help::write("normalized"))),
        _ => return None,
    };
    Some((quote!(#name #sign #value), help))
}

/// The sentence with the words that a join takes.
fn takes(keyword: &Ident) -> String {
    let own: String = join::words_of(keyword).iter().map(|word| format!(", `{word}`")).collect();
    format!("`{keyword}` takes its branches{own} and an activation")
}
