//! Random changes of images. Needs `alloc`.
use rand::{Rng, RngExt};
use thiserror::Error;

use crate::flat::Flat;
use crate::scalar::Scalar;

/// Changes images at random, so that a network learns from others in every epoch: an option of
/// [`Fit`](crate::Fit::augment), which applies it to the batches of training and to nothing else.
///
/// ```
/// use castnet::{Augment, prelude::*};
///
/// network! { Digits< input 28x28x1 => flatten => dense 10 softmax > }
///
/// # fn main() -> Result<(), castnet::DataError> {
/// # let digits: DataFor<Digits> = Dataset::new(vec![castnet::nalgebra::SMatrix::zeros()], vec![castnet::nalgebra::SMatrix::repeat(0.1)])?;
/// let mut trainer = Digits::init(&mut seeded(1)).compile(CategoricalCrossentropy, Adam::default());
/// let augment = Augment::images(28, 28, 1).shift(2).rotate(10.0);
/// let history = trainer.fit(&digits, Fit::epochs(5).augment(augment));
/// # assert_eq!(*history.outcome(), castnet::Outcome::Completed);
/// # Ok(())
/// # }
/// ```
///
/// An image is first mirrored, then rotated, then shifted, each by an amount of its own. Pixels from outside of the image are
/// 0. The targets stay as they are: so mirror no digits, and turn no 6 into a 9.
///
/// Keras's [`RandomFlip`](https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_flip/),
/// [`RandomRotation`](https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_rotation/) and
/// [`RandomTranslation`](https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_translation/), with the
/// `fill_mode` `"constant"`; amounts are pixels and degrees instead of parts of the image and of the circle.
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use = "it does nothing until it is given to `Fit::augment`"]
pub struct Augment {
    height: usize,
    width: usize,
    channels: usize,
    shift: usize,
    degrees: f64,
    flip_horizontal: bool,
    flip_vertical: bool,
}

/// Images that cannot be augmented so.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum AugmentError {
    /// Images of another size.
    #[error(
        "`Augment::images({height}, {width}, {channels})` takes images of {} values, but the network's input has {values}: give the height, the width and the channels of the input", height.saturating_mul(*width).saturating_mul(*channels)
    )]
    Shape {
        /// As given.
        height: usize,
        /// As given.
        width: usize,
        /// As given.
        channels: usize,
        /// How many an image has.
        values: usize,
    },
    /// A shift after which nothing may be left.
    #[error(
        "a shift by up to {shift} pixels can move all of an image of {height}x{width} out of sight: give a smaller one"
    )]
    Shift {
        /// As given.
        shift: usize,
        /// Of the images.
        height: usize,
        /// Of the images.
        width: usize,
    },
    /// An angle that is no number of degrees.
    #[error("a rotation by up to {degrees} degrees: give a number from 0 to 180")]
    Rotation {
        /// As given.
        degrees: f64,
    },
}

impl Augment {
    /// For images of this height, width and number of channels, as in the network's `input 28x28x1`. An `input 28x28` holds
    /// images of one channel.
    pub fn images(height: usize, width: usize, channels: usize) -> Self {
        Self { height, width, channels, shift: 0, degrees: 0.0, flip_horizontal: false, flip_vertical: false }
    }

    /// Moves by up to so many whole pixels, up or down and to the left or right.
    pub fn shift(self, pixels: usize) -> Self {
        Self { shift: pixels, ..self }
    }

    /// Turns around the centre by up to so many degrees, one way or the other; pixels are interpolated (bilinear).
    pub fn rotate(self, degrees: f64) -> Self {
        Self { degrees, ..self }
    }

    /// Swaps left and right in every second image.
    pub fn flip_horizontal(self) -> Self {
        Self { flip_horizontal: true, ..self }
    }

    /// Swaps above and below in every second image.
    pub fn flip_vertical(self) -> Self {
        Self { flip_vertical: true, ..self }
    }

    /// Writes one image, changed at random, to another: to look at the effect of [`Fit::augment`](crate::Fit::augment), or for a
    /// training loop of your own.
    ///
    /// # Errors
    /// Images of another size, a shift out of sight, an angle that is not one of 0 to 180 degrees; nothing is written then.
    pub fn apply<X: Flat, R: Rng + ?Sized>(&self, image: &X, rng: &mut R, changed: &mut X) -> Result<(), AugmentError> {
        self.check::<X>()?;
        self.change(image.as_flat(), rng, changed.as_flat_mut());
        Ok(())
    }

    /// Whether images of this type can be augmented.
    pub(crate) fn check<X: Flat>(&self) -> Result<(), AugmentError> {
        let Self { height, width, channels, shift, degrees, .. } = *self;
        if [width, channels].iter().try_fold(height, |values, &size| values.checked_mul(size)) != Some(X::LEN) {
            return Err(AugmentError::Shape { height, width, channels, values: X::LEN });
        }
        if shift >= height.min(width) {
            return Err(AugmentError::Shift { shift, height, width });
        }
        if !(0.0..=180.0).contains(&degrees) {
            return Err(AugmentError::Rotation { degrees });
        }
        Ok(())
    }

    /// As [`apply`](Self::apply), for an image that was checked.
    pub(crate) fn change<T: Scalar, R: Rng + ?Sized>(&self, image: &[T], rng: &mut R, changed: &mut [T]) {
        let (left_right, up_down) = (self.flip_horizontal && rng.random(), self.flip_vertical && rng.random());
        let angle = if self.degrees > 0.0 { (2.0 * uniform(rng) - 1.0) * self.degrees.to_radians() } else { 0.0 };
        let (down, right) = if self.shift > 0 { (self.offset(rng), self.offset(rng)) } else { (0, 0) };
        let (height, width) = (self.height as isize, self.width as isize);
        let source = Source { pixels: image, height, width, channels: self.channels };
        // For each pixel that is written, its place in the image before the rotation.
        let (sin, cos) = libm::sincos(angle);
        let (last_row, last_column) = ((height - 1) as f64, (width - 1) as f64);
        for (row, line) in (-down..).zip(changed.chunks_exact_mut(self.width * self.channels)) {
            for (column, pixel) in (-right..).zip(line.chunks_exact_mut(self.channels)) {
                if angle == 0.0 {
                    let row = if up_down { height - 1 - row } else { row };
                    let column = if left_right { width - 1 - column } else { column };
                    match source.at(row, column) {
                        Some(values) => pixel.copy_from_slice(values),
                        None => pixel.fill(T::ZERO),
                    }
                    continue;
                }
                let (y, x) = (row as f64 - last_row / 2.0, column as f64 - last_column / 2.0);
                let (y, x) = (cos * y + sin * x + last_row / 2.0, cos * x - sin * y + last_column / 2.0);
                source.between(
                    if up_down { last_row - y } else { y },
                    if left_right { last_column - x } else { x },
                    pixel,
                );
            }
        }
    }

    /// A shift along one axis; every one is equally likely.
    fn offset<R: Rng + ?Sized>(&self, rng: &mut R) -> isize {
        (uniform(rng) * (2 * self.shift + 1) as f64) as isize - self.shift as isize
    }
}

/// From 0 to below 1.
fn uniform<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    (rng.random::<u64>() >> 11) as f64 / (1_u64 << 53) as f64
}

/// The integer below; without `std` there is no fast function for it.
#[inline(always)]
fn floor(value: f64) -> isize {
    let towards_zero = value as isize;
    towards_zero - isize::from(value < towards_zero as f64)
}

/// An image to take pixels of.
struct Source<'a, T> {
    pixels: &'a [T],
    height: isize,
    width: isize,
    channels: usize,
}

impl<T: Scalar> Source<'_, T> {
    /// The channels of a pixel; `None` outside.
    #[inline(always)]
    fn at(&self, row: isize, column: isize) -> Option<&[T]> {
        if !(0..self.height).contains(&row) || !(0..self.width).contains(&column) {
            return None;
        }
        let first = (row * self.width + column) as usize * self.channels;
        self.pixels.get(first..first + self.channels)
    }

    /// The value at a place between four pixels (bilinear).
    #[inline(always)]
    fn between(&self, row: f64, column: f64, pixel: &mut [T]) {
        let (above, before) = (floor(row), floor(column));
        let (of_below, of_behind) = (row - above as f64, column - before as f64);
        pixel.fill(T::ZERO);
        for (row, of_row) in [(above, 1.0 - of_below), (above + 1, of_below)] {
            for (column, of_column) in [(before, 1.0 - of_behind), (before + 1, of_behind)] {
                let share = T::from_f64(of_row * of_column);
                for (value, &from) in pixel.iter_mut().zip(self.at(row, column).unwrap_or_default()) {
                    *value += share * from;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
