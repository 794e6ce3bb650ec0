//! The output of `network!`: counts, constants, tables; and all the places where `network!` may stand.
use castnet::prelude::*;
use castnet::typenum::{B1, IsLessOrEqual, U261, U1024, Unsigned};

network! {
    House< input 13 => dense 10 relu => dense 10 relu => dense 1 > where params == 261, flash <= 2 KiB, ram <= 512 B
    HouseInLayers< input 13 => dense 10 => relu => dense 10 => relu => dense 1 > where params == 261
    Fraud< input 13 => dense 10 relu => dense 10 relu => dense 1 sigmoid > where params == 261
    Ages< input 4 => dense 10 relu => dense 10 relu => dense 5 softmax > where params == 215
    Tanh< input 13 => dense 10 tanh > where params == 140
    Image< input 28x28 => flatten => dense 512 relu => dense 512 relu => dense 10 softmax > where params == 669_706
    ImageWithDropout<
        input 28x28 => flatten => dense 512 relu => dropout 0.5 => dense 512 relu => dropout 0.5 => dense 10 softmax
    > where params == 669706
    Exercise< input 28x28 => flatten => dense 128 relu => dense 512 relu => dense 10 softmax > where params == 171658
    MultiLabel< input 3 => dense 10 relu => dense 10 relu => dense 7 sigmoid > where params == 227
    Normalized< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 > where params == 287
    Parts< input 3 => a: dense 4 frozen nobias => dense 2 => b: dense 2 frozen => dense 1 >
}

/// The number of parameters: by the constant, by the type, by the sum over the layers and over the tensors, and by the size in memory.
#[test]
fn parameters() {
    fn check<N: Network>(params: usize) {
        assert_eq!(N::PARAMS, params, "{}", N::NAME);
        assert_eq!(N::ParamCount::USIZE, params);
        assert_eq!(N::LAYERS.iter().map(|layer| layer.params).sum::<usize>(), params);
        assert_eq!(N::TENSORS.iter().map(|tensor| tensor.shape.iter().product::<usize>()).sum::<usize>(), params);
        assert_eq!(N::FLASH_BYTES, params * size_of::<N::Scalar>());
        assert_eq!(size_of::<N>(), N::FLASH_BYTES);
        assert_eq!(size_of::<N::Gradient>(), N::TRAINABLE_PARAMS * size_of::<N::Scalar>());
    }
    check::<House>(261);
    check::<HouseInLayers>(261);
    check::<Fraud>(261);
    check::<Ages>(215);
    check::<Tanh>(140);
    check::<Image>(669_706);
    check::<ImageWithDropout>(669_706);
    check::<Exercise>(171_658);
    check::<MultiLabel>(227);
    check::<Normalized>(287);
    assert_eq!((Normalized::TRAINABLE_PARAMS, House::TRAINABLE_PARAMS), (261, 261));
}

#[test]
fn summaries() {
    assert_eq!(
        HouseInLayers::SUMMARY,
        "\
Layer (type)     Output Shape  Param #
--------------------------------------
dense_1 (Dense)  (10)              140
relu_1 (Relu)    (10)                0
dense_2 (Dense)  (10)              110
relu_2 (Relu)    (10)                0
dense_3 (Dense)  (1)                11
--------------------------------------
Total params: 261 (1.02 KiB)
Trainable params: 261 (1.02 KiB)
Non-trainable params: 0 (0 B)"
    );
    let rows: Vec<_> =
        House::LAYERS.iter().map(|layer| (layer.name, layer.kind, layer.output_shape, layer.params)).collect();
    assert_eq!(
        rows,
        [("dense_1", "Dense", &[10][..], 140), ("dense_2", "Dense", &[10], 110), ("dense_3", "Dense", &[1], 11)]
    );
}

#[test]
fn costs() {
    assert_eq!((House::MACS, House::RAM_BYTES, House::FLASH_BYTES), (240, 84, 1044));
    assert_eq!((Image::MACS, Image::RAM_BYTES), (784 * 512 + 512 * 512 + 512 * 10, 4 * (512 + 512 + 10)));
    assert_eq!(size_of::<Workspace<House>>(), House::RAM_BYTES);
}

/// Trainable layers first, frozen ones behind them, statistics at the end; the gradient is the prefix.
#[test]
fn layout() {
    let names: Vec<_> = Parts::TENSORS.iter().map(|tensor| tensor.name).collect();
    assert_eq!(
        names,
        ["dense_1.weight", "dense_1.bias", "dense_2.weight", "dense_2.bias", "a.weight", "b.weight", "b.bias"]
    );
    assert_eq!((Parts::TRAINABLE_PARAMS, Parts::PARAMS), (10 + 3, 12 + 10 + 6 + 3));
    let trainable: Vec<_> = Parts::LAYERS.iter().map(|layer| (layer.name, layer.trainable)).collect();
    assert_eq!(trainable, [("a", false), ("dense_1", true), ("b", false), ("dense_2", true)]);
    assert_eq!(Normalized::TENSORS[6].name, "normalize_1.mean");

    let mut net = Parts::init(&mut seeded(1));
    net.dense_1.weight[(1, 3)] = 42.0;
    assert_eq!(net.as_flat()[2 * 3 + 1], 42.0, "column by column: Keras's (in, out), row by row");
}

/// A bound on the number of parameters, in generic code.
fn fits_into_a_kibibyte<N: Network>(_: &N) -> usize
where
    N::ParamCount: IsLessOrEqual<U1024, Output = B1>,
{
    N::ParamCount::USIZE
}

#[test]
fn parameters_as_a_type() {
    fn same<T>(_: T, _: T) {}
    assert_eq!(fits_into_a_kibibyte(&*House::init(&mut seeded(1))), 261);
    same(U261::default(), <House as Network>::ParamCount::default());
}

/// The fingerprint depends on the architecture, and not on names or on words about training.
#[test]
fn fingerprints() {
    network! {
        Same< input 13 => first: dense 10 relu init he_normal l2 => dropout 0.1 => second: dense 10 relu frozen => dense 1 >
        OtherActivation< input 13 => dense 10 relu => dense 10 tanh => dense 1 >
        OtherNumber< input 13 => dense 10 leaky_relu 0.1 => dense 10 relu => dense 1 >
        OtherScalar< input 13 f64 => dense 10 relu => dense 10 relu => dense 1 >
        OtherInput< input 12 => dense 10 relu => dense 10 relu => dense 1 >
        NoBias< input 13 => dense 10 nobias relu => dense 10 relu => dense 1 >
        Rescaled< input 13 => rescale 2.0 => dense 10 relu => dense 10 relu => dense 1 >
        RescaledOtherwise< input 13 => rescale 3.0 => dense 10 relu => dense 10 relu => dense 1 >
        Residual< input 13 => dense 10 relu => add(identity, dense 10) => dense 1 >
        ResidualWithDropout< input 13 => dense 10 relu => dropout 0.5 => add(identity, x: dense 10) => dropout 0.1 => dense 1 >
        Crossed< input 13 => dense 10 relu => add(dense 10, identity) => dense 1 >
    }
    assert_eq!(Residual::FINGERPRINT, ResidualWithDropout::FINGERPRINT);
    assert_eq!(House::FINGERPRINT, Same::FINGERPRINT);
    assert_eq!(House::FINGERPRINT, HouseInLayers::FINGERPRINT);
    let all = [
        House::FINGERPRINT,
        OtherActivation::FINGERPRINT,
        OtherNumber::FINGERPRINT,
        OtherScalar::FINGERPRINT,
        OtherInput::FINGERPRINT,
        NoBias::FINGERPRINT,
        Rescaled::FINGERPRINT,
        RescaledOtherwise::FINGERPRINT,
        Residual::FINGERPRINT,
        Crossed::FINGERPRINT,
        Fraud::FINGERPRINT,
    ];
    for (index, one) in all.iter().enumerate() {
        assert!(!all[..index].contains(one), "{index}");
    }
}

mod in_a_module {
    castnet::network! {
        /// Documented.
        #[derive(Clone)]
        pub(crate) Inner< input 2 => dense 1 >
        Private< input 2 => dense 1 >
    }

    pub fn private() -> usize {
        <Private as castnet::Predict>::PARAMS
    }
}

/// A crate that re-exports castnet, as its users see it.
mod reexport {
    pub mod nn {
        pub use castnet;
    }
    nn::castnet::network! { pub Reexported< input 2 => dense 1 > }
}

#[test]
fn places() {
    network! { InAFunction< input 2 => dense 3 => dense 1 > }
    assert_eq!(InAFunction::PARAMS, 13);
    assert_eq!((in_a_module::Inner::PARAMS, in_a_module::private(), reexport::Reexported::PARAMS), (3, 3, 3));
    let closure = || {
        network! { InAClosure< input 1 => dense 1 > }
        InAClosure::PARAMS
    };
    assert_eq!(closure(), 2);
}

/// Names that the generated code uses too.
mod names {
    use castnet::prelude::*;

    network! {
        Option< input 2 => dense 1 >
        Relu< input 2 => dense 3 relu => dense 1 >
        Dense< input 2 => normalize => dense 1 >
        Self_< input 2 => self_: dense 1 => weight: dense 1 => bias: tanh => init: dense 1 >
        Vec< input 2 => dropout 0.5 => dense 1 l2 >
    }

    #[test]
    fn networks_with_names_of_other_things() {
        let at = [0.5, -0.5].into();
        assert!(Relu::init(&mut seeded(1)).predict(&at)[0].is_finite());
        assert!(Dense::init(&mut seeded(1)).predict(&at)[0].is_finite());
        assert!(Self_::init(&mut seeded(1)).predict(&at)[0].is_finite());
        assert!(Option::init(&mut seeded(1)).predict(&at)[0].is_finite());
        assert!(Vec::init(&mut seeded(1)).penalty() > 0.0);
    }
}

/// A word of Rust as a name: written raw, shown as it is.
#[test]
fn raw_names() {
    network! { r#Match< input 2 => r#type: dense 1 > }
    assert_eq!((Match::NAME, Match::LAYERS[0].name, Match::TENSORS[0].name), ("Match", "type", "type.weight"));
    assert_eq!(Match::init(&mut seeded(1)).r#type.bias[0], 0.0);
}

/// Sizes from a macro of the user's own.
#[test]
fn sizes_from_macro_rules() {
    macro_rules! net {
        ($name:ident, $units:literal, $activation:ident, $rate:literal) => {
            network! { $name< input 2 => dense $units $activation => dropout $rate => dense 1 > where params == 25 }
        };
    }
    net!(Made, 6, tanh, 0.25);
    assert_eq!(Made::PARAMS, 25);
}

/// By hand: relu of a sum, then a sum.
#[test]
fn a_prediction_by_hand() {
    network! { Tiny< input 2 => dense 2 relu => dense 1 > }
    let mut net = Tiny::zeroed_boxed();
    net.dense_1.weight[(0, 0)] = 1.0;
    net.dense_1.weight[(0, 1)] = -2.0;
    net.dense_1.weight[(1, 0)] = -1.0;
    net.dense_1.bias[1] = 0.5;
    net.dense_2.weight[(0, 0)] = 3.0;
    net.dense_2.weight[(0, 1)] = 10.0;
    net.dense_2.bias[0] = 0.25;
    // Units: 4 - 2 = 2 and 0.5 - 4, which relu makes 0; then 3 * 2 + 0.25.
    assert_eq!(net.predict(&[4.0, 1.0].into())[0], 6.25);
    // Units: -4, which relu makes 0, and 0.5; then 10 * 0.5 + 0.25.
    assert_eq!(net.predict(&[0.0, 2.0].into())[0], 5.25);
}

/// After every step the weights are within their bounds, and both bounds are reached.
#[test]
fn constraints() {
    network! { Bounded< input 2 => dense 8 tanh max_norm 0.5 => dense 1 non_negative > }
    let data: DataFor<Bounded> =
        Dataset::from_rows(&[[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], &[[-3.0], [2.0], [0.0]]).expect("sound data");
    let mut trainer = Bounded::init(&mut seeded(1)).compile(MeanSquaredError, Sgd { learning_rate: 0.1 });
    let (mut at_most, mut at_least) = (false, false);
    for _ in 0..20 {
        trainer.train_on_batch(data.inputs(), data.targets()).expect("a sound batch");
        let net = trainer.network();
        assert!(net.dense_1.weight.row_iter().all(|unit| unit.norm() <= 0.5 + 1e-6), "{}", net.dense_1.weight);
        assert!(net.dense_2.weight.iter().all(|&w| w >= 0.0), "{}", net.dense_2.weight);
        at_most |= net.dense_1.weight.row_iter().any(|unit| unit.norm() > 0.499);
        at_least |= net.dense_2.weight.iter().any(|&w| w == 0.0);
    }
    assert!(at_most, "no norm was ever at its bound");
    assert!(at_least, "no weight was ever at its bound");
}

#[derive(Clone, Copy, Debug, PartialEq, Label)]
enum Weather {
    Rain,
    #[label("some clouds")]
    Clouds,
    Sun,
}

#[derive(Clone, Copy, Debug, PartialEq, Label)]
enum Word {
    r#Yield,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Label)]
enum Answer {
    No,
    Yes,
}

#[test]
fn labels() {
    use castnet::nalgebra::{Vector1, Vector2, Vector3};
    assert_eq!(Weather::NAMES, ["Rain", "some clouds", "Sun"]);
    assert_eq!(Word::NAMES, ["Yield", "Other"]);
    assert_eq!(Weather::from_name("SOME clouds"), Some(Weather::Clouds));
    assert_eq!(Weather::from_name("snow"), None);
    for (index, &weather) in Weather::ALL.iter().enumerate() {
        assert_eq!((weather.index(), Weather::from_index(index)), (index, weather));
        assert_eq!(Weather::from_name(weather.name()), Some(weather));
        assert_eq!(weather.number::<f64>(), Vector1::new(index as f64));
    }
    assert_eq!(Weather::Clouds.target::<Vector3<f32>>(), Vector3::new(0.0, 1.0, 0.0));
    assert_eq!(Weather::decide(&Vector3::new(0.2, 0.3, 0.5_f32)), (Weather::Sun, 0.5));
    assert_eq!(Weather::decide(&Vector3::new(0.4, 0.4, 0.2_f64)), (Weather::Rain, 0.4), "the first of several");
    assert_eq!(Answer::Yes.target::<Vector1<f32>>(), Vector1::new(1.0));
    assert_eq!(Answer::Yes.target::<Vector2<f32>>(), Vector2::new(0.0, 1.0));
    assert_eq!(Answer::decide(&Vector1::new(0.75_f32)), (Answer::Yes, 0.75));
    assert_eq!(Answer::decide(&Vector1::new(0.5_f32)), (Answer::No, 0.5), "as accuracy has it");
}

/// Raw names, and sizes that `macro_rules` computes.
#[test]
fn names_and_numbers_of_others() {
    macro_rules! computed {
        ($size:expr) => {
            network! { Computed< r#in: input 4 => r#type: dense 2*$size => dense 1; r#in => r#fn: dense 3 > }
        };
    }
    computed!(2 + 1);
    assert_eq!(Computed::LAYERS[0].output_shape, [6]);
    let output = Computed::init(&mut seeded(1)).predict(&[0.5; 4].into());
    assert!(output.dense_1[0].is_finite() && output.r#fn[0].is_finite());
}
