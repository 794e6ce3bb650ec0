//! An activation, written after a layer or as a layer of its own.
use proc_macro2::TokenStream;
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{InPlace, Layer, Misfit, Parsed, Places, Reads, Resolved};
use crate::activations::{Activation, Keeps};
use crate::errors::Help;
use crate::optimize::Goal;
use crate::shape::Shape;
use crate::words::Words;

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let keyword = words.keyword;
    if keyword == "linear"
        && let Some(units) = words.number()
    {
        // `Linear` is the dense layer of PyTorch.
        let is_vector = words.input.as_ref().is_none_or(|input| input.rank() == 1);
        let dense = if is_vector { "dense" } else { "flatten => dense" };
        let units = units.text();
        let help = Help::write(dense).saying(format!("write `{dense} {units}` for a layer of {units} units"));
        words
            .errors
            .at(keyword, (format!("`linear` is the activation without an effect, and takes no `{units}`"), help));
        return None;
    }
    let activation = Activation::parse(keyword, words);
    words.end();
    Some(Parsed::alone(activation?))
}

impl Layer for Activation {
    fn describe(&self) -> String {
        Activation::describe(self)
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let word = self.keras_word();
        if self.compares_channels() && input.channels() == 1 {
            let help = Help::write("sigmoid").and(" for two classes; more classes have a unit for each");
            return Err((format!("`{word}` over one unit is always the same"), help).into());
        }
        let identity = self.numbers().iter().fold(Identity::new(word), |identity, &number| identity.real(number));
        Ok(Resolved::in_place(input.clone(), self.kind(), identity, self.clone()))
    }

    fn as_activation(&self) -> Option<&Activation> {
        Some(self)
    }
}

impl InPlace for Activation {
    fn reads(&self) -> Reads {
        let (input, output) = (self.keeps() == Keeps::Inputs, self.keeps() == Keeps::Outputs);
        Reads { input, output, need: false }
    }

    fn commutes_with_largest(&self) -> bool {
        self.keras_word() == "relu"
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (value, values) = (self.value(), &at.output);
        // In shared code the numbers of an activation would be arguments, not constants, so those with numbers have code of their own.
        if at.goal == Goal::Size && !self.compares_channels() && self.numbers().is_empty() {
            return quote!(castnet::apply_compact(isa, #value, #values););
        }
        quote!(#value.apply(isa, #values);)
    }

    fn backward(&self, at: &Places) -> TokenStream {
        let (value, Places { input, output, grad_output, .. }) = (self.value(), at);
        let kept = match self.keeps() {
            Keeps::Inputs => quote!(castnet::Inputs(#input)),
            Keeps::Outputs => quote!(castnet::Outputs(#output)),
        };
        quote!(#value.backward(isa, #kept, #grad_output);)
    }
}
