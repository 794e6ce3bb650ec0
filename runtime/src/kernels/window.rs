//! The geometry of a window that moves over an image.

/// The geometry of a convolution or a pooling: how a window moves over an image or, with a height of 1, over a
/// sequence. Sizes and steps are in the order height, width, channels.
///
/// Position `o` of the output sees position `o * stride - padding + k * dilation` of the input through tap `k` of the
/// window (a place of its kernel); positions outside of the input are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Height, width and channels of the input.
    pub input: [usize; 3],
    /// Height, width and channels of the output.
    pub output: [usize; 3],
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// The steps from one position of the window to the next, down and to the right.
    pub stride: [usize; 2],
    /// Positions above and to the left of the input that the first window covers. The padding below and to the right
    /// follows from the sizes.
    pub padding: [usize; 2],
    /// The steps from one tap of the window to the next, down and to the right.
    pub dilation: [usize; 2],
    /// The number of groups of channels: an output channel sees only the input channels of its group.
    pub groups: usize,
}

impl Window {
    /// A window with a stride and a dilation of 1, without padding, in one group.
    pub const fn new(input: [usize; 3], output: [usize; 3], kernel: [usize; 2]) -> Self {
        Self { input, output, kernel, stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 }
    }

    /// The same window with another stride.
    pub const fn stride(self, down: usize, right: usize) -> Self {
        Self { stride: [down, right], ..self }
    }

    /// The same window with another padding above and to the left.
    pub const fn padding(self, top: usize, left: usize) -> Self {
        Self { padding: [top, left], ..self }
    }

    /// The same window with another dilation.
    pub const fn dilation(self, down: usize, right: usize) -> Self {
        Self { dilation: [down, right], ..self }
    }

    /// The same window with the channels in groups.
    pub const fn groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    /// The number of values of a sample of the input.
    #[inline(always)]
    pub const fn input_len(&self) -> usize {
        self.input[0].saturating_mul(self.input[1]).saturating_mul(self.input[2])
    }

    /// The number of values of a sample of the output.
    #[inline(always)]
    pub const fn output_len(&self) -> usize {
        self.output[0].saturating_mul(self.output[1]).saturating_mul(self.output[2])
    }

    /// The number of taps of the window.
    #[inline(always)]
    pub const fn places(&self) -> usize {
        self.kernel[0].saturating_mul(self.kernel[1])
    }

    /// Whether each position of the output sees the same position of the input and no other, and all of its channels.
    #[inline(always)]
    pub const fn is_pointwise(&self) -> bool {
        self.kernel[0] * self.kernel[1] == 1
            && self.stride[0] * self.stride[1] == 1
            && self.padding[0] + self.padding[1] == 0
            && self.groups == 1
            && self.input[0] == self.output[0]
            && self.input[1] == self.output[1]
    }

    /// Multiply-adds of one sample, if every output sees all taps and the channels of its group.
    #[inline(always)]
    pub(crate) const fn work(&self) -> usize {
        self.output_len().saturating_mul(self.places()).saturating_mul(self.input[2]) / least_one(self.groups)
    }

    /// Whether sizes and steps make a valid window, so that every index computed from them is within the sizes of input
    /// and output.
    #[inline(always)]
    pub(crate) fn is_sound(&self) -> bool {
        let Self { input, output, kernel, stride, padding, dilation, groups } = *self;
        let sizes = input.into_iter().chain(output).chain(kernel).chain(stride).chain(dilation).chain([groups]);
        let reaches = |axis: usize| {
            let window = (kernel[axis] - 1).saturating_mul(dilation[axis]);
            let last = (output[axis] - 1).saturating_mul(stride[axis]);
            window <= MOST && padding[axis] <= window && last <= input[axis].saturating_add(window)
        };
        sizes.into_iter().all(|size| size > 0 && size <= MOST)
            && input[2].is_multiple_of(groups)
            && output[2].is_multiple_of(groups)
            && reaches(0)
            && reaches(1)
    }

    /// The window along one axis: down (0) or to the right (1).
    #[inline(always)]
    pub(crate) const fn axis(&self, axis: usize) -> Axis {
        let (input, output, kernel) = if axis == 0 {
            (self.input[0], self.output[0], self.kernel[0])
        } else {
            (self.input[1], self.output[1], self.kernel[1])
        };
        let (stride, padding, dilation) = if axis == 0 {
            (self.stride[0], self.padding[0], self.dilation[0])
        } else {
            (self.stride[1], self.padding[1], self.dilation[1])
        };
        Axis { count: output, size: input, taps: kernel, step: stride, padding: padding as isize, dilation }
    }
}

/// The largest size: sums of a few sizes still fit into signed integers.
const MOST: usize = usize::MAX >> 4;

/// A window along one axis: position `p` sees `p * step - padding + tap * dilation`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    /// Positions of the window.
    pub count: usize,
    /// Positions of the image that the window moves over.
    pub size: usize,
    pub taps: usize,
    pub step: usize,
    pub padding: isize,
    pub dilation: usize,
}

impl Axis {
    /// The index of the first tap at a position; negative in the padding.
    #[inline(always)]
    pub const fn origin(&self, position: usize) -> isize {
        (position * self.step) as isize - self.padding
    }

    /// The taps that are inside of the image at a position: the first, and their end.
    #[inline(always)]
    pub fn taps_at(&self, position: usize) -> (usize, usize) {
        let origin = self.origin(position);
        let before = |end: isize| if end <= 0 { 0 } else { divide_up(end as usize, self.dilation) };
        let first = before(-origin);
        (first, before(self.size as isize - origin).min(self.taps).max(first))
    }

    /// The positions at which a tap is inside of the image: the first, and their end.
    #[inline(always)]
    pub fn positions_of(&self, tap: usize) -> (usize, usize) {
        let offset = (tap * self.dilation) as isize - self.padding;
        let before = |end: isize| if end <= 0 { 0 } else { divide_up(end as usize, self.step) };
        let first = before(-offset).min(self.count);
        (first, before(self.size as isize - offset).min(self.count).max(first))
    }

    /// The position at which a tap sees the index `place` of the input.
    #[inline(always)]
    pub fn seen_from(&self, place: usize, tap: usize) -> Option<usize> {
        let offset = place as isize + self.padding - (tap * self.dilation) as isize;
        let offset = usize::try_from(offset).ok()?;
        let position = if self.step <= 1 { offset } else { offset / self.step };
        (position < self.count && position * self.step == offset).then_some(position)
    }

    /// The positions at which all taps are inside of the image: the first, and their end.
    #[inline(always)]
    pub fn interior(&self) -> (usize, usize) {
        let first = if self.padding <= 0 { 0 } else { divide_up(self.padding as usize, self.step) };
        let reach = (self.taps.max(1) - 1) * self.dilation;
        let last = self.size as isize + self.padding - reach as isize;
        let end = if last <= 0 { 0 } else { divide_up(last as usize, self.step) };
        let first = first.min(self.count);
        (first, end.min(self.count).max(first))
    }
}

/// Divides and rounds up. Divisions are slow, and most divisors are 1.
#[inline(always)]
fn divide_up(value: usize, by: usize) -> usize {
    if by <= 1 { value } else { value.div_ceil(by) }
}

/// The size as a divisor: 1 in place of 0. (Kernels refuse windows with a size of 0.)
///
/// Compared with 1 and not with 0: of a quotient, the compiler turns the comparison with 0 into one of dividend and divisor, and then no
/// longer knows that the result is not 0.
#[inline(always)]
pub(crate) const fn least_one(size: usize) -> usize {
    if size > 1 { size } else { 1 }
}
