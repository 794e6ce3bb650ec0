//! Targets and numbers that make no sense: refused before the first step, by their own words, and the network stays as it was.
use castnet::callbacks::Callback;
use castnet::losses::{Loss, Objection, Reduction, TargetError, Weighted};
use castnet::metrics::Metric;
use castnet::nalgebra::SVector;
use castnet::optimizers::schedules::{
    CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay,
    Schedule,
};
use castnet::optimizers::{Optimizer, Scheduled};
use castnet::prelude::*;
use castnet::{BatchError, Both, FitError, Outcome, TrainingMemory};

network! {
    Line< input 1 => dense 1 >
    Two< input 1 => dense 2 >
    Yes< input 1 => dense 2 sigmoid >
    Kind< input 1 => dense 2 softmax >
    Ports< input 1 => trunk: dense 2; trunk => a: dense 2 softmax; trunk => b: dense 1 >
}

/// What `fit`, `evaluate`, `train_on_batch`, `compute_gradient` and a training on a device say about targets of which the second does not suit
/// the loss: all the same, and the network stays as it was.
fn objection<N, L>(loss: L, sound: L::Target, wrong: L::Target) -> String
where
    N: Network<Scalar = f32, Input = SVector<f32, 1>> + PartialEq + Clone,
    L: Loss<N::Head, N::Output>,
    L::Target: Clone,
{
    let compile = || N::init(&mut seeded(1)).compile(loss, Sgd::default());
    let before = N::init(&mut seeded(1));
    let mut trainer = compile();
    let (inputs, targets) = ([SVector::from([0.5]); 2], [sound.clone(), wrong]);
    let data = Dataset::new(inputs, targets.clone()).expect("finite data");
    let history = trainer.fit(&data, Fit::epochs(1).progress(false));
    let Outcome::Refused(error) = history.outcome() else { return "accepted".into() };
    let FitError::Target { sample: 1, validation: false, objection } = *error else { panic!("{error}") };
    let refused = BatchError::Target(TargetError { sample: 1, objection });
    assert_eq!(trainer.train_on_batch(&inputs, &targets), Err(refused));
    assert_eq!(trainer.evaluate(&data), Err(refused));
    assert_eq!(trainer.compute_gradient(&inputs, &targets).map(|(loss, _)| loss), Err(refused));
    assert_eq!(trainer.compute_input_gradient(&inputs, &targets, &mut [SVector::zeros(); 2]), Err(refused));
    assert!(*trainer.network() == *before);
    let (mut network, mut memory) = ((*before).clone(), Box::new(TrainingMemory::<N, Sgd, 2>::new()));
    let refused_on_device = network.compile_in(&mut memory, loss, Sgd::default()).train_on_batch(&inputs, &targets);
    assert_eq!(refused_on_device, Err(refused));
    assert!(network == *before);
    // A sample that does not count may have any target; sound ones train.
    compile().train_on_weighted_batch(&inputs, &targets, &[1.0, 0.0]).expect("a sample of weight 0");
    compile().train_on_batch(&inputs[..1], &targets[..1]).expect("a sound target");
    objection.to_string()
}

fn two(values: [f32; 2]) -> SVector<f32, 2> {
    values.into()
}

/// Every loss of a distribution, in every form: alone, from logits, smoothed, insisted on, weighted, reduced.
#[test]
fn distributions() {
    for (wrong, expected) in [
        ([7.0, -3.0], "7, but targets of classes are probabilities: one-hot, or a distribution"),
        ([0.0, 0.0], "values that add up to 0, but one-hot targets and distributions add up to 1"),
        ([1.0, 1.0], "values that add up to 2, but one-hot targets and distributions add up to 1"),
        ([0.5, 0.25], "values that add up to 0.75, but one-hot targets and distributions add up to 1"),
        ([1.0, -0.5], "-0.5, but targets of classes are probabilities: one-hot, or a distribution"),
    ] {
        let (sound, wrong) = (two([0.25, 0.75]), two(wrong));
        let (crossentropy, focal) = (CategoricalCrossentropy, CategoricalFocalCrossentropy::default());
        let smoothed = Smoothed { loss: crossentropy, amount: 0.5 };
        let reduced = Reduced { loss: crossentropy, reduction: Reduction::Sum };
        for message in [
            objection::<Kind, _>(crossentropy, sound, wrong),
            objection::<Kind, _>(Weighted(crossentropy, 0.5), sound, wrong),
            objection::<Kind, _>(reduced, sound, wrong),
            objection::<Kind, _>(smoothed, sound, wrong),
            objection::<Kind, _>(Insist(smoothed), sound, wrong),
            objection::<Kind, _>(Insist(crossentropy), sound, wrong),
            objection::<Kind, _>(focal, sound, wrong),
            objection::<Kind, _>(Smoothed { loss: focal, amount: 0.5 }, sound, wrong),
            objection::<Kind, _>(KlDivergence, sound, wrong),
            objection::<Yes, _>(KlDivergence, sound, wrong),
            objection::<Two, _>(FromLogits(crossentropy), sound, wrong),
            objection::<Two, _>(FromLogits(smoothed), sound, wrong),
            objection::<Two, _>(FromLogits(focal), sound, wrong),
            objection::<Ports, _>(
                Both(crossentropy, MeanSquaredError),
                Both(sound, [0.5].into()),
                Both(wrong, [0.5].into()),
            ),
        ] {
            assert_eq!(message, expected);
        }
    }
    // One-hot, a distribution that was rounded to two decimals, and one in single precision.
    let mut trainer = Kind::init(&mut seeded(1)).compile(CategoricalCrossentropy, Sgd::default());
    let targets = [[1.0, 0.0], [0.33, 0.66], [0.1, 0.9]].map(two);
    trainer.train_on_batch(&[SVector::from([0.5]); 3], &targets).expect("distributions");
}

#[test]
fn independent_probabilities() {
    let (sound, wrong, expected) =
        (two([1.0, 1.0]), two([0.5, 1.5]), "1.5, but targets of a binary cross-entropy are from 0 (no) to 1 (yes)");
    let focal = BinaryFocalCrossentropy::default();
    for message in [
        objection::<Yes, _>(BinaryCrossentropy, sound, wrong),
        objection::<Yes, _>(Smoothed { loss: BinaryCrossentropy, amount: 0.1 }, sound, wrong),
        objection::<Yes, _>(focal, sound, wrong),
        objection::<Yes, _>(Smoothed { loss: focal, amount: 0.1 }, sound, wrong),
        objection::<Two, _>(FromLogits(BinaryCrossentropy), sound, wrong),
        objection::<Two, _>(FromLogits(focal), sound, wrong),
        objection::<Kind, _>(Insist(BinaryCrossentropy), sound, wrong),
        objection::<Kind, _>(Insist(focal), sound, wrong),
    ] {
        assert_eq!(message, expected);
    }
}

#[test]
fn numbers_of_classes() {
    let expected = "class 7 of 2: targets are whole numbers from 0 to 1";
    let (sound, wrong) = (SVector::from([1.0]), SVector::from([7.0]));
    for message in [
        objection::<Kind, _>(SparseCategoricalCrossentropy, sound, wrong),
        objection::<Kind, _>(Insist(SparseCategoricalCrossentropy), sound, wrong),
        objection::<Two, _>(FromLogits(SparseCategoricalCrossentropy), sound, wrong),
    ] {
        assert_eq!(message, expected);
    }
    let data = Dataset::new([SVector::from([0.5]), [0.5].into()], [sound, wrong]).expect("finite data");
    let mut trainer = Kind::init(&mut seeded(1)).compile(SparseCategoricalCrossentropy, Sgd::default());
    let error = trainer.evaluate(&data).expect_err("class 7 of 2");
    let message = "the target of sample 1 (counted from 0) does not suit the loss: class 7 of 2: targets are whole numbers from 0 to 1";
    assert_eq!(error.to_string(), message);
}

#[test]
fn margins_counts_and_magnitudes() {
    let of_hinge = "2, but targets of a hinge loss are -1 and 1, or 0 and 1";
    for sound in [[-1.0, 1.0], [0.0, 1.0]] {
        assert_eq!(objection::<Two, _>(Hinge, two(sound), two([1.0, 2.0])), of_hinge);
        assert_eq!(objection::<Two, _>(SquaredHinge, two(sound), two([1.0, 2.0])), of_hinge);
    }
    for sound in [[-1.0, 1.0], [0.0, 1.0]] {
        let message = objection::<Two, _>(CategoricalHinge, two(sound), two([1.0, 1.0]));
        assert_eq!(message, "2 values of 1, but a one-hot target has one");
        let message = objection::<Two, _>(CategoricalHinge, two(sound), two([0.0, 0.0]));
        assert_eq!(message, "0 values of 1, but a one-hot target has one");
        let message = objection::<Two, _>(CategoricalHinge, two(sound), two([1.0, 0.5]));
        assert!(message.starts_with("0.5, but targets of a categorical hinge loss are one-hot"), "{message}");
    }
    let message = objection::<Two, _>(Poisson, two([0.0, 2.5]), two([1.0, -1.0]));
    assert_eq!(message, "-1, but targets of a Poisson loss are counts, and not negative");
    let message = objection::<Two, _>(MeanSquaredLogarithmicError, two([0.0, 2.5]), two([1.0, -1.0]));
    assert_eq!(message, "-1, but targets of a logarithmic error are not negative");
}

/// A loss of one's own says which targets it refuses.
#[test]
fn a_loss_of_ones_own() {
    use castnet::losses::OutputLoss;
    #[derive(Clone, Copy, Debug)]
    struct Even;
    impl OutputLoss<SVector<f32, 1>> for Even {
        type Target = SVector<f32, 1>;
        fn objection(&self, target: &Self::Target) -> Option<Objection> {
            (target[0] % 2.0 != 0.0).then(|| "targets are even".into())
        }
        fn sum_of_outputs(self, outputs: &[SVector<f32, 1>], targets: &[SVector<f32, 1>]) -> f64 {
            MeanSquaredError.sum_of_outputs(outputs, targets)
        }
        fn gradient_of_outputs(
            self,
            outputs: &[SVector<f32, 1>],
            targets: &[SVector<f32, 1>],
            grad: &mut [SVector<f32, 1>],
        ) {
            MeanSquaredError.gradient_of_outputs(outputs, targets, grad);
        }
    }
    assert_eq!(objection::<Line, _>(Insist(Even), [4.0].into(), [3.0].into()), "targets are even");
}

fn line() -> DataFor<Line> {
    Dataset::from_rows(&[[0.0], [1.0]], &[[0.0], [2.0]]).expect("sound data")
}

/// The reason why a training is refused: by `fit`, by `train_on_batch` and on a device. The network stays as it was.
fn reason<L: Loss<castnet::activations::Linear, SVector<f32, 1>, Target = SVector<f32, 1>>, O: Optimizer>(
    loss: L,
    optimizer: O,
) -> String {
    let before = Line::init(&mut seeded(1));
    let mut trainer = before.clone_boxed().compile(loss, optimizer.clone());
    let history = trainer.fit(&line(), Fit::epochs(1).progress(false));
    let batch = trainer.train_on_batch(line().inputs(), line().targets());
    let (mut network, mut memory) = ((*before).clone(), TrainingMemory::<Line, O, 2>::new());
    let mut on_device = network.compile_in(&mut memory, loss, optimizer);
    let device = on_device.train_on_batch(line().inputs(), line().targets());
    let Outcome::Refused(error) = history.outcome() else {
        batch.expect("as `fit`");
        device.expect("as `fit`");
        return "accepted".into();
    };
    let [batch, device] = [batch, device].map(|result| result.expect_err("as `fit`").to_string());
    assert_eq!(batch, device);
    if !matches!(error, FitError::LearningRate { .. }) {
        assert_eq!(batch, error.to_string());
    }
    assert!(*trainer.network() == *before && network == *before);
    error.to_string()
}

fn of_optimizer(optimizer: impl Optimizer) -> String {
    reason(MeanSquaredError, optimizer)
}

#[test]
fn learning_rates() {
    let infinite = [(f64::NEG_INFINITY, "-inf"), (f64::INFINITY, "inf")];
    for (rate, shown) in [(-0.1, "-0.1"), (-1e-300, "-1e-300"), (f64::NAN, "NaN")].into_iter().chain(infinite) {
        let expected = format!("a learning rate of {shown}: give one that is finite and not negative");
        assert_eq!(of_optimizer(Sgd { learning_rate: rate }), expected);
        assert_eq!(of_optimizer(WeightDecay { optimizer: Sgd { learning_rate: rate }, rate: 0.1 }), expected);
        assert_eq!(of_optimizer(AmsGrad(Adam { learning_rate: rate, ..Adam::default() })), expected);
    }
    // Nothing is learnt, but for statistics; a warmup begins so.
    assert_eq!(of_optimizer(Sgd { learning_rate: 0.0 }), "accepted");
    assert_eq!(of_optimizer(Ftrl { learning_rate: 0.0, ..Ftrl::default() }), "accepted");
}

/// A schedule may end at 0.
#[test]
fn a_learning_rate_that_falls_to_zero() {
    let schedule = PolynomialDecay { decay_steps: 2, end_learning_rate: 0.0, ..PolynomialDecay::default() };
    let optimizer = Scheduled { optimizer: Ftrl::default(), schedule };
    let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, optimizer);
    let mut step = || {
        trainer.train_on_batch(line().inputs(), line().targets()).expect("a sound batch");
        trainer.network().as_flat().to_vec()
    };
    let [first, second, third, fourth] = std::array::from_fn(|_| step());
    assert!(first != second && second.iter().all(|weight| weight.is_finite()));
    assert_eq!((&third, &fourth), (&second, &second));
}

/// A gradient of one's own is a step like any other; an evaluation takes none.
#[test]
fn numbers_of_a_step() {
    let optimizer = Adam { beta_1: 1.0, ..Adam::default() };
    let before = Line::init(&mut seeded(1));
    let mut trainer = before.clone_boxed().compile(MeanSquaredError, optimizer);
    let gradient = trainer.gradient().clone();
    let expected = "the `beta_1` of 1 for `Adam`: give a number from 0 to below 1";
    assert_eq!(trainer.apply(&gradient).expect_err("no step").to_string(), expected);
    assert!(*trainer.network() == *before);
    assert!(trainer.evaluate(&line()).expect("no step is taken").loss.is_finite());
}

/// A table of values that are refused, and of the optimizers that have them.
macro_rules! refused {
    ($($number:ident of $optimizer:ident: $($value:expr),* => $wanted:literal;)*) => {
        $($({
            let optimizer = $optimizer { $number: $value, ..Default::default() };
            let expected = format!(
                "the `{}` of {} for `{}`: give {}", stringify!($number), $value, stringify!($optimizer), $wanted
            );
            assert_eq!(of_optimizer(optimizer), expected);
        })*)*
    };
}

#[test]
fn numbers_of_optimizers() {
    refused! {
        beta_1 of Adam: 1.0, -0.1, f64::NAN => "a number from 0 to below 1";
        beta_2 of Adam: 1.0, 2.0 => "a number from 0 to below 1";
        epsilon of Adam: 0.0, -1e-7, f64::INFINITY => "a number above 0";
        beta_1 of Adamax: 1.0 => "a number from 0 to below 1";
        beta_2 of Adamax: 1.0 => "a number from 0 to below 1";
        epsilon of Adamax: 0.0 => "a number above 0";
        beta_1 of Nadam: 1.0 => "a number from 0 to below 1";
        beta_2 of Nadam: -1.0 => "a number from 0 to below 1";
        epsilon of Nadam: f64::NAN => "a number above 0";
        beta_1 of Lamb: 1.0 => "a number from 0 to below 1";
        beta_2 of Lamb: 1.0 => "a number from 0 to below 1";
        epsilon of Lamb: 0.0 => "a number above 0";
        beta_1 of Lion: 1.1, -0.1 => "a number from 0 to 1";
        beta_2 of Lion: 1.0 => "a number from 0 to below 1";
        initial_sum of Adagrad: -0.1 => "0 or more";
        epsilon of Adagrad: 0.0 => "a number above 0";
        rho of Adadelta: 1.0 => "a number from 0 to below 1";
        epsilon of Adadelta: 0.0 => "a number above 0";
        rho of RmsProp: 1.0 => "a number from 0 to below 1";
        epsilon of RmsProp: 0.0 => "a number above 0";
        rho of RmsPropMomentum: 1.0 => "a number from 0 to below 1";
        momentum of RmsPropMomentum: 1.5, -0.5 => "a number from 0 to 1";
        epsilon of RmsPropMomentum: 0.0 => "a number above 0";
        momentum of Momentum: 1.5, -0.5, f64::NAN => "a number from 0 to 1";
        learning_rate_power of Ftrl: 0.5 => "0 or less";
        initial_sum of Ftrl: -0.1 => "0 or more";
        l1 of Ftrl: -0.1 => "0 or more";
        l2 of Ftrl: -0.1 => "0 or more";
        l2_shrinkage of Ftrl: f64::NAN => "0 or more";
        beta of Ftrl: -0.1 => "0 or more";
    }
    let optimizer = Adam { beta_1: 1.0, ..Adam::default() };
    let expected = "the `beta_1` of 1 for `Adam`: give a number from 0 to below 1";
    assert_eq!(of_optimizer(AmsGrad(optimizer)), expected);
    assert_eq!(of_optimizer(ClipValue { optimizer, value: 1.0 }), expected);
    assert_eq!(of_optimizer(Accumulate { optimizer: WeightDecay { optimizer, rate: 0.0 }, gradients: 1 }), expected);
    let schedule = CosineDecay::default();
    assert_eq!(of_optimizer(Scheduled { optimizer, schedule }), expected);

    let optimizer = Sgd::default();
    let expected = |number, owner, wanted| format!("the `{number}` for `{owner}`: give {wanted}");
    for (message, expected) in [
        (of_optimizer(ClipValue { optimizer, value: 0.0 }), expected("value` of `0", "ClipValue", "a number above 0")),
        (of_optimizer(ClipNorm { optimizer, norm: -1.0 }), expected("norm` of `-1", "ClipNorm", "a number above 0")),
        (
            of_optimizer(ClipGlobalNorm { optimizer, norm: f64::NAN }),
            expected("norm` of `NaN", "ClipGlobalNorm", "a number above 0"),
        ),
        (of_optimizer(WeightDecay { optimizer, rate: -0.1 }), expected("rate` of `-0.1", "WeightDecay", "0 or more")),
        (of_optimizer(Accumulate { optimizer, gradients: 0 }), expected("gradients` of `0", "Accumulate", "1 or more")),
        (
            of_optimizer(Average { optimizer, momentum: 1.0, overwrite_every: 0 }),
            expected("momentum` of `1", "Average", "a number from 0 to below 1"),
        ),
    ] {
        assert_eq!(message, expected.replace("` of `", "` of ").replace("` for", " for"));
    }
}

#[test]
fn numbers_of_schedules() {
    fn of(schedule: impl Schedule) -> String {
        // The optimizer's own rate is ignored.
        of_optimizer(Scheduled { optimizer: Sgd { learning_rate: f64::NAN }, schedule })
    }
    let exponential =
        ExponentialDecay { initial_learning_rate: 0.1, decay_steps: 10, decay_rate: 0.5, staircase: false };
    let inverse = InverseTimeDecay { initial_learning_rate: 0.1, decay_steps: 10, decay_rate: 0.5, staircase: false };
    let polynomial = PolynomialDecay {
        initial_learning_rate: 0.1,
        decay_steps: 10,
        end_learning_rate: 0.01,
        power: 1.0,
        cycle: false,
    };
    let restarts =
        CosineDecayRestarts { initial_learning_rate: 0.1, first_decay_steps: 10, t_mul: 2.0, m_mul: 1.0, alpha: 0.0 };
    let cosine = CosineDecay::default();
    let constant = PiecewiseConstantDecay { boundaries: &[10, 20], values: &[0.3, 0.2, 0.1] };
    for accepted in [of(exponential), of(inverse), of(polynomial), of(restarts), of(cosine), of(constant)] {
        assert_eq!(accepted, "accepted");
    }
    for (message, expected) in [
        (
            of(ExponentialDecay { decay_steps: 0, ..exponential }),
            "the `decay_steps` of 0 for `ExponentialDecay`: give a number above 0",
        ),
        (
            of(ExponentialDecay { decay_rate: -1.0, ..exponential }),
            "the `decay_rate` of -1 for `ExponentialDecay`: give 0 or more",
        ),
        (
            of(ExponentialDecay { initial_learning_rate: -1.0, ..exponential }),
            "the `initial_learning_rate` of -1 for `ExponentialDecay`: give 0 or more",
        ),
        (
            of(InverseTimeDecay { decay_steps: 0, ..inverse }),
            "the `decay_steps` of 0 for `InverseTimeDecay`: give a number above 0",
        ),
        (
            of(PolynomialDecay { end_learning_rate: -0.1, ..polynomial }),
            "the `end_learning_rate` of -0.1 for `PolynomialDecay`: give 0 or more",
        ),
        (of(PolynomialDecay { power: -1.0, ..polynomial }), "the `power` of -1 for `PolynomialDecay`: give 0 or more"),
        (
            of(CosineDecay { decay_steps: 0, ..cosine }),
            "the `decay_steps` of 0 for `CosineDecay`: give a number above 0",
        ),
        (of(CosineDecay { alpha: 1.5, ..cosine }), "the `alpha` of 1.5 for `CosineDecay`: give a number from 0 to 1"),
        (
            of(CosineDecay { warmup_target: Some(-1.0), ..cosine }),
            "the `warmup_target` of -1 for `CosineDecay`: give 0 or more",
        ),
        (
            of(CosineDecayRestarts { t_mul: 0.5, ..restarts }),
            "the `t_mul` of 0.5 for `CosineDecayRestarts`: give 1 or more",
        ),
        (
            of(CosineDecayRestarts { m_mul: -1.0, ..restarts }),
            "the `m_mul` of -1 for `CosineDecayRestarts`: give 0 or more",
        ),
        (
            of(PiecewiseConstantDecay { values: &[0.3, 0.2], ..constant }),
            "the `number of values` of 2 for `PiecewiseConstantDecay`: give one more than there are boundaries",
        ),
        (
            of(PiecewiseConstantDecay { boundaries: &[20, 10], ..constant }),
            "the `boundary` of 10 for `PiecewiseConstantDecay`: give boundaries that rise",
        ),
        (
            of(PiecewiseConstantDecay { values: &[0.3, -0.2, 0.1], ..constant }),
            "the `value` of -0.2 for `PiecewiseConstantDecay`: give 0 or more",
        ),
    ] {
        assert_eq!(message, expected);
    }
}

#[test]
fn numbers_of_losses() {
    let sgd = Sgd::default();
    for (message, expected) in [
        (reason(Huber { delta: 0.0 }, sgd), "the `delta` of 0 for `Huber`: give a number above 0"),
        (reason(Weighted(Huber { delta: -1.0 }, 1.0), sgd), "the `delta` of -1 for `Huber`: give a number above 0"),
        (reason(Insist(Huber { delta: f64::NAN }), sgd), "the `delta` of NaN for `Huber`: give a number above 0"),
        (reason(Weighted(MeanSquaredError, f64::INFINITY), sgd), "the `factor` of inf for `Weighted`: give 0 or more"),
        (reason(Weighted(MeanSquaredError, -1.0), sgd), "the `factor` of -1 for `Weighted`: give 0 or more"),
        (reason(Weighted(MeanSquaredError, f64::NAN), sgd), "the `factor` of NaN for `Weighted`: give 0 or more"),
        (
            reason(FromLogits(Smoothed { loss: BinaryCrossentropy, amount: 1.5 }), sgd),
            "the `amount` of 1.5 for `Smoothed`: give a number from 0 to 1",
        ),
        (
            reason(Insist(Smoothed { loss: BinaryCrossentropy, amount: -0.5 }), sgd),
            "the `amount` of -0.5 for `Smoothed`: give a number from 0 to 1",
        ),
        (
            reason(FromLogits(BinaryFocalCrossentropy { gamma: -1.0, alpha: None }), sgd),
            "the `gamma` of -1 for `BinaryFocalCrossentropy`: give 0 or more",
        ),
        (
            reason(Insist(BinaryFocalCrossentropy { gamma: 2.0, alpha: Some(1.5) }), sgd),
            "the `alpha` of 1.5 for `BinaryFocalCrossentropy`: give a number from 0 to 1",
        ),
        (
            reason(Insist(CategoricalFocalCrossentropy { gamma: -1.0, alpha: 0.25 }), sgd),
            "the `gamma` of -1 for `CategoricalFocalCrossentropy`: give 0 or more",
        ),
    ] {
        assert_eq!(message, expected);
    }
    let mut trainer = Ports::init(&mut seeded(1)).compile(Both(CategoricalCrossentropy, Huber { delta: 0.0 }), sgd);
    let target = Both([1.0, 0.0].into(), [0.5].into());
    let error = trainer.train_on_batch(&[SVector::from([0.5])], &[target]).expect_err("no delta");
    assert_eq!(error.to_string(), "the `delta` of 0 for `Huber`: give a number above 0");
    let data = Dataset::new([SVector::from([0.5])], [target]).expect("sound data");
    assert_eq!(trainer.evaluate(&data), Err(error));
}

/// The loss of one output as a sum over the batch and that of another as a mean: the sum of both has one reduction. Around the whole any
/// reduction may stand, and inside all may be the same.
#[test]
fn losses_of_two_reductions() {
    let summed = Reduced { loss: MeanSquaredError, reduction: Reduction::Sum };
    let expected = "the loss of one output is the mean over a batch, that of another the sum: leave `Reduced` out of `Both`, and put it \
                    around the whole, such as `Reduced { loss: Both(a, b), reduction }`";
    let target = Both([1.0, 0.0].into(), [0.5].into());
    let (inputs, targets) = ([SVector::from([0.5]); 2], [target; 2]);
    let data = Dataset::new(inputs, targets).expect("sound data");
    fn refused<L>(loss: L, data: &Dataset<SVector<f32, 1>, L::Target>) -> Vec<String>
    where
        L: Loss<<Ports as Network>::Head, PortsOutput>,
    {
        let before = Ports::init(&mut seeded(1));
        let mut trainer = Ports::init(&mut seeded(1)).compile(loss, Sgd::default());
        let mut device = Ports::init(&mut seeded(1));
        let mut memory = TrainingMemory::<Ports, Sgd, 2>::new();
        let mut device = device.compile_in(&mut memory, loss, Sgd::default());
        let words = vec![
            trainer.fit(data, Fit::epochs(1).progress(false)).outcome().to_string(),
            trainer.evaluate(data).expect_err("two reductions").to_string(),
            trainer.train_on_batch(data.inputs(), data.targets()).expect_err("two reductions").to_string(),
            device.train_on_batch(data.inputs(), data.targets()).expect_err("two reductions").to_string(),
        ];
        assert!(*trainer.network() == *before && *device.network() == *before);
        words
    }
    let mut words = refused(Both(CategoricalCrossentropy, summed), &data);
    words.extend(refused(Both(CategoricalCrossentropy, Weighted(summed, 0.5)), &data));
    words.extend(refused(Weighted(Both(CategoricalCrossentropy, summed), 0.5), &data));
    let whole = Reduced { loss: Both(CategoricalCrossentropy, summed), reduction: Reduction::Sum };
    words.extend(refused(whole, &data));
    for words in words {
        assert_eq!(words.trim_start_matches("not trained: "), expected);
    }

    let crossentropy = Reduced { loss: CategoricalCrossentropy, reduction: Reduction::Sum };
    let mut inside = Ports::init(&mut seeded(1)).compile(Both(crossentropy, summed), Sgd::default());
    let around = Reduced { loss: Both(CategoricalCrossentropy, MeanSquaredError), reduction: Reduction::Sum };
    let mut around = Ports::init(&mut seeded(1)).compile(around, Sgd::default());
    let inside = inside.train_on_batch(&inputs, &targets).expect("one reduction").loss;
    assert_eq!(inside, around.train_on_batch(&inputs, &targets).expect("one reduction").loss);
}

/// An optimizer that was changed between two steps is checked again.
#[test]
fn numbers_that_are_changed_later() {
    let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, Adam::default());
    trainer.train_on_batch(line().inputs(), line().targets()).expect("a step");
    trainer.optimizer_mut().beta_1 = 1.0;
    let error = trainer.train_on_batch(line().inputs(), line().targets()).expect_err("no step");
    assert_eq!(error.to_string(), "the `beta_1` of 1 for `Adam`: give a number from 0 to below 1");
}

#[test]
fn numbers_of_metrics_and_callbacks() {
    let mut trainer = Kind::init(&mut seeded(1)).compile(CategoricalCrossentropy, Sgd::default()).metric(TopK(0));
    let data: DataFor<Kind> = Dataset::from_rows(&[[0.0]], &[[0.0, 1.0]]).expect("sound data");
    let expected = "not trained: the `k` of 0 for `TopK`: give 1 or more";
    assert_eq!(trainer.fit(&data, Fit::epochs(1).progress(false)).outcome().to_string(), expected);
    assert_eq!(Metric::<castnet::activations::Softmax, SVector<f32, 2>, SVector<f32, 2>>::check(&TopK(1)), Ok(()));

    let metric = Thresholded { metric: Accuracy, threshold: f64::NAN };
    let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, Sgd::default()).metric(metric);
    let error = trainer.train_on_batch(line().inputs(), line().targets()).expect_err("no threshold");
    assert_eq!(error.to_string(), "the `threshold` of NaN for `Thresholded`: give a finite number");

    let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, Sgd::default());
    let loss = trainer.monitor("loss").expect("a figure");
    let mut refused = |mut callback: Box<dyn Callback<Line>>| {
        trainer.fit(&line(), Fit::epochs(1).callback(&mut callback).progress(false)).outcome().to_string()
    };
    for (message, expected) in [
        (
            refused(Box::new(EarlyStopping::new(loss.clone()).min_delta(-1.0))),
            "the `min_delta` of -1 for `EarlyStopping`: give 0 or more",
        ),
        (
            refused(Box::new(EarlyStopping::new(loss.clone()).baseline(f64::NAN))),
            "the `baseline` of NaN for `EarlyStopping`: give a finite number",
        ),
        (
            refused(Box::new(ReduceLrOnPlateau::new(loss.clone()).min_delta(f64::NAN))),
            "the `min_delta` of NaN for `ReduceLrOnPlateau`: give 0 or more",
        ),
        (
            refused(Box::new(ReduceLrOnPlateau::new(loss.clone()).min_lr(-0.1))),
            "the `min_lr` of -0.1 for `ReduceLrOnPlateau`: give 0 or more",
        ),
        (
            refused(Box::new(ReduceLrOnPlateau::new(loss).factor(1.0))),
            "a factor of 1 lowers nothing: give one from 0 to below 1",
        ),
    ] {
        assert_eq!(message, format!("not trained: {expected}"));
    }
    let mut negative = LearningRateScheduler(|_, _| -0.1);
    let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, Sgd::default());
    let history = trainer.fit(&line(), Fit::epochs(1).callback(&mut negative).progress(false));
    let expected =
        "broken off after epoch 0: the learning rate of epoch 1 is -0.1: give one that is finite and not negative";
    assert_eq!(history.outcome().to_string(), expected);
}

/// Rows that name no class: counted apart by the confusion matrix, wrong for the accuracy, and without a class weight.
#[test]
fn rows_that_name_no_class() {
    let rows = [[0.0, 1.0], [7.0, -3.0], [0.0, 0.0], [1.0, 0.0]];
    let data: DataFor<Kind> = Dataset::from_rows(&[[0.0]; 4], &rows).expect("finite data");
    let mut net = Kind::init(&mut seeded(1));
    net.dense_1.bias = [3.0, 0.0].into();
    let matrix = ConfusionMatrix::of(&*net, &data);
    assert_eq!((matrix.total(), matrix.left_out(), matrix.accuracy()), (2, 2, 0.5));
    assert_eq!((matrix.count(0, 0), matrix.count(1, 0)), (1, 1));
    // The mean squared error has no classes: it takes such rows, and of the four decisions one is right.
    let mut trainer = net.compile(MeanSquaredError, Sgd::default()).metric(Accuracy).metric(TopK(1));
    let metrics = trainer.evaluate(&data).expect("targets of a regression").metrics;
    assert_eq!(metrics, [("accuracy", 0.25), ("top_k_accuracy", 0.25)]);
    let error = data.with_class_weights(&[1.0, 2.0]).expect_err("no class");
    assert!(error.to_string().starts_with("target 1 (counted from 0) names none of the 2 classes"), "{error}");
}
