//! `use Encoder -> 7x7x64`: another network as a layer.
use proc_macro2::TokenStream;
use quote::quote;

use super::{Adapt, Context, Inner, Layer, Map, Operation, Part, Places, Reads, Role};
use crate::shape::Shape;

/// Another network, of which nothing is known but its path and the shape of its output.
#[derive(Debug)]
pub struct Another {
    pub path: TokenStream,
    pub output: Shape,
    pub frozen: bool,
}

impl Layer for Another {
    fn kind(&self) -> &'static str {
        "Network"
    }

    fn describe(&self) -> String {
        let frozen = if self.frozen { " frozen" } else { "" };
        format!("use {} -> {}{frozen}", self.path.to_string().replace(' ', ""), self.output)
    }

    fn infer(&self, _input: &Shape) -> Result<Shape, String> {
        Ok(self.output.clone())
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }
}

impl Another {
    /// The network, so that its methods need no import.
    fn call(&self, method: &str) -> TokenStream {
        let (path, method) = (&self.path, proc_macro2::Ident::new(method, proc_macro2::Span::call_site()));
        quote!(<#path as castnet::Network>::#method)
    }
}

impl Map for Another {
    fn parts(&self, _layer: &Context<'_>) -> Vec<Part> {
        vec![Part {
            suffix: "",
            role: if self.frozen { Role::Frozen } else { Role::Trainable },
            description: "another network".to_string(),
            rust_type: self.path.clone(),
            tensors: Vec::new(),
        }]
    }

    fn inner(&self) -> Option<Inner<'_>> {
        Some(Inner { path: &self.path, frozen: self.frozen })
    }

    fn reads(&self) -> Reads {
        let trained = !self.frozen;
        Reads { input: trained, output: trained, record: false }
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let (field, init) = (at.field(""), self.call("init_in"));
        Some(quote!(#init(&mut #field, rng);))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, inner, .. }) = (at.field(""), at);
        quote!(castnet::inner::infer(isa, &#field, #input, #inner, #output);)
    }

    fn forward_training(&self, at: &Places) -> TokenStream {
        if self.frozen {
            return self.forward(at);
        }
        let (field, Places { input, output, inner, .. }) = (at.field(""), at);
        quote!(castnet::inner::forward(isa, &#field, rng, #input, #inner, #output);)
    }

    fn backward_parameters(&self, at: &Places) -> Option<TokenStream> {
        let gradient = at.gradient("");
        (!self.frozen).then(|| self.backward(at, &quote!(Some(&mut #gradient)), &quote!(None)))
    }

    fn backward_input(&self, at: &Places) -> TokenStream {
        let Places { grad_input, .. } = at;
        self.backward(at, &quote!(None), &quote!(Some(#grad_input)))
    }

    fn backward_both(&self, at: &Places) -> Option<TokenStream> {
        let (name, Places { grad_input, .. }) = (&at.name, at);
        let gradient = quote!(gradient.as_deref_mut().map(|gradient| &mut gradient.#name));
        Some(self.backward(at, &gradient, &quote!(Some(#grad_input))))
    }

    fn update_state(&self, at: &Places) -> Option<TokenStream> {
        let (field, Places { inner, .. }) = (at.field(""), at);
        (!self.frozen).then(|| quote!(castnet::inner::update_state(&mut #field, #inner);))
    }

    fn adapt(&self, at: &Places, samples: &TokenStream) -> Option<Adapt> {
        let (field, is_adapted) = (at.field(""), self.call("is_adapted"));
        // What has learnt keeps what it knows.
        let learn = quote!(if !#is_adapted(&#field) { castnet::inner::adapt_to(&mut #field, #samples); });
        Some(Adapt { learn, is_adapted: quote!(#is_adapted(&#field)) })
    }
}

impl Another {
    fn backward(&self, at: &Places, gradient: &TokenStream, grad_input: &TokenStream) -> TokenStream {
        let (field, Places { input, output, grad_output, inner, inner_grads, .. }) = (at.field(""), at);
        quote! {
            castnet::inner::backward(
                isa, &#field, #input, #inner, #output, #inner_grads, #grad_output, #gradient, #grad_input,
            );
        }
    }
}
