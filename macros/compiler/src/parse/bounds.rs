//! The `where` clause behind a network.
use proc_macro2::{Ident, Punct, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Token;
use syn::parse::ParseStream;

use crate::errors::{Error, Errors, Help};
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

impl Comparison {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether a quantity keeps the bound.
    pub fn holds(self, actual: u64, limit: u64) -> bool {
        match self {
            Self::Equal => actual == limit,
            Self::Less => actual < limit,
            Self::LessOrEqual => actual <= limit,
            Self::Greater => actual > limit,
            Self::GreaterOrEqual => actual >= limit,
        }
    }
}

/// `where params == 261, flash <= 2 KiB`.
pub(super) fn clause(input: ParseStream<'_>, bounds: &mut Vec<Bound>, errors: &mut Errors) -> Result<(), Error> {
    let where_word: Token![where] = input.parse()?;
    loop {
        if !input.peek(syn::Ident) || input.peek(Token![pub]) {
            let help = "leave `where` out, or add a bound, such as `params == 261`, `flash <= 2 KiB` or `ram <= 512 B`";
            return Err(Error::at(where_word, ("a bound is missing", Help::leave_out().saying(help))));
        }
        bounds.push(bound(input)?);
        if input.peek(syn::Ident) && (input.peek2(Token![<=]) || input.peek2(Token![>=]) || input.peek2(Token![==])) {
            let next: Ident = input.fork().parse()?;
            errors.at(&next, (format!("a comma is missing before `{next}`"), Help::before(",")));
            continue;
        }
        if let Some(separator) = wrong_separator(input) {
            let help = match separator.to_string().as_str() {
                "or" => Help::prose("leave one of the bounds out"),
                _ => Help::write(","),
            };
            errors.at(
                &separator,
                (format!("a network keeps all of its bounds, without `{separator}` between them"), help),
            );
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

/// Reads `and`, `or`, `&&` or `;` before another bound.
fn wrong_separator(input: ParseStream<'_>) -> Option<TokenStream> {
    let ahead = input.fork();
    let separator: TokenStream = match ahead.parse().ok()? {
        TokenTree::Ident(word) if is_conjunction(&word) => word.into_token_stream(),
        TokenTree::Punct(sign) if sign.as_char() == ';' => sign.into_token_stream(),
        TokenTree::Punct(sign) if sign.as_char() == '&' && ahead.peek(Token![&]) => {
            let second: Token![&] = ahead.parse().ok()?;
            quote!(#sign #second)
        }
        TokenTree::Punct(sign) if sign.as_char() == '&' => sign.into_token_stream(),
        _ => return None,
    };
    let is_compared = ahead.peek2(Token![<=]) || ahead.peek2(Token![>=]) || ahead.peek2(Token![==]);
    let is_short = (ahead.peek2(Token![<]) || ahead.peek2(Token![>])) && ahead.peek3(syn::Lit);
    let is_bound = ahead.peek(syn::Ident) && (is_compared || is_short);
    is_bound.then(|| separator.clone().into_iter().for_each(|_| _ = input.parse::<TokenTree>()))?;
    Some(separator)
}

fn is_conjunction(word: &Ident) -> bool {
    word == "and" || word == "or"
}

fn bound(input: ParseStream<'_>) -> Result<Bound, Error> {
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
        let signs = "one of ==, <, <=, >, >=";
        let help = match input.peek(Token![=]) && input.peek2(syn::Lit) {
            true => Help::write("==").and(&format!(", or another comparison: {signs}")),
            false => Help::prose(signs),
        };
        let message = (format!("a comparison is missing after `{quantity}`"), help);
        let found =
            if input.is_empty() { quantity.to_token_stream() } else { input.fork().parse::<TokenTree>()?.into() };
        return Err(Error::at(found, message));
    };
    let minus = if input.peek(Token![-]) { Some(input.parse::<Punct>()?) } else { None };
    if !input.peek(syn::Lit) {
        let message = format!(
            "a number is missing in the bound of `{quantity}`\nhelp: such as `params <= 1000` or `flash <= 2 KiB`"
        );
        let found =
            if input.is_empty() { quantity.to_token_stream() } else { input.fork().parse::<TokenTree>()?.into() };
        return Err(Error::at(found, message));
    }
    let number = Number::new(minus, input.parse()?);
    // A name may also begin the next network: it is followed by `<`.
    let is_unit = input.peek(syn::Ident) && !input.peek2(Token![<]) && wrong_separator(&input.fork()).is_none();
    let unit = if is_unit { Some(input.parse()?) } else { None };
    Ok(Bound { quantity, comparison, number, unit })
}
