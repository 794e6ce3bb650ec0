//! `channels 0..4`: a part of the channels.
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{Backward, Keyword, Layer, Map, Misfit, Parsed, Places, Resolved};
use crate::errors::Help;
use crate::expressions::CHANNELS;
use crate::number::Number;
use crate::shape::{Shape, literal};
use crate::words::{Word, Words};

pub const KEYWORDS: &[Keyword] = &[Keyword::new(CHANNELS, &[], parse)];

#[derive(Debug)]
struct Channels {
    /// The first channel.
    from: u64,
    /// The channel behind the last.
    to: u64,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let written = words.left();
    let is_sign = |word: &Word, wanted| matches!(word, Word::Other(TokenTree::Punct(sign)) if sign.as_char() == wanted);
    let (from, to) = match written {
        [Word::Number(from), first, second, Word::Number(to), ..] if is_sign(first, '.') && is_sign(second, '.') => {
            (from, to)
        }
        _ => {
            not_a_range(words, is_sign);
            return None;
        }
    };
    (0..4).for_each(|_| _ = words.next());
    words.end();
    Some(Parsed::alone(Channels { from: channel(from, words)?, to: channel(to, words)? }))
}

/// Reports words that are not a range.
fn not_a_range(words: &mut Words<'_>, is_sign: impl Fn(&Word, char) -> bool) {
    let (keyword, written) = (words.keyword, words.left());
    let all = words.input.as_ref().map_or(1, Shape::channels);
    let digits = |word: &Word| if let Word::Number(number) = word { number.digits() } else { None };
    let numbers: Vec<u64> = written.iter().filter_map(digits).collect();
    let is_to_last = written.iter().any(|word| is_sign(word, '='));
    let range = match (numbers.as_slice(), written) {
        (&[from, last], _) if is_to_last => Some((from, last.saturating_add(1))),
        (&[from, end], _) => Some((from, end)),
        (&[from], [Word::Number(_), dot, _]) if is_sign(dot, '.') => Some((from, all)),
        (&[end], [dot, _, Word::Number(_)]) if is_sign(dot, '.') => Some((0, end)),
        ([], []) => Some((0, all.div_ceil(2))),
        _ => None,
    };
    let help = match range.filter(|(from, end)| from < end) {
        Some((from, end)) => {
            let example = format!("{from}..{end}");
            let help = match written {
                [] => Help::after(&example).of(keyword),
                _ => Help::write(&example).of(&quote!(#(#written)*)),
            };
            help.saying(format!("such as `channels {example}`, where channel {end} is not among them"))
        }
        None => Help::prose("`channels 0..3` are the first three, and `channels 3..4` is the fourth alone"),
    };
    let message = "`channels` wants the first channel and the end, with `..` between them";
    words.errors.at(quote!(#keyword #(#written)*), (message, help));
}

/// The number of a channel.
fn channel(number: &Number, words: &mut Words<'_>) -> Option<u64> {
    let counts = words.read(number, |number| number.counts("the channel"))?;
    if let [first, _, ..] = counts.as_slice() {
        words.errors.at(number, ("a channel is one number", Help::write(first.to_string())));
        return None;
    }
    counts.first().copied()
}

impl Layer for Channels {
    fn describe(&self) -> String {
        format!("channels {}..{}", self.from, self.to)
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let (all, Self { from, to }) = (input.channels(), self);
        let channels = to.checked_sub(*from).filter(|&channels| channels > 0 && *to <= all);
        let Some(channels) = channels else {
            let message = format!("`{}` is no part of the {all} channels of {input}", self.describe());
            let help = match to > from && *from < all {
                true => Help::write(format!("channels {from}..{all}")).and(", which are all that follow"),
                false => Help::write(format!("channels 0..{all}")).and(", which are all of them"),
            };
            return Err((message, help).into());
        };
        let place = input.sizes().iter().take(input.rank().saturating_sub(1)).copied();
        let output = Shape::new(place.chain([channels]).collect());
        let output = output.ok_or_else(|| format!("`{}` of {input} has no values", self.describe()))?;
        let identity = Identity::new(CHANNELS).whole(*from).whole(*to);
        Ok(Resolved::map(output, "Slice", identity, Part { from: *from }))
    }
}

/// The layer where its shapes are known.
#[derive(Debug)]
struct Part {
    from: u64,
}

impl Map for Part {
    fn forward(&self, at: &Places) -> TokenStream {
        let (from, Places { input, output, .. }) = (literal(self.from), at);
        quote!(castnet::Channels::<#from>.forward(#input, #output);)
    }

    fn backward(&self, at: &Places) -> Backward {
        let (from, Places { grad_output, grad_input, .. }) = (literal(self.from), at);
        Backward::of_input(quote!(castnet::Channels::<#from>.backward_input(#grad_output, #grad_input);))
    }
}
