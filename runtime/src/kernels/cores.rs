//! The cores: kernels that this crate compiles, one copy per scalar and instruction set. So they are compiled once, not once per
//! shape, and are fast in debug builds of users too.
use super::normalization::{self, Affine, AffineGradient, Groups, Statistics};
use super::permute::{self, Permutation};
use super::recurrent::{Given, Parameters, Recurrence, Weight};
use super::resize::{self, Border, Scaling};
use super::threads::over_slices;
use super::window::Window;
use super::{conv, dense, depthwise, dot, pooling, prelu, recurrent, unitnorm};
use crate::isa::Portable;
#[cfg(all(feature = "std", target_arch = "x86_64"))]
use crate::isa::x86_64::{Avx2, Avx512};
use crate::scalar::Scalar;

/// An argument of a kernel that can be advanced to the first row of a thread.
trait Later: Sized {
    fn from(self, first: usize) -> Self;
}

impl<T> Later for &[T] {
    #[inline(always)]
    fn from(self, first: usize) -> Self {
        self.get(first..).unwrap_or_default()
    }
}

impl<T: Scalar> Later for Given<'_, T> {
    #[inline(always)]
    fn from(self, first: usize) -> Self {
        self.later(first)
    }
}

impl Later for usize {
    #[inline(always)]
    fn from(self, first: usize) -> Self {
        self + first
    }
}

/// Makes the cores of a list. A line is
///
/// ```text
/// fn name(arguments) = kernel;
/// fn name(arguments) = kernel, split(outputs by length, each work, inputs by length, more inputs by length);
/// ```
///
/// Gradients of dense weights are written; cores of other parameters add to a gradient that the layer has cleared.
///
/// The kernel is `fn kernel<T: Scalar, I: Isa<T>>(isa: I, arguments)`, `#[inline(always)]`; arguments are of no generic
/// type but of `T`. `split` shares the rows of the outputs among the threads of a training: a row has `length` values
/// and takes `work` multiply-adds. Every thread gets a range of these rows, and the inputs from its first row on; to an
/// argument that is a row index, the index of the first row is added.
macro_rules! cores {
    (@parts [] $call:expr) => { $call };
    (@parts [($out:ident by $row:expr, each $work:expr $(, $in:ident by $step:expr)*)] $call:expr) => {{
        over_slices([$out], $row, $work, |_first, [$out]| {
            $(let $in = Later::from($in, _first * $step);)*
            $call
        });
    }};

    // The same bits, faster.
    (@exact [] $call:ident($($arg:ident),*)) => {};
    (@exact [$wider:ident] $call:ident($($arg:ident),*)) => {
        if let Some(wider) = $wider::<false>::detect() {
            return wider.$call($($arg),*);
        }
    };

    (@on $cores:ident: $token:ty, $t:ident in $features:literal, same bits on $wider:tt: {$(
        $(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),*) = $kernel:path $(, split $split:tt)?;
    )*}) => {
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        const _: () = {
            type T = $t;
            impl $cores<T> for $token {
                $(
                    fn $name(self, $($arg: $type),*) {
                        // One copy, called by one thread or by several.
                        #[inline(never)]
                        #[target_feature(enable = $features)]
                        fn core(isa: $token, $($arg: $type),*) {
                            $kernel(isa, $($arg),*);
                        }
                        cores!(@exact $wider $name($($arg),*));
                        cores!(@parts [$($split)?] {
                            // SAFETY: the token is the proof that the machine has the instruction set.
                            unsafe { core(self, $($arg),*) }
                        });
                    }
                )*
            }
        };
    };

    // Cores of a token that call those of another token, because a copy would take long to compile and gain little:
    // fused double precision, for example.
    (@as $cores:ident: $other:ty, $token:ty, $t:ident: {$(
        $(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),*) = $kernel:path $(, split $split:tt)?;
    )*}) => {
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        const _: () = {
            type T = $t;
            impl $cores<T> for $token {
                $(
                    fn $name(self, $($arg: $type),*) {
                        if let Some(isa) = <$other>::detect() {
                            isa.$name($($arg),*);
                        }
                    }
                )*
            }
        };
    };

    (@portable $scalar_cores:ident: $t:ident: {$(
        $(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),*) = $kernel:path $(, split $split:tt)?;
    )*}) => {
        const _: () = {
            type T = $t;
            impl $scalar_cores<T> for T {
                $(
                    fn $name($($arg: $type),*) {
                        #[cfg(all(feature = "std", target_arch = "x86_64"))]
                        cores!(@exact [Avx2] $name($($arg),*));
                        // One copy, as above; where there are no threads, callers may inline it.
                        #[cfg_attr(feature = "std", inline(never))]
                        fn core($($arg: $type),*) {
                            $kernel(Portable, $($arg),*);
                        }
                        cores!(@parts [$($split)?] core($($arg),*));
                    }
                )*
            }
        };
    };

    (@traits $cores:ident, $scalar_cores:ident: {$(
        $(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),*) = $kernel:path $(, split $split:tt)?;
    )*}) => {
        /// The kernels that are compiled with this crate for an instruction set.
        #[allow(clippy::too_many_arguments, reason = "the operands and sizes of a kernel; only layers call it")]
        pub trait $cores<T> {
            $(
                $(#[$doc])*
                fn $name(self, $($arg: $type),*);
            )*
        }

        /// The cores of [`Portable`] for one scalar. Their results have the same bits on every instruction set, so they
        /// run on the best one.
        #[doc(hidden)]
        #[allow(clippy::too_many_arguments, reason = "the operands and sizes of a kernel; only layers call it")]
        pub trait $scalar_cores<T> {
            $(fn $name($($arg: $type),*);)*
        }

        impl<T: $scalar_cores<T>> $cores<T> for Portable {
            $(
                #[inline(always)]
                fn $name(self, $($arg: $type),*) {
                    T::$name($($arg),*);
                }
            )*
        }
    };

    // Matrix products and convolutions: fused arithmetic and wide vectors make them faster. Exact forward passes use
    // wide vectors too, because predictions are exact; exact backward passes are rare.
    (forward products, $cores:ident, $scalar_cores:ident: $list:tt) => {
        cores!(products, $cores, $scalar_cores, same bits on [Avx512]: $list);
        cores!(@on $cores: Avx512<false>, f32 in "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma", same bits on []: $list);
    };
    (backward products, $cores:ident, $scalar_cores:ident: $list:tt) => {
        cores!(products, $cores, $scalar_cores, same bits on []: $list);
        cores!(@as $cores: Avx2<false>, Avx512<false>, f32: $list);
    };
    (products, $cores:ident, $scalar_cores:ident, same bits on $wider:tt: $list:tt) => {
        cores!(@traits $cores, $scalar_cores: $list);
        cores!(@portable $scalar_cores: f32: $list);
        cores!(@portable $scalar_cores: f64: $list);
        cores!(@on $cores: Avx2<false>, f32 in "avx2,fma", same bits on $wider: $list);
        cores!(@on $cores: Avx2<true>, f32 in "avx2,fma", same bits on []: $list);
        cores!(@on $cores: Avx2<false>, f64 in "avx2,fma", same bits on []: $list);
        cores!(@as $cores: Avx2<false>, Avx2<true>, f64: $list);
        cores!(@on $cores: Avx512<true>, f32 in "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma", same bits on []: $list);
    };

    // Kernels that are bound by memory bandwidth: one copy beside the portable one.
    (plain, $cores:ident, $scalar_cores:ident: $list:tt) => {
        cores!(@traits $cores, $scalar_cores: $list);
        cores!(@portable $scalar_cores: f32: $list);
        cores!(@portable $scalar_cores: f64: $list);
        cores!(@on $cores: Avx2<false>, f32 in "avx2,fma", same bits on []: $list);
        cores!(@as $cores: Avx2<false>, Avx2<true>, f32: $list);
        cores!(@as $cores: Avx2<false>, Avx512<false>, f32: $list);
        cores!(@as $cores: Avx2<false>, Avx512<true>, f32: $list);
        cores!(@on $cores: Avx2<false>, f64 in "avx2,fma", same bits on []: $list);
        cores!(@as $cores: Avx2<false>, Avx2<true>, f64: $list);
    };
}

cores!(forward products, Cores, ScalarCores: {
    /// `outputs[s] = bias + weight * inputs[s]` for every sample `s`; `weight` is column-major, `units` rows.
    fn dense_forward(weight: &[T], bias: Option<&[T]>, inputs: &[T], outputs: &mut [T], units: usize) = dense::forward,
        split(outputs by units, each weight.len(), inputs by weight.len() / units);

    /// `outputs = bias + weight * inputs` for every window of every sample; `weight` is column-major, a row for each output.
    fn conv_forward(window: &Window, weight: &[T], bias: Option<&[T]>, inputs: &[T], outputs: &mut [T]) = conv::forward,
        split(outputs by window.output_len(), each window.work(), inputs by window.input_len());

    /// `grad_inputs = weightᵀ * grad_outputs`, each input from all windows that see it; plus a bias in a transposed convolution.
    fn conv_backward_input(window: &Window, weight: &[T], bias: Option<&[T]>, grad_outputs: &[T], grad_inputs: &mut [T])
        = conv::backward_input,
        split(grad_inputs by window.input_len(), each window.work(), grad_outputs by window.output_len());

    /// The outputs of a recurrent layer.
    fn recurrent_forward(
        layer: Parameters<'_, T>, inputs: &[T], given: Given<'_, T>, memory: &mut [T], outputs: &mut [T]
    ) = recurrent::forward;
});

cores!(backward products, BackwardCores, ScalarBackwardCores: {
    /// `grad_inputs[s] = weightᵀ * grad_outputs[s]`.
    fn dense_backward_input(weight: &[T], grad_outputs: &[T], grad_inputs: &mut [T], units: usize)
        = dense::backward_input::<_, _, 0>,
        split(grad_inputs by weight.len() / units, each weight.len(), grad_outputs by units);

    /// `grad_weight = Σ grad_outputs[s] * inputs[s]ᵀ`; the samples have `width` inputs.
    fn dense_backward_weight(inputs: &[T], width: usize, grad_outputs: &[T], grad_weight: &mut [T], units: usize)
        = dense::backward_weight_of::<_, _, 0>,
        split(grad_weight by units, each grad_outputs.len(), inputs by 1);

    /// `grad_weight += Σ grad_outputs * inputsᵀ` over all windows, for rows of the weight from `first_row` on.
    fn conv_backward_weight(
        window: &Window, inputs: &[T], grad_outputs: &[T], first_row: usize, grad_weight: &mut [T]
    ) = conv::backward_weight,
        split(grad_weight by window.output[2], each grad_outputs.len(), first_row by 1);

    /// The values of a recurrent layer that its backward pass reads, and its outputs among them.
    fn recurrent_forward_training(layer: Parameters<'_, T>, inputs: &[T], given: Given<'_, T>, saved: &mut [T])
        = recurrent::forward_training,
        split(saved by layer.of.saved(), each layer.of.work(), inputs by layer.of.input_values(), given by 1);

    /// The gradients of the gates of a recurrent layer, and of its initial state.
    fn recurrent_backward(
        of: &Recurrence<T>, weight: Weight<'_, T>, saved: &[T], given: Given<'_, T>, grad_outputs: &[T], gradients: &mut [T]
    ) = recurrent::backward,
        split(gradients by of.gradients(), each of.work(), saved by of.saved(), given by 1, grad_outputs by of.output_values());

    /// `weightᵀ * gradients`, step by step.
    fn recurrent_backward_input(of: &Recurrence<T>, weight: Weight<'_, T>, gradients: &mut [T]) = recurrent::backward_input,
        split(gradients by of.gradients(), each of.steps * weight.values.len());

    /// `grad_weight = Σ gradients * inputsᵀ` over all steps, for inputs from `first_row` on.
    fn recurrent_backward_weight(of: &Recurrence<T>, saved: &[T], gradients: &[T], first_row: usize, grad_weight: &mut [T])
        = recurrent::backward_weight,
        split(grad_weight by of.gate_values(), each gradients.len(), first_row by 1);

    /// `grad_recurrent = Σ gradients * hᵀ` over all steps, for units from `first_row` on.
    fn recurrent_backward_recurrent(of: &Recurrence<T>, saved: &[T], gradients: &[T], first_row: usize, grad_recurrent: &mut [T])
        = recurrent::backward_recurrent,
        split(grad_recurrent by of.gate_values(), each gradients.len(), first_row by 1);
});

cores!(plain, PlainCores, ScalarPlainCores: {
    /// `sums += Σ values` over all positions, channel by channel.
    fn sum_positions(values: &[T], sums: &mut [T]) = conv::sum_positions;

    /// `outputs = bias + weight * inputs` for every window of every channel.
    fn depthwise_forward(window: &Window, weight: &[T], bias: Option<&[T]>, inputs: &[T], outputs: &mut [T])
        = depthwise::forward,
        split(outputs by window.output_len(), each window.output_len() * window.places(), inputs by window.input_len());

    /// `grad_inputs = weightᵀ * grad_outputs`, each input from all windows that see it.
    fn depthwise_backward_input(window: &Window, weight: &[T], grad_outputs: &[T], grad_inputs: &mut [T])
        = depthwise::backward_input,
        split(grad_inputs by window.input_len(), each window.output_len() * window.places(),
            grad_outputs by window.output_len());

    /// `grad_weight += Σ grad_outputs * inputs` over all windows, for taps of the window from `first_place` on.
    fn depthwise_backward_weight(
        window: &Window, inputs: &[T], grad_outputs: &[T], first_place: usize, grad_weight: &mut [T]
    ) = depthwise::backward_weight;

    /// `outputs = bias + pointwise * (depthwise * inputs)`.
    fn separable_forward(
        window: &Window, depthwise: &[T], pointwise: &[T], bias: Option<&[T]>, inputs: &[T], outputs: &mut [T]
    ) = depthwise::separable_forward,
        split(outputs by window.output_len() / window.output[2].max(1) * (pointwise.len() / window.output[2].max(1)),
            each window.output_len() * (pointwise.len() / window.output[2].max(1)), inputs by window.input_len());

    /// `grad_inputs = depthwiseᵀ * (pointwiseᵀ * grad_outputs)`.
    fn separable_backward_input(
        window: &Window, depthwise: &[T], pointwise: &[T], grad_outputs: &[T], grad_inputs: &mut [T]
    ) = depthwise::separable_backward_input,
        split(grad_inputs by window.input_len(), each window.output_len() * (pointwise.len() / window.output[2].max(1)),
            grad_outputs by window.output_len() / window.output[2].max(1) * (pointwise.len() / window.output[2].max(1)));

    /// `grad_depthwise += Σ (pointwiseᵀ * grad_outputs) * inputs`.
    fn separable_backward_depthwise(
        window: &Window, pointwise: &[T], inputs: &[T], grad_outputs: &[T], grad_depthwise: &mut [T]
    ) = depthwise::separable_backward_depthwise;

    /// `outputs = max(inputs in the window)`.
    fn max_pool(window: &Window, inputs: &[T], outputs: &mut [T]) = pooling::max_forward,
        split(outputs by window.output_len(), each window.output_len() * window.places(), inputs by window.input_len());

    /// The gradient of an output goes to the first of the largest inputs in the window.
    fn max_pool_backward(window: &Window, inputs: &[T], grad_outputs: &[T], grad_inputs: &mut [T])
        = pooling::max_backward,
        split(grad_inputs by window.input_len(), each window.output_len() * window.places(),
            inputs by window.input_len(), grad_outputs by window.output_len());

    /// `outputs = mean(inputs in the window)`.
    fn mean_pool(window: &Window, inputs: &[T], outputs: &mut [T]) = pooling::mean_forward,
        split(outputs by window.output_len(), each window.output_len() * window.places(), inputs by window.input_len());

    /// Every input in a window gets `grad_output / count`, with the number of inputs in the window.
    fn mean_pool_backward(window: &Window, grad_outputs: &[T], grad_inputs: &mut [T])
        = pooling::mean_backward,
        split(grad_inputs by window.input_len(), each window.output_len() * window.places(),
            grad_outputs by window.output_len());

    /// `outer = inner`, with zeros around it.
    fn enlarge(border: &Border, channels: usize, inner: &[T], outer: &mut [T]) = resize::enlarge;

    /// `inner = outer`, without its border.
    fn cut_out(border: &Border, channels: usize, outer: &[T], inner: &mut [T]) = resize::cut_out;

    /// Every position `factor` times along each axis.
    fn repeat(scaling: &Scaling, channels: usize, inputs: &[T], outputs: &mut [T]) = resize::repeat_forward;

    /// The gradient of an input: the sum of the gradients of its copies.
    fn repeat_backward(scaling: &Scaling, channels: usize, grad_outputs: &[T], grad_inputs: &mut [T])
        = resize::repeat_backward;

    /// An image enlarged, each value mixed from four.
    fn bilinear(scaling: &Scaling, channels: usize, inputs: &[T], outputs: &mut [T]) = resize::bilinear_forward;

    /// The gradient of an input: the sum over the outputs mixed from it of `share * grad_output`.
    fn bilinear_backward(scaling: &Scaling, channels: usize, grad_outputs: &[T], grad_inputs: &mut [T])
        = resize::bilinear_backward;

    /// Mean and variance of each channel over all positions: `statistics` is the means and then the variances.
    fn batch_statistics(inputs: &[T], statistics: &mut [T]) = normalization::batch_statistics;

    /// `outputs = (inputs - mean) / sqrt(variance + epsilon) * gamma + beta`, channel by channel.
    fn batch_normalize(statistics: Statistics<'_, T>, affine: Affine<'_, T>, inputs: &[T], outputs: &mut [T])
        = normalization::batch_normalize,
        split(outputs by statistics.channels(), each statistics.channels(), inputs by statistics.channels());

    /// Adds to the gradients of gamma and beta.
    fn batch_backward_parameters(
        statistics: Statistics<'_, T>, inputs: &[T], grad_outputs: &[T], gradient: AffineGradient<'_, T>
    ) = normalization::batch_backward_parameters;

    /// The gradient of the inputs, through the statistics of the batch.
    fn batch_backward_input(
        statistics: Statistics<'_, T>, gamma: Option<&[T]>, inputs: &[T], grad_outputs: &[T], grad_inputs: &mut [T]
    ) = normalization::batch_backward_input;

    /// The gradient of the inputs where the statistics are constants.
    fn batch_backward_given(
        statistics: Statistics<'_, T>, gamma: Option<&[T]>, grad_outputs: &[T], grad_inputs: &mut [T]
    ) = normalization::batch_backward_given,
        split(grad_inputs by statistics.channels(), each statistics.channels(), grad_outputs by statistics.channels());

    /// As `batch_normalize`, with the mean and the variance of each group of a sample's values.
    fn group_normalize(groups: &Groups, epsilon: f64, affine: Affine<'_, T>, inputs: &[T], outputs: &mut [T])
        = normalization::group_normalize,
        split(outputs by groups.len(), each groups.len(), inputs by groups.len());

    /// Adds to the gradients of gamma and beta.
    fn group_backward_parameters(
        groups: &Groups, epsilon: f64, inputs: &[T], grad_outputs: &[T], gradient: AffineGradient<'_, T>
    ) = normalization::group_backward_parameters;

    /// The gradient of the inputs, through mean and variance.
    fn group_backward_input(
        groups: &Groups, epsilon: f64, gamma: Option<&[T]>, inputs: &[T], grad_outputs: &[T], grad_inputs: &mut [T]
    ) = normalization::group_backward_input,
        split(grad_inputs by groups.len(), each groups.len(), inputs by groups.len(), grad_outputs by groups.len());

    /// `outputs = inputs / ‖inputs‖`, for vectors of `width` values.
    fn unit_normalize(width: usize, inputs: &[T], outputs: &mut [T]) = unitnorm::forward,
        split(outputs by width, each width, inputs by width);

    /// The gradient of the inputs, through the norm.
    fn unit_backward_input(width: usize, inputs: &[T], grad_outputs: &[T], grad_inputs: &mut [T])
        = unitnorm::backward_input,
        split(grad_inputs by width, each width, inputs by width, grad_outputs by width);

    /// `outputs = Σ a * b`, for vectors of `width` values.
    fn dot(width: usize, a: &[T], b: &[T], outputs: &mut [T]) = dot::forward,
        split(outputs by 1, each width, a by width, b by width);

    /// `outputs = Σ a / ‖a‖ * b / ‖b‖`.
    fn cosine(width: usize, a: &[T], b: &[T], outputs: &mut [T]) = dot::cosine_forward,
        split(outputs by 1, each width, a by width, b by width);

    /// The gradient of `a`, through its norm.
    fn cosine_backward(width: usize, a: &[T], b: &[T], grad_outputs: &[T], grad_a: &mut [T]) = dot::cosine_backward,
        split(grad_a by width, each width, a by width, b by width, grad_outputs by 1);

    /// The same values with their axes in another order.
    fn permute(of: &Permutation, inputs: &[T], outputs: &mut [T]) = permute::forward;

    /// The gradients in the order of the inputs.
    fn permute_backward(of: &Permutation, grad_outputs: &[T], grad_inputs: &mut [T]) = permute::backward;

    /// `outputs = inputs` above zero, `alpha * inputs` below.
    fn prelu(alpha: &[T], inputs: &[T], outputs: &mut [T]) = prelu::forward;

    /// `grad_alpha += Σ grad_outputs * min(inputs, 0)`.
    fn prelu_backward_parameters(inputs: &[T], grad_outputs: &[T], grad_alpha: &mut [T]) = prelu::backward_parameters;

    /// `grad_inputs = grad_outputs` above zero, `alpha * grad_outputs` below.
    fn prelu_backward_input(alpha: &[T], inputs: &[T], grad_outputs: &[T], grad_inputs: &mut [T])
        = prelu::backward_input;
});
