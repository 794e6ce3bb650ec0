//! `permute 2x1`: the same values with their axes in another order. As in Keras, the axes are counted from 1.
use proc_macro2::TokenStream;
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{Backward, Constant, Context, Keyword, Layer, Map, Misfit, Operation, Parsed, Places, Resolved};
use crate::errors::{Help, Message};
use crate::shape::{Shape, literal};
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword::new("permute", &[], parse)];

#[derive(Debug)]
struct Written {
    /// The axes of the input in the order of the output.
    order: Vec<u64>,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let example = words.input.as_ref().map_or("2x1".to_string(), example);
    let number = words.required_number("`permute` wants the axes in their new order", &example);
    let (had_list, rank) = (words.had_list, words.input.as_ref().map(Shape::rank));
    let order = number.and_then(|number| {
        words.read(number, |number| match number.counts("the order of the axes")? {
            order if had_list || is_order(&order) => Ok(order),
            order => Err(no_order(&order, rank, example)),
        })
    });
    words.end();
    Some(Parsed::alone(Written { order: order? }))
}

/// Whether each axis from the first to the last stands once.
fn is_order(order: &[u64]) -> bool {
    order.len() <= 3 && (1..).zip(order).all(|(axis, _)| order.contains(&axis))
}

fn no_order(order: &[u64], rank: Option<usize>, example: String) -> Message {
    let text = joined(order);
    let from_one: Vec<u64> = order.iter().map(|axis| axis.saturating_add(1)).collect();
    if is_order(&from_one) && rank.is_none_or(|rank| rank == order.len()) {
        return (format!("`{text}` counts the axes from 0, and they are counted from 1"), Help::write(joined(&from_one))).into();
    }
    let help = Help::write(example).and(": 1 is the first axis, 2 the second, and each stands once");
    (format!("`{text}` is no order of axes"), help).into()
}

/// An order of the axes of a shape that changes them.
fn example(input: &Shape) -> String {
    turned(input.rank())
}

/// The order of this number of axes in which the first two change places.
fn turned(axes: usize) -> String {
    match axes {
        1 => "1",
        2 => "2x1",
        _ => "2x1x3",
    }
    .to_string()
}

fn joined(order: &[u64]) -> String {
    order.iter().map(u64::to_string).collect::<Vec<_>>().join("x")
}

/// The size at an axis.
fn at(sizes: &[u64], axis: u64) -> u64 {
    axis.checked_sub(1).and_then(|axis| usize::try_from(axis).ok()).and_then(|axis| sizes.get(axis)).copied().unwrap_or(1)
}

impl Layer for Written {
    fn describe(&self) -> String {
        format!("permute {}", joined(&self.order))
    }

    fn takes_sequence(&self) -> bool {
        self.order.len() == 2
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let (input, Self { order }) = (only(inputs)?, self);
        if order.len() != input.rank() {
            let (layer, axes) = (self.describe(), order.len());
            let plural = |count: usize| if count == 1 { "axis" } else { "axes" };
            let message = format!(
                "`{layer}` orders {axes} {}, but what comes in has the shape {input}, with {} {}",
                plural(axes),
                input.rank(),
                plural(input.rank())
            );
            let help = match input.rank() {
                1 => Help::leave_out_layer(),
                _ => Help::write_for(layer, format!("permute {}", example(input))),
            };
            return Err((message, help).into());
        }
        let output = Shape::new(order.iter().map(|&axis| at(input.sizes(), axis)).collect()).unwrap_or_default();
        let identity = Identity::new("permute").sizes(order);
        // Axes of size 1 may stand anywhere.
        let moved: Vec<u64> = order.iter().copied().filter(|&axis| at(input.sizes(), axis) > 1).collect();
        if moved.is_sorted() {
            return Ok(Resolved { output, kind: "Permute", identity, operation: Operation::Alias });
        }
        let distance = |axis: u64| input.sizes().iter().zip(1..).filter(|(_, other)| *other > axis).map(|(size, _)| size).product();
        let strides: Vec<u64> = order.iter().map(|&axis| distance(axis)).collect();
        let permute = Permute { sizes: output.sizes().to_vec(), strides };
        Ok(Resolved::map(output, "Permute", identity, permute))
    }
}

#[derive(Debug)]
struct Permute {
    /// The sizes of the output.
    sizes: Vec<u64>,
    /// The distances between neighbours along these axes in the input.
    strides: Vec<u64>,
}

impl Map for Permute {
    fn constant(&self, network: &Context<'_>) -> Option<Constant> {
        let castnet = network.castnet;
        let three = |numbers: &[u64], before: u64| {
            let missing = std::iter::repeat_n(before, 3_usize.saturating_sub(numbers.len()));
            let numbers = missing.chain(numbers.iter().copied()).map(literal);
            quote!([#(#numbers),*])
        };
        let (sizes, strides) = (three(&self.sizes, 1), three(&self.strides, self.sizes.iter().product()));
        let value = quote!(#castnet::Permute(#castnet::Permutation { sizes: #sizes, strides: #strides }));
        Some(Constant { rust_type: quote!(#castnet::Permute), value })
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let Places { constant, input, output, .. } = at;
        quote!(#constant.forward(isa, #input, #output);)
    }

    fn backward(&self, at: &Places) -> Backward {
        let Places { constant, grad_output, grad_input, .. } = at;
        Backward::of_input(quote!(#constant.backward_input(isa, #grad_output, #grad_input);))
    }
}
