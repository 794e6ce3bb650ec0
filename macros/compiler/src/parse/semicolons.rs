//! Missing `;` between chains, and commas in the place of one. They are put in before a chain is read, so that they give one error, and all
//! else in the chains is read.
use proc_macro2::{Delimiter, Ident, Punct, Spacing, TokenTree};

use super::chains::Grammar;
use crate::errors::{Errors, Help};
use crate::layers::{self, FROM, join};
use crate::print::rust;
use crate::reserved;
use crate::shape::Scalar;
use crate::tokens::{commas, is_sign};

/// A place where a `;` is missing.
struct Missing {
    help: Help,
    /// The comma in its place.
    comma: Option<TokenTree>,
    /// The first word of the next chain.
    next: TokenTree,
}

/// The tokens of chains with `;` where one is missing. The first place is an error, whose help has all.
pub fn between(grammar: &Grammar, tokens: Vec<TokenTree>, errors: &mut Errors) -> Vec<TokenTree> {
    let mut done: Vec<TokenTree> = Vec::new();
    let mut missing: Vec<Missing> = Vec::new();
    let mut labels: Vec<Ident> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let next = tokens.get(index..).unwrap_or_default();
        if begins_chain(next, &labels) && is_end(&done, next) {
            let comma = done.pop_if(|last| is_sign(last, ','));
            let help = match &comma {
                Some(comma) => Help::write(";").of(comma),
                None => Help::after(";").of(&done.last()).saying("put `;` before it"),
            };
            missing.push(Missing { help, comma, next: token.clone() });
            done.push(Punct::new(';', Spacing::Alone).into());
        }
        let is_labelled = label(next).is_some() && grammar.begins_layer(next);
        if is_labelled && !done.last().is_some_and(|last| is_sign(last, ',')) && is_end(&done, next) {
            let message = format!("`=>` is missing before the label `{token}`");
            errors.at(token, (message, Help::before("=>")));
            done.extend(arrow(token));
        }
        labels.extend(label(next).cloned());
        done.push(token.clone());
    }
    report(missing, errors);
    done
}

fn report(missing: Vec<Missing>, errors: &mut Errors) {
    let is_one = missing.len() == 1;
    let mut missing = missing.into_iter();
    let Some(Missing { help, comma, next }) = missing.next() else { return };
    let help = missing.fold(help, |help, other| help.with(other.help));
    let help = if is_one { help } else { help.saying("write `;` between all chains") };
    match comma {
        Some(comma) => errors.at(comma, ("the sign between chains is `;`, not `,`", help)),
        None => errors
            .at(&next, (format!("`;` is missing before `{}`, which begins a chain", rust(next.clone().into())), help)),
    }
}

/// The tokens of a block, which is one chain, without `;`, where it is plain what is meant: the last layer goes on, or nothing follows.
pub fn in_block(grammar: &Grammar, tokens: Vec<TokenTree>, errors: &mut Errors) -> Vec<TokenTree> {
    let mut done: Vec<TokenTree> = Vec::new();
    let mut rest = tokens.as_slice();
    while let [token, behind @ ..] = rest {
        rest = behind;
        let (Some(last), true) = (done.last(), is_sign(token, ';')) else {
            done.push(token.clone());
            continue;
        };
        let stage = done.rsplit(|token| is_sign(token, '>')).next().unwrap_or_default();
        let (help, next) = match behind {
            [] => (Help::leave_out(), behind),
            [TokenTree::Ident(name), arrow @ ..]
                if arrow.get(..2).is_some_and(is_arrow) && label(stage) == Some(name) =>
            {
                let next = arrow.get(2..).unwrap_or_default();
                let Some(first) = next.first() else { return tokens };
                (Help::between(last, first, "=>").saying(format!("write `=>` for `; {name} =>`")), next)
            }
            _ if grammar.begins_layer(behind) => (Help::write("=>").of(token), behind),
            _ => {
                done.push(token.clone());
                continue;
            }
        };
        errors.at(token, ("a block is one chain, and has no `;`", help));
        if !next.is_empty() {
            done.extend(arrow(token));
        }
        rest = next;
    }
    done
}

/// Whether a chain may end behind these tokens: a layer does, with its number, and no `;` follows.
fn is_end(before: &[TokenTree], next: &[TokenTree]) -> bool {
    let (before, has_comma) = match before {
        [before @ .., comma] if is_sign(comma, ',') => (before, true),
        before => (before, false),
    };
    let chain = before.rsplit(|token| is_sign(token, ';')).next().unwrap_or_default();
    // Inputs with commas between them are read as one stage.
    if has_comma && !chain.windows(2).any(is_arrow) {
        return false;
    }
    match chain.last() {
        Some(TokenTree::Ident(word)) => {
            let wants_word =
                word == FROM || ["input", "use"].iter().any(|known| word == known) || join::is_keyword(word);
            let wants_number = layers::find(word).is_some_and(|keyword| keyword.is_sized());
            // A layer may have the name of a label as its number.
            let is_complete = !wants_number || !matches!(next, [TokenTree::Ident(_), arrow, ..] if is_sign(arrow, '='));
            !wants_word && is_complete
        }
        Some(TokenTree::Literal(_) | TokenTree::Group(_)) => true,
        Some(TokenTree::Punct(_)) | None => false,
    }
}

/// Whether tokens begin with an input, with a label that stands before an arrow, or with a join of labels.
fn begins_chain(tokens: &[TokenTree], labels: &[Ident]) -> bool {
    let is_label = |word: &Ident| labels.contains(word);
    let stage = if label(tokens).is_some() { tokens.get(2..).unwrap_or_default() } else { tokens };
    match stage {
        [TokenTree::Ident(input), TokenTree::Literal(_), ..] if input == "input" => true,
        [TokenTree::Ident(input), TokenTree::Ident(scalar), ..] if input == "input" => {
            Scalar::ALL.iter().any(|known| scalar == known.name())
        }
        [TokenTree::Ident(word), TokenTree::Group(branches), ..]
            if join::is_keyword(word) && branches.delimiter() == Delimiter::Parenthesis =>
        {
            let branches = commas(branches.stream());
            !branches.is_empty()
                && branches
                    .iter()
                    .all(|branch| matches!(branch.as_slice(), [TokenTree::Ident(first), ..] if is_label(first)))
        }
        [TokenTree::Ident(word), arrow @ ..] => arrow.get(..2).is_some_and(is_arrow) && is_label(word),
        _ => false,
    }
}

/// The label that begins tokens, if it can be one.
pub fn label(tokens: &[TokenTree]) -> Option<&Ident> {
    match tokens {
        [TokenTree::Ident(label), TokenTree::Punct(colon), ..] => {
            let is_colon = colon.as_char() == ':' && colon.spacing() == Spacing::Alone;
            (is_colon && reserved::reason(label).is_none()).then_some(label)
        }
        _ => None,
    }
}

/// `=>` in the place of a token.
fn arrow(place: &TokenTree) -> [TokenTree; 2] {
    [('=', Spacing::Joint), ('>', Spacing::Alone)].map(|(sign, spacing)| {
        let mut sign = Punct::new(sign, spacing);
        sign.set_span(place.span());
        sign.into()
    })
}

/// Whether two tokens are `=>` or `->`.
fn is_arrow(pair: &[TokenTree]) -> bool {
    matches!(pair, [first, second] if (is_sign(first, '=') || is_sign(first, '-')) && is_sign(second, '>'))
}
