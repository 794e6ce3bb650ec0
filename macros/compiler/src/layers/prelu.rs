//! `prelu`: a leaky ReLU whose slopes are trained.
use proc_macro2::TokenStream;
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{
    Backward, Context, Keyword, Layer, Map, Misfit, ParameterGroup, Parsed, Places, Reads, Resolved, Role, Tensor, Tensors,
};
use crate::shape::Shape;
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword::new("prelu", &["shared", "frozen"], parse).keeping_shape().unhashed(&["frozen"])];

#[derive(Clone, Copy, Debug)]
struct Written {
    /// Whether all positions of a channel have the same slope.
    shared: bool,
    frozen: bool,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let mut layer = Written { shared: false, frozen: false };
    words.options(|name, _| {
        if name == "shared" {
            layer.shared = true;
        } else {
            layer.frozen = true;
        }
    });
    Some(Parsed::alone(layer))
}

impl Layer for Written {
    fn describe(&self) -> String {
        if self.shared { "prelu shared" } else { "prelu" }.to_string()
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let (input, Self { shared, frozen }) = (only(inputs)?, *self);
        let slopes = match shared {
            true => std::iter::repeat_n(1, input.rank() - 1).chain([input.channels()]).collect(),
            false => input.sizes().to_vec(),
        };
        let identity = Identity::new("prelu").word_if(shared, "shared");
        Ok(Resolved::map(input.clone(), "PReLU", identity, PRelu { slopes, shared, frozen }))
    }
}

#[derive(Debug)]
struct PRelu {
    /// The shape of the slopes in files.
    slopes: Vec<u64>,
    shared: bool,
    frozen: bool,
}

impl Map for PRelu {
    fn parameters(&self, network: &Context<'_>) -> Vec<ParameterGroup> {
        let slopes = self.slopes.iter().product();
        vec![ParameterGroup {
            suffix: "",
            role: if self.frozen { Role::Frozen } else { Role::Trainable },
            description: format!("slopes of {slopes} {}", if self.shared { "channels" } else { "values" }),
            rust_type: network.sized("PRelu", &[slopes]),
            tensors: Tensors::Known(vec![Tensor { name: "alpha", shape: self.slopes.clone() }]),
        }]
    }

    fn reads(&self) -> Reads {
        Reads { input: true, ..Reads::default() }
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let field = at.field("");
        Some(quote!(#field.init();))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, .. }) = (at.field(""), at);
        quote!(#field.forward(isa, #input, #output);)
    }

    fn backward(&self, at: &Places) -> Backward {
        let (field, gradient, Places { input, grad_output, grad_input, .. }) = (at.field(""), at.gradient(""), at);
        Backward::Apart {
            parameters: Some(quote!(#field.backward_parameters(isa, #input, #grad_output, &mut #gradient);)),
            input: quote!(#field.backward_input(isa, #input, #grad_output, #grad_input);),
        }
    }
}
