//! Several inputs, and their names, as other languages declare them.
use proc_macro2::{Ident, Punct, Spacing, TokenTree};
use quote::quote;

use crate::errors::{Errors, Help};
use crate::foreign;
use crate::layers::join;
use crate::shape::Scalar;
use crate::tokens::is_sign;

/// An input with a name: `a: input 4`, `input a 4`, or `b 3` behind another one.
struct Named<'t> {
    label: &'t Ident,
    /// Its shape and type.
    words: &'t [TokenTree],
    has_keyword: bool,
    /// Whether it is written as castnet has it.
    is_right: bool,
}

/// The tokens of chains, in which every input begins a chain of its own behind its label. Other ways to write them are an error.
pub fn apart(tokens: &[TokenTree], errors: &mut Errors) -> Vec<Vec<TokenTree>> {
    let Some((inputs, rest)) = inputs(tokens) else { return vec![tokens.to_vec()] };
    let chains: Vec<Vec<TokenTree>> = inputs.iter().map(Named::tokens).collect();
    let text = chains.iter().map(|chain| crate::print::rust(quote!(#(#chain)*))).collect::<Vec<_>>().join("; ");
    if let [only] = chains.as_slice() {
        let fault = tokens.iter().take(tokens.len() - rest.len());
        errors.at(quote!(#(#fault)*), ("the name of an input stands before it", Help::write(text)));
        return vec![only.iter().chain(rest).cloned().collect()];
    }
    let labels = inputs.iter().map(|input| input.label);
    let labels = quote!((#(#labels),*));
    // A join that reads the labels follows, or one without branches, or another layer.
    let (rest, join) = match rest {
        [_, _, TokenTree::Ident(word), TokenTree::Group(_), ..] if join::is_keyword(word) => {
            (rest.get(2..).unwrap_or_default(), None)
        }
        [_, _, TokenTree::Ident(word), behind @ ..] if join::is_keyword(word) => (behind, Some(quote!(#word #labels))),
        rest => (rest, Some(quote!(concat #labels))),
    };
    let end = format!("; {}", crate::print::rust(join.clone().unwrap_or_default()));
    let end = end.trim_end();
    let fault = tokens.iter().take(tokens.len() - rest.len());
    let help = Help::write(format!("{text}{end}")).and(": every input begins a chain, behind its label");
    errors.at(quote!(#(#fault)*), ("several inputs stand here as one", help));
    let last = join.into_iter().flatten().chain(rest.iter().cloned()).collect();
    chains.into_iter().chain([last]).collect()
}

/// Whether several inputs stand at the beginning of chains as one.
pub fn are_several(tokens: &[TokenTree]) -> bool {
    let chain = tokens.split(|token| is_sign(token, ';')).next();
    chain.and_then(inputs).is_some()
}

/// The inputs at the beginning of a chain, if castnet writes them in another way; and the tokens behind them.
fn inputs(tokens: &[TokenTree]) -> Option<(Vec<Named<'_>>, &[TokenTree])> {
    let (first, mut rest) = Named::read(tokens).filter(|(first, _)| first.has_keyword)?;
    let mut inputs = vec![first];
    loop {
        let (next, behind) = match rest {
            [comma, behind @ ..] if is_sign(comma, ',') => Named::read(behind)?,
            [equals, greater, behind @ ..] if is_sign(equals, '=') && is_sign(greater, '>') => {
                match Named::read(behind) {
                    Some((next, behind)) if next.has_keyword => (next, behind),
                    _ => break,
                }
            }
            [] => break,
            _ => return None,
        };
        inputs.push(next);
        rest = behind;
    }
    let is_right = matches!(inputs.as_slice(), [only] if only.is_right);
    (!is_right).then_some((inputs, rest))
}

impl<'t> Named<'t> {
    /// The input at the beginning of tokens, and the tokens behind it.
    fn read(tokens: &'t [TokenTree]) -> Option<(Self, &'t [TokenTree])> {
        let keyword = |tokens: &'t [TokenTree]| match tokens {
            [TokenTree::Ident(input), rest @ ..] if input == "input" => (true, rest),
            rest => (false, rest),
        };
        let (is_first, rest) = keyword(tokens);
        let [TokenTree::Ident(label), rest @ ..] = rest else { return None };
        if Scalar::ALL.iter().any(|scalar| label == scalar.name()) {
            return None;
        }
        let (has_sign, rest) = match rest {
            [sign, rest @ ..] if is_sign(sign, ':') || is_sign(sign, '=') => (true, rest),
            rest => (false, rest),
        };
        let (is_second, words) = keyword(rest);
        let [TokenTree::Literal(shape), behind @ ..] = words else { return None };
        let is_shape = shape.to_string().starts_with(|c: char| c.is_ascii_digit());
        if !is_shape || label == "input" || foreign::is_parameter("input", &label.to_string()) {
            return None;
        }
        let rest = match behind {
            [TokenTree::Ident(name), rest @ ..] if Scalar::ALL.iter().any(|scalar| name == scalar.name()) => rest,
            rest => rest,
        };
        let words = words.get(..words.len() - rest.len())?;
        let is_right = has_sign && is_second && !is_first;
        Some((Self { label, words, has_keyword: is_first || is_second, is_right }, rest))
    }

    /// The tokens as castnet has them.
    fn tokens(&self) -> Vec<TokenTree> {
        let Self { label, words, .. } = self;
        let colon = Punct::new(':', Spacing::Alone);
        let input = Ident::new("input", label.span());
        quote!(#label #colon #input #(#words)*).into_iter().collect()
    }
}
