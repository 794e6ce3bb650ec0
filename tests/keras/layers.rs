//! Layers in networks of their own: outputs, all gradients, and moving statistics after a training step.
use std::cell::RefCell;

use castnet::isa::Isa;

use super::*;

thread_local! {
    /// The outputs of the network in training.
    static SEEN: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// The sum of the outputs, each times its target: the loss of the fixtures.
#[derive(Clone, Copy, Debug)]
pub struct Cotangent;

impl<H: Activation<A>, A: Flat + Clone + Send + Sync> Loss<H, A> for Cotangent {
    type Target = A;

    fn reduction(&self) -> Reduction {
        Reduction::Sum
    }

    fn sum(self, _logits: &[A], outputs: &[A], targets: &[A]) -> f64 {
        let outputs: Vec<f64> = flat(outputs).iter().map(|y| y.to_f64()).collect();
        let sum = outputs.iter().zip(flat(targets)).map(|(y, target)| y * target.to_f64()).sum();
        SEEN.set(outputs);
        sum
    }

    fn gradient<I: Isa<A::Scalar>>(self, isa: I, head: H, logits: &[A], outputs: &[A], targets: &[A], grad: &mut [A]) {
        // Of the mean.
        let samples = A::Scalar::from_f64(targets.len() as f64);
        for (grad, target) in grad.iter_mut().zip(targets) {
            grad.as_flat_mut().iter_mut().zip(target.as_flat()).for_each(|(grad, &target)| *grad = target / samples);
        }
        head.backward(isa, H::Kept::of(logits, outputs), grad);
    }
}

/// Where a tensor lies in a network.
fn range<N: Network>(name: &str) -> std::ops::Range<usize> {
    let mut at = 0;
    for tensor in N::TENSORS {
        let len = tensor.shape.iter().product::<usize>();
        if tensor.name == name {
            return at..at + len;
        }
        at += len;
    }
    panic!("{} has no tensor {name}", N::NAME)
}

/// Compares a network of one layer; `tensors` are the names of parameters, Keras's and ours.
pub fn check<N: Network>(name: &str, tensors: &[(&str, &str)])
where
    N::Input: Clone,
    N::Output: Clone + Send + Sync,
    N::Head: Activation<N::Output>,
{
    let fixture = Fixture::load(&format!("layers/{name}"));
    let training = fixture.json()["training"] == true;
    let mut net = N::init(&mut seeded(1));
    assert_eq!(N::TENSORS.len(), tensors.len(), "{name}");
    for (keras, ours) in tensors {
        let values = fixture.tensor(&format!("param.{keras}")).values;
        let place = &mut net.as_flat_mut()[range::<N>(ours)];
        assert_eq!(place.len(), values.len(), "{name}: {ours}");
        place.iter_mut().zip(values).for_each(|(place, value)| *place = N::Scalar::from_f64(value));
    }
    let inputs: Vec<N::Input> = fixture.samples("in.x");
    let targets: Vec<N::Output> = fixture.samples("cot.y");
    if !training {
        let mut memory = Workspace::boxed();
        let outputs: Vec<N::Output> = inputs.iter().map(|input| net.predict_in(input, &mut memory).clone()).collect();
        fixture.assert_close("out.y", &flat(&outputs));
    }
    let mut trainer = net.compile(Cotangent, Sgd::default());
    let mut grad_inputs = inputs.clone();
    trainer.compute_input_gradient(&inputs, &targets, &mut grad_inputs).expect("a sound batch");
    let (_, gradient) = trainer.compute_gradient(&inputs, &targets).expect("a sound batch");
    let gradient = gradient.as_flat().to_vec();
    let outputs: Vec<N::Scalar> = SEEN.take().into_iter().map(N::Scalar::from_f64).collect();
    fixture.assert_close("out.y", &outputs);
    fixture.assert_close("grad.x", &flat(&grad_inputs));
    for (keras, ours) in tensors {
        if let Some(gradient) = gradient.get(range::<N>(ours)) {
            fixture.assert_close(&format!("grad.{keras}"), gradient);
        }
    }
    if training {
        trainer.train_on_batch(&inputs, &targets).expect("a sound batch");
        for (keras, ours) in tensors.iter().filter(|(keras, _)| keras.starts_with("moving")) {
            fixture.assert_close(&format!("after.{keras}"), &trainer.network().as_flat()[range::<N>(ours)]);
        }
    }
}

macro_rules! layers {
    ($($test:ident $([$($keras:literal = $ours:literal),*])?: $shape:tt => $layer:ident $($number:literal)* $(+ $option:ident $($value:literal)?)*;)*) => {
        $(
            #[test]
            fn $test() {
                network! {
                    Single< input $shape => $layer $($number)* $($option $($value)?)* >
                    Double< input $shape f64 => $layer $($number)* $($option $($value)?)* >
                }
                let tensors: &[(&str, &str)] = &[$($(($keras, $ours)),*)?];
                check::<Single>(stringify!($test), tensors);
                check::<Double>(stringify!($test), tensors);
            }
        )*
    };
}

layers! {
    maxpool1d_p2: 9x3 => maxpool 2;
    maxpool2d_p2: 6x8x3 => maxpool 2x2;
    maxpool2d_p2_odd: 7x5x3 => maxpool 2;
    maxpool2d_p2x3: 6x9x2 => maxpool 2x3;
    maxpool2d_p3_s1_same: 6x6x2 => maxpool 3x3 + stride 1 + same;
    maxpool2d_p3_s2_same: 8x8x3 => maxpool 3x3 + stride 2 + same;
    maxpool2d_p3_s2_valid: 9x8x3 => maxpool 3x3 + stride 2;
    avgpool1d_p3_s2_same: 9x3 => avgpool 3 + stride 2 + same;
    avgpool2d_p2: 6x8x3 => avgpool 2x2;
    avgpool2d_p3_s1_same: 5x6x3 => avgpool 3x3 + stride 1 + same;
    avgpool2d_p3_s2_same: 8x7x2 => avgpool 3x3 + stride 2 + same;
    avgpool2d_p3_s2_valid: 8x9x2 => avgpool 3x3 + stride 2 + valid;
    global_avgpool1d: 6x3 => globalavgpool;
    global_avgpool2d: 5x4x3 => globalavgpool;
    global_avgpool2d_keepdims: 3x4x5 => globalavgpool + keepdims;
    global_maxpool2d: 5x4x3 => globalmaxpool;
    zeropad1d: 4x3 => pad 1x2;
    zeropad2d_1: 3x4x2 => pad 1;
    zeropad2d_asym: 3x4x2 => pad 0x1x2x3;
    cropping2d: 5x6x2 => crop 1x0x2x1;
    upsampling1d: 4x2 => upsample 3;
    upsampling2d_nearest_2: 3x4x2 => upsample 2;
    upsampling2d_nearest_3x2: 3x2x2 => upsample 3x2;
    upsampling2d_bilinear_2: 3x4x2 => upsample 2 + bilinear;
    relu_layer_clipped: 9 => clipped_relu 1.0 0.1 0.25;
    prelu ["alpha" = "prelu_1.alpha"]: 6 => prelu;
    prelu_shared_hw ["alpha" = "prelu_1.alpha"]: 4x3x5 => prelu + shared;
    dense_rank3_input ["kernel" = "dense_1.weight", "bias" = "dense_1.bias"]: 5x3 => dense 4 + each + tanh;
    time_distributed_dense ["kernel" = "dense_1.weight", "bias" = "dense_1.bias"]: 5x3 => dense 4 + each + relu;
    permute: 3x4x5 => permute 2x1x3;
    repeat_vector: 5 => repeat_vector 3;
    unitnorm: 5 => unitnorm;
    layernorm_last ["gamma" = "layernorm_1.gamma", "beta" = "layernorm_1.beta"]: 7 => layernorm;
    layernorm_rank3 ["gamma" = "layernorm_1.gamma", "beta" = "layernorm_1.beta"]: 5x6 => layernorm + epsilon 1e-6;
    layernorm_axes_hwc ["gamma" = "layernorm_1.gamma", "beta" = "layernorm_1.beta"]: 3x4x5 => layernorm + all;
    layernorm_nocenter ["gamma" = "layernorm_1.gamma"]: 8 => layernorm + nocenter;
    groupnorm_2 ["gamma" = "groupnorm_1.gamma", "beta" = "groupnorm_1.beta"]: 4x3x6 => groupnorm 2;
    batchnorm_infer_2d ["gamma" = "batchnorm_1.gamma", "beta" = "batchnorm_1.beta", "moving_mean" = "batchnorm_1_moving.mean", "moving_variance" = "batchnorm_1_moving.variance"]: 5 => batchnorm + frozen;
    batchnorm_infer_4d ["gamma" = "batchnorm_1.gamma", "beta" = "batchnorm_1.beta", "moving_mean" = "batchnorm_1_moving.mean", "moving_variance" = "batchnorm_1_moving.variance"]: 4x5x6 => batchnorm + frozen;
    batchnorm_infer_noscale_nocenter ["moving_mean" = "batchnorm_1_moving.mean", "moving_variance" = "batchnorm_1_moving.variance"]: 6 => batchnorm + noscale + nocenter + frozen;
    batchnorm_train_2d ["gamma" = "batchnorm_1.gamma", "beta" = "batchnorm_1.beta", "moving_mean" = "batchnorm_1_moving.mean", "moving_variance" = "batchnorm_1_moving.variance"]: 5 => batchnorm;
    batchnorm_train_4d ["gamma" = "batchnorm_1.gamma", "beta" = "batchnorm_1.beta", "moving_mean" = "batchnorm_1_moving.mean", "moving_variance" = "batchnorm_1_moving.variance"]: 4x5x6 => batchnorm;
    batchnorm_train_batch1 ["gamma" = "batchnorm_1.gamma", "beta" = "batchnorm_1.beta", "moving_mean" = "batchnorm_1_moving.mean", "moving_variance" = "batchnorm_1_moving.variance"]: 3x3x2 => batchnorm + momentum 0.5;
    batchnorm_train_m09_e1e5 ["gamma" = "batchnorm_1.gamma", "beta" = "batchnorm_1.beta", "moving_mean" = "batchnorm_1_moving.mean", "moving_variance" = "batchnorm_1_moving.variance"]: 4x4x3 => batchnorm + momentum 0.9 + epsilon 1.001e-5;
    gru_last ["kernel" = "gru_1.weight", "recurrent_kernel" = "gru_1.recurrent_weight", "bias" = "gru_1.bias"]: 6x3 => gru 4;
    gru_last_reset_before ["kernel" = "gru_1.weight", "recurrent_kernel" = "gru_1.recurrent_weight", "bias" = "gru_1.bias"]: 6x3 => gru 4 + reset_before;
    gru_nobias ["kernel" = "gru_1.weight", "recurrent_kernel" = "gru_1.recurrent_weight"]: 5x2 => gru 3 + nobias;
    gru_seq ["kernel" = "gru_1.weight", "recurrent_kernel" = "gru_1.recurrent_weight", "bias" = "gru_1.bias"]: 6x3 => gru 4 + sequences;
    gru_seq_reset_before ["kernel" = "gru_1.weight", "recurrent_kernel" = "gru_1.recurrent_weight", "bias" = "gru_1.bias"]: 6x3 => gru 4 + reset_before + sequences;
    lstm_backwards ["kernel" = "lstm_1.weight", "recurrent_kernel" = "lstm_1.recurrent_weight", "bias" = "lstm_1.bias"]: 5x3 => lstm 4 + sequences + backwards;
    lstm_last ["kernel" = "lstm_1.weight", "recurrent_kernel" = "lstm_1.recurrent_weight", "bias" = "lstm_1.bias"]: 6x3 => lstm 4;
    lstm_nobias_hardsig ["kernel" = "lstm_1.weight", "recurrent_kernel" = "lstm_1.recurrent_weight"]: 5x2 => lstm 3 + gates + hard_sigmoid + nobias;
    lstm_seq ["kernel" = "lstm_1.weight", "recurrent_kernel" = "lstm_1.recurrent_weight", "bias" = "lstm_1.bias"]: 6x3 => lstm 4 + sequences;
    lstm_t20 ["kernel" = "lstm_1.weight", "recurrent_kernel" = "lstm_1.recurrent_weight", "bias" = "lstm_1.bias"]: 20x1 => lstm 8;
    simple_rnn_last ["kernel" = "rnn_1.weight", "recurrent_kernel" = "rnn_1.recurrent_weight", "bias" = "rnn_1.bias"]: 5x3 => rnn 4;
    simple_rnn_seq ["kernel" = "rnn_1.weight", "recurrent_kernel" = "rnn_1.recurrent_weight", "bias" = "rnn_1.bias"]: 5x3 => rnn 4 + sequences;
    bigru_ave ["forward.kernel" = "bidirectional_1_forward.weight", "forward.recurrent_kernel" = "bidirectional_1_forward.recurrent_weight", "forward.bias" = "bidirectional_1_forward.bias", "backward.kernel" = "bidirectional_1_backward.weight", "backward.recurrent_kernel" = "bidirectional_1_backward.recurrent_weight", "backward.bias" = "bidirectional_1_backward.bias"]: 5x3 => bidirectional + gru 3 + average;
    bilstm_concat_last ["forward.kernel" = "bidirectional_1_forward.weight", "forward.recurrent_kernel" = "bidirectional_1_forward.recurrent_weight", "forward.bias" = "bidirectional_1_forward.bias", "backward.kernel" = "bidirectional_1_backward.weight", "backward.recurrent_kernel" = "bidirectional_1_backward.recurrent_weight", "backward.bias" = "bidirectional_1_backward.bias"]: 5x3 => bidirectional + lstm 3;
    bilstm_concat_seq ["forward.kernel" = "bidirectional_1_forward.weight", "forward.recurrent_kernel" = "bidirectional_1_forward.recurrent_weight", "forward.bias" = "bidirectional_1_forward.bias", "backward.kernel" = "bidirectional_1_backward.weight", "backward.recurrent_kernel" = "bidirectional_1_backward.recurrent_weight", "backward.bias" = "bidirectional_1_backward.bias"]: 5x3 => bidirectional + lstm 3 + sequences + concat;
    bilstm_sum_seq ["forward.kernel" = "bidirectional_1_forward.weight", "forward.recurrent_kernel" = "bidirectional_1_forward.recurrent_weight", "forward.bias" = "bidirectional_1_forward.bias", "backward.kernel" = "bidirectional_1_backward.weight", "backward.recurrent_kernel" = "bidirectional_1_backward.recurrent_weight", "backward.bias" = "bidirectional_1_backward.bias"]: 4x2 => bidirectional + lstm 3 + sum + sequences;
    batchnorm_train_noscale ["beta" = "batchnorm_1.beta", "moving_mean" = "batchnorm_1_moving.mean", "moving_variance" = "batchnorm_1_moving.variance"]: 4x3x3 => batchnorm + noscale;
}

/// Without factors and offsets there is nothing to train, but the statistics of the batch are used all the same.
#[test]
fn nothing_but_a_normalization() {
    network! { Plain< input 2x3 f64 => batchnorm noscale nocenter momentum 0.5 => groupnorm 3 noscale nocenter > }
    assert_eq!((Plain::PARAMS, Plain::TRAINABLE_PARAMS), (6, 0));
    let mut trainer = Plain::init(&mut seeded(1)).compile(Cotangent, Sgd::default());
    let inputs = [SMatrix::<f64, 3, 2>::from([[1.0, 2.0, 3.0], [3.0, 2.0, 7.0]])];
    trainer.train_on_batch(&inputs, &inputs).expect("a sound batch");
    let moving = &trainer.network().batchnorm_1_moving;
    assert_eq!((moving.mean, moving.variance), (SVector::from([1.0, 1.0, 2.5]), SVector::from([1.0, 0.5, 2.5])));
}
