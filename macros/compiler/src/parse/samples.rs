//! The shape of an input behind the number of samples, as other languages write it: `None x 10`, `(None, 28, 28)`, `-1x10`.
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::chains::parentheses;
use crate::errors::{Help, Message};
use crate::tokens::words_of;
use crate::words::Word;

/// The error of words that begin with a number of samples, if a shape follows it.
pub fn check(words: &[Word]) -> Option<(TokenStream, Message)> {
    if let Some(group) = words.first().and_then(parentheses) {
        let (_, message) = check(&words_of(group.stream().into_iter().collect()))?;
        return Some((quote!(#group), message));
    }
    let (samples, mut shape, behind) = match words {
        [Word::Other(TokenTree::Punct(unknown)), rest @ ..] if unknown.as_char() == '?' => ("?", Vec::new(), rest),
        [Word::Name(name), rest @ ..] => match name.to_string().strip_prefix("None")? {
            "" => ("None", Vec::new(), rest),
            sizes => ("None", vec![sizes.strip_prefix('x')?.to_string()], rest),
        },
        [Word::Number(number), rest @ ..] => match number.text().strip_prefix("-1")? {
            "" => ("-1", Vec::new(), rest),
            sizes => ("-1", vec![sizes.strip_prefix('x')?.to_string()], rest),
        },
        _ => return None,
    };
    let is_shape = |text: &str| text.split('x').all(|size| size.parse::<u64>().is_ok());
    let mut count = words.len() - behind.len();
    for word in behind {
        match word {
            Word::Name(cross) if cross == "x" => {}
            Word::Name(cross) => match cross.to_string().strip_prefix('x') {
                Some(sizes) if is_shape(sizes) => shape.push(sizes.to_string()),
                _ => break,
            },
            Word::Number(sizes) if is_shape(&sizes.text()) => shape.push(sizes.text()),
            Word::Other(TokenTree::Punct(comma)) if comma.as_char() == ',' => {}
            Word::Number(_) | Word::Other(_) => break,
        }
        count += 1;
    }
    if shape.is_empty() || !shape.iter().all(|sizes| is_shape(sizes)) {
        return None;
    }
    let tokens = words.iter().take(count);
    let message = format!("`{samples}` is the number of samples, but an input has the shape of one sample");
    Some((quote!(#(#tokens)*), (message, Help::write(shape.join("x"))).into()))
}
