//! `batchnorm`: channels that get a mean of zero and a deviation of one, over a batch.
use proc_macro2::TokenStream;
use quote::quote;

use super::normalization::{Affine, EPSILON, epsilon};
use super::{Context, Layer, Map, Operation, Parsed, Part, Places, Reads, Role, Tensor};
use crate::activations::real;
use crate::shape::{Scalar, Shape, literal};
use crate::words::Words;

/// How much of the moving statistics stays at a step, as Keras has it.
const MOMENTUM: f64 = 0.99;

#[derive(Debug)]
struct BatchNorm {
    momentum: f64,
    epsilon: f64,
    affine: Affine,
    frozen: bool,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let mut layer = BatchNorm { momentum: MOMENTUM, epsilon: EPSILON, affine: Affine::default(), frozen: false };
    words.options(&["momentum", "epsilon", "noscale", "nocenter", "frozen"], |name, words| {
        match name.to_string().as_str() {
            "momentum" => {
                let bounds = "must be between 0 and 1";
                let momentum = words.real_of(name, "momentum 0.99", bounds, |value| (0.0..1.0).contains(&value));
                layer.momentum = momentum.unwrap_or(MOMENTUM);
            }
            "epsilon" => layer.epsilon = epsilon(name, words),
            "frozen" => layer.frozen = true,
            _ => layer.affine.take(name),
        }
    });
    Some(Parsed { layer: Box::new(layer), activation: None })
}

impl BatchNorm {
    /// The trained part: a field, or nothing but a normalization.
    fn trained(&self, at: &Places) -> TokenStream {
        if self.affine.is_plain() { quote!(castnet::BatchNorm::PLAIN) } else { at.field("") }
    }
}

impl Layer for BatchNorm {
    fn kind(&self) -> &'static str {
        "BatchNormalization"
    }

    fn describe(&self) -> String {
        format!("batchnorm epsilon {}{}", self.epsilon, self.affine.describe())
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let twice = || format!("`batchnorm` of {input} needs more values than any machine can hold");
        Shape::new(vec![2, input.channels()]).map(|_| input.clone()).ok_or_else(twice)
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }
}

impl Map for BatchNorm {
    fn parts(&self, layer: &Context<'_>) -> Vec<Part> {
        let Context { input, scalar, castnet, .. } = layer;
        let channels = input.channels();
        let tensor = |name| Tensor { name, shape: vec![channels] };
        let size = literal(channels);
        let role = if self.frozen { Role::Frozen } else { Role::Trainable };
        let description = format!("of {channels} channels");
        let trained = self.affine.part("BatchNorm", channels, &[channels], layer);
        let trained = trained.map(|part| Part { role, description, ..part });
        let moving = Part {
            suffix: "_moving",
            role: Role::State,
            description: format!("mean and variance of {channels} channels, of the batches before"),
            rust_type: match scalar {
                Scalar::F32 => quote!(#castnet::MovingStatistics<#size>),
                Scalar::F64 => quote!(#castnet::MovingStatistics<#size, #scalar>),
            },
            tensors: vec![tensor("mean"), tensor("variance")],
        };
        trained.into_iter().chain([moving]).collect()
    }

    fn record(&self, input: &Shape, _output: &Shape) -> Option<Shape> {
        if self.frozen { None } else { Shape::new(vec![2 * input.channels()]) }
    }

    fn reads(&self) -> Reads {
        Reads { input: !self.frozen, record: !self.frozen, ..Reads::default() }
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let moving = at.field("_moving");
        let trained = (!self.affine.is_plain()).then(|| {
            let field = at.field("");
            quote!(#field.init();)
        });
        Some(quote!(#trained #moving.init();))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, moving, epsilon) = (self.trained(at), at.field("_moving"), real(self.epsilon));
        let Places { input, output, .. } = at;
        quote!(#field.forward(isa, &#moving, #epsilon, #input, #output);)
    }

    fn forward_training(&self, at: &Places) -> TokenStream {
        if self.frozen {
            return self.forward(at);
        }
        let (field, epsilon, Places { input, output, record, .. }) = (self.trained(at), real(self.epsilon), at);
        quote!(#field.forward_training(isa, #epsilon, #input, #output, #record);)
    }

    fn backward_parameters(&self, at: &Places) -> Option<TokenStream> {
        if self.frozen || self.affine.is_plain() {
            return None;
        }
        let (field, gradient, epsilon) = (at.field(""), at.gradient(""), real(self.epsilon));
        let Places { input, record, grad_output, .. } = at;
        Some(quote!(#field.backward_parameters(isa, #epsilon, #input, #record, #grad_output, &mut #gradient);))
    }

    fn backward_input(&self, at: &Places) -> TokenStream {
        let (field, epsilon) = (self.trained(at), real(self.epsilon));
        let Places { input, record, grad_output, grad_input, .. } = at;
        if self.frozen {
            let moving = at.field("_moving");
            return quote!(#field.backward_frozen(isa, &#moving, #epsilon, #grad_output, #grad_input););
        }
        quote!(#field.backward_input(isa, #epsilon, #input, #record, #grad_output, #grad_input);)
    }

    fn update_state(&self, at: &Places) -> Option<TokenStream> {
        let (moving, momentum, record) = (at.field("_moving"), real(self.momentum), &at.record);
        (!self.frozen).then(|| quote!(#moving.update(#momentum, #record);))
    }
}
