//! The `where` clause behind a network.
use proc_macro2::{Ident, Punct, TokenTree};
use quote::ToTokens;
use syn::Token;
use syn::parse::ParseStream;

use crate::errors::Errors;
use crate::number::Number;

/// `params <= 1000`, after `where`.
#[derive(Debug)]
pub struct Bound {
    pub quantity: Ident,
    pub comparison: Comparison,
    pub number: Number,
    pub unit: Option<Ident>,
}

/// The sign between a quantity and its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// `where params == 261, flash <= 2 KiB`.
pub(super) fn clause(input: ParseStream<'_>, bounds: &mut Vec<Bound>, errors: &mut Errors) -> syn::Result<()> {
    let where_word: Token![where] = input.parse()?;
    loop {
        if !input.peek(syn::Ident) || input.peek(Token![pub]) {
            let message = "a bound is missing\nhelp: such as `params == 261`, `flash <= 2 KiB` or `ram <= 512 B`";
            return Err(syn::Error::new_spanned(where_word, message));
        }
        bounds.push(bound(input)?);
        if input.peek(syn::Ident) && (input.peek2(Token![<=]) || input.peek2(Token![>=]) || input.peek2(Token![==])) {
            let next: Ident = input.fork().parse()?;
            errors.at(&next, format!("a comma is missing before `{next}`\nhelp: write `, {next}`"));
            continue;
        }
        if !input.peek(Token![,]) {
            return Ok(());
        }
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            return Ok(());
        }
    }
}

fn bound(input: ParseStream<'_>) -> syn::Result<Bound> {
    let quantity: Ident = input.parse()?;
    let comparison = if input.peek(Token![==]) {
        input.parse::<Token![==]>()?;
        Comparison::Equal
    } else if input.peek(Token![<=]) {
        input.parse::<Token![<=]>()?;
        Comparison::LessOrEqual
    } else if input.peek(Token![>=]) {
        input.parse::<Token![>=]>()?;
        Comparison::GreaterOrEqual
    } else if input.peek(Token![<]) {
        input.parse::<Token![<]>()?;
        Comparison::Less
    } else if input.peek(Token![>]) {
        input.parse::<Token![>]>()?;
        Comparison::Greater
    } else {
        let message = format!("a comparison is missing after `{quantity}`\nhelp: one of ==, <, <=, >, >=");
        let found =
            if input.is_empty() { quantity.to_token_stream() } else { input.fork().parse::<TokenTree>()?.into() };
        return Err(syn::Error::new_spanned(found, message));
    };
    let minus = if input.peek(Token![-]) { Some(input.parse::<Punct>()?) } else { None };
    if !input.peek(syn::Lit) {
        let message = format!(
            "a number is missing in the bound of `{quantity}`\nhelp: such as `params <= 1000` or `flash <= 2 KiB`"
        );
        let found =
            if input.is_empty() { quantity.to_token_stream() } else { input.fork().parse::<TokenTree>()?.into() };
        return Err(syn::Error::new_spanned(found, message));
    }
    let number = Number::new(minus, input.parse()?);
    // A name may also begin the next network: it is followed by `<`.
    let is_unit = input.peek(syn::Ident) && !input.peek2(Token![<]);
    let unit = if is_unit { Some(input.parse()?) } else { None };
    Ok(Bound { quantity, comparison, number, unit })
}
