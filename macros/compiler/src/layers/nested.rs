//! `use Encoder -> 7x7x64`: another network as a layer.
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::identity::Identity;
use super::interface::only;
use super::{
    Adapt, Backward, Context, InputGradient, Layer, Life, Map, Misfit, Need, NestedType, ParameterGroup, Places,
    Purpose, Reads, Resolved, Role, Room, Rules, Samples, Tensors,
};
use crate::shape::Shape;
use crate::size::Size;

/// Another network. Only its type and the shape of its output are known here.
#[derive(Clone, Debug)]
pub struct Written {
    pub network: NestedType,
    pub output: Shape,
    pub frozen: bool,
}

impl Layer for Written {
    fn describe(&self) -> String {
        let frozen = if self.frozen { " frozen" } else { "" };
        format!("use {} -> {}{frozen}", self.network.path.to_string().replace(' ', ""), self.output)
    }

    fn output(&self) -> Option<Shape> {
        Some(self.output.clone())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let Self { network, output, frozen } = self.clone();
        let (input, description) = (only(inputs)?.clone(), self.describe());
        let nested = Nested { network, input, output: output.clone(), frozen, description };
        // The fingerprint of the nested network is hashed into that of the whole network.
        Ok(Resolved::map(output, "Network", Identity::new("network"), nested))
    }
}

#[derive(Debug)]
struct Nested {
    network: NestedType,
    input: Shape,
    output: Shape,
    frozen: bool,
    description: String,
}

impl Nested {
    /// An item of the network's trait `Predict`.
    fn of_predict(&self, name: &str) -> TokenStream {
        let (network, name) = (&self.network, Ident::new(name, Span::call_site()));
        quote!(<#network as castnet::Predict>::#name)
    }

    /// An item of the network's trait `Network`.
    fn of_network(&self, name: &str) -> TokenStream {
        let (network, name) = (&self.network, Ident::new(name, Span::call_site()));
        quote!(<#network as castnet::Network>::#name)
    }

    /// Gives tokens the span of the path, so that errors of rustc point at it.
    fn at_path(&self, tokens: TokenStream) -> TokenStream {
        let at_path = |mut token: TokenTree| {
            token.set_span(self.network.path.span());
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
            rust_type: self.network.path.clone(),
            tensors: Tensors::OfNetwork(self.network.clone()),
        }]
    }

    fn macs(&self) -> Size {
        Size::unknown(self.of_predict("MACS"))
    }

    fn need(&self, purpose: Purpose) -> Option<Need> {
        let network = &self.network;
        let need = |rust_type, life| Need { room: Room::Type(rust_type), life };
        match (purpose, self.frozen) {
            (Purpose::Training, false) => Some(need(quote!(castnet::NestedTape<#network>), Life::ForwardToBackward)),
            (Purpose::Prediction | Purpose::Training, _) => Some(need(self.of_predict("Arena"), Life::Step)),
            (Purpose::Backward, false) => Some(need(quote!(castnet::NestedAdjoints<#network>), Life::Step)),
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
        let network = &self.network;
        InputGradient::If(quote_spanned!(network.path.span()=> <#network as castnet::Network>::GIVES_INPUT_GRADIENT))
    }

    /// The layer is the network, checked once more: for its numbers and shapes.
    fn alias(&self, outer: &Context<'_>) -> Option<TokenStream> {
        let (nested, here) = (&self.network, Span::call_site());
        let (path, network, layer) = (&nested.path, nested.network(here), nested.alias(here));
        let checked = nested.checked(&quote!(castnet));
        let numbers = quote!(<#network as castnet::Flat>::Scalar);
        let scalar = self.at_path(outer.scalar.to_token_stream());
        let [input, output] = [&self.input, &self.output].map(|shape| self.at_path(shape.rust_type(&numbers)));
        let fits = quote_spanned!(path.span()=> castnet::nested::fits::<#network, #scalar, #input, #output>());
        Some(quote! {
            type #network = #checked;
            type #layer = <[#network; #fits] as castnet::nested::Checked>::Network;
        })
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let (field, init) = (at.field(""), self.of_network("init_in"));
        Some(quote!(#init(&mut #field, rng);))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (network, field, Places { input, output, need, .. }) = (&self.network, at.field(""), at);
        quote!(castnet::nested::forward::<#network>(isa, &#field, #input, #need, #output);)
    }

    fn forward_training(&self, at: &Places) -> TokenStream {
        if self.frozen {
            return self.forward(at);
        }
        let (network, field, Places { input, output, need, .. }) = (&self.network, at.field(""), at);
        quote!(castnet::nested::forward_training::<#network>(isa, &#field, rng, #input, #need, #output);)
    }

    fn backward(&self, at: &Places) -> Backward {
        let (network, field) = (&self.network, at.field(""));
        let Places { input, output, grad_output, need, grad_need, .. } = at;
        let (gradient, grad_input) = (at.wanted_gradient(), at.wanted_grad_input());
        Backward::Together(quote! {
            castnet::nested::backward::<#network>(
                isa, &#field, #input, #need, #output, #grad_need, #grad_output, #gradient, #grad_input,
            );
        })
    }

    fn update_state(&self, at: &Places) -> Option<TokenStream> {
        let (network, field, Places { need, .. }) = (&self.network, at.field(""), at);
        (!self.frozen).then(|| quote!(castnet::nested::update_state::<#network>(&mut #field, #need);))
    }

    fn forward_evaluation(&self, at: &Places) -> Option<TokenStream> {
        let (network, field, Places { input, output, need, .. }) = (&self.network, at.field(""), at);
        let call = quote!(castnet::nested::forward_evaluation::<#network>(isa, &#field, #input, #need, #output));
        (!self.frozen).then_some(call)
    }

    fn activity(&self, at: &Places) -> Option<TokenStream> {
        let (network, field, Places { output, need, .. }) = (&self.network, at.field(""), at);
        (!self.frozen).then(|| quote!(castnet::nested::activity_penalty::<#network>(&#field, #need, #output)))
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
        let (network, field, is_adapted) = (&self.network, at.field(""), self.of_network("is_adapted"));
        // A network that has learnt from data before keeps its statistics.
        let learn =
            quote!(if !#is_adapted(&#field) { castnet::nested::adapt_to::<#network>(&mut #field, #samples, report); });
        Some(Adapt { learn, is_adapted: quote!(#is_adapted(&#field)) })
    }
}
