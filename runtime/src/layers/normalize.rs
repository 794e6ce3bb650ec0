//! Standardization with statistics that are learnt from data and stored with the weights.
use nalgebra::{SMatrix, SVector};

use crate::flat::Flat;
use crate::isa::Isa;
use crate::scalar::Scalar;

/// `y = (x - mean) * scale` for every channel, where `scale = 1 / max(deviation, 1e-7)`, or 1 for a channel that is constant in the data.
///
/// Mean and deviation (of the population, over samples and positions) are learnt by [`adapt`](Self::adapt); until then
/// the layer is the identity. Keras's `Normalization`, which stores the variance instead, and whose factor for a constant channel is 1e7: a
/// value that deviates by 0.1 later on would become a million. 1 is the factor of scikit-learn's
/// [`StandardScaler`](https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.StandardScaler.html).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalize<const C: usize, T = f32> {
    /// The mean of each channel.
    pub mean: SVector<T, C>,
    /// One over the standard deviation of each channel.
    pub scale: SVector<T, C>,
}

// SAFETY: two vectors of scalars, in order.
unsafe impl<const C: usize, T: Scalar> Flat for Normalize<C, T> {
    type Scalar = T;
}

impl<const C: usize, T: Scalar> Normalize<C, T> {
    /// Sets means of 0 and scales of 1: the identity.
    pub fn init(&mut self) {
        self.mean.fill(T::ZERO);
        self.scale.fill(T::ONE);
    }

    /// Whether the statistics are still those of [`init`](Self::init).
    pub fn is_identity(&self) -> bool {
        self.mean.iter().all(|&mean| mean == T::ZERO) && self.scale.iter().all(|&scale| scale == T::ONE)
    }

    /// Learns mean and deviation of each channel; sums are in double precision. Returns which channels are constant: all of their values are
    /// equal. Without samples nothing changes.
    pub fn adapt<'a, const P: usize>(
        &mut self,
        samples: impl IntoIterator<Item = &'a SMatrix<T, C, P>, IntoIter: Clone>,
    ) -> [bool; C] {
        let samples = samples.into_iter();
        let count = (samples.clone().count() * P) as f64;
        let mut constant = [false; C];
        if count == 0.0 {
            return constant;
        }
        let statistics = self.mean.iter_mut().zip(&mut self.scale).zip(&mut constant);
        for (channel, ((mean, scale), is_constant)) in statistics.enumerate() {
            let values = || {
                let columns = samples.clone().flat_map(|sample| &sample.data.0);
                columns.filter_map(move |column| column.get(channel)).map(|x| x.to_f64())
            };
            if let Some(first) = values().next()
                && values().all(|x| x == first)
            {
                // The mean is exact, where a sum would be rounded.
                (*mean, *scale, *is_constant) = (T::from_f64(first), T::ONE, true);
                continue;
            }
            let average = values().sum::<f64>() / count;
            let variance = values().map(|x| (x - average) * (x - average)).sum::<f64>() / count;
            *mean = T::from_f64(average);
            *scale = T::from_f64(1.0 / Scalar::sqrt(variance).max(1e-7));
        }
        constant
    }

    /// `outputs = (inputs - mean) * scale`.
    #[inline(always)]
    pub fn forward<I: Isa<T>, const P: usize>(
        &self,
        _isa: I,
        inputs: &[SMatrix<T, C, P>],
        outputs: &mut [SMatrix<T, C, P>],
    ) {
        for (input, output) in inputs.iter().zip(outputs) {
            for (column, normalized) in input.data.0.iter().zip(&mut output.data.0) {
                for (((y, &x), &mean), &scale) in
                    normalized.iter_mut().zip(column).zip(&self.mean.data.0[0]).zip(&self.scale.data.0[0])
                {
                    *y = (x - mean) * scale;
                }
            }
        }
    }

    /// `grad_inputs = grad_outputs * scale`.
    #[inline(always)]
    pub fn backward_input<I: Isa<T>, const P: usize>(
        &self,
        _isa: I,
        grad_outputs: &[SMatrix<T, C, P>],
        grad_inputs: &mut [SMatrix<T, C, P>],
    ) {
        for (grad_output, grad_input) in grad_outputs.iter().zip(grad_inputs) {
            for (column, grads) in grad_output.data.0.iter().zip(&mut grad_input.data.0) {
                for ((grad, &g), &scale) in grads.iter_mut().zip(column).zip(&self.scale.data.0[0]) {
                    *grad = g * scale;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
