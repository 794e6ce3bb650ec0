//! The geometry of a window that moves over an image.

/// How a window moves over an image or, with a height of 1, over a sequence: what a convolution or a pooling is, sizes and steps
/// in the order height, width, channels.
///
/// Position `o` of the output sees position `o * stride - padding + k * dilation` of the input through place `k` of the window; what
/// is outside of the input is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Height, width and channels of what comes in.
    pub input: [usize; 3],
    /// Height, width and channels of what goes out.
    pub output: [usize; 3],
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// From one position of the window to the next.
    pub stride: [usize; 2],
    /// Positions above and to the left of the input that the first window covers. What is below and to the right follows.
    pub padding: [usize; 2],
    /// From one place of the window to the next.
    pub dilation: [usize; 2],
    /// Parts of the channels that see nothing of each other.
    pub groups: usize,
}

impl Window {
    /// A window that moves by one, without padding.
    pub const fn new(input: [usize; 3], output: [usize; 3], kernel: [usize; 2]) -> Self {
        Self { input, output, kernel, stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 }
    }

    /// With another stride.
    pub const fn stride(self, down: usize, right: usize) -> Self {
        Self { stride: [down, right], ..self }
    }

    /// With so much padding above and to the left.
    pub const fn padding(self, top: usize, left: usize) -> Self {
        Self { padding: [top, left], ..self }
    }

    /// With holes in the window.
    pub const fn dilation(self, down: usize, right: usize) -> Self {
        Self { dilation: [down, right], ..self }
    }

    /// With the channels in groups.
    pub const fn groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    /// The values of a sample that comes in.
    #[inline(always)]
    pub const fn input_len(&self) -> usize {
        self.input[0].saturating_mul(self.input[1]).saturating_mul(self.input[2])
    }

    /// The values of a sample that goes out.
    #[inline(always)]
    pub const fn output_len(&self) -> usize {
        self.output[0].saturating_mul(self.output[1]).saturating_mul(self.output[2])
    }

    /// How many places the window has.
    #[inline(always)]
    pub const fn places(&self) -> usize {
        self.kernel[0].saturating_mul(self.kernel[1])
    }

    /// Whether each position of the output sees the position of the input that it stands on and no other.
    #[inline(always)]
    pub const fn is_pointwise(&self) -> bool {
        self.kernel[0] * self.kernel[1] == 1
            && self.stride[0] * self.stride[1] == 1
            && self.padding[0] + self.padding[1] == 0
            && self.groups == 1
            && self.input[0] == self.output[0]
            && self.input[1] == self.output[1]
    }

    /// Multiply-adds of one sample, if every output sees all places and the channels of its group.
    #[inline(always)]
    pub(crate) const fn work(&self) -> usize {
        self.output_len().saturating_mul(self.places()).saturating_mul(self.input[2]) / least_one(self.groups)
    }

    /// Whether the numbers are those of a window: what is computed from them stays within what they say.
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
            && input[2] % groups == 0
            && output[2] % groups == 0
            && reaches(0)
            && reaches(1)
    }

    /// How the window moves down (0) or to the right (1).
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

/// Sizes up to here can be added and taken as signed numbers.
const MOST: usize = usize::MAX >> 4;

/// A window along one axis: position `p` sees `p * step - padding + tap * dilation`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    /// Positions of the window.
    pub count: usize,
    /// Positions of what it sees.
    pub size: usize,
    pub taps: usize,
    pub step: usize,
    pub padding: isize,
    pub dilation: usize,
}

impl Axis {
    /// Where the first tap at a position is.
    #[inline(always)]
    pub const fn origin(&self, position: usize) -> isize {
        (position * self.step) as isize - self.padding
    }

    /// The taps that are inside at a position.
    #[inline(always)]
    pub fn taps_at(&self, position: usize) -> (usize, usize) {
        let origin = self.origin(position);
        let before = |end: isize| if end <= 0 { 0 } else { divide_up(end as usize, self.dilation) };
        let first = before(-origin);
        (first, before(self.size as isize - origin).min(self.taps).max(first))
    }

    /// The positions at which a tap is inside.
    #[inline(always)]
    pub fn positions_of(&self, tap: usize) -> (usize, usize) {
        let offset = (tap * self.dilation) as isize - self.padding;
        let before = |end: isize| if end <= 0 { 0 } else { divide_up(end as usize, self.step) };
        let first = before(-offset).min(self.count);
        (first, before(self.size as isize - offset).min(self.count).max(first))
    }

    /// The position whose tap sees a place of the input.
    #[inline(always)]
    pub fn seen_from(&self, place: usize, tap: usize) -> Option<usize> {
        let offset = place as isize + self.padding - (tap * self.dilation) as isize;
        let offset = usize::try_from(offset).ok()?;
        let position = if self.step == 1 { offset } else { offset / self.step };
        (position < self.count && position * self.step == offset).then_some(position)
    }

    /// The positions at which all taps are inside.
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

/// Divisions are slow, and by 1 most often.
#[inline(always)]
fn divide_up(value: usize, by: usize) -> usize {
    if by == 1 { value } else { value.div_ceil(by) }
}

/// A number that can be divided by; a window with a 0 is refused by the kernels.
pub(crate) const fn least_one(size: usize) -> usize {
    if size == 0 { 1 } else { size }
}
