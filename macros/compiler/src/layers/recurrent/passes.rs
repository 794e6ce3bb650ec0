//! The passes of recurrent layers.
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Cell, Order, Written};
use crate::activations::{Activation, Keeps, real};
use crate::layers::{
    Backward, Constant, Context, Life, Map, Need, ParameterGroup, Places, Purpose, Reads, Room, Rules, Tensor,
};
use crate::shape::{Shape, literal};
use crate::size::Size;

/// A recurrent layer whose sizes are known.
#[derive(Debug)]
pub struct Recurrent {
    pub written: Written,
    pub steps: u64,
    pub features: u64,
    /// The values of all gates.
    pub gates: u64,
}

impl Recurrent {
    fn keeps_inputs(&self) -> bool {
        let of_inputs = |activation: Option<&Activation>| activation.is_some_and(|it| it.keeps() == Keeps::Inputs);
        of_inputs(self.written.activation()) || (self.written.cell != Cell::Simple && of_inputs(self.written.gates()))
    }

    fn state(&self) -> u64 {
        self.written.cell.states().saturating_mul(self.written.units)
    }

    fn extras(&self) -> u64 {
        self.written.cell.extras() * self.written.units
    }

    /// The memory of a prediction.
    fn memory(&self) -> u64 {
        self.state().saturating_add(self.gates).saturating_add(self.extras())
    }

    /// The values that training keeps.
    pub fn saved(&self) -> u64 {
        let Written { units, dropout, recurrent_dropout, .. } = self.written;
        let gates = self.gates.saturating_mul(if self.keeps_inputs() { 2 } else { 1 });
        let dropped = if recurrent_dropout > 0.0 { units } else { 0 };
        let factors = if dropout > 0.0 { self.features } else { 0 };
        let step = [self.features, gates, self.extras(), dropped].into_iter().fold(self.state(), u64::saturating_add);
        self.steps.saturating_mul(step).saturating_add(self.state()).saturating_add(factors).saturating_add(dropped)
    }

    /// The memory of the backward pass.
    pub fn gradients(&self) -> u64 {
        let gates = self.gates.saturating_mul(if self.written.cell.resets_after() { 2 } else { 1 });
        let steps = self.steps.saturating_mul(gates.saturating_add(self.features));
        steps.saturating_add(self.state()).saturating_add(self.written.units)
    }
}

/// The values that a pass reads beside the inputs.
fn given(at: &Places) -> TokenStream {
    match &at.second {
        state if state.is_empty() => quote!(castnet::Given::nothing()),
        state => quote!(castnet::Given::nothing().state(#state)),
    }
}

/// An activation of the gates or of the candidate.
fn gate(activation: Option<&Activation>, usual: &str, castnet: &TokenStream) -> TokenStream {
    let Some(activation) = activation else {
        let usual = format_ident!("{usual}");
        return quote!(#castnet::Gate::#usual);
    };
    match (activation.keras_word(), activation.keeps()) {
        ("tanh", _) => quote!(#castnet::Gate::Tanh),
        ("sigmoid", _) => quote!(#castnet::Gate::Sigmoid),
        (_, keeps) => {
            let variant = if keeps == Keeps::Inputs { quote!(OfInputs) } else { quote!(OfOutputs) };
            let value = activation.value_in(castnet);
            quote!(#castnet::Gate::#variant(&#value))
        }
    }
}

impl Map for Recurrent {
    fn parameters(&self, network: &Context<'_>) -> Vec<ParameterGroup> {
        let Self { written, features, gates, .. } = self;
        let (units, cell) = (written.units, written.cell);
        let weights = [
            Tensor { name: "weight", shape: vec![*features, *gates] },
            Tensor { name: "recurrent_weight", shape: vec![units, *gates] },
        ];
        let order = if written.order == Order::Forwards { "" } else { ", from the last step to the first" };
        let description = format!("{features} inputs to {units} units{order}");
        let sizes = [*features, units, *gates];
        let bias = if cell.resets_after() { vec![2, *gates] } else { vec![*gates] };
        vec![written.options.group(network, cell.type_name(), &sizes, description, &weights, bias)]
    }

    fn macs(&self) -> Size {
        let step = self.gates.saturating_mul(self.features.saturating_add(self.written.units));
        Size::known(self.steps.saturating_mul(step))
    }

    fn constant(&self, network: &Context<'_>) -> Option<Constant> {
        let castnet = network.castnet;
        let Written { cell, order, dropout, recurrent_dropout, .. } = self.written;
        let scalar = network.scalar.rust_type(castnet);
        let [steps, inputs, units] = [self.steps, self.features, self.written.units].map(literal);
        let activation = gate(self.written.activation(), "Tanh", castnet);
        let gates = gate(self.written.gates(), "Sigmoid", castnet);
        let gives = match (self.written.sequences, self.written.gives_state()) {
            (false, false) => quote!(Last),
            (true, false) => quote!(Sequence),
            (false, true) => quote!(State),
            (true, true) => quote!(States),
        };
        let order = format_ident!("{order:?}");
        let cell = cell.value(castnet);
        let [dropout, recurrent_dropout] = [dropout, recurrent_dropout].map(real);
        let [memory, saved, gradients] = [self.memory(), self.saved(), self.gradients()].map(literal);
        Some(Constant {
            rust_type: quote!(#castnet::Recurrence<#scalar>),
            value: quote! {
                #castnet::Recurrence {
                    cell: #cell,
                    steps: #steps,
                    inputs: #inputs,
                    units: #units,
                    activation: #activation,
                    gates: #gates,
                    gives: #castnet::Gives::#gives,
                    order: #castnet::Order::#order,
                    dropout: #dropout,
                    recurrent_dropout: #recurrent_dropout,
                    zero_masked: false,
                }
                .with_memory(#memory, #saved, #gradients)
            },
        })
    }

    fn need(&self, purpose: Purpose) -> Option<Need> {
        let (values, life) = match purpose {
            Purpose::Prediction => (self.memory(), Life::Step),
            Purpose::Training => (self.saved(), Life::ForwardToBackward),
            Purpose::Backward => (self.gradients(), Life::Step),
        };
        Some(Need { room: Room::Shape(Shape::new(vec![values])?), life })
    }

    fn reads(&self) -> Reads {
        Reads { need: true, ..Reads::default() }
    }

    fn keeps_input(&self) -> bool {
        true
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let (field, initializer) = (at.field(""), self.written.options.initializer());
        let recurrent = self.written.recurrent_init.clone().unwrap_or_else(|| quote!(castnet::Orthogonal));
        let unit_forget_bias = self.written.cell == Cell::Lstm;
        Some(quote!(#field.init(#initializer, #recurrent, #unit_forget_bias, rng);))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, need, constant, .. }) = (at.field(""), at);
        let given = given(at);
        quote!(#field.recur(isa, &#constant, #input, #given, #need, #output);)
    }

    fn forward_training(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, need, constant, .. }) = (at.field(""), at);
        let given = given(at);
        match self.written.dropout > 0.0 || self.written.recurrent_dropout > 0.0 {
            true => quote! {
                #field.recur_dropping(isa, rng, &#constant, #input, #given, #need, #output);
            },
            false => quote! {
                #field.recur_in_training(isa, &#constant, #input, #given, #need, #output);
            },
        }
    }

    fn backward(&self, at: &Places) -> Backward {
        let Places { need, grad_need, grad_output, grad_input, grad_second, constant, .. } = at;
        let (field, gradient) = (at.field(""), at.wanted_gradient());
        let [grad_input, grad_state] = [grad_input, grad_second].map(|gradient| match gradient.is_empty() {
            true => quote!(::core::option::Option::None),
            false => quote!(::core::option::Option::Some(castnet::flatten_mut(#gradient))),
        });
        Backward::Together(quote! {
            #field.backward_through_time(
                isa, &#constant, castnet::Given::nothing(), #need, #grad_output, #grad_need, #gradient, #grad_input, #grad_state,
            );
        })
    }

    fn rules(&self, at: &Places) -> Rules {
        let mut rules = self.written.options.rules(at, "weight");
        let (field, gradient) = (at.field(""), at.gradient(""));
        for regularizer in self.written.recurrent.values() {
            rules.penalties.push(quote!(#regularizer.penalty(&#field.recurrent_weight)));
            rules.gradients.push(
                quote!(#regularizer.add_gradient(&#field.recurrent_weight, &mut #gradient.recurrent_weight);),
            );
        }
        rules
    }
}
