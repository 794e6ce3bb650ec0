//! `dense 10 relu`: a fully connected layer. With `each` it is applied to every position of an image or a sequence.
use proc_macro2::TokenStream;
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{
    Backward, Context, Keyword, Layer, Map, Misfit, ParameterGroup, Parsed, Places, Resolved, Rules, Tensor,
};
use crate::errors::Help;
use crate::optimize::Goal;
use crate::options::Options;
use crate::shape::Shape;
use crate::size::Size;
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword::new("dense", &["each"], parse).units()];

#[derive(Debug)]
struct Written {
    units: u64,
    /// Whether it is applied to every position.
    each: bool,
    options: Options,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let number = words.required_number("`dense` wants the number of its units", "10").map(|number| words.units(number));
    let units = number.and_then(|number| words.read(number, |number| number.size("the number of units")));
    let mut each = false;
    let options = Options::parse(words, |name, words| {
        if std::mem::replace(&mut each, true) {
            words.twice(name, TokenStream::new());
        }
    });
    Some(Parsed::with_options(Written { units: units?, each, options: options.clone() }, &options))
}

impl Layer for Written {
    fn describe(&self) -> String {
        let bias = if self.options.has_bias() { "" } else { " nobias" };
        let each = if self.each { " each" } else { "" };
        format!("dense {}{each}{bias}", self.units)
    }

    fn output(&self) -> Option<Shape> {
        Shape::new(vec![self.units]).filter(|_| !self.each)
    }

    fn takes_sequence(&self) -> bool {
        self.each
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let Self { units, each, options } = self;
        if input.rank() > 1 && !each {
            let help = Help::before("flatten =>").and(&format!("; or write `dense {units} each` for every position"));
            return Err((format!("`dense` takes a vector, but what comes in has the shape {input}"), help).into());
        }
        if input.rank() == 1 && *each {
            let message = format!(
                "`each` is for every position of an image or a sequence, but what comes in has the shape {input}"
            );
            return Err((message, Help::leave_out_words("each")).into());
        }
        let inputs = input.channels();
        let too_large = || format!("`dense {units}` on {inputs} inputs has more weights than any machine can hold");
        Shape::new(vec![inputs, *units]).ok_or_else(too_large)?;
        let sizes = input.sizes().iter().take(input.rank() - 1).copied().chain([*units]).collect();
        let output = Shape::new(sizes).ok_or_else(too_large)?;
        let identity = Identity::new("dense").whole(*units).word_if(*each, "each");
        let identity = identity.word_if(!options.has_bias(), "nobias");
        let (macs, options) = (input.len().saturating_mul(*units), options.clone());
        let dense = Dense { inputs, units: *units, each: *each, macs, options };
        Ok(Resolved::map(output, "Dense", identity, dense))
    }
}

#[derive(Debug)]
struct Dense {
    inputs: u64,
    units: u64,
    each: bool,
    macs: u64,
    options: Options,
}

impl Dense {
    /// Samples as the vectors that the layer reads: with `each`, their positions.
    fn read(&self, samples: &TokenStream) -> TokenStream {
        if self.each { quote!(castnet::positions(#samples)) } else { samples.clone() }
    }

    /// Samples as the vectors that the layer writes: with `each`, their positions.
    fn written(&self, samples: &TokenStream) -> TokenStream {
        if self.each { quote!(castnet::positions_mut(#samples)) } else { samples.clone() }
    }
}

impl Map for Dense {
    fn parameters(&self, network: &Context<'_>) -> Vec<ParameterGroup> {
        let Self { inputs, units, .. } = *self;
        let weight = Tensor { name: "weight", shape: vec![inputs, units] };
        let description = format!("{inputs} inputs to {units} units");
        vec![self.options.group(network, "Dense", &[inputs, units], description, &[weight], vec![units])]
    }

    fn macs(&self) -> Size {
        Size::known(self.macs)
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let (field, initializer) = (at.field(""), self.options.initializer());
        Some(quote!(#field.init(#initializer, rng);))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, input, output) = (at.field(""), self.read(&at.input), self.written(&at.output));
        match at.goal {
            Goal::Speed => quote!(#field.forward(isa, #input, #output);),
            Goal::Size => quote!(#field.forward_compact(isa, #input, #output);),
        }
    }

    fn backward(&self, at: &Places) -> Backward {
        let (field, gradient) = (at.field(""), at.gradient(""));
        let (input, grad_output) = (self.read(&at.input), self.read(&at.grad_output));
        let grad_input = self.written(&at.grad_input);
        Backward::Apart {
            parameters: Some(quote!(#field.backward_parameters(isa, #input, #grad_output, &mut #gradient);)),
            input: quote!(#field.backward_input(isa, #grad_output, #grad_input);),
        }
    }

    fn rules(&self, at: &Places) -> Rules {
        self.options.rules(at, "weight")
    }
}
