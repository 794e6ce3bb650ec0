//! Convolutions: sums over windows, computed directly on the images.
//!
//! Images lie row by row, channels first in memory; the weight lies as Keras has it, `(kernel rows, kernel columns, inputs per group,
//! outputs)`, outputs first in memory. Every output is its bias plus its products in the order (kernel row, kernel column, channel);
//! products with padding are left out. Tiles of positions and channels are computed side by side in registers, which changes no
//! sum.
mod gradients;
mod tiles;

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::window::{Axis, Window};
use crate::isa::{self, Isa};
use crate::scalar::Scalar;

pub use gradients::{backward_weight, sum_positions};
use tiles::{Cursor, Pairs, Rectangle, Start, Sum};

/// Values of the block of a weight that is copied to one place, so that it stays near: 16 KiB in single precision, on the stack.
const SCRATCH: usize = 4096;
/// Places of a window up to which two positions may share a vector, and the bias.
const PAIRED: usize = 64;
/// Positions that make a copy of the weight worth it.
const POSITIONS: usize = 256;
/// Values of images that stay near.
const NEAR: usize = 32 * 1024;

/// Whether a batch and its weight have the sizes of a window.
#[inline(always)]
fn fits<T>(window: &Window, weight: usize, inputs: &[T], outputs: &[T], samples: usize) -> bool {
    let fits = window.is_sound()
        && weight == window.places() * (window.input[2] / window.groups) * window.output[2]
        && samples.saturating_mul(window.input_len()) <= inputs.len()
        && samples.saturating_mul(window.output_len()) <= outputs.len();
    debug_assert!(fits, "values of the sizes of {window:?}");
    fits
}

/// `outputs = bias + weight * inputs`, for every window of every sample.
#[inline(always)]
pub fn forward<T: Scalar, I: Isa<T>>(
    isa: I,
    &window: &Window,
    weight: &[T],
    bias: Option<&[T]>,
    inputs: &[T],
    outputs: &mut [T],
) {
    let samples = outputs.len() / window.output_len().max(1);
    if !fits(&window, weight.len(), inputs, outputs, samples) {
        return;
    }
    let [_, columns, channels] = window.input;
    let [_, out_columns, units] = window.output;
    let (depth, per_group) = (channels / window.groups, units / window.groups);
    for group in 0..window.groups {
        let walk = Walk {
            y: window.axis(0),
            x: window.axis(1),
            samples,
            a: inputs.as_ptr().wrapping_add(group * depth),
            a_steps: [window.input_len(), columns * channels, channels],
            depth,
            c: outputs.as_mut_ptr().wrapping_add(group * per_group),
            c_steps: [window.output_len(), out_columns * units, units],
            columns: per_group,
            borrowed: PhantomData,
        };
        let weight = Weight { values: weight.as_ptr().wrapping_add(group * per_group), units, order: Order::AsItLies };
        let bias = bias.and_then(|bias| bias.get(group * per_group..)).filter(|bias| bias.len() >= per_group);
        // SAFETY: images and weight have the sizes of the window, and the channels of the group are within them.
        unsafe { walk.run(isa, weight, bias) };
    }
}

/// `grad_inputs = weightᵀ * grad_outputs`: every input gathers the outputs that have seen it, in the order (row, column, channel) of
/// these. With a bias: the forward pass of a transposed convolution.
#[inline(always)]
pub fn backward_input<T: Scalar, I: Isa<T>>(
    isa: I,
    &window: &Window,
    weight: &[T],
    bias: Option<&[T]>,
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let samples = grad_inputs.len() / window.input_len().max(1);
    if !fits(&window, weight.len(), grad_inputs, grad_outputs, samples) {
        return;
    }
    let [_, columns, channels] = window.input;
    let [_, out_columns, units] = window.output;
    let (per_group, depth) = (channels / window.groups, units / window.groups);
    for (down, right) in (0..window.stride[0]).flat_map(|down| (0..window.stride[1]).map(move |right| (down, right))) {
        // Inputs that are so many steps beyond a multiple of the stride are seen through the same places of the window, and
        // these make a window of their own that moves over the outputs by one.
        let (Some(y), Some(x)) = (Phase::of(&window.axis(0), down), Phase::of(&window.axis(1), right)) else {
            continue;
        };
        for group in 0..window.groups {
            let first = (y.first * columns + x.first) * channels + group * per_group;
            let walk = Walk {
                y: y.axis,
                x: x.axis,
                samples,
                a: grad_outputs.as_ptr().wrapping_add(group * depth),
                a_steps: [window.output_len(), out_columns * units, units],
                depth,
                c: grad_inputs.as_mut_ptr().wrapping_add(first),
                c_steps: [window.input_len(), window.stride[0] * columns * channels, window.stride[1] * channels],
                columns: per_group,
                borrowed: PhantomData,
            };
            let order = Order::Backwards { y: y.places, x: x.places, row: window.kernel[1], columns: per_group };
            let weight = Weight { values: weight.as_ptr().wrapping_add(group * depth), units, order };
            let bias = bias.and_then(|bias| bias.get(group * per_group..)).filter(|bias| bias.len() >= per_group);
            // SAFETY: as above; the inputs of a phase are within the images.
            unsafe { walk.run(isa, weight, bias) };
        }
    }
}

/// The inputs that are so many steps beyond a multiple of the stride, along one axis.
struct Phase {
    /// The first of them.
    first: usize,
    /// The window that they are for the outputs.
    axis: Axis,
    places: Places,
}

/// Every so many places of a window, from the last to the first.
#[derive(Clone, Copy)]
struct Places {
    last: usize,
    step: usize,
}

impl Phase {
    /// `None` if there is no such input.
    #[inline(never)]
    fn of(axis: &Axis, beyond: usize) -> Option<Self> {
        let Axis { count, size, taps, step: stride, padding, dilation } = *axis;
        // Input `i` lies at `i + padding` of the padded input.
        let padding = padding as usize;
        let first = (beyond + stride - padding % stride) % stride;
        if first >= size {
            return None;
        }
        // Input `first` is seen through place `k` at output `(first + padding - k * dilation) / stride`, if that comes out even.
        let step = stride / greatest_common_divisor(stride, dilation);
        let seen = (0..step.min(taps))
            .find(|place| (first + padding + place * (stride - dilation % stride)).is_multiple_of(stride));
        let taps_of_phase = seen.map_or(0, |place| (taps - place).div_ceil(step));
        let (place, dilation_of_phase) = (seen.unwrap_or(0), step * dilation / stride);
        let at = (first + padding) as isize - (place * dilation) as isize;
        let origin = if taps_of_phase == 0 { 0 } else { at / stride as isize };
        let reach = (taps_of_phase.max(1) - 1) * dilation_of_phase;
        Some(Self {
            first,
            axis: Axis {
                count: (size - first).div_ceil(stride),
                size: count,
                taps: taps_of_phase,
                step: 1,
                padding: reach as isize - origin,
                dilation: dilation_of_phase.max(1),
            },
            places: Places { last: place + taps_of_phase.max(1).wrapping_sub(1) * step, step },
        })
    }
}

const fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// A weight, of which a group is read.
#[derive(Clone, Copy)]
struct Weight<T> {
    /// From the first output of the group on.
    values: *const T,
    /// From one input to the next.
    units: usize,
    order: Order,
}

#[derive(Clone, Copy)]
enum Order {
    /// Depth are the places and inputs, columns the outputs.
    AsItLies,
    /// Depth are some of the places, backwards, and the outputs; columns the inputs.
    Backwards { y: Places, x: Places, row: usize, columns: usize },
}

impl<T: Scalar> Weight<T> {
    /// Where the values of a place of the walk's window begin, and the steps from one channel of the depth to the next, and from
    /// one column to the next.
    #[inline(always)]
    fn place(&self, taps: usize, depth: usize, y: usize, x: usize) -> (*const T, usize, usize) {
        match self.order {
            Order::AsItLies => (self.values.wrapping_add((y * taps + x) * depth * self.units), self.units, 1),
            Order::Backwards { y: rows, x: columns_of, row, columns } => {
                let place = (rows.last - y * rows.step) * row + columns_of.last - x * columns_of.step;
                (self.values.wrapping_add(place * columns * self.units), 1, self.units)
            }
        }
    }
}

/// A window that goes over images: for each of its positions, sums over its taps and over channels.
struct Walk<'a, T> {
    y: Axis,
    x: Axis,
    samples: usize,
    /// What it sees.
    a: *const T,
    /// From one sample, row, column to the next.
    a_steps: [usize; 3],
    /// Channels that it sees.
    depth: usize,
    /// What it writes: a place for the first position.
    c: *mut T,
    /// From one sample, row, column of positions to the next.
    c_steps: [usize; 3],
    /// Values at a position.
    columns: usize,
    borrowed: PhantomData<&'a mut T>,
}

impl<T: Scalar> Walk<'_, T> {
    /// Computes all positions.
    ///
    /// # Safety
    /// All that the window sees inside of the images, all that it writes, and the whole weight are there; the bias has a value for
    /// every column.
    #[inline(never)]
    unsafe fn run<I: Isa<T>>(self, isa: I, weight: Weight<T>, bias: Option<&[T]>) {
        // SAFETY: as asked for.
        unsafe {
            if const { !I::IN_VECTORS } {
                self.plain(isa, weight, bias);
            } else if const { I::Half::LANES < I::LANES }
                && self.columns <= I::Half::LANES
                && !(const { I::PAIRS } && self.has_pairs())
            {
                self.blocks(isa.half(), weight, bias);
            } else {
                self.blocks(isa, weight, bias);
            }
        }
    }

    /// Whether the window sees neighbours at two neighbouring positions: images of one channel. Then a vector may hold both.
    #[inline(always)]
    fn has_pairs(&self) -> bool {
        self.depth == 1 && self.a_steps[2] * self.x.step == 1 && self.y.taps * self.x.taps < PAIRED
    }

    /// Copies a small weight, and the bias before it, so that every value is there twice.
    ///
    /// # Safety
    /// As for [`run`](Self::run), for columns of at most half a vector; the scratch holds [`PAIRED`] rows of `lanes` values.
    unsafe fn copy_pairs(&self, weight: Weight<T>, bias: Option<&[T]>, scratch: *mut T, lanes: usize) {
        let taps = (0..self.y.taps).flat_map(|y| (0..self.x.taps).map(move |x| (y, x)));
        // SAFETY: a row for the bias and one for each tap are within the scratch, and all columns of a tap within the weight.
        unsafe {
            scratch.write_bytes(0, lanes * (1 + self.y.taps * self.x.taps));
            for (column, &value) in bias.unwrap_or_default().iter().take(self.columns).enumerate() {
                scratch.add(2 * column).cast::<[T; 2]>().write([value; 2]);
            }
            for (row, (y, x)) in (1..).zip(taps) {
                let (place, _, step) = weight.place(self.x.taps, 1, y, x);
                for column in 0..self.columns {
                    let value = place.add(column * step).read();
                    scratch.add(row * lanes + 2 * column).cast::<[T; 2]>().write([value; 2]);
                }
            }
        }
    }

    /// Position by position, four columns at a time in scalar registers.
    ///
    /// # Safety
    /// As for [`run`](Self::run).
    unsafe fn plain<I: Isa<T>>(&self, isa: I, weight: Weight<T>, bias: Option<&[T]>) {
        for sample in 0..self.samples {
            for row in 0..self.y.count {
                for column in 0..self.x.count {
                    let c = sample * self.c_steps[0] + row * self.c_steps[1] + column * self.c_steps[2];
                    let (c, a) = (self.c.wrapping_add(c), self.a.wrapping_add(sample * self.a_steps[0]));
                    let mut first = 0;
                    // SAFETY: as asked for; the columns of a block are there.
                    unsafe {
                        while first + 4 <= self.columns {
                            self.position::<I, 4>(isa, weight, bias, a, c, [row, column, first]);
                            first += 4;
                        }
                        while first < self.columns {
                            self.position::<I, 1>(isa, weight, bias, a, c, [row, column, first]);
                            first += 1;
                        }
                    }
                }
            }
        }
    }

    /// Some columns at a position.
    ///
    /// # Safety
    /// As for [`run`](Self::run).
    #[inline(always)]
    unsafe fn position<I: Isa<T>, const N: usize>(
        &self,
        isa: I,
        weight: Weight<T>,
        bias: Option<&[T]>,
        a: *const T,
        c: *mut T,
        [row, column, first]: [usize; 3],
    ) {
        let mut sums = [T::ZERO; N];
        for (sum, &bias) in sums.iter_mut().zip(bias.and_then(|bias| bias.get(first..)).unwrap_or_default()) {
            *sum = bias;
        }
        let (rows, columns) = (self.y.taps_at(row), self.x.taps_at(column));
        for y in rows.0..rows.1 {
            let a_row = (self.y.origin(row) + (y * self.y.dilation) as isize) * self.a_steps[1] as isize;
            for x in columns.0..columns.1 {
                let a_column = (self.x.origin(column) + (x * self.x.dilation) as isize) * self.a_steps[2] as isize;
                let a = a.wrapping_offset(a_row + a_column);
                let (place, channel_step, column_step) = weight.place(self.x.taps, self.depth, y, x);
                let place = place.wrapping_add(first * column_step);
                for channel in 0..self.depth {
                    // SAFETY: the tap is inside of the image, and the weight of the place is there.
                    unsafe {
                        let value = a.add(channel).read();
                        for (n, sum) in sums.iter_mut().enumerate() {
                            let weight = place.add(channel * channel_step + n * column_step).read();
                            *sum = isa.mul_add(weight, value, *sum);
                        }
                    }
                }
            }
        }
        for (n, sum) in sums.into_iter().enumerate() {
            // SAFETY: so many columns from the first are there.
            unsafe { c.add(first + n).write(sum) };
        }
    }

    /// Blocks of columns in vectors.
    ///
    /// # Safety
    /// As for [`run`](Self::run).
    #[inline(never)]
    unsafe fn blocks<I: Isa<T>>(&self, isa: I, weight: Weight<T>, bias: Option<&[T]>) {
        let (positions, depth) = (self.y.count * self.x.count, self.y.taps * self.x.taps * self.depth);
        if positions == 0 {
            return;
        }
        let has_pairs = const { I::PAIRS } && 2 * self.columns <= I::LANES && self.has_pairs();
        let all_pairs = has_pairs && self.x.count.is_multiple_of(2) && self.x.interior() == (0, self.x.count);
        // A small weight is near as it lies; of one that is only read in pairs, these are.
        let lies = all_pairs
            || matches!(weight.order, Order::AsItLies)
                && self.columns.is_multiple_of(I::LANES)
                && depth * weight.units <= SCRATCH;
        let near = NEAR / (self.a_steps[0] + self.c_steps[0]);
        let group = near.clamp(1, 8).max(if lies { 1 } else { POSITIONS / positions });
        let band =
            if lies || positions <= 2 * POSITIONS { self.y.count } else { (2 * POSITIONS / self.x.count).max(1) };
        let mut scratch = MaybeUninit::<[T; SCRATCH]>::uninit();
        let scratch = scratch.as_mut_ptr().cast::<T>();
        let mut pairs = None;
        let mut paired = MaybeUninit::<[T; PAIRED * isa::MOST_LANES]>::uninit();
        if has_pairs {
            let copy = paired.as_mut_ptr().cast::<T>();
            // SAFETY: as asked for.
            unsafe { self.copy_pairs(weight, bias, copy, I::LANES) };
            pairs = Some(copy.cast_const());
        }
        let zeros = [T::ZERO; 2 * isa::MOST_LANES];
        for sample in (0..self.samples).step_by(group) {
            let samples = (sample, (sample + group).min(self.samples));
            for row in (0..self.y.count).step_by(band) {
                let rows = (row, (row + band).min(self.y.count));
                let mut column = 0;
                while column < self.columns {
                    let rest = self.columns - column;
                    let start = Start::Row(bias.map_or(zeros.as_ptr(), |bias| bias.as_ptr().wrapping_add(column)));
                    // SAFETY: as asked for; so many columns are left, and the block of the weight fits into the scratch.
                    unsafe {
                        if rest > I::LANES {
                            let block = Block { column, columns: rest.min(2 * I::LANES), samples, rows, pairs };
                            self.block::<I, 2>(isa, weight, block, start, lies, scratch);
                        } else {
                            let block = Block { column, columns: rest, samples, rows, pairs };
                            self.block::<I, 1>(isa, weight, block, start, lies, scratch);
                        }
                    }
                    column += 2 * I::LANES;
                }
            }
        }
    }

    /// A block of columns, `V` vectors: in parts of the depth, of which the weight is copied to the scratch.
    ///
    /// # Safety
    /// As for [`run`](Self::run); the block is within the walk; the scratch has room for [`SCRATCH`] values.
    #[inline(never)]
    unsafe fn block<I: Isa<T>, const V: usize>(
        &self,
        isa: I,
        weight: Weight<T>,
        block: Block<T>,
        mut start: Start<T>,
        lies: bool,
        scratch: *mut T,
    ) {
        let width = V * I::LANES;
        let depth = self.y.taps * self.x.taps * self.depth;
        let last = block.columns - (V - 1) * I::LANES;
        let part = if lies { depth } else { SCRATCH / width };
        let mut first = 0;
        loop {
            let end = (first + part).min(depth);
            // SAFETY: the part is within the weight, and its copy within the scratch.
            unsafe {
                let (b, b_row) = if lies {
                    (weight.values.wrapping_add(block.column), weight.units)
                } else {
                    self.copy(weight, (first, end), &block, scratch, width);
                    (scratch.cast_const(), width)
                };
                self.rectangles::<I, V>(isa, &block, (first, end), b, b_row, start, last);
            }
            first = end;
            start = Start::Result;
            if first == depth {
                return;
            }
        }
    }

    /// Copies a part of the depth of a weight, row by row and so many values wide, zeros behind the columns of the block.
    ///
    /// # Safety
    /// The part is within the depth, the block within the columns; the scratch holds the part.
    #[inline(never)]
    unsafe fn copy(&self, weight: Weight<T>, part: (usize, usize), block: &Block<T>, scratch: *mut T, width: usize) {
        let mut row = part.0;
        while row < part.1 {
            let (tap, channel) = (row / self.depth, row % self.depth);
            let rows = (self.depth - channel).min(part.1 - row);
            let (place, channel_step, column_step) =
                weight.place(self.x.taps, self.depth, tap / self.x.taps, tap % self.x.taps);
            let from = place.wrapping_add(channel * channel_step + block.column * column_step);
            let to = scratch.wrapping_add((row - part.0) * width);
            // SAFETY: within the weight, and within the scratch.
            unsafe {
                if column_step == 1 {
                    for row in 0..rows {
                        let (from, to) = (from.add(row * channel_step), to.add(row * width));
                        core::ptr::copy_nonoverlapping(from, to, block.columns);
                        (block.columns..width).for_each(|column| to.add(column).write(T::ZERO));
                    }
                } else {
                    for column in 0..width {
                        for row in 0..rows {
                            let value = if column < block.columns {
                                from.add(column * column_step + row * channel_step).read()
                            } else {
                                T::ZERO
                            };
                            to.add(row * width + column).write(value);
                        }
                    }
                }
            }
            row += rows;
        }
    }

    /// All positions of a block: positions that see the same taps make a rectangle.
    ///
    /// # Safety
    /// As for [`block`](Self::block); `b` holds the part of the weight, rows of `V` vectors that are `b_row` apart.
    #[expect(clippy::too_many_arguments, reason = "a block of a walk and the block of its weight")]
    #[inline(never)]
    unsafe fn rectangles<I: Isa<T>, const V: usize>(
        &self,
        isa: I,
        block: &Block<T>,
        part: (usize, usize),
        b: *const T,
        b_row: usize,
        start: Start<T>,
        last: usize,
    ) {
        // Where channels of neighbouring columns are neighbours, a row of the window is one run of memory.
        let joined = self.x.dilation == 1 && self.depth == self.a_steps[2];
        let (runs, len) = if joined { (1, self.x.taps * self.depth) } else { (self.x.taps, self.depth) };
        let (inside_y, inside_x) = (self.y.interior(), self.x.interior());
        let mut row = block.rows.0;
        while row < block.rows.1 {
            let (rows_end, rows_of) = next(&self.y, inside_y, row, block.rows.1);
            let mut column = 0;
            while column < self.x.count {
                let (mut columns_end, columns_of) = next(&self.x, inside_x, column, self.x.count);
                let pairs = block.pairs.filter(|_| const { I::PAIRS && V == 1 } && columns_end - column > 1);
                if pairs.is_some() {
                    // Of an odd number of columns the last is a rectangle of its own.
                    columns_end -= (columns_end - column) % 2;
                }
                let sum = Sum {
                    rows: rows_of,
                    runs: if joined { (0, 1) } else { columns_of },
                    inside: if joined {
                        (columns_of.0 * self.depth, columns_of.1 * self.depth)
                    } else {
                        (0, self.depth)
                    },
                    runs_of_row: runs,
                    len,
                    row_step: self.y.dilation * self.a_steps[1],
                    run_step: self.x.dilation * self.a_steps[2],
                    part,
                    b: pairs.map_or(b, |pairs| pairs.wrapping_add(I::LANES)),
                    b_row: if pairs.is_some() { I::LANES } else { b_row },
                    start,
                    last,
                };
                let origin =
                    self.y.origin(row) * self.a_steps[1] as isize + self.x.origin(column) * self.a_steps[2] as isize;
                let c = row * self.c_steps[1] + column * self.c_steps[2] + block.samples.0 * self.c_steps[0];
                let counts = [rows_end - row, columns_end - column];
                let cursor = Cursor {
                    a: self.a.wrapping_offset(origin).wrapping_add(block.samples.0 * self.a_steps[0]),
                    c: self.c.wrapping_add(c + block.column),
                    a_steps: [self.a_steps[0], self.y.step * self.a_steps[1], self.x.step * self.a_steps[2]],
                    c_steps: self.c_steps,
                    counts,
                    at: [0, 0],
                    a_starts: [core::ptr::null(); 2],
                    c_starts: [core::ptr::null_mut(); 2],
                };
                let samples = block.samples.1 - block.samples.0;
                // SAFETY: the taps of the sum are inside of the image at all positions of the rectangle.
                unsafe {
                    if const { I::PAIRS && V == 1 }
                        && let Some(bias) = pairs
                    {
                        isa.apart(Pairs::new(&sum, bias, cursor, samples));
                    } else {
                        isa.apart(Rectangle::<T, V>::new(&sum, cursor.begin(), counts[0] * counts[1] * samples));
                    }
                }
                column = columns_end;
            }
            row = rows_end;
        }
    }
}

/// The positions from one on that see the same taps: where they end, and the taps.
#[inline(always)]
fn next(axis: &Axis, inside: (usize, usize), position: usize, end: usize) -> (usize, (usize, usize)) {
    if position >= inside.0 && position < inside.1 {
        (inside.1.min(end), (0, axis.taps))
    } else {
        (position + 1, axis.taps_at(position))
    }
}

/// A block of columns of some rows of some samples.
struct Block<T> {
    column: usize,
    columns: usize,
    samples: (usize, usize),
    rows: (usize, usize),
    /// The bias and then the weight, every value twice, if two positions fit into a vector.
    pairs: Option<*const T>,
}

#[cfg(test)]
mod tests;
