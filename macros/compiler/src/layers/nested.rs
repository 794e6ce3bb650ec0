//! `use Encoder -> 7x7x64`: another network as a layer.
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::identity::Identity;
use super::interface::only;
use super::{
    Adapt, Backward, Context, InputGradient, Layer, Life, Map, Misfit, Need, ParameterGroup, Places, Purpose, Reads,
    Resolved, Role, Room, Rules, Samples, Tensors,
};
use crate::shape::Shape;
use crate::size::Size;

/// Another network. Only its path and the shape of its output are known here.
#[derive(Clone, Debug)]
pub struct Written {
    pub path: TokenStream,
    pub output: Shape,
    pub frozen: bool,
}

impl Layer for Written {
    fn describe(&self) -> String {
        let frozen = if self.frozen { " frozen" } else { "" };
        format!("use {} -> {}{frozen}", self.path.to_string().replace(' ', ""), self.output)
    }

    fn output(&self) -> Option<Shape> {
        Some(self.output.clone())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let Self { path, output, frozen } = self.clone();
        let (input, description) = (only(inputs)?.clone(), self.describe());
        let nested = Nested { path, input, output: output.clone(), frozen, description };
        // The fingerprint of the nested network is hashed into that of the whole network.
        Ok(Resolved::map(output, "Network", Identity::new("network"), nested))
    }
}

#[derive(Debug)]
struct Nested {
    path: TokenStream,
    input: Shape,
    output: Shape,
    frozen: bool,
    description: String,
}

impl Nested {
    /// An item of the network's trait `Predict`.
    fn of_predict(&self, name: &str) -> TokenStream {
        let (path, name) = (&self.path, Ident::new(name, Span::call_site()));
        quote!(<#path as castnet::Predict>::#name)
    }

    /// An item of the network's trait `Network`.
    fn of_network(&self, name: &str) -> TokenStream {
        let (path, name) = (&self.path, Ident::new(name, Span::call_site()));
        quote!(<#path as castnet::Network>::#name)
    }

    /// Gives tokens the span of the path, so that errors of rustc point at it.
    fn at_path(&self, tokens: TokenStream) -> TokenStream {
        let at_path = |mut token: TokenTree| {
            token.set_span(self.path.span());
            token
        };
        tokens.into_iter().map(at_path).collect()
    }
}

impl Map for Nested {
    fn parameters(&self, _network: &Context<'_>) -> Vec<ParameterGroup> {
        vec![ParameterGroup {
            suffix: "",
            role: if self.frozen { Role::Frozen } else { Role::Trainable },
            description: self.description.clone(),
            rust_type: self.path.clone(),
            tensors: Tensors::OfNetwork(self.path.clone()),
        }]
    }

    fn macs(&self) -> Size {
        Size::unknown(self.of_predict("MACS"))
    }

    fn need(&self, purpose: Purpose) -> Option<Need> {
        let path = &self.path;
        let need = |rust_type, life| Need { room: Room::Type(rust_type), life };
        match (purpose, self.frozen) {
            (Purpose::Training, false) => Some(need(quote!(castnet::NestedTape<#path>), Life::ForwardToBackward)),
            (Purpose::Prediction | Purpose::Training, _) => Some(need(self.of_predict("Arena"), Life::Step)),
            (Purpose::Backward, false) => Some(need(quote!(castnet::NestedAdjoints<#path>), Life::Step)),
            (Purpose::Backward, true) => None,
        }
    }

    fn reads(&self) -> Reads {
        let trained = !self.frozen;
        Reads { input: trained, output: trained, need: trained }
    }

    /// No gradient goes through a frozen network.
    fn input_gradient(&self) -> InputGradient {
        if self.frozen {
            return InputGradient::Never;
        }
        let path = &self.path;
        InputGradient::If(quote_spanned!(path.span()=> <#path as castnet::Network>::GIVES_INPUT_GRADIENT))
    }

    /// Asserts that the input and output of the network have the shapes before and behind it.
    fn assertion(&self, network: &Context<'_>) -> Option<TokenStream> {
        let path = &self.path;
        let [input, output] = [&self.input, &self.output].map(|shape| self.at_path(shape.rust_type(network.scalar)));
        let call = quote_spanned!(path.span()=> castnet::nested::fits::<#path, #input, #output>());
        Some(quote!(const _: () = #call;))
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let (field, init) = (at.field(""), self.of_network("init_in"));
        Some(quote!(#init(&mut #field, rng);))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, need, .. }) = (at.field(""), at);
        quote!(castnet::nested::forward(isa, &#field, #input, #need, #output);)
    }

    fn forward_training(&self, at: &Places) -> TokenStream {
        if self.frozen {
            return self.forward(at);
        }
        let (field, Places { input, output, need, .. }) = (at.field(""), at);
        quote!(castnet::nested::forward_training(isa, &#field, rng, #input, #need, #output);)
    }

    fn backward(&self, at: &Places) -> Backward {
        let (field, Places { input, output, grad_output, need, grad_need, .. }) = (at.field(""), at);
        let (gradient, grad_input) = (at.wanted_gradient(), at.wanted_grad_input());
        Backward::Together(quote! {
            castnet::nested::backward(
                isa, &#field, #input, #need, #output, #grad_need, #grad_output, #gradient, #grad_input,
            );
        })
    }

    fn update_state(&self, at: &Places) -> Option<TokenStream> {
        let (field, Places { need, .. }) = (at.field(""), at);
        (!self.frozen).then(|| quote!(castnet::nested::update_state(&mut #field, #need);))
    }

    fn forward_evaluation(&self, at: &Places) -> Option<TokenStream> {
        let (field, Places { input, output, need, .. }) = (at.field(""), at);
        (!self.frozen).then(|| quote!(castnet::nested::forward_evaluation(isa, &#field, #input, #need, #output)))
    }

    fn activity(&self, at: &Places) -> Option<TokenStream> {
        let (field, Places { output, need, .. }) = (at.field(""), at);
        (!self.frozen).then(|| quote!(castnet::nested::activity_penalty(&#field, #need, #output)))
    }

    fn rules(&self, at: &Places) -> Rules {
        if self.frozen {
            return Rules::default();
        }
        let (field, gradient) = (at.field(""), at.gradient(""));
        let [penalty, add_gradient, constrain] =
            ["penalty", "add_penalty_gradient", "constrain"].map(|name| self.of_network(name));
        Rules {
            penalties: vec![quote!(#penalty(&#field))],
            gradients: vec![quote!(#add_gradient(&#field, &mut #gradient);)],
            constraints: vec![quote!(#constrain(&mut #field);)],
        }
    }

    fn adapt(&self, at: &Places, samples: &Samples) -> Option<Adapt> {
        let Samples::Slice(samples) = samples else { return None };
        let (field, is_adapted) = (at.field(""), self.of_network("is_adapted"));
        // A network that has learnt from data before keeps its statistics.
        let learn = quote!(if !#is_adapted(&#field) { castnet::nested::adapt_to(&mut #field, #samples, report); });
        Some(Adapt { learn, is_adapted: quote!(#is_adapted(&#field)) })
    }
}
