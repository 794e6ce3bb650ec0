//! The words of all convolutions, and their passes once their sizes are known.
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Backward, Constant, Context, Life, Map, Need, ParameterGroup, Places, Purpose, Room, Rules, Tensor};
use crate::errors::{Help, Message};
use crate::number::Number;
use crate::options::Options;
use crate::shape::Shape;
use crate::size::Size;
use crate::window::{Geometry, Sizes, WindowWords, example_of_window};
use crate::words::Words;

/// The words behind the sizes of a convolution.
#[derive(Debug)]
pub struct Written {
    pub window: WindowWords,
    /// The number after the word that only this convolution takes.
    pub own: Option<u64>,
    pub options: Options,
}

/// Reads the number after the word that only one kind of convolution takes.
type ReadOwn = fn(&mut Option<u64>, &Ident, &mut Words<'_>);

impl Written {
    /// Reads all words that are left; none if there is no window.
    pub fn parse(words: &mut Words<'_>, kernel: Option<Sizes>, read_own: ReadOwn) -> Option<Self> {
        let mut window = WindowWords::new(kernel.unwrap_or(Sizes::One(1)));
        let mut own = None;
        let options = Options::parse(words, |name, words| {
            if !window.take(name, words) {
                read_own(&mut own, name, words);
            }
        });
        kernel?;
        Some(Self { window, own, options })
    }

    /// The word ` nobias`, if it was written.
    pub fn nobias(&self) -> &'static str {
        if self.options.has_bias() { "" } else { " nobias" }
    }

    /// The word that only this convolution takes, with its number; empty if the number is 1, the default.
    pub fn own(&self, word: &str) -> String {
        self.own.filter(|&number| number > 1).map(|number| format!(" {word} {number}")).unwrap_or_default()
    }
}

/// Reads the size after a word that may stand once.
pub fn number_of(value: &mut Option<u64>, name: &Ident, words: &mut Words<'_>, example: &str) {
    read_number(value, name, words, example, |number, what| number.size(what));
}

/// As [`number_of`], but the number may be zero.
pub fn count_of(value: &mut Option<u64>, name: &Ident, words: &mut Words<'_>, example: &str) {
    read_number(value, name, words, example, |number, what| match *number.counts(what)? {
        [count] => Ok(count),
        _ => number.size(what),
    });
}

fn read_number(
    value: &mut Option<u64>,
    name: &Ident,
    words: &mut Words<'_>,
    example: &str,
    read: impl Fn(&Number, &str) -> Result<u64, Message>,
) {
    let Some(number) = words.number_of(name, example) else { return };
    let what = format!("the number after `{name}`");
    let read = words.read(number, |number| read(number, &what));
    if value.replace(read.unwrap_or(1)).is_some() {
        words.twice(name, Some(number));
    }
}

/// The number of filters and the size of the window. Each is `None` if it is wrong; `None` is returned if both are missing. `more` are
/// the words behind them in an example.
pub fn filters_and_kernel(words: &mut Words<'_>, more: &str) -> Option<(Option<u64>, Option<Sizes>)> {
    let keyword = words.keyword;
    let example = format!("32 {}{more}", example_of_window(words.input.as_ref(), 3));
    let missing = format!("`{keyword}` wants the number of its filters and the size of its window");
    let Some(number) = words.required_number(&missing, &example) else {
        // The window behind a wrong number of filters is read.
        let written = words.replaced.take()?;
        return Some((None, kernel(words, &quote!(#keyword #written), more)));
    };
    if words.had_list {
        return Some((None, None));
    }
    if number.text().contains('x')
        && let Some(filters) = words.number()
    {
        let message = format!("the window `{number}` stands before the number of filters", number = number.text());
        let swapped = Help::write(format!("{} {}", filters.text(), number.text()));
        words.errors.at(quote!(#number #filters), (message, swapped));
        return Some((None, None));
    }
    let filters = words.read(number, |number| number.size("the number of filters"));
    Some((filters, kernel(words, &quote!(#keyword #number), more)))
}

/// The size of the window, behind the tokens `written`.
pub fn kernel(words: &mut Words<'_>, written: &TokenStream, more: &str) -> Option<Sizes> {
    let example = example_of_window(words.input.as_ref(), 3);
    let missing = format!("`{written}` wants the size of its window");
    let number = words.expected(written, &missing, &example, format!("such as `{written} {example}{more}`"))?;
    words.read(number, |number| Sizes::read(number, "the window"))
}

/// Refuses a stride together with a dilation, as Keras does.
pub fn stride_or_dilation(window: &WindowWords, geometry: &Geometry) -> Result<(), Message> {
    let beyond_one = |sizes: [u64; 2]| sizes.into_iter().find(|&size| size > 1);
    match (beyond_one(geometry.stride), beyond_one(geometry.dilation)) {
        (Some(stride), Some(dilation)) => {
            let written = window.dilation.map_or_else(|| dilation.to_string(), |dilation| dilation.to_string());
            let help = Help::leave_out_words(format!("dilation {written}")).and(", or the stride");
            Err((format!("`stride {stride}` and `dilation {dilation}` do not go together"), help).into())
        }
        _ => Ok(()),
    }
}

/// The output, unless the weight or the output is too large for any machine.
pub fn may_exist(written: &str, weight: &[u64], output: Option<Shape>) -> Result<Shape, String> {
    let too_large = || format!("`{written}` is larger than any machine can hold");
    Shape::new(weight.to_vec()).ok_or_else(too_large)?;
    output.ok_or_else(too_large)
}

/// The shape of a weight: the sizes of the window, then these.
pub fn weight(geometry: &Geometry, sizes: [u64; 2]) -> Vec<u64> {
    geometry.kernel_sizes().into_iter().chain(sizes).collect()
}

/// A convolution whose sizes are known.
#[derive(Debug)]
pub struct Convolution {
    /// The name of its type in castnet, and the const parameters of the type.
    pub name: &'static str,
    pub sizes: Vec<u64>,
    pub description: String,
    /// The weights; the last is regularized.
    pub weights: Vec<Tensor>,
    /// The number of biases.
    pub filters: u64,
    pub geometry: Geometry,
    /// The output channels of the window, and the number of groups.
    pub channels: u64,
    pub groups: u64,
    pub macs: u64,
    /// The output of the first of two weights, for a separable convolution.
    pub between: Option<Shape>,
    pub options: Options,
}

impl Convolution {
    /// The memory of [`between`](Self::between) as an argument, if there is one.
    fn between(&self, at: &Places) -> Option<TokenStream> {
        let between = &at.need;
        self.between.as_ref().map(|_| quote!(#between,))
    }
}

impl Map for Convolution {
    fn parameters(&self, network: &Context<'_>) -> Vec<ParameterGroup> {
        let Self { name, sizes, description, weights, filters, .. } = self;
        vec![self.options.group(network, name, sizes, description.clone(), weights, vec![*filters])]
    }

    fn macs(&self) -> Size {
        Size::known(self.macs)
    }

    fn constant(&self, network: &Context<'_>) -> Option<Constant> {
        let castnet = network.castnet;
        let value = self.geometry.value(castnet, self.channels, self.groups);
        Some(Constant { rust_type: quote!(#castnet::Window), value })
    }

    fn need(&self, purpose: Purpose) -> Option<Need> {
        let room = Room::Shape(self.between.clone().filter(|_| purpose == Purpose::Training)?);
        Some(Need { room, life: Life::ForwardToBackward })
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let (field, initializer, constant) = (at.field(""), self.options.initializer(), &at.constant);
        Some(quote!(#field.init(&#constant, #initializer, rng);))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, constant, .. }) = (at.field(""), at);
        quote!(#field.forward(isa, &#constant, #input, #output);)
    }

    fn forward_training(&self, at: &Places) -> TokenStream {
        let Some(between) = self.between(at) else { return self.forward(at) };
        let (field, Places { input, output, constant, .. }) = (at.field(""), at);
        quote!(#field.forward_training(isa, &#constant, #input, #between #output);)
    }

    fn backward(&self, at: &Places) -> Backward {
        let (field, gradient, between) = (at.field(""), at.gradient(""), self.between(at));
        let Places { input, grad_output, grad_input, constant, .. } = at;
        Backward::Apart {
            parameters: Some(
                quote!(#field.backward_parameters(isa, &#constant, #input, #between #grad_output, &mut #gradient);),
            ),
            input: quote!(#field.backward_input(isa, &#constant, #grad_output, #grad_input);),
        }
    }

    fn rules(&self, at: &Places) -> Rules {
        self.weights.last().map(|weight| self.options.rules(at, weight.name)).unwrap_or_default()
    }
}
