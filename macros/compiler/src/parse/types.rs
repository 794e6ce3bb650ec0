//! The type of the numbers in a wrong place: between the name of a network and its layers.
use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::Token;
use syn::parse::ParseStream;

use crate::errors::{Errors, Help};
use crate::shape::Scalar;

/// Reports a type behind the name of a network, such as `Net: f64 < .. >`, and skips it; so it does with a sign or a bound of a type.
pub fn skip(input: ParseStream<'_>, errors: &mut Errors) {
    let ahead = input.fork();
    let mut between: Vec<TokenTree> = Vec::new();
    while !ahead.peek(Token![<]) {
        match ahead.parse() {
            Ok(TokenTree::Punct(sign)) if !between.is_empty() || !matches!(sign.as_char(), ':' | '=') => return,
            Ok(TokenTree::Literal(_)) | Err(_) => return,
            Ok(token) => between.push(token),
        }
    }
    let tokens: TokenStream = between.iter().cloned().collect();
    let is_sign = matches!(between.first(), Some(TokenTree::Punct(_)));
    if between.len() > 2 || !(is_sign || scalar_in(tokens.clone()).is_some()) {
        return;
    }
    between.iter().for_each(|_| _ = input.parse::<TokenTree>());
    let message = format!("`{tokens}` stands between the name of a network and its layers");
    errors.at(&tokens, (message, moved(Help::leave_out(), &tokens, input)));
}

/// The help that leaves out these tokens, with the type in them behind the shapes of the inputs that follow.
pub fn moved(help: Help, tokens: &TokenStream, rest: ParseStream<'_>) -> Help {
    let help = help.of(tokens);
    let Some(scalar) = scalar_in(tokens.clone()).filter(|scalar| *scalar != Scalar::F32) else { return help };
    let inputs = inputs(rest);
    if inputs.is_empty() {
        return help;
    }
    let help = inputs.iter().fold(help, |help, shape| help.with(Help::after(scalar.name()).of(shape)));
    help.and(&format!(", and write `{}` behind the shape of the input", scalar.name()))
}

/// The type in some tokens.
fn scalar_in(tokens: TokenStream) -> Option<Scalar> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => scalar_in(group.stream()),
        TokenTree::Ident(name) => Scalar::ALL.into_iter().find(|scalar| name == scalar.name()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}

/// The shapes of the inputs of the network whose layers come next.
fn inputs(rest: ParseStream<'_>) -> Vec<TokenTree> {
    let ahead = rest.fork();
    let (mut inputs, mut is_input, mut in_arrow) = (Vec::new(), false, false);
    while let Ok(token) = ahead.parse::<TokenTree>() {
        match &token {
            TokenTree::Punct(end) if end.as_char() == '>' && !in_arrow => break,
            TokenTree::Literal(_) if is_input => inputs.push(token.clone()),
            _ => {}
        }
        in_arrow = matches!(&token, TokenTree::Punct(sign) if sign.spacing() == Spacing::Joint);
        is_input = matches!(&token, TokenTree::Ident(word) if word == "input");
    }
    inputs
}
