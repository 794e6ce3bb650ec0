//! Helps for windows: the shapes that a window fits, and the words that make a window fit.
use super::{DILATION, SAME, STRIDE, Sizes, WindowWords};
use crate::errors::{Help, Message};
use crate::shape::Shape;

impl Sizes {
    /// The help for two sizes where there is one direction. They stand behind this word.
    pub(super) fn in_one_direction(self, word: &str) -> Help {
        let size = self.list().into_iter().max().unwrap_or(1);
        let words = |size: &str| if word.is_empty() { size.to_string() } else { format!("{word} {size}") };
        Help::write_for(words(&self.to_string()), words(&size.to_string()))
    }
}

impl WindowWords {
    /// The error of a layer with this window that gets a vector. Its help puts the first `reshape` before it whose shape the window fits;
    /// if it fits none, a `reshape` to a sequence, along which the window has one size.
    pub(super) fn no_image(&self, keyword: &str, input: &Shape, default_stride: Sizes) -> Message {
        let fits = |window: &Self, image: &Shape| window.over(keyword, image, default_stride).is_ok();
        let mut message = no_image(keyword, input, |image| fits(self, image));
        let along = self.along();
        let sequence = Shape::new(vec![input.len(), 1]).filter(|sequence| fits(&along, sequence));
        if let (Some(sequence), Some(help)) = (sequence, self.in_one_direction())
            && message.help.as_ref().is_some_and(|help| help.changes().is_empty())
        {
            let sentence = format!("put `reshape {sequence} =>` before it, and {}", help.sentence());
            message.help = Some(reshape_to(&sequence).with(help).saying(sentence));
        }
        message
    }

    /// The same window over a sequence.
    fn along(&self) -> Self {
        let largest = |sizes: Sizes| Sizes::One(sizes.list().into_iter().max().unwrap_or(1));
        Self {
            kernel: largest(self.kernel),
            stride: self.stride.map(largest),
            padding: self.padding.clone(),
            dilation: self.dilation.map(largest),
        }
    }

    /// The help that writes one size in the place of two, for all sizes; `None` if all are one size.
    fn in_one_direction(&self) -> Option<Help> {
        let named = [("", Some(self.kernel)), (STRIDE, self.stride), (DILATION, self.dilation)];
        let two =
            named.into_iter().filter_map(|(word, sizes)| Some((word, sizes.filter(|sizes| sizes.list().len() > 1)?)));
        let helps = two.map(|(word, sizes)| sizes.in_one_direction(word));
        helps.reduce(|first, second| {
            let sentence = second.sentence().replace("write ", " and ");
            first.with(second).and(&sentence)
        })
    }

    /// Refuses two sizes for a sequence, which has one direction.
    pub(super) fn check_directions(&self, is_sequence: bool) -> Result<(), Message> {
        let Some(help) = self.in_one_direction().filter(|_| is_sequence) else { return Ok(()) };
        let named = [("the window", Some(self.kernel)), ("the stride", self.stride), ("the dilation", self.dilation)];
        let wrong = named.into_iter().find_map(|(what, sizes)| sizes?.pair(what, true).err());
        wrong.map_or(Ok(()), |wrong| Err((wrong.text, help).into()))
    }

    /// The help that pads with `same`, under which every window fits.
    pub(super) fn same(&self) -> Help {
        match &self.padding {
            Some(padding) => Help::write_for(padding.to_string(), SAME),
            None => Help::after(SAME),
        }
    }
}

/// An image or a sequence with this many values, as an example for `reshape`: a square image if possible.
pub fn example(values: u64) -> Shape {
    let side = values.isqrt();
    let sizes = if side * side == values { vec![side, side, 1] } else { vec![values, 1] };
    Shape::new(sizes).unwrap_or_default()
}

/// Images and sequences with this many values: a square image, or the image that is nearest to a square, then a sequence.
fn images(values: u64) -> Vec<Shape> {
    let mut images = vec![example(values)];
    // A larger side would take long to find, and would be no example that anybody uses.
    let side = (2..=values.isqrt().min(1 << 16)).rev().find(|&side| values.is_multiple_of(side));
    images.extend(side.and_then(|side| Shape::new(vec![side, values / side, 1])));
    images.extend(Shape::new(vec![values, 1]));
    images
}

/// A window of at most this size in each direction for an input, as an example.
pub fn example_of_window(input: Option<&Shape>, size: u64) -> String {
    let fits = |sizes: &[u64]| sizes.iter().all(|&available| available >= size);
    match input.map(Shape::sizes) {
        Some(&[time, _]) => if fits(&[time]) { size } else { 1 }.to_string(),
        Some(&[height, width, _]) if !fits(&[height, width]) => "1x1".to_string(),
        _ => format!("{size}x{size}"),
    }
}

/// The error of a layer for images or sequences that gets a vector. The help puts the first `reshape` before it whose shape the layer
/// takes.
pub fn no_image(keyword: &str, input: &Shape, takes: impl Fn(&Shape) -> bool) -> Message {
    let help = images(input.len()).iter().find(|image| takes(image)).map(reshape_to);
    let help = help.unwrap_or_else(|| Help::prose("put `reshape` before it"));
    (format!("`{keyword}` takes an image (height x width x channels) or a sequence (time steps x features), but what comes in has the shape {input}"), help).into()
}

fn reshape_to(shape: &Shape) -> Help {
    Help::before_image(format!("reshape {shape} =>"))
}

/// The sides of a sequence or an image, and the meaning of one size, of two and of four.
pub fn sides_of(is_sequence: bool) -> (&'static str, &'static str) {
    match is_sequence {
        true => ("a sequence has two sides", "one size is for both sides, two are before x after"),
        false => (
            "an image has four sides",
            "one size is for all sides, two are vertical x horizontal, four are top x bottom x left x right",
        ),
    }
}
