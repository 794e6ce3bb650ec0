//! `add`, `concat`, `multiply`, `average`, `maximum`, `minimum`: branches become one.
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Dependence, Join, Layer, Misfit, Operand, Operation, Reads};
use crate::shape::{Shape, literal};

/// A way to join.
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

/// The keywords of joins.
pub fn keywords() -> impl Iterator<Item = &'static str> + Clone {
    KNOWN.iter().map(|known| known.keyword)
}

/// The join of a keyword.
pub fn find(keyword: &str) -> Option<Box<dyn Layer>> {
    let known = KNOWN.iter().find(|known| known.keyword == keyword)?;
    Some(Box::new(Branches(known)))
}

#[derive(Debug)]
struct Branches(&'static Known);

impl Branches {
    fn rust_type(&self) -> TokenStream {
        let kind = format_ident!("{}", self.0.kind);
        quote!(castnet::#kind)
    }

    /// Whether an operand is a value for every channel, where others have one for every position too.
    fn is_broadcast(operand: &Operand<'_>) -> bool {
        operand.shape() != operand.output
    }
}

impl Layer for Branches {
    fn kind(&self) -> &'static str {
        self.0.kind
    }

    fn describe(&self) -> String {
        self.0.keyword.to_string()
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let keyword = self.0.keyword;
        Err(format!("`{keyword}` joins at least two branches, and there is one of shape {input}\nhelp: such as `{keyword}(identity, dense 10)`"))
    }

    fn infer_all(&self, inputs: &[&Shape]) -> Result<Shape, Misfit> {
        let [first, .., last] = inputs else {
            return match inputs.first() {
                Some(input) => self.infer(input).map_err(Misfit::Layer),
                None => Err(Misfit::Layer(format!("`{}` has nothing to join", self.0.keyword))),
            };
        };
        match (self.0.way, inputs) {
            (Way::Concat, _) => concat(inputs),
            // Squeeze and excitation: a factor for every channel.
            (Way::Product, [a, b]) if is_factor(a, b) => Ok((*last).clone()),
            (Way::Product, [a, b]) if is_factor(b, a) => Ok((*first).clone()),
            _ => self.same(first, inputs),
        }
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Join(self)
    }
}

/// Whether a shape holds one value for each channel of another.
fn is_factor(factor: &Shape, of: &Shape) -> bool {
    factor.positions() == 1 && of.positions() > 1 && factor.channels() == of.channels()
}

impl Branches {
    fn same(&self, first: &Shape, inputs: &[&Shape]) -> Result<Shape, Misfit> {
        let Some(index) = inputs.iter().position(|input| *input != first) else { return Ok(first.clone()) };
        let other = inputs.get(index).copied().unwrap_or(first);
        let keyword = self.0.keyword;
        let help = match (first.sizes(), other.sizes()) {
            ([height, width, a], [other_height, other_width, b])
                if height == other_height && width == other_width && a != b =>
            {
                format!("help: `{keyword}` wants the same channels: such as `conv {a} 1x1` at the end of this branch, or `concat`")
            }
            _ => format!("help: `{keyword}` wants the same shape from every branch"),
        };
        Err(Misfit::Branches(vec![
            (0, format!("this branch has the shape {first}, another that it is joined with has {other}")),
            (index, format!("this branch has the shape {other}, but the first has {first}\n{help}")),
        ]))
    }
}

/// Side by side in the last dimension.
fn concat(inputs: &[&Shape]) -> Result<Shape, Misfit> {
    let Some((first, others)) = inputs.split_first() else { return Ok(Shape::default()) };
    let place = |shape: &Shape| shape.sizes().split_last().map(|(_, place)| place.to_vec()).unwrap_or_default();
    for (index, other) in (1..).zip(others) {
        if place(first) != place(other) {
            return Err(Misfit::Branches(vec![
                (0, format!("this branch has the shape {first}, another that it is joined with has {other}")),
                (
                    index,
                    format!("this branch has the shape {other}, but the first has {first}\nhelp: `concat` puts channels side by side: all other sizes must be the same"),
                ),
            ]));
        }
    }
    let channels = inputs.iter().fold(0_u64, |sum, input| sum.saturating_add(input.channels()));
    let sizes = place(first).into_iter().chain([channels]).collect();
    Shape::new(sizes).ok_or_else(|| Misfit::Layer("`concat` makes more values than any machine can hold".to_string()))
}

impl Join for Branches {
    fn reads(&self) -> Reads {
        match self.0.way {
            Way::Product | Way::Extreme => Reads { input: true, ..Reads::default() },
            Way::Sum | Way::Mean | Way::Concat => Reads::default(),
        }
    }

    fn is_sum(&self) -> bool {
        self.0.way == Way::Sum
    }

    fn forward(&self, operand: &Operand<'_>, begins: bool, input: &TokenStream, output: &TokenStream) -> TokenStream {
        if self.0.way == Way::Concat {
            let offset = literal(channels_before(operand));
            return quote!(castnet::Concatenate::<#offset>.forward(#input, #output););
        }
        if begins {
            return match Self::is_broadcast(operand) {
                true => quote!(castnet::broadcast(#input, #output);),
                false => quote!(castnet::copy(#input, #output);),
            };
        }
        let join = self.rust_type();
        match Self::is_broadcast(operand) {
            true => quote!(#join.forward_channels(isa, #input, #output);),
            false => quote!(#join.forward(isa, #input, #output);),
        }
    }

    fn finish(&self, operands: usize, output: &TokenStream) -> Option<TokenStream> {
        let count = literal(operands as u64);
        (self.0.way == Way::Mean).then(|| quote!(castnet::Average.finish::<_, #count>(#output);))
    }

    fn backward(&self, operand: &Operand<'_>, grad_output: &TokenStream, grad_input: &TokenStream) -> TokenStream {
        match self.0.way {
            Way::Concat => {
                let offset = literal(channels_before(operand));
                quote!(castnet::Concatenate::<#offset>.backward(#grad_output, #grad_input);)
            }
            Way::Mean => {
                let count = literal(operand.shapes.len() as u64);
                quote! {
                    castnet::copy(#grad_output, #grad_input);
                    castnet::Average.finish::<_, #count>(#grad_input);
                }
            }
            Way::Product if Self::is_broadcast(operand) => TokenStream::new(),
            Way::Sum | Way::Product | Way::Extreme => quote!(castnet::copy(#grad_output, #grad_input);),
        }
    }

    fn depends_on(&self, operand: &Operand<'_>) -> Vec<Dependence> {
        let index = operand.index;
        match self.0.way {
            Way::Product => (0..operand.shapes.len()).filter(|&other| other != index).map(Dependence::Operand).collect(),
            Way::Extreme => (0..operand.shapes.len()).filter(|&other| other != index).map(Dependence::Comparison).collect(),
            Way::Sum | Way::Mean | Way::Concat => Vec::new(),
        }
    }

    fn backward_with(
        &self,
        operand: &Operand<'_>,
        dependence: Dependence,
        own: &TokenStream,
        value: &TokenStream,
        grad_output: &TokenStream,
        grad_input: &TokenStream,
    ) -> TokenStream {
        let join = self.rust_type();
        match (self.0.way, dependence) {
            // Of equal values the first counts.
            (Way::Extreme, Dependence::Comparison(other)) => {
                let wins_a_tie = operand.index < other;
                quote!(#join.backward::<_, #wins_a_tie>(#own, #value, #grad_input);)
            }
            (Way::Product, Dependence::Operand(_)) if Self::is_broadcast(operand) => {
                quote!(#join.backward_channels(isa, #value, #grad_output, #grad_input);)
            }
            (Way::Product, Dependence::Operand(other)) => {
                let is_factor = operand.shapes.get(other).is_some_and(|shape| *shape != operand.output);
                match is_factor {
                    true => quote!(#join.forward_channels(isa, #value, #grad_input);),
                    false => quote!(#join.forward(isa, #value, #grad_input);),
                }
            }
            _ => TokenStream::new(),
        }
    }
}

/// Where an operand begins among the channels of the output.
fn channels_before(operand: &Operand<'_>) -> u64 {
    operand.shapes.iter().take(operand.index).map(|shape| shape.channels()).sum()
}
