//! Convolutions: sums over windows, computed directly on the images.
//!
//! Images lie row by row, channels first in memory; the weight lies as Keras has it, `(kernel rows, kernel columns, inputs per group,
//! outputs)`, outputs first in memory. Every output is its bias plus its products in the order (kernel row, kernel column, channel);
//! products with padding are left out. Tiles of positions and channels are computed side by side in registers, which changes no
//! sum.
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::dense::HAS_VECTORS;
use crate::Scalar;
use crate::isa::{self, Isa, Task};
use crate::layers::{Axis, Window};

/// Values of the block of a weight that is copied to one place, so that it stays near: 16 KiB in single precision, on the stack.
const SCRATCH: usize = 4096;
/// Products of a sum that is computed without loops over the rows of its window.
const SHORT: usize = 32;
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

/// What a sum begins with.
#[derive(Clone, Copy)]
enum Start<T> {
    /// The same values at every position.
    Row(*const T),
    /// What stands there.
    Result,
}

/// The sums of some positions: over rows of the window, over runs of memory in a row, over what is inside of a run.
struct Sum<T> {
    rows: (usize, usize),
    runs: (usize, usize),
    inside: (usize, usize),
    runs_of_row: usize,
    /// Values of a run.
    len: usize,
    row_step: usize,
    run_step: usize,
    /// The part of the depth that is summed.
    part: (usize, usize),
    b: *const T,
    b_row: usize,
    start: Start<T>,
    /// Lanes of the last vector.
    last: usize,
}

impl<T> Sum<T> {
    /// Calls `visit` for every run: how far its first value is from the first that the window sees, how far the weights are, and how
    /// many there are.
    #[inline(always)]
    fn each_run(&self, mut visit: impl FnMut(usize, usize, usize)) {
        for row in self.rows.0..self.rows.1 {
            for run in self.runs.0..self.runs.1 {
                let first = (row * self.runs_of_row + run) * self.len;
                let from = (first + self.inside.0).max(self.part.0);
                let to = (first + self.inside.1).min(self.part.1);
                if from < to {
                    let at = row * self.row_step + run * self.run_step + (from - first);
                    visit(at, (from - self.part.0) * self.b_row, to - from);
                }
            }
        }
    }

    /// A short sum, value by value: loops of a few steps cost more than their steps. Nothing if it is too long for the list.
    #[inline(always)]
    fn places<'a>(&self, list: &'a mut [(usize, usize)]) -> &'a [(usize, usize)] {
        let depth = (self.rows.1 - self.rows.0) * (self.runs.1 - self.runs.0) * (self.inside.1 - self.inside.0);
        let mut count = 0;
        if depth <= list.len() {
            self.each_run(|at, b, len| {
                for i in 0..len {
                    if let Some(place) = list.get_mut(count) {
                        *place = (at + i, b + i * self.b_row);
                        count += 1;
                    }
                }
            });
        }
        list.get(..count).unwrap_or_default()
    }
}

/// Goes over the positions of a rectangle: by columns, rows and samples.
struct Cursor<T> {
    a: *const T,
    c: *mut T,
    a_steps: [usize; 3],
    c_steps: [usize; 3],
    /// Rows and columns.
    counts: [usize; 2],
    at: [usize; 2],
    /// Where the sample and the row began.
    a_starts: [*const T; 2],
    c_starts: [*mut T; 2],
}

impl<T> Cursor<T> {
    #[inline(always)]
    fn begin(self) -> Self {
        Self { a_starts: [self.a; 2], c_starts: [self.c; 2], ..self }
    }

    /// A position, and on to the next.
    #[inline(always)]
    fn step(&mut self) -> (*const T, *mut T) {
        let here = (self.a, self.c);
        self.at[1] += 1;
        self.a = self.a.wrapping_add(self.a_steps[2]);
        self.c = self.c.wrapping_add(self.c_steps[2]);
        if self.at[1] == self.counts[1] {
            self.at[1] = 0;
            self.at[0] += 1;
            if self.at[0] == self.counts[0] {
                self.at[0] = 0;
                self.a_starts[0] = self.a_starts[0].wrapping_add(self.a_steps[0]);
                self.c_starts[0] = self.c_starts[0].wrapping_add(self.c_steps[0]);
                (self.a_starts[1], self.c_starts[1]) = (self.a_starts[0], self.c_starts[0]);
            } else {
                self.a_starts[1] = self.a_starts[1].wrapping_add(self.a_steps[1]);
                self.c_starts[1] = self.c_starts[1].wrapping_add(self.c_steps[1]);
            }
            (self.a, self.c) = (self.a_starts[1], self.c_starts[1]);
        }
        here
    }

    #[inline(always)]
    fn take<const M: usize>(&mut self) -> ([*const T; M], [*mut T; M]) {
        let mut taken = ([core::ptr::null(); M], [core::ptr::null_mut(); M]);
        if self.at[1] + M < self.counts[1] {
            // All in one row.
            for (m, (a, c)) in taken.0.iter_mut().zip(&mut taken.1).enumerate() {
                *a = self.a.wrapping_add(m * self.a_steps[2]);
                *c = self.c.wrapping_add(m * self.c_steps[2]);
            }
            self.at[1] += M;
            self.a = self.a.wrapping_add(M * self.a_steps[2]);
            self.c = self.c.wrapping_add(M * self.c_steps[2]);
            return taken;
        }
        for (a, c) in taken.0.iter_mut().zip(&mut taken.1) {
            (*a, *c) = self.step();
        }
        taken
    }
}

/// The positions of a rectangle, in tiles: a function of its own, for it to be compiled once.
struct Rectangle<'a, T, const V: usize> {
    sum: &'a Sum<T>,
    cursor: Cursor<T>,
    positions: usize,
}

impl<'a, T, const V: usize> Rectangle<'a, T, V> {
    /// # Safety
    /// The taps of the sum are inside of the image at all positions; `b` holds its part of the weight.
    #[inline(always)]
    unsafe fn new(sum: &'a Sum<T>, cursor: Cursor<T>, positions: usize) -> Self {
        Self { sum, cursor, positions }
    }
}

impl<T: Scalar, const V: usize> Task<T> for Rectangle<'_, T, V> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        let Self { sum, mut cursor, mut positions } = self;
        let mut list = [(0, 0); SHORT];
        let places = if positions >= 8 { sum.places(&mut list) } else { &[] };
        // SAFETY: `new` asks for it.
        unsafe {
            if const { V == 1 && I::TILE_ROWS == 8 } {
                while positions >= 16 {
                    tile::<T, I, 16, V>(isa, sum, places, cursor.take());
                    positions -= 16;
                }
            }
            if const { V == 1 || I::TILE_ROWS == 8 } {
                while positions >= 8 {
                    tile::<T, I, 8, V>(isa, sum, places, cursor.take());
                    positions -= 8;
                }
            }
            while positions >= 4 {
                tile::<T, I, 4, V>(isa, sum, places, cursor.take());
                positions -= 4;
            }
            if positions >= 2 {
                tile::<T, I, 2, V>(isa, sum, places, cursor.take());
                positions -= 2;
            }
            if positions > 0 {
                tile::<T, I, 1, V>(isa, sum, places, cursor.take());
            }
        }
    }
}

/// The positions of a rectangle of an image of one channel, two in a vector, row by row.
struct Pairs<'a, T> {
    sum: &'a Sum<T>,
    bias: *const T,
    /// Of the first position, without the column that it is at.
    cursor: Cursor<T>,
    samples: usize,
}

impl<'a, T> Pairs<'a, T> {
    /// # Safety
    /// The taps of the sum are inside of the image at all positions, of which there is an even number in a row, one value apart; its
    /// weight, and the bias, have every value twice.
    #[inline(always)]
    unsafe fn new(sum: &'a Sum<T>, bias: *const T, cursor: Cursor<T>, samples: usize) -> Self {
        Self { sum, bias, cursor, samples }
    }

    /// `M` pairs of a row.
    ///
    /// # Safety
    /// As for [`new`](Self::new); the pairs are within the row.
    #[inline(always)]
    unsafe fn tile<I: Isa<T>, const M: usize>(&self, isa: I, places: &[(usize, usize)], a: *const T, c: *mut T)
    where
        T: Scalar,
    {
        let next = self.cursor.c_steps[2];
        // SAFETY: two neighbours are read for each pair, and the results of two positions written.
        unsafe {
            let mut sums = [isa.load(self.bias); M];
            for &(at, b) in places {
                let (a, factors) = (a.wrapping_add(at), isa.load(self.sum.b.wrapping_add(b)));
                for (m, sum) in sums.iter_mut().enumerate() {
                    *sum = isa.mul_add_vector(factors, isa.splat_pair(a.wrapping_add(2 * m)), *sum);
                }
            }
            for (m, &sum) in sums.iter().enumerate() {
                isa.store_pair(sum, c.wrapping_add(2 * m * next), next, self.sum.last);
            }
        }
    }
}

impl<T: Scalar> Task<T> for Pairs<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        let Cursor { a, c, a_steps, c_steps, counts: [rows, columns], .. } = self.cursor;
        let mut list = [(0, 0); PAIRED];
        let places = self.sum.places(&mut list);
        // As few tiles in a row as fit into the registers, all of one size.
        let pairs = columns / 2;
        let size = pairs.div_ceil(pairs.div_ceil(14).max(1));
        for (sample, row) in (0..self.samples).flat_map(|sample| (0..rows).map(move |row| (sample, row))) {
            let a = a.wrapping_add(sample * a_steps[0] + row * a_steps[1]);
            let c = c.wrapping_add(sample * c_steps[0] + row * c_steps[1]);
            let mut first = 0;
            while first < pairs {
                // The last tile may begin in the one before: what is computed twice is the same.
                let pair = first.min(pairs - size);
                let (a, c) = (a.wrapping_add(2 * pair), c.wrapping_add(2 * pair * c_steps[2]));
                macro_rules! tile {
                    ($($size:literal)*) => {
                        match size {
                            // SAFETY: `new` asks for it.
                            $($size => unsafe { self.tile::<I, $size>(isa, places, a, c) },)*
                            _ => {}
                        }
                    };
                }
                tile!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
                first = pair + size;
            }
        }
    }
}

/// The sums of `M` positions by `V` vectors; `places` are all of the sum's, or none if it is long.
///
/// # Safety
/// As for [`Rectangle::new`].
#[inline(always)]
unsafe fn tile<T: Scalar, I: Isa<T>, const M: usize, const V: usize>(
    isa: I,
    sum: &Sum<T>,
    places: &[(usize, usize)],
    (a, c): ([*const T; M], [*mut T; M]),
) {
    let whole = sum.last == I::LANES;
    // SAFETY: the taps are inside of the image; the rows of `b` are of `V` vectors; of the results and the bias, only so many
    // lanes of the last vector are read and written.
    unsafe {
        let load = |from: *const T, v: usize| {
            let from = from.wrapping_add(v * I::LANES);
            if v == V - 1 && !whole { isa.load_first(from, sum.last) } else { isa.load(from) }
        };
        let mut sums = [[isa.splat(T::ZERO); V]; M];
        match sum.start {
            Start::Row(values) => {
                for v in 0..V {
                    let value = load(values, v);
                    sums.iter_mut().for_each(|row| row[v] = value);
                }
            }
            Start::Result => {
                for (row, &c) in sums.iter_mut().zip(&c) {
                    for (v, sum) in row.iter_mut().enumerate() {
                        *sum = load(c.cast_const(), v);
                    }
                }
            }
        }
        macro_rules! add_products {
            ($at:expr, $b:expr) => {
                let mut factors = [isa.splat(T::ZERO); V];
                for (v, factor) in factors.iter_mut().enumerate() {
                    *factor = isa.load($b.wrapping_add(v * I::LANES));
                }
                for (sums, &a) in sums.iter_mut().zip(&a) {
                    let x = isa.splat(a.wrapping_add($at).read());
                    for (sum, &factor) in sums.iter_mut().zip(&factors) {
                        *sum = isa.mul_add_vector(factor, x, *sum);
                    }
                }
            };
        }
        if !places.is_empty() {
            for &(at, b) in places {
                add_products!(at, sum.b.wrapping_add(b));
            }
        } else {
            sum.each_run(|at, b, len| {
                let (mut at, mut b) = (at, sum.b.wrapping_add(b));
                let end = at + len;
                while at != end {
                    add_products!(at, b);
                    at += 1;
                    b = b.wrapping_add(sum.b_row);
                }
            });
        }
        if whole {
            for (row, &c) in sums.iter().zip(&c) {
                for (v, &sum) in row.iter().enumerate() {
                    isa.store(sum, c.wrapping_add(v * I::LANES));
                }
            }
        } else {
            for (row, &c) in sums.iter().zip(&c) {
                for (v, &of_row) in row.iter().enumerate() {
                    let to = c.wrapping_add(v * I::LANES);
                    if v == V - 1 { isa.store_first(of_row, to, sum.last) } else { isa.store(of_row, to) }
                }
            }
        }
    }
}

/// `grad_weight += Σ grad_outputs * inputsᵀ` over all windows, for rows of the weight from one on.
///
/// What is added to a gradient comes in this order: some samples or some rows of windows, one after the other; in these first the
/// windows that are inside of the image from left to right, then each of the other columns.
#[inline(always)]
pub fn backward_weight<T: Scalar, I: Isa<T>>(
    isa: I,
    &window: &Window,
    inputs: &[T],
    grad_outputs: &[T],
    first_row: usize,
    grad_weight: &mut [T],
) {
    let samples = grad_outputs.len() / window.output_len().max(1);
    let [_, columns, channels] = window.input;
    let [_, out_columns, units] = window.output;
    let all = window.places() * (channels / window.groups.max(1)) * units;
    if !fits(&window, all, inputs, grad_outputs, samples) || first_row * units + grad_weight.len() > all {
        return;
    }
    let (depth, per_group) = (channels / window.groups, units / window.groups);
    let (y, x) = (window.axis(0), window.axis(1));
    let origin = y.origin(0) * (columns * channels) as isize + x.origin(0) * channels as isize;
    for group in 0..window.groups {
        let products = Products {
            y,
            x,
            samples,
            a: inputs.as_ptr().wrapping_offset(origin).wrapping_add(group * depth),
            a_steps: [window.input_len(), columns * channels, channels],
            depth,
            b: grad_outputs.as_ptr().wrapping_add(group * per_group),
            b_steps: [window.output_len(), out_columns * units, units],
            columns: per_group,
            c: grad_weight.as_mut_ptr().wrapping_add(group * per_group),
            rows: (first_row, first_row + grad_weight.len() / units),
            borrowed: PhantomData,
        };
        // SAFETY: the images have the sizes of the window, and the rows are within the gradient.
        unsafe {
            if const { I::Half::LANES < I::LANES } && per_group <= I::Half::LANES {
                products.blocks(isa.half());
            } else {
                products.blocks(isa);
            }
        }
    }
}

/// Sums of products over the positions of a window: a row for each tap and channel.
struct Products<'a, T> {
    y: Axis,
    x: Axis,
    samples: usize,
    /// What the first tap sees at the first position.
    a: *const T,
    a_steps: [usize; 3],
    depth: usize,
    /// The gradients at the first position.
    b: *const T,
    b_steps: [usize; 3],
    columns: usize,
    /// The first of the rows.
    c: *mut T,
    /// Which rows.
    rows: (usize, usize),
    borrowed: PhantomData<&'a mut T>,
}

/// Which sums of products: some rows, of some columns, over some positions.
#[derive(Clone, Copy)]
struct Part {
    rows: (usize, usize),
    column: usize,
    columns: usize,
    samples: (usize, usize),
    y: (usize, usize),
    x: (usize, usize),
}

impl<T: Scalar> Products<'_, T> {
    /// So many positions at a time that they stay near, and of these those at which the same taps are inside.
    ///
    /// # Safety
    /// All that the window sees inside of the images, all gradients and the rows are there.
    #[inline(never)]
    unsafe fn blocks<I: Isa<T>>(&self, isa: I) {
        let positions = (self.y.count * self.x.count).max(1);
        let group = (POSITIONS / positions).max(1);
        let band = if positions <= 2 * POSITIONS { self.y.count } else { (2 * POSITIONS / self.x.count).max(1) };
        let inside = self.x.interior();
        for sample in (0..self.samples).step_by(group) {
            let samples = (sample, (sample + group).min(self.samples));
            for first in (0..self.y.count).step_by(band.max(1)) {
                // Rows of the window that are inside at the same positions are summed together.
                let mut tap = 0;
                while tap < self.y.taps {
                    let of_tap = self.y.positions_of(tap);
                    let mut end = tap + 1;
                    while end < self.y.taps && self.y.positions_of(end) == of_tap {
                        end += 1;
                    }
                    let y = (of_tap.0.max(first), of_tap.1.min(first + band));
                    let part = Part { rows: (0, 0), column: 0, columns: self.columns, samples, y, x: inside };
                    // SAFETY: as asked for: the taps are inside at these positions.
                    unsafe {
                        self.rows_of_taps(isa, part, (tap, end), (0, self.x.taps));
                        for x in (0..inside.0).chain(inside.1..self.x.count) {
                            self.rows_of_taps(isa, Part { x: (x, x + 1), ..part }, (tap, end), self.x.taps_at(x));
                        }
                    }
                    tap = end;
                }
            }
        }
    }

    /// All rows of some taps.
    ///
    /// # Safety
    /// As for [`blocks`](Self::blocks); the taps are inside at the positions of the part.
    #[inline(never)]
    unsafe fn rows_of_taps<I: Isa<T>>(&self, isa: I, part: Part, down: (usize, usize), right: (usize, usize)) {
        if part.y.0 >= part.y.1 || part.x.0 >= part.x.1 {
            return;
        }
        let of_tap = self.x.taps * self.depth;
        let (first, last) = (right.0 * self.depth, right.1 * self.depth);
        // Whole rows of the window are neighbours.
        let (down, first, last) =
            if last - first == of_tap { ((0, 1), down.0 * of_tap, down.1 * of_tap) } else { (down, first, last) };
        for tap in down.0..down.1 {
            let rows = ((tap * of_tap + first).max(self.rows.0), (tap * of_tap + last).min(self.rows.1));
            if rows.0 >= rows.1 {
                continue;
            }
            let part = Part { rows, ..part };
            // SAFETY: as asked for; so many columns are left.
            unsafe {
                if const { !I::IN_VECTORS } {
                    self.plain(isa, part);
                    continue;
                }
                let mut column = 0;
                while column < self.columns {
                    let columns = self.columns - column;
                    if columns >= 2 * I::LANES {
                        let part = Part { column, columns: 2 * I::LANES, ..part };
                        isa.apart(Rows::<T, 2, false>::new(self, part));
                        column += 2 * I::LANES;
                    } else if columns >= I::LANES {
                        let part = Part { column, columns: I::LANES, ..part };
                        isa.apart(Rows::<T, 1, false>::new(self, part));
                        column += I::LANES;
                    } else {
                        isa.apart(Rows::<T, 1, true>::new(self, Part { column, columns, ..part }));
                        column += columns;
                    }
                }
            }
        }
    }

    /// Sum by sum.
    ///
    /// # Safety
    /// As for [`rows_of_taps`](Self::rows_of_taps); the rows are those of the taps.
    unsafe fn plain<I: Isa<T>>(&self, isa: I, part: Part) {
        for row in part.rows.0..part.rows.1 {
            let (a, c) = self.row(row);
            for sample in part.samples.0..part.samples.1 {
                for y in part.y.0..part.y.1 {
                    for x in part.x.0..part.x.1 {
                        let (at, b) = self.at(sample, y, x);
                        for column in 0..self.columns {
                            // SAFETY: as asked for.
                            unsafe {
                                let (value, g) = (a.wrapping_add(at).read(), self.b.add(b + column).read());
                                let sum = c.add(column);
                                sum.write(isa.mul_add(g, value, sum.read()));
                            }
                        }
                    }
                }
            }
        }
    }

    /// How far a position is from the first, in inputs and in gradients.
    #[inline(always)]
    fn at(&self, sample: usize, y: usize, x: usize) -> (usize, usize) {
        let a = sample * self.a_steps[0] + y * self.y.step * self.a_steps[1] + x * self.x.step * self.a_steps[2];
        (a, sample * self.b_steps[0] + y * self.b_steps[1] + x * self.b_steps[2])
    }

    /// What a row is of at the first position, and where its sums are.
    #[inline(always)]
    fn row(&self, row: usize) -> (*const T, *mut T) {
        let (tap, channel) = (row / self.depth, row % self.depth);
        let (y, x) = (tap / self.x.taps, tap % self.x.taps);
        let a = y * self.y.dilation * self.a_steps[1] + x * self.x.dilation * self.a_steps[2] + channel;
        (self.a.wrapping_add(a), self.c.wrapping_add((row - self.rows.0) * self.b_steps[2]))
    }

    /// `M` rows by `V` vectors; of the last, there may be only a part.
    ///
    /// # Safety
    /// As for [`Rows::new`].
    #[inline(always)]
    unsafe fn tile<I: Isa<T>, const M: usize, const V: usize, const PART: bool>(
        &self,
        isa: I,
        row: usize,
        part: &Part,
    ) {
        let last = part.columns - (V - 1) * I::LANES;
        let (a_step, b_step) = (self.x.step * self.a_steps[2], self.b_steps[2]);
        let mut a = [core::ptr::null(); M];
        let mut c = [core::ptr::null_mut(); M];
        for (m, (a, c)) in a.iter_mut().zip(&mut c).enumerate() {
            (*a, *c) = self.row(row + m);
            *c = c.wrapping_add(part.column);
        }
        // SAFETY: the taps are inside of the images at these positions, and the columns are there.
        unsafe {
            let load = |from: *const T, v: usize| {
                let from = from.wrapping_add(v * I::LANES);
                if PART && v == V - 1 { isa.load_first(from, last) } else { isa.load(from) }
            };
            let mut sums = [[isa.splat(T::ZERO); V]; M];
            for (row, &c) in sums.iter_mut().zip(&c) {
                for (v, sum) in row.iter_mut().enumerate() {
                    *sum = load(c, v);
                }
            }
            for sample in part.samples.0..part.samples.1 {
                for y in part.y.0..part.y.1 {
                    let (mut at, b) = self.at(sample, y, part.x.0);
                    let mut b = self.b.wrapping_add(b + part.column);
                    for _ in part.x.0..part.x.1 {
                        let mut factors = [isa.splat(T::ZERO); V];
                        for (v, factor) in factors.iter_mut().enumerate() {
                            *factor = load(b, v);
                        }
                        for (sums, &a) in sums.iter_mut().zip(&a) {
                            let x = isa.splat(a.wrapping_add(at).read());
                            for (sum, &factor) in sums.iter_mut().zip(&factors) {
                                *sum = isa.mul_add_vector(factor, x, *sum);
                            }
                        }
                        at += a_step;
                        b = b.wrapping_add(b_step);
                    }
                }
            }
            for (row, &c) in sums.iter().zip(&c) {
                for (v, &sum) in row.iter().enumerate() {
                    let to = c.wrapping_add(v * I::LANES);
                    if PART && v == V - 1 { isa.store_first(sum, to, last) } else { isa.store(sum, to) }
                }
            }
        }
    }
}

/// Rows of a block of columns, `V` vectors: a function of its own, for it to be compiled once.
struct Rows<'a, T, const V: usize, const PART: bool> {
    products: &'a Products<'a, T>,
    part: Part,
}

impl<'a, T, const V: usize, const PART: bool> Rows<'a, T, V, PART> {
    /// # Safety
    /// All that the window sees inside of the images, all gradients, the rows and the columns are there, and the taps of the rows
    /// are inside at the positions.
    #[inline(always)]
    unsafe fn new(products: &'a Products<'a, T>, part: Part) -> Self {
        Self { products, part }
    }
}

impl<T: Scalar, const V: usize, const PART: bool> Task<T> for Rows<'_, T, V, PART> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        let Self { products, part } = self;
        let (mut row, end) = part.rows;
        macro_rules! tile {
            ($rows:literal) => {{
                // SAFETY: `new` asks for it.
                unsafe { products.tile::<I, $rows, V, PART>(isa, row, &part) };
                row += $rows;
            }};
        }
        // Three by three places of one channel.
        if V == 1 && end - row == 9 {
            tile!(9);
        }
        if const { V == 1 || I::TILE_ROWS == 8 } {
            while row + 8 <= end {
                tile!(8);
            }
        }
        while row + 4 <= end {
            tile!(4);
        }
        if V == 1 && end - row == 3 {
            tile!(3);
        }
        while row < end {
            tile!(1);
        }
    }
}

/// How many sums of a channel grow side by side: as many as hide the time that an addition takes.
const SIDE_BY_SIDE: usize = 8;

/// `sums += Σ values` over all positions, channel by channel: eight sums, each of every eighth position, and then their sum.
#[inline(always)]
pub fn sum_positions<T: Scalar, I: Isa<T>>(isa: I, values: &[T], sums: &mut [T]) {
    let channels = sums.len();
    if channels == 0 {
        return;
    }
    let positions = values.len() / channels;
    let in_vectors = if HAS_VECTORS { channels / I::LANES * I::LANES } else { 0 };
    let one = isa.splat(T::ONE);
    for first in (0..in_vectors).step_by(I::LANES) {
        // SAFETY: whole vectors of channels, at every position.
        unsafe {
            let mut partial = [isa.splat(T::ZERO); SIDE_BY_SIDE];
            let mut from = values.as_ptr().add(first);
            for _ in 0..positions / SIDE_BY_SIDE {
                for sum in &mut partial {
                    *sum = isa.mul_add_vector(isa.load(from), one, *sum);
                    from = from.wrapping_add(channels);
                }
            }
            for sum in partial.iter_mut().take(positions % SIDE_BY_SIDE) {
                *sum = isa.mul_add_vector(isa.load(from), one, *sum);
                from = from.wrapping_add(channels);
            }
            let add = |a: I::Vector, b: I::Vector| isa.mul_add_vector(a, one, b);
            let [a, b, c, d, e, f, g, h] = partial;
            let sum = add(add(add(a, b), add(c, d)), add(add(e, f), add(g, h)));
            let to = sums.as_mut_ptr().add(first);
            isa.store(add(sum, isa.load(to)), to);
        }
    }
    for (channel, sum) in sums.iter_mut().enumerate().skip(in_vectors) {
        let mut partial = [T::ZERO; SIDE_BY_SIDE];
        for (position, values) in values.chunks_exact(channels).enumerate() {
            if let (Some(sum), Some(&value)) = (partial.get_mut(position % SIDE_BY_SIDE), values.get(channel)) {
                *sum += value;
            }
        }
        let [a, b, c, d, e, f, g, h] = partial;
        *sum += ((a + b) + (c + d)) + ((e + f) + (g + h));
    }
}

#[cfg(test)]
mod tests;
