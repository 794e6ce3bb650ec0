//! `maxpool 2x2`, `avgpool 2x2`, `globalavgpool`, `globalmaxpool`: one value for each channel of a window, or of all.
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{Constant, Context, Layer, Map, Operation, Parsed, Places, Reads};
use crate::shape::Shape;
use crate::window::{SAME, STRIDE, Sizes, VALID, WindowWords};
use crate::words::Words;

/// What stands for the values of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Largest,
    Mean,
}

impl Of {
    fn new(keyword: &Ident) -> Self {
        if keyword.to_string().contains("max") { Self::Largest } else { Self::Mean }
    }

    /// What the backward pass has to know again to find the largest value.
    fn reads(self) -> Reads {
        Reads { input: self == Self::Largest, ..Reads::default() }
    }

    /// The arguments of the backward pass.
    fn gradients(self, at: &Places) -> TokenStream {
        let Places { input, grad_output, grad_input, .. } = at;
        match self {
            Self::Largest => quote!(isa, #input, #grad_output, #grad_input),
            Self::Mean => quote!(isa, #grad_output, #grad_input),
        }
    }
}

/// A window that moves.
#[derive(Debug)]
struct Pool {
    of: Of,
    keyword: String,
    window: WindowWords,
}

/// A window over all positions.
#[derive(Debug)]
struct Global {
    of: Of,
    keyword: String,
    keepdims: bool,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let (of, keyword) = (Of::new(words.keyword), words.keyword.to_string());
    if keyword.starts_with("global") {
        let mut keepdims = false;
        words.options(&["keepdims"], |_, _| keepdims = true);
        return Some(Parsed { layer: Box::new(Global { of, keyword, keepdims }), activation: None });
    }
    let number =
        words.required_number(&format!("`{keyword}` wants the size of its window\nhelp: such as `{keyword} 2x2`"));
    let kernel = number.and_then(|number| words.read(number, |number| Sizes::read(number, "the window")));
    let mut window = WindowWords::new(kernel.unwrap_or(Sizes::One(1)));
    words.options(&[STRIDE, SAME, VALID], |name, words| {
        window.take(name, words);
    });
    kernel?;
    Some(Parsed { layer: Box::new(Pool { of, keyword, window }), activation: None })
}

impl Layer for Pool {
    fn kind(&self) -> &'static str {
        match self.of {
            Of::Largest => "MaxPooling",
            Of::Mean => "AveragePooling",
        }
    }

    fn describe(&self) -> String {
        format!("{} {}{}", self.keyword, self.window.kernel, self.window.describe())
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let geometry = self.window.over(&self.keyword, input, self.window.kernel)?;
        geometry
            .shape(input.channels())
            .ok_or_else(|| format!("`{}` of {input} gives more values than any machine can hold", self.describe()))
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }
}

impl Map for Pool {
    fn constant(&self, layer: &Context<'_>) -> Option<Constant> {
        let Context { input, castnet, .. } = layer;
        let geometry = self.window.over(&self.keyword, input, self.window.kernel).ok()?;
        let kind = match self.of {
            Of::Largest => quote!(#castnet::MaxPool),
            Of::Mean => quote!(#castnet::AvgPool),
        };
        let window = geometry.value(castnet, input.channels(), 1);
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

    fn backward_input(&self, at: &Places) -> TokenStream {
        let (constant, gradients) = (&at.constant, self.of.gradients(at));
        quote!(#constant.backward_input(#gradients);)
    }
}

impl Global {
    fn rust_type(&self) -> TokenStream {
        let kind = match self.of {
            Of::Largest => format_ident!("GlobalMaxPool"),
            Of::Mean => format_ident!("GlobalAvgPool"),
        };
        quote!(castnet::#kind)
    }
}

impl Layer for Global {
    fn kind(&self) -> &'static str {
        match self.of {
            Of::Largest => "GlobalMaxPooling",
            Of::Mean => "GlobalAveragePooling",
        }
    }

    fn describe(&self) -> String {
        let keepdims = if self.keepdims { " keepdims" } else { "" };
        format!("{}{keepdims}", self.keyword)
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let keyword = &self.keyword;
        if input.rank() == 1 {
            return Err(format!(
                "`{keyword}` takes an image (height x width x channels) or a sequence (time steps x features), but what comes in has the shape {input}\nhelp: leave it out, as a vector is one position"
            ));
        }
        let positions = if self.keepdims { input.rank() - 1 } else { 0 };
        let sizes = std::iter::repeat_n(1, positions).chain([input.channels()]).collect();
        Shape::new(sizes).ok_or_else(|| format!("`{keyword}` of {input} gives more values than any machine can hold"))
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }
}

impl Map for Global {
    fn reads(&self) -> Reads {
        self.of.reads()
    }

    fn takes_largest(&self) -> bool {
        self.of == Of::Largest
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (kind, Places { input, output, .. }) = (self.rust_type(), at);
        quote!(#kind.forward(isa, #input, #output);)
    }

    fn backward_input(&self, at: &Places) -> TokenStream {
        let (kind, gradients) = (self.rust_type(), self.of.gradients(at));
        quote!(#kind.backward_input(#gradients);)
    }
}
