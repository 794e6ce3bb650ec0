//! Wrong arrows between layers, such as `->`, `= >`, `|` or `,`. They are replaced before a chain is split at its arrows, so that they give
//! one error, and all else in the chain is read.
use proc_macro2::{Delimiter, Group, Punct, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;

use super::chains::Grammar;
use crate::activations;
use crate::errors::{Errors, Help};
use crate::foreign;
use crate::reserved::{self, IDENTITY};

/// The signs that people write in the place of an arrow.
const SIGNS: &str = "=-<>|~&.,";

impl Grammar {
    /// The tokens of chains with `=>` in the place of every wrong arrow. The first is an error, whose help replaces all.
    pub fn arrows(&self, tokens: Vec<TokenTree>, errors: &mut Errors) -> Vec<TokenTree> {
        let mut wrong = Vec::new();
        let tokens = self.mended(tokens, true, &mut wrong);
        if let [first, others @ ..] = wrong.as_slice() {
            let text = first.to_string();
            let help = others.iter().fold(Help::write("=>"), |help, arrow| help.with(Help::write("=>").of(arrow)));
            let help = if others.is_empty() { help } else { help.saying("write `=>` between all layers") };
            errors.at(first, (format!("the arrow between layers is `=>`, not `{text}`"), help));
        }
        tokens
    }

    /// The tokens with right arrows. Adds the wrong ones to `wrong`. A comma may be one, unless it stands between branches.
    fn mended(&self, tokens: Vec<TokenTree>, commas: bool, wrong: &mut Vec<TokenStream>) -> Vec<TokenTree> {
        let mut done: Vec<TokenTree> = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            let sign = sign_at_end(&done);
            let (before, signs) = done.split_at(sign);
            let next = tokens.get(index..).unwrap_or_default();
            if self.is_wrong(before, signs, next) && (commas || !is_text(signs, ",")) {
                wrong.push(signs.iter().map(ToTokens::to_token_stream).collect());
                let arrow = arrow(signs);
                done.truncate(sign);
                done.extend(arrow);
            }
            done.push(match token {
                TokenTree::Group(group) => self.mended_group(group, wrong).into(),
                token => token.clone(),
            });
        }
        done
    }

    /// The branches of a join, or the chain of a repetition, with right arrows.
    fn mended_group(&self, group: &Group, wrong: &mut Vec<TokenStream>) -> Group {
        let before = wrong.len();
        let tokens = self.mended(group.stream().into_iter().collect(), group.delimiter() == Delimiter::Brace, wrong);
        if wrong.len() == before {
            return group.clone();
        }
        let mut mended = Group::new(group.delimiter(), tokens.into_iter().collect());
        mended.set_span(group.span());
        mended
    }

    /// Whether signs stand in the place of an arrow, behind these tokens and before others.
    fn is_wrong(&self, before: &[TokenTree], signs: &[TokenTree], next: &[TokenTree]) -> bool {
        let is_word = |token: Option<&TokenTree>| token.is_some_and(|token| !matches!(token, TokenTree::Punct(_)));
        if signs.is_empty() || !is_word(before.last()) || !is_word(next.first()) {
            return false;
        }
        let text: String = signs.iter().map(ToString::to_string).collect();
        let is_activation = matches!(next, [TokenTree::Ident(name), ..] if activations::find(name).is_some());
        let is_identity = matches!(next, [TokenTree::Ident(name), ..] if name == IDENTITY);
        let is_named = matches!(next, [_, TokenTree::Punct(sign), ..] if sign.as_char() == '=');
        match text.as_str() {
            "=>" => !is_joint(signs),
            "->" => !begins_with_use(before),
            // Dots stand in ranges and paths: `channels 0..4`, `nn.Linear`.
            ".." => false,
            "." if matches!(before.last(), Some(TokenTree::Ident(_))) => false,
            // A parameter with its name: `padding="same", activation="relu"`.
            "," if is_named => false,
            // A way to merge both directions has the name of a join: `merge_mode=sum`.
            "=" if matches!(before.last(), Some(TokenTree::Ident(name)) if name == "merge_mode") => false,
            // One of them stands before options too: `init = identity`.
            "," if is_activation => self.is_stage(next),
            "=" | "," | "." | "-" => !is_activation && !is_identity && self.begins_layer(next),
            // The next network may have lost its name, or this one its `>`.
            "<" => false,
            ">" | ">>" => self.begins_layer(next),
            arrow if arrow.ends_with('>') => matches!(next, [TokenTree::Ident(_), ..]),
            _ => self.begins_layer(next),
        }
    }

    /// Whether an activation with its numbers is a stage of its own: no options stand behind it.
    fn is_stage(&self, activation: &[TokenTree]) -> bool {
        let mut rest = activation.iter().skip(1).skip_while(|token| matches!(token, TokenTree::Literal(_)));
        match rest.next() {
            Some(TokenTree::Punct(comma)) if comma.as_char() == ',' => {
                self.begins_layer(&rest.cloned().collect::<Vec<_>>())
            }
            Some(token) => matches!(token, TokenTree::Punct(_)),
            None => true,
        }
    }

    /// Whether a `>` behind these tokens stands in a wrong arrow, and does not end the network.
    pub fn is_in_arrow(&self, before: &[TokenTree], end: &Punct, rest: ParseStream<'_>) -> bool {
        let mut signs: Vec<TokenTree> = before.get(sign_at_end(before)..).unwrap_or_default().to_vec();
        let before = before.get(..before.len() - signs.len()).unwrap_or_default();
        let (ahead, mut last) = (rest.fork(), end.clone());
        signs.push(end.clone().into());
        while last.spacing() == Spacing::Joint
            && let Ok(TokenTree::Punct(sign)) = ahead.parse()
        {
            signs.push(sign.clone().into());
            last = sign;
        }
        let next: Vec<TokenTree> = (0..3).map_while(|_| ahead.parse().ok()).collect();
        match next.as_slice() {
            [TokenTree::Ident(name), ..] if ["where", "pub", "block"].iter().any(|word| name == word) => false,
            // A network begins behind this one.
            [TokenTree::Ident(_), body, ..] if is_text(std::slice::from_ref(body), "<") => false,
            [TokenTree::Ident(_), ..] => self.is_wrong(before, &signs, &next),
            _ => false,
        }
    }

    /// Whether tokens begin a layer that is no input.
    pub fn begins_layer(&self, tokens: &[TokenTree]) -> bool {
        match tokens {
            [TokenTree::Ident(label), TokenTree::Punct(colon), rest @ ..]
                if colon.as_char() == ':' && colon.spacing() == Spacing::Alone && label != "input" =>
            {
                self.begins_layer(rest)
            }
            [TokenTree::Ident(name), ..] => {
                let is_foreign = || foreign::answer(&name.to_string()).is_some();
                name != "input" && (reserved::begins_layer(name) || self.is_block(name) || is_foreign())
            }
            _ => false,
        }
    }
}

/// Where the signs at the end of some tokens begin. Signs with spaces between them are one sign if the last is `>`.
fn sign_at_end(tokens: &[TokenTree]) -> usize {
    let sign = |index: usize| match tokens.get(index)? {
        TokenTree::Punct(punct) if SIGNS.contains(punct.as_char()) => Some(punct),
        _ => None,
    };
    let mut begin = tokens.len();
    while let Some(index) = begin.checked_sub(1)
        && let Some(before) = sign(index)
    {
        let is_split = sign(begin).is_some_and(|next| next.as_char() == '>') && "=-|~".contains(before.as_char());
        let is_joined = before.as_char() != ',' && (before.spacing() == Spacing::Joint || is_split);
        let next_is_comma = sign(begin).is_some_and(|next| next.as_char() == ',');
        if begin != tokens.len() && (!is_joined || next_is_comma) {
            break;
        }
        begin = index;
    }
    begin
}

/// Whether tokens read so.
fn is_text(tokens: &[TokenTree], text: &str) -> bool {
    tokens.iter().map(ToString::to_string).collect::<String>() == text
}

/// Whether the first of two signs is followed by the second without a space.
fn is_joint(signs: &[TokenTree]) -> bool {
    matches!(signs, [TokenTree::Punct(first), _] if first.spacing() == Spacing::Joint)
}

/// Whether the last stage begins with `use`, or with a label and `use`, and its `->` is missing yet.
fn begins_with_use(tokens: &[TokenTree]) -> bool {
    let arrow = tokens.windows(2).rposition(|pair| is_text(pair, "=>")).map_or(0, |arrow| arrow + 2);
    let end =
        tokens.iter().rposition(|token| [",", ";"].contains(&token.to_string().as_str())).map_or(0, |end| end + 1);
    let stage = tokens.get(arrow.max(end)..).unwrap_or_default();
    let is_use = |token: &TokenTree| matches!(token, TokenTree::Ident(name) if name == "use");
    let begins = match stage {
        [first, ..] if is_use(first) => true,
        [_, TokenTree::Punct(colon), third, ..] => colon.as_char() == ':' && is_use(third),
        _ => false,
    };
    begins && !stage.windows(2).any(|pair| is_text(pair, "->"))
}

/// `=>` in the place of signs.
fn arrow(signs: &[TokenTree]) -> Vec<TokenTree> {
    let sign = |sign: char, spacing: Spacing, at: Option<&TokenTree>| {
        let mut sign = Punct::new(sign, spacing);
        at.into_iter().for_each(|at| sign.set_span(at.span()));
        TokenTree::from(sign)
    };
    vec![sign('=', Spacing::Joint, signs.first()), sign('>', Spacing::Alone, signs.last())]
}
