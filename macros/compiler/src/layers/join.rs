//! `add`, `concat`, `subtract`, `multiply`, `average`, `maximum`, `minimum`, `dot`: joins, which combine branches into one value.
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::identity::Identity;
use super::interface::Rule;
use super::{Dependence, Join, Layer, Misfit, Operation, Reads, Resolved};
use crate::errors::Help;
use crate::number::Number;
use crate::shape::{Shape, literal};
use crate::size::Size;
use crate::words::Words;

/// A join of the language.
#[derive(Debug, PartialEq)]
struct Known {
    keyword: &'static str,
    kind: &'static str,
    way: Way,
    /// The words that it takes behind its branches, beside an activation.
    words: &'static [&'static str],
}

impl Known {
    const fn new(keyword: &'static str, kind: &'static str, way: Way) -> Self {
        Self { keyword, kind, way, words: &[] }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Sum,
    Difference,
    Product,
    Mean,
    /// The larger or smaller of two values.
    Extreme,
    Concat,
    Dot,
}

const ALONG: &str = "along";
const NORMALIZED: &str = "normalized";

const KNOWN: &[Known] = &[
    Known::new("add", "Add", Way::Sum),
    Known { words: &[ALONG], ..Known::new("concat", "Concatenate", Way::Concat) },
    Known::new("subtract", "Subtract", Way::Difference),
    Known::new("multiply", "Multiply", Way::Product),
    Known::new("average", "Average", Way::Mean),
    Known::new("maximum", "Maximum", Way::Extreme),
    Known::new("minimum", "Minimum", Way::Extreme),
    Known { words: &[NORMALIZED], ..Known::new("dot", "Dot", Way::Dot) },
];

/// Whether a word is the keyword of a join.
pub fn is_keyword(word: &Ident) -> bool {
    KNOWN.iter().any(|known| word == known.keyword)
}

/// The keywords of joins.
pub fn keywords() -> impl Iterator<Item = &'static str> + Clone {
    KNOWN.iter().map(|known| known.keyword)
}

/// The words that joins take behind their branches.
pub fn words() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().flat_map(|known| known.words).copied()
}

/// The words of one join, of this keyword.
pub fn words_of(keyword: &Ident) -> &'static [&'static str] {
    KNOWN.iter().find(|known| keyword == known.keyword).map_or(&[], |known| known.words)
}

/// The join of a keyword, with its own words.
pub fn find(keyword: &Ident, own: Own) -> Option<Box<dyn Layer>> {
    let known = KNOWN.iter().find(|known| keyword == known.keyword)?;
    Some(Box::new(Written { known, own }))
}

/// The own words of a join.
#[derive(Clone, Copy, Debug, Default)]
pub struct Own {
    /// The axis of a concatenation, counted from 1; else it is the last.
    along: Option<u64>,
    /// Whether vectors are divided by their norms.
    normalized: bool,
}

impl Own {
    /// Reads the own words of a join, which stand before an activation.
    pub fn parse(words: &mut Words<'_>) -> Option<Self> {
        let (mut own, mut is_right) = (Self::default(), true);
        while words.is_next(words.own)
            && let Some(name) = words.name()
        {
            if name == NORMALIZED {
                if std::mem::replace(&mut own.normalized, true) {
                    words.twice(name, TokenStream::new());
                }
                continue;
            }
            let number = words.number_of(name, "along 1");
            if own.along.is_some() {
                words.twice(name, number);
                continue;
            }
            own.along = number.and_then(|number| axis(name, number, words));
            is_right &= own.along.is_some();
        }
        is_right.then_some(own)
    }
}

/// The axis of a concatenation, counted from 1. In Keras 0 is the axis of the samples, and -1 the last.
fn axis(name: &Ident, number: &Number, words: &mut Words<'_>) -> Option<u64> {
    let text = number.text();
    if text == "-1" {
        let help = Help::leave_out().saying("leave it out for the last axis");
        words.errors.at(quote!(#name #number), ("axes are counted from 1, without a sign", help));
        return None;
    }
    words.read(number, |number| match text.as_str() {
        "0" => Err(("axes are counted from 1", Help::write("1")).into()),
        _ => number.size("the axis of `concat`"),
    })
}

#[derive(Debug)]
struct Written {
    known: &'static Known,
    own: Own,
}

impl Layer for Written {
    fn describe(&self) -> String {
        let Own { along, normalized } = self.own;
        let along = along.map_or(String::new(), |axis| format!(" along {axis}"));
        format!("{}{along}{}", self.known.keyword, if normalized { " normalized" } else { "" })
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let Known { keyword, kind, way, .. } = *self.known;
        let mut axis = 0;
        let output = match inputs {
            [] => return Err(format!("`{keyword}` has nothing to join").into()),
            [input] => {
                let message = format!("`{keyword}` joins at least two branches, and there is one of shape {input}");
                return Err(message.into());
            }
            [first, ..] if way == Way::Concat => {
                axis = self.axis(first, inputs)?;
                concat(axis, self.own.along, inputs)?
            }
            // Squeeze and excitation: one operand holds a factor for every channel.
            [a, b] if way == Way::Product && is_factor(a, b) => (*b).clone(),
            [a, b] if way == Way::Product && is_factor(b, a) => (*a).clone(),
            [first, ..] => {
                let output = same(first, inputs)?;
                match (way, inputs.len()) {
                    (Way::Difference | Way::Dot, 3..) => return Err(Misfit::MoreThanTwo),
                    (Way::Dot, _) if output.rank() > 1 => return Err(Misfit::NoVectors),
                    (Way::Dot, _) => Shape::default(),
                    _ => output,
                }
            }
        };
        let operands: Vec<Shape> = inputs.iter().map(|&input| input.clone()).collect();
        let is_along = way == Way::Concat && axis + 1 < output.rank();
        let identity = Identity::new(keyword).option(ALONG, self.own.along.filter(|_| is_along));
        let identity = identity.word_if(self.own.normalized, NORMALIZED);
        let normalized = self.own.normalized;
        let branches = Branches { kind, way, normalized, operands, output: output.clone(), axis };
        Ok(Resolved { output, kind, identity, operation: Operation::Join(Box::new(branches)) })
    }
}

impl Written {
    /// The index of the axis along which branches are joined.
    fn axis(&self, first: &Shape, inputs: &[&Shape]) -> Result<usize, Misfit> {
        let Some(written) = self.own.along else { return Ok(first.rank() - 1) };
        let axis = usize::try_from(written - 1).ok().filter(|&axis| axis < first.rank());
        axis.ok_or_else(|| {
            let axes = if first.rank() == 1 { "one axis" } else { &format!("{} axes", first.rank()) };
            let message = format!("`along {written}` is no axis of the first branch, whose shape {first} has {axes}");
            let fitting = (0..first.rank()).find(|&axis| inputs.iter().all(|input| is_beside(axis, first, input)));
            let along = format!("along {written}");
            let help = match fitting {
                Some(axis) => Help::write_for(along, format!("along {}", axis + 1)),
                None => Help::prose("1 is the first axis"),
            };
            (message, help).into()
        })
    }
}

/// Whether a shape holds one value for each channel of another.
fn is_factor(factor: &Shape, of: &Shape) -> bool {
    factor.positions() == 1 && of.positions() > 1 && factor.channels() == of.channels()
}

/// The shape that all inputs have.
fn same(first: &Shape, inputs: &[&Shape]) -> Result<Shape, Misfit> {
    let all = inputs.iter().all(|input| *input == first);
    let rule = Rule { text: "the same shape from every branch", free: None, along: None };
    if all { Ok(first.clone()) } else { Err(Misfit::Branches(rule)) }
}

/// Whether two shapes have the same sizes but for that of an axis.
pub fn is_beside(axis: usize, first: &Shape, other: &Shape) -> bool {
    let rest = |shape: &Shape| {
        let sizes = shape.sizes().iter().enumerate().filter(|(index, _)| *index != axis);
        sizes.map(|(_, size)| *size).collect::<Vec<_>>()
    };
    first.rank() == other.rank() && rest(first) == rest(other)
}

/// The shape of the inputs side by side along an axis; `along` is the axis as it was written.
fn concat(axis: usize, along: Option<u64>, inputs: &[&Shape]) -> Result<Shape, Misfit> {
    let Some((first, others)) = inputs.split_first() else { return Ok(Shape::default()) };
    if !others.iter().all(|other| is_beside(axis, first, other)) {
        let text = match along {
            None => "the same sizes but for the channels, which it puts side by side",
            Some(_) => "the same sizes but for those of the axis along which it joins",
        };
        return Err(Misfit::Branches(Rule { text, free: Some(axis), along }));
    }
    let size = |input: &Shape| input.sizes().get(axis).copied().unwrap_or(1);
    let total = inputs.iter().fold(0_u64, |sum, input| sum.saturating_add(size(input)));
    let mut sizes = first.sizes().to_vec();
    if let Some(size) = sizes.get_mut(axis) {
        *size = total;
    }
    Shape::new(sizes).ok_or_else(|| "the output of `concat` has more values than any machine can hold".into())
}

/// A join whose shapes are known.
#[derive(Debug)]
struct Branches {
    kind: &'static str,
    way: Way,
    normalized: bool,
    /// The shapes of the operands.
    operands: Vec<Shape>,
    output: Shape,
    /// The index of the axis of a concatenation.
    axis: usize,
}

impl Branches {
    fn rust_type(&self) -> TokenStream {
        let normalized = if self.normalized { "Normalized" } else { "" };
        let kind = format_ident!("{normalized}{}", self.kind);
        quote!(castnet::#kind)
    }

    /// Whether an operand has one value per channel, where the output has one per channel and position.
    fn is_broadcast(&self, operand: usize) -> bool {
        self.operands.get(operand) != Some(&self.output)
    }

    /// The number of operands.
    fn count(&self) -> Literal {
        literal(self.operands.len() as u64)
    }

    /// A pass of a concatenation: `forward` or `backward`, from one value to another.
    fn concatenate(&self, pass: &str, operand: usize, from: &TokenStream, to: &TokenStream) -> TokenStream {
        let inner = |shape: &Shape| shape.sizes().iter().skip(self.axis).product::<u64>();
        let first = literal(self.operands.iter().take(operand).map(inner).sum());
        if self.axis + 1 == self.output.rank() {
            let pass = format_ident!("{pass}");
            return quote!(castnet::Concatenate::<#first>.#pass(#from, #to););
        }
        let outer = literal(self.output.sizes().iter().take(self.axis).product());
        let pass = format_ident!("{pass}_along");
        quote!(castnet::Concatenate::<#first>.#pass::<_, _, #outer>(#from, #to);)
    }
}

impl Join for Branches {
    fn reads(&self) -> Reads {
        match self.way {
            Way::Product | Way::Extreme | Way::Dot => Reads { input: true, ..Reads::default() },
            Way::Sum | Way::Difference | Way::Mean | Way::Concat => Reads::default(),
        }
    }

    fn macs(&self) -> Size {
        match (self.way, self.operands.first()) {
            (Way::Dot, Some(operand)) => Size::known(operand.len()),
            _ => Size::default(),
        }
    }

    fn reads_both(&self) -> bool {
        self.way == Way::Dot
    }

    fn forward_both(&self, a: &TokenStream, b: &TokenStream, output: &TokenStream) -> TokenStream {
        let join = self.rust_type();
        quote!(#join.forward_both(isa, #a, #b, #output);)
    }

    fn is_sum(&self) -> bool {
        self.way == Way::Sum
    }

    fn forward(&self, operand: usize, begins: bool, input: &TokenStream, output: &TokenStream) -> TokenStream {
        if self.way == Way::Concat {
            return self.concatenate("forward", operand, input, output);
        }
        if begins {
            return match self.is_broadcast(operand) {
                true => quote!(castnet::broadcast(#input, #output);),
                false => quote!(castnet::copy(#input, #output);),
            };
        }
        let join = self.rust_type();
        match self.is_broadcast(operand) {
            true => quote!(#join.forward_channels(isa, #input, #output);),
            false => quote!(#join.forward(isa, #input, #output);),
        }
    }

    fn finish(&self, output: &TokenStream) -> Option<TokenStream> {
        let count = self.count();
        (self.way == Way::Mean).then(|| quote!(castnet::Average.finish::<_, #count>(#output);))
    }

    fn backward(&self, operand: usize, grad_output: &TokenStream, grad_input: &TokenStream) -> TokenStream {
        match self.way {
            Way::Concat => self.concatenate("backward", operand, grad_output, grad_input),
            Way::Difference if operand > 0 => {
                quote!(castnet::Subtract.backward_second(isa, #grad_output, #grad_input);)
            }
            Way::Mean => {
                let count = self.count();
                quote! {
                    castnet::copy(#grad_output, #grad_input);
                    castnet::Average.finish::<_, #count>(#grad_input);
                }
            }
            Way::Product if self.is_broadcast(operand) => TokenStream::new(),
            Way::Dot => TokenStream::new(),
            Way::Sum | Way::Difference | Way::Product | Way::Extreme => {
                quote!(castnet::copy(#grad_output, #grad_input);)
            }
        }
    }

    fn depends_on(&self, operand: usize) -> Vec<Dependence> {
        let others = (0..self.operands.len()).filter(|&other| other != operand);
        match self.way {
            Way::Dot if self.normalized => others.map(Dependence::Comparison).collect(),
            Way::Product | Way::Dot => others.map(Dependence::Operand).collect(),
            Way::Extreme => others.map(Dependence::Comparison).collect(),
            Way::Sum | Way::Difference | Way::Mean | Way::Concat => Vec::new(),
        }
    }

    fn backward_with(
        &self,
        operand: usize,
        dependence: Dependence,
        own: &TokenStream,
        value: &TokenStream,
        grad_output: &TokenStream,
        grad_input: &TokenStream,
    ) -> TokenStream {
        let join = self.rust_type();
        match (self.way, dependence) {
            (Way::Dot, Dependence::Operand(_)) => {
                quote!(#join.backward_branch(isa, #value, #grad_output, #grad_input);)
            }
            (Way::Dot, Dependence::Comparison(_)) => {
                quote!(#join.backward_branch(isa, #own, #value, #grad_output, #grad_input);)
            }
            // If operands are equal, the first gets the gradient.
            (Way::Extreme, Dependence::Comparison(other)) => {
                let wins_a_tie = operand < other;
                quote!(#join.backward::<_, #wins_a_tie>(#own, #value, #grad_input);)
            }
            (Way::Product, Dependence::Operand(_)) if self.is_broadcast(operand) => {
                quote!(#join.backward_channels(isa, #value, #grad_output, #grad_input);)
            }
            (Way::Product, Dependence::Operand(other)) => match self.is_broadcast(other) {
                true => quote!(#join.forward_channels(isa, #value, #grad_input);),
                false => quote!(#join.forward(isa, #value, #grad_input);),
            },
            _ => TokenStream::new(),
        }
    }
}
