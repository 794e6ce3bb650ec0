//! Layers, activations, losses, optimizers, metrics and initializers agree with Keras, in both precisions. See `tests/README.md`.
mod convolution;
mod initializers;
mod joins;
mod layers;
mod losses;
mod metrics;
mod optimizers;

use castnet::Scalar;
use castnet::activations::*;
use castnet::isa::Portable;
use castnet::layers::{Dense, NoBias};
use castnet::losses::*;
use castnet::nalgebra::{SMatrix, SVector};
use castnet::prelude::*;
use castnet_tests::{Fixture, flat};

/// Value and derivative at every point of a table.
fn table<A: Flat + Clone>(name: &str, activation: impl Activation<A>) {
    let fixture = Fixture::load(&format!("activations/{name}"));
    let inputs: Vec<A> = fixture.samples("in.x");
    let mut outputs = inputs.clone();
    activation.apply(Portable, &mut outputs);
    fixture.assert_close("out.y", &flat(&outputs));
    // The table holds the derivative itself; for softmax, the gradient for a given gradient of the output.
    let rows = name.ends_with("_rows");
    let mut grad: Vec<A> = if rows { fixture.samples("cot.y") } else { inputs.clone() };
    if !rows {
        grad.iter_mut().for_each(|grad| grad.as_flat_mut().fill(castnet::Scalar::from_f64(1.0)));
    }
    activation.backward(Portable, Kept::of(&inputs, &outputs), &mut grad);
    let mut grad = flat(&grad);
    if name == "celu" {
        // At zero, where CELU is smooth and its derivative is 1, TensorFlow counts both branches of Keras's formula
        // `max(x, 0) + min(0, ...)` and gives 2. The one point at which we keep to the definition.
        let zero = flat(&inputs).iter().position(|x| x.to_f64() == 0.0).expect("a table with zero");
        assert_eq!((grad[zero].to_f64(), fixture.tensor("grad.x").values[zero]), (1.0, 2.0));
        grad[zero] = castnet::Scalar::from_f64(2.0);
    }
    fixture.assert_close("grad.x", &grad);
}

macro_rules! tables {
    ($($name:ident: $activation:expr;)*) => {
        $(
            #[test]
            fn $name() {
                table::<[f32; 1]>(stringify!($name), $activation);
                table::<[f64; 1]>(stringify!($name), $activation);
            }
        )*
    };
}

mod activations {
    use super::*;

    tables! {
        celu: Celu::default();
        elu: Elu::default();
        exponential: Exponential;
        gelu_exact: Gelu;
        gelu_tanh: GeluTanh;
        hard_sigmoid: HardSigmoid;
        hard_silu: HardSilu;
        hard_tanh: HardTanh;
        relu_slope_max_threshold: ClippedRelu(4.0, 0.1, 0.5);
        leaky_relu: LeakyRelu::default();
        leaky_relu_01: LeakyRelu(0.1);
        linear: Linear;
        log_sigmoid: LogSigmoid;
        mish: Mish;
        relu: Relu;
        relu6: Relu6;
        selu: Selu;
        sigmoid: Sigmoid;
        silu: Silu;
        softplus: Softplus;
        softsign: Softsign;
        tanh: Tanh;
    }

    #[test]
    fn softmax_rows() {
        table::<SVector<f32, 4>>("softmax_rows", Softmax);
        table::<SVector<f64, 4>>("softmax_rows", Softmax);
    }

    #[test]
    fn log_softmax_rows() {
        table::<SVector<f32, 4>>("log_softmax_rows", LogSoftmax);
        table::<SVector<f64, 4>>("log_softmax_rows", LogSoftmax);
    }
}

/// A dense layer with an activation: outputs, and all gradients.
macro_rules! dense {
    ($($name:ident: $inputs:literal => $units:literal, $activation:expr;)*) => {
        $(
            #[test]
            fn $name() {
                dense!(@case f32, $name, $inputs, $units, $activation);
                dense!(@case f64, $name, $inputs, $units, $activation);
            }
        )*
    };
    (@case $t:ident, $name:ident, $inputs:literal, $units:literal, $activation:expr) => {{
        let fixture = Fixture::load(concat!("layers/", stringify!($name)));
        let mut layer = Dense::<$inputs, $units, $t>::zeroed_boxed();
        fixture.read_into("param.kernel", &mut layer.weight);
        fixture.read_into("param.bias", &mut layer.bias);
        let inputs: Vec<SVector<$t, $inputs>> = fixture.samples("in.x");
        let mut logits = vec![SVector::<$t, $units>::zeros(); inputs.len()];
        layer.forward(Portable, &inputs, &mut logits);
        let mut outputs = logits.clone();
        $activation.apply(Portable, &mut outputs);
        fixture.assert_close("out.y", &flat(&outputs));

        let mut grad: Vec<SVector<$t, $units>> = fixture.samples("cot.y");
        $activation.backward(Portable, Kept::of(&logits, &outputs), &mut grad);
        let mut gradient = Dense::<$inputs, $units, $t>::zeroed_boxed();
        layer.backward_parameters(Portable, &inputs, &grad, &mut gradient);
        fixture.assert_close("grad.kernel", gradient.weight.as_flat());
        fixture.assert_close("grad.bias", gradient.bias.as_flat());
        let mut grad_inputs = vec![SVector::<$t, $inputs>::zeros(); inputs.len()];
        layer.backward_input(Portable, &grad, &mut grad_inputs);
        fixture.assert_close("grad.x", &flat(&grad_inputs));
    }};
}

mod dense {
    use super::*;

    dense! {
        dense_1x1: 1 => 1, Linear;
        dense_64x32: 64 => 32, Linear;
        dense_13x10: 13 => 10, Linear;
        dense_13x10_elu: 13 => 10, Elu::default();
        dense_13x10_exponential: 13 => 10, Exponential;
        dense_13x10_gelu_exact: 13 => 10, Gelu;
        dense_13x10_gelu_tanh: 13 => 10, GeluTanh;
        dense_13x10_hard_sigmoid: 13 => 10, HardSigmoid;
        dense_13x10_leaky_relu: 13 => 10, LeakyRelu::default();
        dense_13x10_linear: 13 => 10, Linear;
        dense_13x10_mish: 13 => 10, Mish;
        dense_13x10_relu: 13 => 10, Relu;
        dense_13x10_relu6: 13 => 10, Relu6;
        dense_13x10_selu: 13 => 10, Selu;
        dense_13x10_sigmoid: 13 => 10, Sigmoid;
        dense_13x10_silu: 13 => 10, Silu;
        dense_13x10_softmax: 13 => 10, Softmax;
        dense_13x10_softplus: 13 => 10, Softplus;
        dense_13x10_softsign: 13 => 10, Softsign;
        dense_13x10_tanh: 13 => 10, Tanh;
    }

    #[test]
    fn dense_3x5_nobias() {
        let fixture = Fixture::load("layers/dense_3x5_nobias");
        let mut layer = Dense::<3, 5, f64, NoBias>::zeroed_boxed();
        fixture.read_into("param.kernel", &mut layer.weight);
        let inputs: Vec<SVector<f64, 3>> = fixture.samples("in.x");
        let mut outputs = vec![SVector::<f64, 5>::zeros(); inputs.len()];
        layer.forward(Portable, &inputs, &mut outputs);
        fixture.assert_close("out.y", &flat(&outputs));
        let grad: Vec<SVector<f64, 5>> = fixture.samples("cot.y");
        let mut gradient = Dense::<3, 5, f64, NoBias>::zeroed_boxed();
        layer.backward_parameters(Portable, &inputs, &grad, &mut gradient);
        fixture.assert_close("grad.kernel", gradient.weight.as_flat());
    }
}

/// `flatten` and a `dropout` outside of training, in networks: they change no value.
#[test]
fn layers_without_parameters() {
    network! {
        Flattened< input 3x4x5 => flatten >
        Undropped< input 6 => dropout 0.4 >
        UndroppedChannels< input 3x3x4 => spatial_dropout 0.3 >
    }

    let fixture = Fixture::load("layers/flatten");
    let inputs: Vec<<Flattened as Network>::Input> = fixture.samples("in.x");
    let net = Flattened::init(&mut seeded(0));
    fixture.assert_close("out.y", &flat(&inputs.iter().map(|x| net.predict(x)).collect::<Vec<_>>()));

    let fixture = Fixture::load("layers/dropout_infer");
    let inputs: Vec<<Undropped as Network>::Input> = fixture.samples("in.x");
    let net = Undropped::init(&mut seeded(0));
    fixture.assert_close("out.y", &flat(&inputs.iter().map(|x| net.predict(x)).collect::<Vec<_>>()));

    let fixture = Fixture::load("layers/spatial_dropout2d_infer");
    let inputs: Vec<<UndroppedChannels as Network>::Input> = fixture.samples("in.x");
    let net = UndroppedChannels::init(&mut seeded(0));
    fixture.assert_close("out.y", &flat(&inputs.iter().map(|x| net.predict(x)).collect::<Vec<_>>()));
}
