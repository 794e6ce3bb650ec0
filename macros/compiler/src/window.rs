//! Windows that move over images and sequences: the words for them, and all arithmetic of their shapes.
mod helps;

use std::fmt;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::errors::{Help, Message};
use crate::number::Number;
use crate::shape::{Shape, literal};
use crate::words::Words;

pub use helps::{example, example_of_window, no_image, sides_of};

/// The size, stride or dilation of a window: one number for both directions (or for time), or height x width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sizes {
    One(u64),
    Two(u64, u64),
}

impl Sizes {
    pub fn read(number: &Number, what: &str) -> Result<Self, Message> {
        let sizes = number.sizes(what)?;
        reasonable(&sizes, number, what)?;
        match sizes.as_slice() {
            [size] => Ok(Self::One(*size)),
            [height, width] => Ok(Self::Two(*height, *width)),
            sizes => {
                let first = sizes.first().copied().unwrap_or(1);
                let message =
                    format!("{what} is `{}`, which has {} sizes, but must have one or two", number.text(), sizes.len());
                Err((message, Help::write(first.to_string()).and(" for both directions, or height x width")).into())
            }
        }
    }

    /// The sizes in the text.
    pub fn list(self) -> Vec<u64> {
        match self {
            Self::One(size) => vec![size],
            Self::Two(height, width) => vec![height, width],
        }
    }

    /// The vertical and the horizontal size. A sequence has only the latter, so two sizes are an error.
    pub fn pair(self, what: &str, is_sequence: bool) -> Result<[u64; 2], Message> {
        match self {
            Self::One(size) if is_sequence => Ok([1, size]),
            Self::One(size) => Ok([size, size]),
            Self::Two(height, width) if is_sequence => {
                let message = format!("{what} is `{height}x{width}`, but a sequence has one direction");
                Err((message, self.in_one_direction("")).into())
            }
            Self::Two(height, width) => Ok([height, width]),
        }
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(size) => write!(f, "{size}"),
            Self::Two(height, width) => write!(f, "{height}x{width}"),
        }
    }
}

/// The padding around the input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Padding {
    /// No padding: a window stands only where it is inside of the input.
    #[default]
    Valid,
    /// As many zeros as a window for each position (or for each stride) needs. If the number is odd, there is one less in front.
    Same,
    /// All zeros in front: no window sees later time steps.
    Causal,
    /// These numbers of zeros.
    Explicit(Vec<u64>),
}

impl fmt::Display for Padding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => f.write_str("valid"),
            Self::Same => f.write_str("same"),
            Self::Causal => f.write_str("causal"),
            Self::Explicit(sizes) => {
                write!(f, "{PAD} {}", joined(sizes))
            }
        }
    }
}

/// The words about a window that a layer may take.
pub const STRIDE: &str = "stride";
pub const VALID: &str = "valid";
pub const SAME: &str = "same";
pub const CAUSAL: &str = "causal";
pub const PAD: &str = "pad";
pub const DILATION: &str = "dilation";

/// The words about a window.
#[derive(Clone, Debug)]
pub struct WindowWords {
    pub kernel: Sizes,
    pub stride: Option<Sizes>,
    pub padding: Option<Padding>,
    pub dilation: Option<Sizes>,
}

impl WindowWords {
    pub fn new(kernel: Sizes) -> Self {
        Self { kernel, stride: None, padding: None, dilation: None }
    }

    /// Reads the numbers after one of the words about windows; false for any other word. The layer checks before whether it takes
    /// the word.
    pub fn take(&mut self, name: &Ident, words: &mut Words<'_>) -> bool {
        match name.to_string().as_str() {
            STRIDE => {
                let stride = sizes(name, words, "the stride", "stride 2", &mut self.stride);
                self.stride = Some(stride);
            }
            DILATION => {
                let dilation = sizes(name, words, "the dilation", "dilation 2", &mut self.dilation);
                self.dilation = Some(dilation);
            }
            VALID => self.pad(name, None, Padding::Valid, words),
            SAME => self.pad(name, None, Padding::Same, words),
            CAUSAL => self.pad(name, None, Padding::Causal, words),
            PAD => {
                // No padding may be as large as the window.
                let example = if self.kernel.list().iter().any(|&size| size > 1) { "1" } else { "0" };
                if let Some((number, padding)) = pad(name, example, words) {
                    self.pad(name, Some(number), padding, words);
                }
            }
            _ => return false,
        }
        true
    }

    /// Sets the padding, which may be written once.
    fn pad(&mut self, name: &Ident, number: Option<&Number>, padding: Padding, words: &mut Words<'_>) {
        match &self.padding {
            Some(earlier) if *earlier != padding => {
                let help = Help::leave_out().of(&quote!(#name #number)).saying("leave one out");
                words.errors.at(name, (format!("`{name}` is a second padding, after `{earlier}`"), help));
            }
            Some(_) => words.twice(name, number),
            None => self.padding = Some(padding),
        }
    }

    /// The words that differ from the default, each behind a space: ` stride 2 same`.
    pub fn describe(&self) -> String {
        let with =
            |word: &str, sizes: &Option<Sizes>| sizes.map(|sizes| format!(" {word} {sizes}")).unwrap_or_default();
        let padding = match &self.padding {
            None | Some(Padding::Valid) => String::new(),
            Some(padding) => format!(" {padding}"),
        };
        format!("{}{padding}{}", with(STRIDE, &self.stride), with(DILATION, &self.dilation))
    }

    /// The window over an input. `default_stride` is the stride if the words have none.
    pub fn over(&self, keyword: &str, input: &Shape, default_stride: Sizes) -> Result<Geometry, Message> {
        let (size, is_sequence) = match *input.sizes() {
            [time, channels] => ([1, time, channels], true),
            [height, width, channels] => ([height, width, channels], false),
            _ => return Err(self.no_image(keyword, input, default_stride)),
        };
        self.check_directions(is_sequence)?;
        let kernel = self.kernel.pair("the window", is_sequence)?;
        let stride = self.stride.unwrap_or(default_stride).pair("the stride", is_sequence)?;
        let dilation = self.dilation.unwrap_or(Sizes::One(1)).pair("the dilation", is_sequence)?;
        let mut geometry =
            Geometry { input: size, output: [1, 1], kernel, stride, padding: [0, 0], dilation, is_sequence };
        let [top, bottom, left, right] = self.around(keyword, is_sequence)?;
        let [height, width, _] = size;
        let axes = [(height, top, bottom), (width, left, right)];
        let mut done = [(1, 0); 2];
        for (axis, ((size, before, after), (((kernel, stride), dilation), done))) in
            axes.into_iter().zip(kernel.into_iter().zip(stride).zip(dilation).zip(&mut done)).enumerate()
        {
            let window = (kernel - 1).saturating_mul(dilation).saturating_add(1);
            *done = match self.padding.clone().unwrap_or_default() {
                Padding::Same => {
                    let count = size.div_ceil(stride);
                    let covered = (count - 1).saturating_mul(stride).saturating_add(window);
                    (count, covered.saturating_sub(size) / 2)
                }
                Padding::Causal if axis == 1 => ((size - 1) / stride + 1, window - 1),
                _ => {
                    let padded = size.saturating_add(before).saturating_add(after);
                    if window > padded {
                        return Err(self.too_large(keyword, input, kernel, dilation));
                    }
                    if before >= window || after >= window {
                        let padding = self.padding.clone().unwrap_or_default();
                        let message = format!(
                            "the padding is `{padding}`, but must be smaller than the window, which covers {window}"
                        );
                        return Err((message, self.same().and(", or pad less")).into());
                    }
                    ((padded - window) / stride + 1, before)
                }
            };
        }
        let [(rows, top), (columns, left)] = done;
        geometry.output = [rows, columns];
        geometry.padding = [top, left];
        Ok(geometry)
    }

    /// The window of a transposed convolution: it moves over the output, and has a position for each position of the input. The sizes of
    /// the output are those of Keras.
    pub fn over_transposed(&self, keyword: &str, input: &Shape, outpad: Option<u64>) -> Result<Geometry, Message> {
        if input.rank() > 1 {
            self.check_directions(input.rank() == 2)?;
        }
        let one = Self { padding: Some(Padding::Same), stride: None, ..self.clone() };
        let mut geometry = one.over(keyword, input, Sizes::One(1))?;
        geometry.stride = self.stride.unwrap_or(Sizes::One(1)).pair("the stride", geometry.is_sequence)?;
        let [height, width, channels] = geometry.input;
        let is_same = self.padding == Some(Padding::Same);
        let mut sizes = [(height, 1, 1, 1), (width, 1, 1, 1)];
        for (((size, kernel), stride), dilation) in
            sizes.iter_mut().zip(geometry.kernel).zip(geometry.stride).zip(geometry.dilation)
        {
            (size.1, size.2, size.3) = (kernel, stride, dilation);
        }
        let mut found = [(1, 0); 2];
        for (axis, ((count, kernel, stride, dilation), found)) in sizes.into_iter().zip(&mut found).enumerate() {
            let window = (kernel - 1).saturating_mul(dilation).saturating_add(1);
            let covered = (count - 1).saturating_mul(stride).saturating_add(window);
            // A sequence has no rows to pad.
            let outpad = outpad.filter(|_| axis == 1 || !geometry.is_sequence);
            let size = match (outpad, is_same) {
                (None, true) => count.saturating_mul(stride),
                (None, false) => count.saturating_mul(stride).saturating_add(window.saturating_sub(stride)),
                (Some(outpad), _) if outpad >= stride => {
                    let help = Help::leave_out_words(format!("outpad {outpad}")).and(", or take a smaller one");
                    return Err((format!("`outpad {outpad}` is not smaller than the stride {stride}"), help).into());
                }
                (Some(outpad), true) => (covered + outpad).saturating_sub(window / 2 * 2),
                (Some(outpad), false) => covered + outpad,
            };
            if size == 0 {
                let help = Help::leave_out_words(format!("outpad {}", outpad.unwrap_or_default()));
                return Err((format!("`{keyword}` on {input} has an empty output"), help).into());
            }
            *found = (size, if is_same { covered.saturating_sub(size) / 2 } else { 0 });
        }
        let [(rows, top), (columns, left)] = found;
        geometry.output = [height, width];
        geometry.input = [rows, columns, channels];
        geometry.padding = [top, left];
        Ok(geometry)
    }

    /// Explicit padding: top, bottom, left, right.
    fn around(&self, keyword: &str, is_sequence: bool) -> Result<[u64; 4], Message> {
        match &self.padding {
            Some(Padding::Causal) if !is_sequence => {
                let message = format!("`causal` is for sequences, but what comes into this `{keyword}` is an image");
                Err((message, self.same().and(", or leave it out")).into())
            }
            Some(Padding::Explicit(sizes)) => match (sizes.as_slice(), is_sequence) {
                ([all], true) => Ok([0, 0, *all, *all]),
                ([before, after], true) => Ok([0, 0, *before, *after]),
                ([all], false) => Ok([*all; 4]),
                ([vertical, horizontal], false) => Ok([*vertical, *vertical, *horizontal, *horizontal]),
                ([top, bottom, left, right], false) => Ok([*top, *bottom, *left, *right]),
                (sizes, _) => {
                    let (sides, meaning) = sides_of(is_sequence);
                    let message = format!("`{PAD} {}` has {} sizes, but {sides}", joined(sizes), sizes.len());
                    Err((message, self.same().and(&format!("; {meaning}"))).into())
                }
            },
            _ => Ok([0; 4]),
        }
    }

    fn too_large(&self, keyword: &str, input: &Shape, kernel: u64, dilation: u64) -> Message {
        let dilated = if dilation > 1 {
            format!(
                " (with `dilation {dilation}`, a window of {kernel} covers {})",
                (kernel - 1).saturating_mul(dilation) + 1
            )
        } else {
            String::new()
        };
        let message = format!(
            "the window `{}` of `{keyword}` is larger than what comes in, which has the shape {input}{dilated}",
            self.kernel
        );
        (message, self.same().and(", or take a smaller window")).into()
    }
}

fn joined(sizes: &[u64]) -> String {
    sizes.iter().map(u64::to_string).collect::<Vec<_>>().join("x")
}

/// Reads the number after `stride` or `dilation`, which may be written once.
fn sizes(name: &Ident, words: &mut Words<'_>, what: &str, example: &str, earlier: &mut Option<Sizes>) -> Sizes {
    let number = words.number_of(name, example);
    if let (Some(earlier), Some(_)) = (*earlier, number) {
        words.twice(name, number);
        return earlier;
    }
    let sizes = number.and_then(|number| words.read(number, |number| Sizes::read(number, what)));
    sizes.unwrap_or(Sizes::One(1))
}

/// The largest size, stride, dilation and padding. With this limit, sums and products of sizes cannot overflow.
const MOST: u64 = 1 << 20;

fn reasonable(sizes: &[u64], number: &Number, what: &str) -> Result<(), Message> {
    match sizes.iter().find(|&&size| size > MOST) {
        Some(size) => Err(format!("{what} is `{}`, but {size} is more than the limit, {MOST}", number.text()).into()),
        None => Ok(()),
    }
}

/// Reads the number after `pad`.
fn pad<'a>(name: &Ident, example: &str, words: &mut Words<'a>) -> Option<(&'a Number, Padding)> {
    let missing = format!("`{name}` wants numbers");
    if words.is_next(&[SAME, VALID, CAUSAL]) {
        words.errors.at(name, (missing, Help::leave_out()));
        return None;
    }
    let such_as = format!("such as `pad {example}`, or top x bottom x left x right: `pad 1x0x1x0`");
    let number = words.expected(&quote!(#name), &missing, example, such_as)?;
    let sizes = words.read(number, |number| {
        let sizes = number.counts("the padding")?;
        reasonable(&sizes, number, "the padding")?;
        Ok(sizes)
    });
    Some((number, Padding::Explicit(sizes?)))
}

/// A window over an input, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Height (1 for a sequence), width, channels.
    pub input: [u64; 3],
    /// The numbers of rows and columns of positions of the window.
    pub output: [u64; 2],
    pub kernel: [u64; 2],
    pub stride: [u64; 2],
    /// The padding at the top and to the left.
    pub padding: [u64; 2],
    pub dilation: [u64; 2],
    pub is_sequence: bool,
}

impl Geometry {
    /// The shape with this many channels at each position of the window.
    pub fn shape(&self, channels: u64) -> Option<Shape> {
        let [rows, columns] = self.output;
        Shape::new(if self.is_sequence { vec![columns, channels] } else { vec![rows, columns, channels] })
    }

    /// The number of places of the window.
    pub fn places(&self) -> u64 {
        let [height, width] = self.kernel;
        height.saturating_mul(width)
    }

    /// The sizes of the window in the shape of a tensor: one size for a sequence.
    pub fn kernel_sizes(&self) -> Vec<u64> {
        let [height, width] = self.kernel;
        if self.is_sequence { vec![width] } else { vec![height, width] }
    }

    /// An expression of the runtime's type `Window`, with this many output channels.
    pub fn value(&self, castnet: &TokenStream, channels: u64, groups: u64) -> TokenStream {
        let [rows, columns] = self.output;
        let list = |sizes: &[u64]| {
            let sizes = sizes.iter().copied().map(literal);
            quote!([#(#sizes),*])
        };
        let (input, output, kernel) = (list(&self.input), list(&[rows, columns, channels]), list(&self.kernel));
        let with = |method: TokenStream, sizes: [u64; 2], default: u64| {
            let [down, right] = sizes.map(literal);
            if sizes == [default; 2] { TokenStream::new() } else { quote!(.#method(#down, #right)) }
        };
        let stride = with(quote!(stride), self.stride, 1);
        let padding = with(quote!(padding), self.padding, 0);
        let dilation = with(quote!(dilation), self.dilation, 1);
        let groups = if groups == 1 {
            TokenStream::new()
        } else {
            let groups = literal(groups);
            quote!(.groups(#groups))
        };
        quote!(#castnet::Window::new(#input, #output, #kernel) #stride #padding #dilation #groups)
    }
}
