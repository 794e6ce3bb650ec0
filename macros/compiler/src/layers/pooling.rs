//! `maxpool 2x2`, `avgpool 2x2`, `globalavgpool`, `globalmaxpool`: one value for each channel of a window, or of all positions.
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::identity::Identity;
use super::interface::only;
use super::{Backward, Constant, Context, Keyword, Layer, Map, Misfit, Parsed, Places, Reads, Resolved};
use crate::errors::Help;
use crate::shape::Shape;
use crate::window::{Geometry, SAME, STRIDE, Sizes, VALID, WindowWords, example_of_window};
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[
    Keyword::new("maxpool", &[STRIDE, SAME, VALID], parse).images().unhashed(&[VALID]),
    Keyword::new("avgpool", &[STRIDE, SAME, VALID], parse).images().unhashed(&[VALID]),
    Keyword::new("globalmaxpool", &["keepdims"], parse_global).images(),
    Keyword::new("globalavgpool", &["keepdims"], parse_global).images(),
];

/// The value of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Largest,
    Mean,
}

impl Of {
    fn new(keyword: &Ident) -> Self {
        if keyword.to_string().contains("max") { Self::Largest } else { Self::Mean }
    }

    /// The backward pass of a max pooling finds the largest value again.
    fn reads(self) -> Reads {
        Reads { input: self == Self::Largest, ..Reads::default() }
    }

    /// The backward pass of a pooling with this value.
    fn backward(self, pooling: &TokenStream, at: &Places) -> Backward {
        let Places { input, grad_output, grad_input, .. } = at;
        Backward::of_input(match self {
            Self::Largest => quote!(#pooling.backward_input(isa, #input, #grad_output, #grad_input);),
            Self::Mean => quote!(#pooling.backward_input(isa, #grad_output, #grad_input);),
        })
    }
}

/// A pooling over a moving window.
#[derive(Debug)]
struct WrittenPool {
    of: Of,
    window: WindowWords,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let keyword = words.keyword;
    let example = example_of_window(words.input.as_ref(), 2);
    let number = words.required_number(&format!("`{keyword}` wants the size of its window"), &example);
    let kernel = number.and_then(|number| words.read(number, |number| Sizes::read(number, "the window")));
    let mut window = WindowWords::new(kernel.unwrap_or(Sizes::One(1)));
    words.options(|name, words| {
        window.take(name, words);
    });
    kernel?;
    Some(Parsed::alone(WrittenPool { of: Of::new(keyword), window }))
}

impl WrittenPool {
    fn keyword(&self) -> &'static str {
        match self.of {
            Of::Largest => "maxpool",
            Of::Mean => "avgpool",
        }
    }
}

impl Layer for WrittenPool {
    fn describe(&self) -> String {
        format!("{} {}{}", self.keyword(), self.window.kernel, self.window.describe())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let (input, Self { of, window }) = (only(inputs)?, self);
        let geometry = window.over(self.keyword(), input, window.kernel)?;
        let channels = input.channels();
        let output = geometry
            .shape(channels)
            .ok_or_else(|| format!("`{}` of {input} gives more values than any machine can hold", self.describe()))?;
        let (kind, word) = match of {
            Of::Largest => ("MaxPooling", "maxpool"),
            Of::Mean => ("AveragePooling", "avgpool"),
        };
        let identity = Identity::new(word).window(window);
        Ok(Resolved::map(output, kind, identity, Pool { of: *of, geometry, channels }))
    }
}

#[derive(Debug)]
struct Pool {
    of: Of,
    geometry: Geometry,
    channels: u64,
}

impl Map for Pool {
    fn constant(&self, network: &Context<'_>) -> Option<Constant> {
        let castnet = network.castnet;
        let kind = match self.of {
            Of::Largest => quote!(#castnet::MaxPool),
            Of::Mean => quote!(#castnet::AvgPool),
        };
        let window = self.geometry.value(castnet, self.channels, 1);
        Some(Constant { value: quote!(#kind(#window)), rust_type: kind })
    }

    fn reads(&self) -> Reads {
        self.of.reads()
    }

    fn takes_largest(&self) -> bool {
        self.of == Of::Largest
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let Places { constant, input, output, .. } = at;
        quote!(#constant.forward(isa, #input, #output);)
    }

    fn backward(&self, at: &Places) -> Backward {
        self.of.backward(&at.constant, at)
    }
}

/// A pooling over all positions.
#[derive(Debug)]
struct WrittenGlobal {
    of: Of,
    keepdims: bool,
}

fn parse_global(words: &mut Words<'_>) -> Option<Parsed> {
    let mut keepdims = false;
    words.options(|_, _| keepdims = true);
    Some(Parsed::alone(WrittenGlobal { of: Of::new(words.keyword), keepdims }))
}

impl WrittenGlobal {
    fn keyword(&self) -> &'static str {
        match self.of {
            Of::Largest => "globalmaxpool",
            Of::Mean => "globalavgpool",
        }
    }
}

impl Layer for WrittenGlobal {
    fn describe(&self) -> String {
        let keepdims = if self.keepdims { " keepdims" } else { "" };
        format!("{}{keepdims}", self.keyword())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let (input, keyword) = (only(inputs)?, self.keyword());
        if input.rank() == 1 {
            let message = format!(
                "`{keyword}` takes an image (height x width x channels) or a sequence (time steps x features), but what comes in has the shape {input}"
            );
            return Err((message, Help::leave_out_layer().and(": a vector is a single position")).into());
        }
        let positions = if self.keepdims { input.rank() - 1 } else { 0 };
        let sizes = std::iter::repeat_n(1, positions).chain([input.channels()]).collect();
        let output = Shape::new(sizes)
            .ok_or_else(|| format!("`{keyword}` of {input} gives more values than any machine can hold"))?;
        let (kind, word) = match self.of {
            Of::Largest => ("GlobalMaxPooling", "globalmaxpool"),
            Of::Mean => ("GlobalAveragePooling", "globalavgpool"),
        };
        let identity = Identity::new(word).word_if(self.keepdims, "keepdims");
        Ok(Resolved::map(output, kind, identity, Global(self.of)))
    }
}

#[derive(Debug)]
struct Global(Of);

impl Global {
    fn rust_type(&self) -> TokenStream {
        let kind = match self.0 {
            Of::Largest => format_ident!("GlobalMaxPool"),
            Of::Mean => format_ident!("GlobalAvgPool"),
        };
        quote!(castnet::#kind)
    }
}

impl Map for Global {
    fn reads(&self) -> Reads {
        self.0.reads()
    }

    fn takes_largest(&self) -> bool {
        self.0 == Of::Largest
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (kind, Places { input, output, .. }) = (self.rust_type(), at);
        quote!(#kind.forward(isa, #input, #output);)
    }

    fn backward(&self, at: &Places) -> Backward {
        self.0.backward(&self.rust_type(), at)
    }
}
