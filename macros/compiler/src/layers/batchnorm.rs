//! `batchnorm`: gives each channel a mean of zero and a standard deviation of one over a batch.
use proc_macro2::TokenStream;
use quote::quote;

use super::affine::{Affine, EPSILON, epsilon};
use super::identity::Identity;
use super::interface::only;
use super::{
    Backward, Context, Keyword, Layer, Life, Map, Misfit, Need, ParameterGroup, Parsed, Places, Purpose, Reads,
    Resolved, Role, Room, Tensor, Tensors,
};
use crate::activations::real;
use crate::shape::Shape;
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword::new("batchnorm", &["momentum", "epsilon", "noscale", "nocenter", "frozen"], parse).keeping_shape().unhashed(&["momentum", "frozen"])];

/// The fraction of the moving statistics that a step keeps; the default of Keras.
const MOMENTUM: f64 = 0.99;

#[derive(Clone, Debug)]
struct Written {
    momentum: f64,
    epsilon: f64,
    affine: Affine,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let mut layer = Written { momentum: MOMENTUM, epsilon: EPSILON, affine: Affine::default() };
    words.options(|name, words| match name.to_string().as_str() {
        "momentum" => {
            let bounds = "must be between 0 and 1";
            let momentum = words.real_of(name, "momentum 0.99", bounds, |value| (0.0..1.0).contains(&value));
            layer.momentum = momentum.unwrap_or(MOMENTUM);
        }
        "epsilon" => layer.epsilon = epsilon(name, words),
        _ => layer.affine.take(name),
    });
    Some(Parsed::alone(layer))
}

impl Layer for Written {
    fn describe(&self) -> String {
        format!("batchnorm epsilon {}{}", self.epsilon, self.affine.describe())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let channels = input.channels();
        let statistics = Shape::new(vec![channels.saturating_mul(2)])
            .ok_or_else(|| format!("`batchnorm` of {input} needs more values than any machine can hold"))?;
        let identity = self.affine.identify(Identity::new("batchnorm"), self.epsilon);
        let layer = BatchNorm { written: self.clone(), channels, statistics };
        Ok(Resolved::map(input.clone(), "BatchNormalization", identity, layer))
    }
}

#[derive(Debug)]
struct BatchNorm {
    written: Written,
    channels: u64,
    /// The shape of the batch statistics: mean and variance of each channel.
    statistics: Shape,
}

impl BatchNorm {
    /// The field with gamma and beta, or a constant without parameters.
    fn trained(&self, at: &Places) -> TokenStream {
        if self.written.affine.is_plain() { quote!(castnet::BatchNorm::PLAIN) } else { at.field("") }
    }

    fn is_frozen(&self) -> bool {
        self.written.affine.is_frozen()
    }
}

impl Map for BatchNorm {
    fn parameters(&self, network: &Context<'_>) -> Vec<ParameterGroup> {
        let Self { channels, .. } = *self;
        let tensor = |name| Tensor { name, shape: vec![channels] };
        let description = format!("of {channels} channels");
        let trained = self.written.affine.group(network, "BatchNorm", &[channels], description);
        let moving = ParameterGroup {
            suffix: "_moving",
            role: Role::State,
            description: format!("moving mean and variance of {channels} channels"),
            rust_type: network.sized("MovingStatistics", &[channels]),
            tensors: Tensors::Known(vec![tensor("mean"), tensor("variance")]),
        };
        trained.into_iter().chain([moving]).collect()
    }

    fn need(&self, purpose: Purpose) -> Option<Need> {
        let is_kept = purpose == Purpose::Training && !self.is_frozen();
        let room = Room::Shape(self.statistics.clone());
        is_kept.then_some(Need { room, life: Life::ForwardToBackward })
    }

    fn reads(&self) -> Reads {
        Reads { input: !self.is_frozen(), output: false, need: !self.is_frozen() }
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let moving = at.field("_moving");
        let trained = (!self.written.affine.is_plain()).then(|| {
            let field = at.field("");
            quote!(#field.init();)
        });
        Some(quote!(#trained #moving.init();))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, moving, epsilon) = (self.trained(at), at.field("_moving"), real(self.written.epsilon));
        let Places { input, output, .. } = at;
        quote!(#field.forward(isa, &#moving, #epsilon, #input, #output);)
    }

    fn forward_training(&self, at: &Places) -> TokenStream {
        if self.is_frozen() {
            return self.forward(at);
        }
        let (field, epsilon, Places { input, output, need, .. }) = (self.trained(at), real(self.written.epsilon), at);
        quote!(#field.forward_training(isa, #epsilon, #input, #output, #need);)
    }

    fn backward(&self, at: &Places) -> Backward {
        let (field, epsilon) = (self.trained(at), real(self.written.epsilon));
        let Places { input, need, grad_output, grad_input, .. } = at;
        if self.is_frozen() {
            let moving = at.field("_moving");
            return Backward::of_input(
                quote!(#field.backward_frozen(isa, &#moving, #epsilon, #grad_output, #grad_input);),
            );
        }
        let gradient = at.gradient("");
        Backward::Apart {
            parameters: (!self.written.affine.is_plain()).then(
                || quote!(#field.backward_parameters(isa, #epsilon, #input, #need, #grad_output, &mut #gradient);),
            ),
            input: quote!(#field.backward_input(isa, #epsilon, #input, #need, #grad_output, #grad_input);),
        }
    }

    fn update_state(&self, at: &Places) -> Option<TokenStream> {
        let (moving, momentum, need) = (at.field("_moving"), real(self.written.momentum), &at.need);
        (!self.is_frozen()).then(|| quote!(#moving.update(#momentum, #need);))
    }
}
