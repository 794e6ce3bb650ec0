//! `add`, `concat`, `multiply`, `average`, `maximum`, `minimum`: joins, which combine branches into one value.
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::identity::Identity;
use super::{Dependence, Join, Layer, Misfit, Operation, Reads, Resolved};
use crate::shape::{Shape, literal};

/// A join of the language.
#[derive(Debug, PartialEq)]
struct Known {
    keyword: &'static str,
    kind: &'static str,
    way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Sum,
    Product,
    Mean,
    /// The larger or smaller of two values.
    Extreme,
    Concat,
}

const KNOWN: &[Known] = &[
    Known { keyword: "add", kind: "Add", way: Way::Sum },
    Known { keyword: "concat", kind: "Concatenate", way: Way::Concat },
    Known { keyword: "multiply", kind: "Multiply", way: Way::Product },
    Known { keyword: "average", kind: "Average", way: Way::Mean },
    Known { keyword: "maximum", kind: "Maximum", way: Way::Extreme },
    Known { keyword: "minimum", kind: "Minimum", way: Way::Extreme },
];

/// Whether a word is the keyword of a join.
pub fn is_keyword(word: &Ident) -> bool {
    KNOWN.iter().any(|known| word == known.keyword)
}

/// The keywords of joins.
pub fn keywords() -> impl Iterator<Item = &'static str> + Clone {
    KNOWN.iter().map(|known| known.keyword)
}

/// The join of a keyword.
pub fn find(keyword: &Ident) -> Option<Box<dyn Layer>> {
    let known = KNOWN.iter().find(|known| keyword == known.keyword)?;
    Some(Box::new(Written(known)))
}

#[derive(Debug)]
struct Written(&'static Known);

impl Layer for Written {
    fn describe(&self) -> String {
        self.0.keyword.to_string()
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let Known { keyword, kind, way } = *self.0;
        let output = match inputs {
            [] => return Err(Misfit::Layer(format!("`{keyword}` has nothing to join"))),
            [input] => {
                return Err(Misfit::Layer(format!(
                    "`{keyword}` joins at least two branches, and there is one of shape {input}\nhelp: such as `{keyword}(identity, dense 10)`"
                )));
            }
            _ if way == Way::Concat => concat(inputs)?,
            // Squeeze and excitation: one operand holds a factor for every channel.
            [a, b] if way == Way::Product && is_factor(a, b) => (*b).clone(),
            [a, b] if way == Way::Product && is_factor(b, a) => (*a).clone(),
            [first, ..] => same(keyword, first, inputs)?,
        };
        let operands = inputs.iter().map(|&input| input.clone()).collect();
        let branches = Branches { kind, way, operands, output: output.clone() };
        let (identity, operation) = (Identity::new(keyword), Operation::Join(Box::new(branches)));
        Ok(Resolved { output, kind, identity, operation })
    }
}

/// Whether a shape holds one value for each channel of another.
fn is_factor(factor: &Shape, of: &Shape) -> bool {
    factor.positions() == 1 && of.positions() > 1 && factor.channels() == of.channels()
}

/// The shape that all inputs have.
fn same(keyword: &str, first: &Shape, inputs: &[&Shape]) -> Result<Shape, Misfit> {
    let Some((index, other)) = inputs.iter().enumerate().find(|(_, input)| **input != first) else {
        return Ok(first.clone());
    };
    let help = match (first.sizes(), other.sizes()) {
        ([height, width, a], [other_height, other_width, b])
            if height == other_height && width == other_width && a != b =>
        {
            format!(
                "help: `{keyword}` wants the same channels: such as `conv {a} 1x1` at the end of this branch, or `concat`"
            )
        }
        _ => format!("help: `{keyword}` wants the same shape from every branch"),
    };
    Err(Misfit::Branch(index, format!("this branch has the shape {other}, but the first has {first}\n{help}")))
}

/// The shape of the inputs side by side in the last dimension.
fn concat(inputs: &[&Shape]) -> Result<Shape, Misfit> {
    let Some((first, others)) = inputs.split_first() else { return Ok(Shape::default()) };
    let place = |shape: &Shape| shape.sizes().split_last().map(|(_, place)| place.to_vec()).unwrap_or_default();
    for (index, other) in (1..).zip(others) {
        if place(first) != place(other) {
            return Err(Misfit::Branch(
                index,
                format!(
                    "this branch has the shape {other}, but the first has {first}\nhelp: `concat` puts channels side by side: all other sizes must be the same"
                ),
            ));
        }
    }
    let channels = inputs.iter().fold(0_u64, |sum, input| sum.saturating_add(input.channels()));
    let sizes = place(first).into_iter().chain([channels]).collect();
    Shape::new(sizes)
        .ok_or_else(|| Misfit::Layer("the output of `concat` has more values than any machine can hold".to_string()))
}

/// A join whose shapes are known.
#[derive(Debug)]
struct Branches {
    kind: &'static str,
    way: Way,
    /// The shapes of the operands.
    operands: Vec<Shape>,
    output: Shape,
}

impl Branches {
    fn rust_type(&self) -> TokenStream {
        let kind = format_ident!("{}", self.kind);
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

    /// The number of channels of the output before those of an operand.
    fn channels_before(&self, operand: usize) -> Literal {
        literal(self.operands.iter().take(operand).map(Shape::channels).sum())
    }
}

impl Join for Branches {
    fn reads(&self) -> Reads {
        match self.way {
            Way::Product | Way::Extreme => Reads { input: true, ..Reads::default() },
            Way::Sum | Way::Mean | Way::Concat => Reads::default(),
        }
    }

    fn is_sum(&self) -> bool {
        self.way == Way::Sum
    }

    fn forward(&self, operand: usize, begins: bool, input: &TokenStream, output: &TokenStream) -> TokenStream {
        if self.way == Way::Concat {
            let offset = self.channels_before(operand);
            return quote!(castnet::Concatenate::<#offset>.forward(#input, #output););
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
            Way::Concat => {
                let offset = self.channels_before(operand);
                quote!(castnet::Concatenate::<#offset>.backward(#grad_output, #grad_input);)
            }
            Way::Mean => {
                let count = self.count();
                quote! {
                    castnet::copy(#grad_output, #grad_input);
                    castnet::Average.finish::<_, #count>(#grad_input);
                }
            }
            Way::Product if self.is_broadcast(operand) => TokenStream::new(),
            Way::Sum | Way::Product | Way::Extreme => quote!(castnet::copy(#grad_output, #grad_input);),
        }
    }

    fn depends_on(&self, operand: usize) -> Vec<Dependence> {
        let others = (0..self.operands.len()).filter(|&other| other != operand);
        match self.way {
            Way::Product => others.map(Dependence::Operand).collect(),
            Way::Extreme => others.map(Dependence::Comparison).collect(),
            Way::Sum | Way::Mean | Way::Concat => Vec::new(),
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
