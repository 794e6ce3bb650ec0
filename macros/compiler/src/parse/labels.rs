//! Labels as other languages write them and their values: `x = dense 8`, `a + b`, `s[0..4]`, `concat(a; b)`, `input: input 4`. They are
//! replaced before a chain is read, so that each gives one error, and all else in the chain is read.
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use super::chains::Grammar;
use super::inputs;
use super::semicolons::label;
use crate::errors::{Errors, Help};
use crate::foreign;
use crate::layers::{self, join};
use crate::reserved;
use crate::suggest;
use crate::tokens::is_sign;

impl Grammar {
    /// The tokens of chains, in which labels and their values are written as castnet has them. Other ways to write them are an error.
    pub fn labelled(&self, tokens: Vec<TokenTree>, errors: &mut Errors) -> Vec<TokenTree> {
        let tokens = without_label_of_input(tokens, errors);
        Labels { grammar: self, known: Vec::new(), errors }.chains(&tokens, ';')
    }
}

/// Goes through the tokens of chains.
struct Labels<'a> {
    grammar: &'a Grammar,
    /// The labels so far.
    known: Vec<Ident>,
    errors: &'a mut Errors,
}

impl Labels<'_> {
    /// Chains with this separator between them.
    fn chains(&mut self, tokens: &[TokenTree], separator: char) -> Vec<TokenTree> {
        let mut done: Vec<TokenTree> = Vec::new();
        let mut rest = tokens;
        let mut has_several = false;
        while let [token, behind @ ..] = rest {
            if done.last().is_none_or(|last| is_sign(last, separator)) {
                has_several = inputs::are_several(rest);
            }
            let is_start = done.last().is_none_or(|last| [separator, '>', ':'].iter().any(|&sign| is_sign(last, sign)));
            let read = if is_start { self.stage(rest, has_several) } else { None };
            let (read, length) = read.unwrap_or_else(|| (vec![self.inside(done.last(), token)], 1));
            self.known.extend(label(rest).cloned());
            done.extend(read);
            rest = rest.get(length..).unwrap_or(behind);
        }
        done
    }

    /// The right tokens for those at the beginning of a stage, and the number of tokens that they replace; `None` if there is no mistake.
    /// Of several inputs that stand as one all signs are read together, so they are left as they are.
    fn stage(&mut self, tokens: &[TokenTree], has_several: bool) -> Option<(Vec<TokenTree>, usize)> {
        let equals = if has_several { None } else { self.equals(tokens) };
        equals.or_else(|| self.computed(tokens)).or_else(|| self.indexed(tokens))
    }

    /// `x = dense 8` for `x: dense 8`.
    fn equals(&mut self, tokens: &[TokenTree]) -> Option<(Vec<TokenTree>, usize)> {
        let [TokenTree::Ident(name), TokenTree::Punct(sign), layer, behind @ ..] = tokens else { return None };
        let rest = tokens.get(2..).unwrap_or_default();
        // It may be a layer instead of a label, and the sign an arrow.
        let is_layer = self.known.contains(name)
            || self.grammar.is_block(name)
            || foreign::answer(&name.to_string()).is_some()
            || is_nearly_layer(name);
        let is_numbered = matches!((layer, behind), (TokenTree::Ident(word), [TokenTree::Literal(_), ..])
            if word == "input" || is_nearly_layer(word));
        let begins = is_numbered || self.grammar.begins_layer(rest) || self.sum(rest).is_some();
        let is_equals = sign.as_char() == '=' && sign.spacing() == Spacing::Alone;
        if !is_equals || is_layer || !begins || reserved::reason(name).is_some() {
            return None;
        }
        let mut colon = Punct::new(':', Spacing::Alone);
        colon.set_span(sign.span());
        let help = Help::between(name, layer, ":").saying(format!("write `{name}:`"));
        self.errors.at(quote!(#name #sign), (format!("the sign behind the label `{name}` is `:`, not `=`"), help));
        self.known.push(name.clone());
        Some((vec![name.clone().into(), colon.into()], 2))
    }

    /// The labels with `+`, `-` or `*` between them at the beginning of tokens, and the join for the sign.
    fn sum<'t>(&self, tokens: &'t [TokenTree]) -> Option<(&'static str, Vec<&'t Ident>)> {
        let TokenTree::Punct(sign) = tokens.get(1)? else { return None };
        let join = match sign.as_char() {
            '+' => "add",
            '-' => "subtract",
            '*' => "multiply",
            _ => return None,
        };
        let mut labels = Vec::new();
        let mut rest = tokens;
        while let [TokenTree::Ident(label), behind @ ..] = rest
            && self.known.contains(label)
        {
            labels.push(label);
            rest = match behind {
                [next, TokenTree::Ident(_), ..] if is_sign(next, sign.as_char()) => behind.get(1..).unwrap_or_default(),
                _ => break,
            };
        }
        let is_whole = tokens
            .get(2 * labels.len() - usize::from(!labels.is_empty()))
            .is_none_or(|next| ['=', '-', ';', ','].iter().any(|&end| is_sign(next, end)));
        let is_right = if join == "subtract" { labels.len() == 2 } else { labels.len() > 1 };
        (is_whole && is_right).then_some((join, labels))
    }

    /// `a + b` for `add(a, b)`.
    fn computed(&mut self, tokens: &[TokenTree]) -> Option<(Vec<TokenTree>, usize)> {
        let (join, labels) = self.sum(tokens)?;
        let length = 2 * labels.len() - 1;
        let written: TokenStream = tokens.iter().take(length).cloned().collect();
        let sign = tokens.get(1)?;
        let names: Vec<String> = labels.iter().map(|label| label.to_string()).collect();
        let (sum, text) = (names.join(&format!(" {sign} ")), names.join(", "));
        let message = format!("`{sum}` stands where a layer should: the join `{join}` computes it");
        self.errors.at(&written, (message, Help::write(format!("{join}({text})"))));
        let first = *labels.first()?;
        let join = Ident::new(join, first.span());
        Some((quote!(#join(#(#labels),*)).into_iter().collect(), length))
    }

    /// `s[0..4]` for `s => channels 0..4`.
    fn indexed(&mut self, tokens: &[TokenTree]) -> Option<(Vec<TokenTree>, usize)> {
        let [TokenTree::Ident(label), TokenTree::Group(index), ..] = tokens else { return None };
        let range: Vec<TokenTree> = index.stream().into_iter().collect();
        let [TokenTree::Literal(from), first, second, TokenTree::Literal(to)] = range.as_slice() else { return None };
        let is_range = index.delimiter() == Delimiter::Bracket && is_sign(first, '.') && is_sign(second, '.');
        if !is_range || !self.known.contains(label) {
            return None;
        }
        let message = "a part of the channels is a layer of its own";
        let help = Help::write(format!("{label} => channels {from}..{to}"));
        self.errors.at(quote!(#label #index), (message, help));
        let channels = Ident::new("channels", label.span());
        Some((quote!(#label => #channels #from #first #second #to).into_iter().collect(), 2))
    }

    /// A token; the branches of a join behind its keyword, and the chain of a repetition, are gone through.
    fn inside(&mut self, before: Option<&TokenTree>, token: &TokenTree) -> TokenTree {
        let TokenTree::Group(group) = token else { return token.clone() };
        let is_join = matches!(before, Some(TokenTree::Ident(word)) if join::is_keyword(word))
            && group.delimiter() == Delimiter::Parenthesis;
        if !is_join && group.delimiter() != Delimiter::Brace {
            return token.clone();
        }
        let errors = self.errors.len();
        let mut tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        if is_join {
            self.commas(&mut tokens);
        }
        let tokens = self.chains(&tokens, if is_join { ',' } else { ';' });
        if self.errors.len() == errors {
            return token.clone();
        }
        let mut right = Group::new(group.delimiter(), tokens.into_iter().collect());
        right.set_span(group.span());
        right.into()
    }

    /// Puts commas in the place of `;` between the branches of a join.
    fn commas(&mut self, tokens: &mut [TokenTree]) {
        let wrong: Vec<&mut TokenTree> = tokens.iter_mut().filter(|token| is_sign(token, ';')).collect();
        let helps = wrong.iter().map(|semicolon| Help::write(",").of(semicolon));
        let Some((help, first)) = helps.reduce(Help::with).zip(wrong.first().map(|first| first.to_token_stream()))
        else {
            return;
        };
        self.errors.at(first, ("the sign between the branches of a join is `,`, not `;`", help.saying("write `,`")));
        for semicolon in wrong {
            let mut comma = Punct::new(',', Spacing::Alone);
            comma.set_span(semicolon.span());
            *semicolon = comma.into();
        }
    }
}

/// Whether a word is that of a layer, or nearly.
fn is_nearly_layer(word: &Ident) -> bool {
    suggest::nearest(&word.to_string(), layers::keywords().chain(join::keywords())).is_some()
}

/// The tokens of chains without a label `input`. If it is read somewhere, it is another label.
fn without_label_of_input(mut tokens: Vec<TokenTree>, errors: &mut Errors) -> Vec<TokenTree> {
    let is_label = |tokens: &[TokenTree]| match tokens {
        [TokenTree::Ident(label), sign, TokenTree::Ident(input), TokenTree::Literal(_) | TokenTree::Ident(_)] => {
            label == "input" && (is_sign(sign, ':') || is_sign(sign, '=')) && input == "input"
        }
        _ => false,
    };
    let Some(index) = tokens.windows(4).position(is_label) else { return tokens };
    let [TokenTree::Ident(label), _, keyword, ..] = tokens.get(index..).unwrap_or_default() else { return tokens };
    let message = "`input` is the keyword of inputs and cannot be a label";
    let mut readers = Vec::new();
    let free = free_name(&tokens);
    let renamed = renamed(&tokens, &free, &mut readers);
    if readers.is_empty() {
        let help = Help::leave_out_until(label, keyword, "leave `input:` out: an input needs no label");
        errors.at(label, (message, help));
        tokens.drain(index..index + 2);
        return tokens;
    }
    readers.push(label.clone());
    let help = Help::rename(readers, &free);
    errors.at(label, (message, help));
    let name = Ident::new(&free, label.span());
    let mut tokens = renamed;
    if let Some(label) = tokens.get_mut(index) {
        *label = name.into();
    }
    tokens
}

/// A name that is no word of these tokens.
fn free_name(tokens: &[TokenTree]) -> String {
    let tokens: TokenStream = tokens.iter().cloned().collect();
    let numbered = (2..).map(|number| format!("x_{number}"));
    let mut names = std::iter::once("x".to_string()).chain(numbered);
    names.find(|name| crate::tokens::find(tokens.clone(), name).is_none()).unwrap_or_default()
}

/// The tokens with another name where `input` is read as a label. Adds these places to `readers`.
fn renamed(tokens: &[TokenTree], name: &str, readers: &mut Vec<Ident>) -> Vec<TokenTree> {
    let mut done = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_read = match tokens.get(index + 1) {
            Some(TokenTree::Punct(next)) => {
                matches!((next.as_char(), next.spacing()), (',' | ';', _) | ('=' | '-', Spacing::Joint))
            }
            Some(_) => false,
            None => true,
        };
        done.push(match token {
            TokenTree::Ident(word) if word == "input" && is_read => {
                readers.push(word.clone());
                format_ident!("{name}", span = word.span()).into()
            }
            TokenTree::Group(group) => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                let mut group_with =
                    Group::new(group.delimiter(), renamed(&inside, name, readers).into_iter().collect());
                group_with.set_span(group.span());
                group_with.into()
            }
            token => token.clone(),
        });
    }
    done
}
