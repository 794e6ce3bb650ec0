//! A border around an image: zeros that are added, or values that are cut off.
use core::ops::Range;

use crate::isa::Isa;
use crate::kernels::chunks::InChunks;
use crate::scalar::Scalar;

/// An inner image within an outer one. Sizes are height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Border {
    /// The size of the inner image.
    pub inner: [usize; 2],
    /// The size of the outer image.
    pub outer: [usize; 2],
    /// Rows above and columns left of the inner image.
    pub before: [usize; 2],
}

impl Border {
    /// Values of a sample: of the inner image, of the outer image.
    #[inline(always)]
    fn lens(&self, channels: usize) -> (usize, usize) {
        (self.inner[0] * self.inner[1] * channels, self.outer[0] * self.outer[1] * channels)
    }

    /// The indexes of each row of the inner image: in the inner image, in the outer image.
    #[inline(always)]
    fn rows(&self, channels: usize) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + use<> {
        let Self { inner, outer, before } = *self;
        let len = inner[1] * channels;
        (0..inner[0]).map(move |row| {
            let at = ((row + before[0]) * outer[1] + before[1]) * channels;
            (row * len..(row + 1) * len, at..at + len)
        })
    }
}

/// Copies the inner image into the outer one, with zeros around it.
#[inline(always)]
pub fn enlarge<T: Scalar, I: Isa<T>>(_isa: I, border: &Border, channels: usize, inner: &[T], outer: &mut [T]) {
    let (inner_len, outer_len) = border.lens(channels);
    outer.fill(T::ZERO);
    for (inner, outer) in inner.in_chunks(inner_len).zip(outer.in_chunks_mut(outer_len)) {
        border.rows(channels).for_each(|(from, to)| copy(inner.get(from), outer.get_mut(to)));
    }
}

/// Copies the inner image out of the outer one.
#[inline(always)]
pub fn cut_out<T: Scalar, I: Isa<T>>(_isa: I, border: &Border, channels: usize, outer: &[T], inner: &mut [T]) {
    let (inner_len, outer_len) = border.lens(channels);
    for (inner, outer) in inner.in_chunks_mut(inner_len).zip(outer.in_chunks(outer_len)) {
        border.rows(channels).for_each(|(to, from)| copy(outer.get(from), inner.get_mut(to)));
    }
}

#[inline(always)]
fn copy<T: Scalar>(from: Option<&[T]>, to: Option<&mut [T]>) {
    if let (Some(from), Some(to)) = (from, to) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
}
