//! Batch normalization.
use nalgebra::{SMatrix, SVector};

use super::optional::{NoCenter, NoScale, Optional};
use crate::flat::{Flat, flatten, flatten_mut};
use crate::isa::Isa;
use crate::kernels::normalization::{Affine, AffineGradient, Statistics};
use crate::scalar::Scalar;

/// `y = gamma (x - mean) / sqrt(variance + epsilon) + beta` for every channel.
///
/// In training, mean and variance (of the population) are taken over all samples and positions of the batch; in
/// predictions they are the [`MovingStatistics`] of the training. Keras's `BatchNormalization`.
///
/// `gamma` and `beta` have a value for each channel, or are [`NoScale`](super::NoScale) and [`NoCenter`](super::NoCenter).
///
/// Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift", 2015.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNorm<const C: usize, T = f32, G = SVector<T, C>, B = SVector<T, C>> {
    /// The factors.
    pub gamma: G,
    /// The offsets.
    pub beta: B,
    scalar: core::marker::PhantomData<T>,
}

/// Moving averages of the statistics of the batches that a [`BatchNorm`] was trained on.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MovingStatistics<const C: usize, T = f32> {
    /// The mean of each channel.
    pub mean: SVector<T, C>,
    /// The variance of each channel, of the population.
    pub variance: SVector<T, C>,
}

// SAFETY: two vectors of scalars or nothing, in order; the marker is nothing.
unsafe impl<const C: usize, T: Scalar, G: Optional<T, C>, B: Optional<T, C>> Flat for BatchNorm<C, T, G, B> {
    type Scalar = T;
}

// SAFETY: two vectors of scalars, in order.
unsafe impl<const C: usize, T: Scalar> Flat for MovingStatistics<C, T> {
    type Scalar = T;
}

impl<const C: usize, T: Scalar> MovingStatistics<C, T> {
    /// Sets the statistics of a standard normal distribution: means of 0 and variances of 1.
    pub fn init(&mut self) {
        self.mean.fill(T::ZERO);
        self.variance.fill(T::ONE);
    }

    #[inline(always)]
    fn with(&self, epsilon: f64) -> Statistics<'_, T> {
        Statistics { values: self.as_flat(), epsilon }
    }

    /// `moving = momentum * moving + (1 - momentum) * batch`, with the statistics that
    /// [`forward_training`](BatchNorm::forward_training) has written to the tape.
    pub fn update<R: Flat<Scalar = T>>(&mut self, momentum: f64, tape: &[R]) {
        let (old, new) = (T::from_f64(momentum), T::from_f64(1.0 - momentum));
        for (moving, &batch) in self.as_flat_mut().iter_mut().zip(statistics_of(tape, 0.0).values) {
            *moving = *moving * old + batch * new;
        }
    }
}

impl<const C: usize, T> BatchNorm<C, T, NoScale, NoCenter> {
    /// The layer without factors and offsets.
    pub const PLAIN: Self = Self { gamma: NoScale, beta: NoCenter, scalar: core::marker::PhantomData };
}

/// The statistics of a batch, which are on the tape of its first sample.
#[inline(always)]
fn statistics_of<R: Flat>(tape: &[R], epsilon: f64) -> Statistics<'_, R::Scalar> {
    Statistics { values: tape.first().map_or(&[], Flat::as_flat), epsilon }
}

impl<const C: usize, T: Scalar, G: Optional<T, C>, B: Optional<T, C>> BatchNorm<C, T, G, B> {
    /// Sets the factors to one and the offsets to zero.
    pub fn init(&mut self) {
        self.gamma.fill(T::ONE);
        self.beta.fill(T::ZERO);
    }

    #[inline(always)]
    fn affine(&self) -> Affine<'_, T> {
        Affine { gamma: self.gamma.values(), beta: self.beta.values() }
    }

    /// Normalizes with the moving statistics.
    #[inline(always)]
    pub fn forward<I: Isa<T>, const P: usize>(
        &self,
        isa: I,
        moving: &MovingStatistics<C, T>,
        epsilon: f64,
        inputs: &[SMatrix<T, C, P>],
        outputs: &mut [SMatrix<T, C, P>],
    ) {
        isa.batch_normalize(moving.with(epsilon), self.affine(), flatten(inputs), flatten_mut(outputs));
    }

    /// Normalizes with the statistics of the batch, and writes the means and then the variances to the tape of the
    /// first sample.
    #[inline(always)]
    pub fn forward_training<I: Isa<T>, R: Flat<Scalar = T>, const P: usize>(
        &self,
        isa: I,
        epsilon: f64,
        inputs: &[SMatrix<T, C, P>],
        outputs: &mut [SMatrix<T, C, P>],
        tape: &mut [R],
    ) {
        const { assert!(R::LEN == 2 * C, "means and variances") };
        if let Some(statistics) = tape.first_mut() {
            isa.batch_statistics(flatten(inputs), statistics.as_flat_mut());
            let statistics = Statistics { values: statistics.as_flat(), epsilon };
            isa.batch_normalize(statistics, self.affine(), flatten(inputs), flatten_mut(outputs));
        }
    }

    /// `gradient.gamma = Σ grad_outputs * normalized inputs`, `gradient.beta = Σ grad_outputs`; sums are in double precision.
    #[inline(always)]
    pub fn backward_parameters<I: Isa<T>, R: Flat<Scalar = T>, const P: usize>(
        &self,
        isa: I,
        epsilon: f64,
        inputs: &[SMatrix<T, C, P>],
        tape: &[R],
        grad_outputs: &[SMatrix<T, C, P>],
        gradient: &mut Self,
    ) {
        gradient.as_flat_mut().fill(T::ZERO);
        let gradient = AffineGradient { gamma: gradient.gamma.values_mut(), beta: gradient.beta.values_mut() };
        let (inputs, grad_outputs) = (flatten(inputs), flatten(grad_outputs));
        isa.batch_backward_parameters(statistics_of(tape, epsilon), inputs, grad_outputs, gradient);
    }

    /// The gradient of the inputs, through the statistics of the batch as well.
    #[inline(always)]
    pub fn backward_input<I: Isa<T>, R: Flat<Scalar = T>, const P: usize>(
        &self,
        isa: I,
        epsilon: f64,
        inputs: &[SMatrix<T, C, P>],
        tape: &[R],
        grad_outputs: &[SMatrix<T, C, P>],
        grad_inputs: &mut [SMatrix<T, C, P>],
    ) {
        let (gamma, statistics) = (self.gamma.values(), statistics_of(tape, epsilon));
        let (inputs, grad_outputs) = (flatten(inputs), flatten(grad_outputs));
        isa.batch_backward_input(statistics, gamma, inputs, grad_outputs, flatten_mut(grad_inputs));
    }

    /// The gradient of the inputs if training uses the moving statistics as well.
    #[inline(always)]
    pub fn backward_frozen<I: Isa<T>, const P: usize>(
        &self,
        isa: I,
        moving: &MovingStatistics<C, T>,
        epsilon: f64,
        grad_outputs: &[SMatrix<T, C, P>],
        grad_inputs: &mut [SMatrix<T, C, P>],
    ) {
        let (gamma, grad_outputs) = (self.gamma.values(), flatten(grad_outputs));
        isa.batch_backward_given(moving.with(epsilon), gamma, grad_outputs, flatten_mut(grad_inputs));
    }
}

#[cfg(test)]
mod tests;
