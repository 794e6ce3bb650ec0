//! An activation, written after a layer or as a layer of its own.
use proc_macro2::TokenStream;
use quote::quote;

use super::{InPlace, Keeps, Layer, Operation, Parsed};
use crate::activations::Activation;
use crate::optimize::Goal;
use crate::shape::Shape;
use crate::words::Words;

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let keyword = words.keyword;
    let activation = Activation::parse(keyword, words);
    words.end();
    Some(Parsed { layer: layer(activation?), activation: None })
}

/// An activation as a layer.
pub fn layer(activation: Activation) -> Box<dyn Layer> {
    Box::new(activation)
}

impl Layer for Activation {
    fn kind(&self) -> &'static str {
        Activation::kind(self)
    }

    fn describe(&self) -> String {
        Activation::describe(self)
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        if self.compares_channels() && input.channels() == 1 {
            let word = self.keras_word();
            return Err(format!(
                "`{word}` over one unit is always the same\nhelp: for two classes, one unit and `sigmoid`; for more classes, a unit for each"
            ));
        }
        Ok(input.clone())
    }

    fn operation(&self) -> Operation<'_> {
        Operation::InPlace(self)
    }

    fn optimize(&mut self, goal: Goal) {
        self.goal = goal;
    }

    fn as_activation(&self) -> Option<&Activation> {
        Some(self)
    }
}

impl InPlace for Activation {
    fn keeps(&self) -> Keeps {
        Activation::keeps(self)
    }

    fn commutes_with_largest(&self) -> bool {
        self.keras_word() == "relu"
    }

    fn forward(&self, values: &TokenStream, _mask: &TokenStream) -> TokenStream {
        let value = self.value();
        // Numbers would be arguments of the shared code, which the compiler could no longer reckon with.
        if self.goal == Goal::Size && !self.compares_channels() && !self.has_numbers() {
            return quote!(castnet::apply_compact(isa, #value, #values););
        }
        quote!(#value.apply(isa, #values);)
    }

    fn backward(&self, kept: &TokenStream, grad: &TokenStream) -> TokenStream {
        let value = self.value();
        quote!(#value.backward(isa, #kept, #grad);)
    }
}
