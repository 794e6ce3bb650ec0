//! The losses.
use super::*;
use castnet::losses::Objection;

/// The loss of each sample, its mean, and the gradient.
fn check<A, Y>(name: &str, sum: impl Fn(&[A], &[Y]) -> f64, gradient: impl Fn(&[A], &[Y], &mut [A]))
where
    A: Flat + Clone,
    Y: Flat + Clone,
{
    let fixture = Fixture::load(&format!("losses/{name}"));
    let (targets, outputs) = (fixture.samples::<Y>("in.y_true"), fixture.samples::<A>("in.y_pred"));
    let scalar = <A::Scalar as castnet::Scalar>::from_f64;
    let mean = sum(&outputs, &targets) / outputs.len() as f64;
    fixture.assert_close("out.loss", &[scalar(mean)]);
    if fixture.tensor("out.per_sample").values.len() == outputs.len() {
        let samples = outputs.iter().zip(&targets);
        let each: Vec<_> =
            samples.map(|(x, y)| scalar(sum(std::slice::from_ref(x), std::slice::from_ref(y)))).collect();
        fixture.assert_close("out.per_sample", &each);
    }
    let mut grad = outputs.clone();
    gradient(&outputs, &targets, &mut grad);
    fixture.assert_close("grad.y_pred", &flat(&grad));
}

/// Keras's targets suit the losses, so that a trainer accepts them too. The exception is a negative target of the logarithmic error: Keras
/// counts it as 0, which a training refuses; the formula is the same.
fn accepted<Y: Flat + Clone>(name: &str, objection: impl Fn(&Y) -> Option<Objection>) {
    let targets = Fixture::load(&format!("losses/{name}")).samples::<Y>("in.y_true");
    let refused = targets.iter().filter(|target| objection(target).is_some()).count();
    assert_eq!(refused, usize::from(name == "msle_edge"), "{name}");
}

fn of_outputs<A: Flat + Clone, L: OutputLoss<A>>(name: &str, loss: L)
where
    L::Target: Clone,
{
    accepted::<L::Target>(name, |target| loss.objection(target));
    check::<A, L::Target>(name, |x, y| loss.sum_of_outputs(x, y), |x, y, grad| loss.gradient_of_outputs(x, y, grad));
}

fn of_logits<A: Flat + Clone, L: LogitsLoss<A>>(name: &str, loss: L) {
    accepted::<L::Target>(name, |target| loss.objection(target));
    check::<A, L::Target>(
        name,
        |x, y| loss.sum_of_logits(x, y),
        |x, y, grad| {
            loss.probabilities(Portable, x, grad);
            loss.gradient_of_logits(y, grad);
        },
    );
}

#[test]
fn mean_squared_error() {
    of_outputs::<[f32; 3], _>("mse", MeanSquaredError);
    of_outputs::<[f64; 3], _>("mse", MeanSquaredError);
    of_outputs::<[f32; 24], _>("mse_4d", MeanSquaredError);
    of_outputs::<[f64; 24], _>("mse_4d", MeanSquaredError);
    of_outputs::<[f32; 1], _>("mse_column", MeanSquaredError);
    of_outputs::<[f64; 1], _>("mse_column", MeanSquaredError);
}

macro_rules! pointwise {
    ($($test:ident: $loss:expr, $($name:literal [$len:literal]),*;)*) => {
        $(
            #[test]
            fn $test() {
                $(
                    of_outputs::<[f32; $len], _>($name, $loss);
                    of_outputs::<[f64; $len], _>($name, $loss);
                )*
            }
        )*
    };
}

pointwise! {
    mean_absolute_error: MeanAbsoluteError, "mae" [3];
    mean_absolute_percentage_error: MeanAbsolutePercentageError, "mape" [3], "mape_zero_target" [3];
    mean_squared_logarithmic_error: MeanSquaredLogarithmicError, "msle" [3], "msle_edge" [4];
    huber: Huber::default(), "huber_1" [4];
    huber_of_half: Huber { delta: 0.5 }, "huber_05" [4];
    log_cosh: LogCosh, "logcosh" [3], "logcosh_large" [4];
    poisson: Poisson, "poisson" [3], "poisson_edge" [3];
    hinge: Hinge, "hinge_01" [3], "hinge_pm1" [3];
    squared_hinge: SquaredHinge, "squared_hinge" [3];
}

#[test]
fn focal() {
    of_outputs::<[f32; 3], _>("binary_focal", BinaryFocalCrossentropy::default());
    of_outputs::<[f64; 3], _>("binary_focal", BinaryFocalCrossentropy::default());
    of_outputs::<SVector<f32, 4>, _>("categorical_focal", CategoricalFocalCrossentropy::default());
    of_outputs::<SVector<f64, 4>, _>("categorical_focal", CategoricalFocalCrossentropy::default());
}

/// From logits: the same as from their probabilities, and a gradient where these are rounded away. Keras computes a
/// cross-entropy behind a sigmoid from the logits, too.
#[test]
fn focal_of_logits() {
    fn gradient<A: Flat + Clone, L: LogitsLoss<A>>(loss: L, logits: &[A], targets: &[L::Target]) -> Vec<A> {
        let mut grad = logits.to_vec();
        loss.probabilities(Portable, logits, &mut grad);
        loss.gradient_of_logits(targets, &mut grad);
        grad
    }
    /// Against central differences of the loss, which is that of the probabilities.
    fn agree<L>(loss: L, logits: SVector<f64, 4>, targets: SVector<f64, 4>)
    where
        L: LogitsLoss<SVector<f64, 4>, Target = SVector<f64, 4>>
            + OutputLoss<SVector<f64, 4>, Target = SVector<f64, 4>>,
    {
        let mut probabilities = [logits];
        loss.probabilities(Portable, &[logits], &mut probabilities);
        let (value, of_outputs) =
            (loss.sum_of_logits(&[logits], &[targets]), loss.sum_of_outputs(&probabilities, &[targets]));
        assert!((value - of_outputs).abs() < 1e-12, "{value}, {of_outputs}");
        for (index, &grad) in gradient(loss, &[logits], &[targets])[0].iter().enumerate() {
            let [above, below] = [1e-6, -1e-6].map(|step| {
                let mut moved = logits;
                moved[index] += step;
                loss.sum_of_logits(&[moved], &[targets])
            });
            let difference = (above - below) / 2e-6;
            assert!((grad - difference).abs() < 1e-8, "{loss:?}: {index}: {grad}, not {difference}");
        }
    }
    let logits = SVector::from([0.3, -2.0, 4.0, -0.5]);
    for gamma in [0.0, 0.5, 1.0, 2.0] {
        for alpha in [None, Some(0.25)] {
            agree(BinaryFocalCrossentropy { gamma, alpha }, logits, SVector::from([1.0, 0.0, 0.0, 0.9]));
        }
        agree(CategoricalFocalCrossentropy { gamma, alpha: 0.25 }, logits, SVector::from([0.0, 1.0, 0.0, 0.0]));
    }
    // Smoothed targets are targets.
    let smoothed = Smoothed { loss: CategoricalFocalCrossentropy::default(), amount: 0.2 };
    let (sharp, soft) = (SVector::from([0.0, 1.0, 0.0, 0.0]), SVector::from([0.05, 0.85, 0.05, 0.05]));
    assert_eq!(smoothed.sum_of_logits(&[logits], &[sharp]), smoothed.loss.sum_of_logits(&[logits], &[soft]));
    let smoothed = Smoothed { loss: BinaryFocalCrossentropy::default(), amount: 0.5 };
    assert_eq!(smoothed.sum_of_logits(&[[0.3]], &[[1.0]]), smoothed.loss.sum_of_logits(&[[0.3]], &[[0.75]]));
    // As sure as can be: wrong, then right.
    let focal = BinaryFocalCrossentropy::default();
    for (logit, target, loss, slope) in [(-40.0, 1.0, 40.0, -1.0), (40.0, 0.0, 40.0, 1.0), (40.0, 1.0, 0.0, 0.0)] {
        assert!((focal.sum_of_logits(&[[logit]], &[[target]]) - loss).abs() < 1e-12);
        assert_eq!(gradient(focal, &[[logit as f32]], &[[target as f32]]), [[slope]]);
    }
}

castnet::network! {
    Three< input 3 => dense 3 nobias init identity >
    Three64< input 3 f64 => dense 3 nobias init identity >
    One< input 1 => dense 1 nobias init identity >
    One64< input 1 f64 => dense 1 nobias init identity >
}

/// The reduced loss of weighted samples, and the gradient that arrives at the weight of a network that changes nothing:
/// the sum over samples of the gradient at the output times the input.
fn weighted<N, L>(name: &str, loss: L)
where
    N: Network,
    N::Input: Clone,
    L: Loss<N::Head, N::Output>,
{
    let fixture = Fixture::load(&format!("losses/{name}"));
    let (inputs, targets) = (fixture.samples::<N::Input>("in.y_pred"), fixture.samples::<L::Target>("in.y_true"));
    let weights = if fixture.has("in.sample_weight") { fixture.tensor("in.sample_weight").values } else { Vec::new() };
    let mut trainer = N::init(&mut seeded(1)).compile(loss, Sgd::default());
    let report = trainer.train_on_weighted_batch(&inputs, &targets, &weights).expect("a sound batch");
    fixture.assert_close("out.loss", &[<N::Scalar as castnet::Scalar>::from_f64(report.loss)]);
    let values = N::Input::LEN;
    let (grads, inputs) = (fixture.tensor("grad.y_pred").values, fixture.tensor("in.y_pred").values);
    let samples = || grads.chunks(values).zip(inputs.chunks(values));
    let tolerance = if N::Scalar::DTYPE == "F32" { 2e-5 } else { 1e-10 };
    for (index, got) in trainer.gradient().as_flat().iter().map(|grad| grad.to_f64()).enumerate() {
        let expected: f64 = samples().map(|(grad, input)| grad[index % values] * input[index / values]).sum();
        assert!((got - expected).abs() <= tolerance * (1.0 + expected.abs()), "{name}: {index}: {got}, not {expected}");
    }
}

#[test]
fn weights_and_reductions() {
    let reduced = |reduction| Reduced { loss: MeanSquaredError, reduction };
    weighted::<Three, _>("mse_weighted", MeanSquaredError);
    weighted::<Three64, _>("mse_weighted", MeanSquaredError);
    weighted::<Three, _>("mse_weighted_mean", reduced(Reduction::WeightedMean));
    weighted::<Three64, _>("mse_weighted_mean", reduced(Reduction::WeightedMean));
    weighted::<Three, _>("mse_sum", reduced(Reduction::Sum));
    weighted::<Three64, _>("mse_sum", reduced(Reduction::Sum));
    weighted::<One, _>("bce_prob_weighted", Insist(BinaryCrossentropy));
    weighted::<One64, _>("bce_prob_weighted", Insist(BinaryCrossentropy));
}

#[test]
fn of_classes() {
    macro_rules! both {
        ($loss:expr, $name:literal [$classes:literal]) => {
            of_outputs::<SVector<f32, $classes>, _>($name, $loss);
            of_outputs::<SVector<f64, $classes>, _>($name, $loss);
        };
    }
    both!(CategoricalHinge, "categorical_hinge"[4]);
    both!(KlDivergence, "kl_divergence"[4]);
    both!(KlDivergence, "kl_divergence_edge"[3]);
    both!(CosineSimilarity, "cosine_similarity"[4]);
    both!(SparseCategoricalCrossentropy, "scce_prob"[4]);
    both!(SparseCategoricalCrossentropy, "scce_prob_column"[4]);
    both!(SparseCategoricalCrossentropy, "scce_prob_edge"[3]);
    both!(Smoothed { loss: CategoricalCrossentropy, amount: 0.2 }, "cce_prob_smooth"[4]);
    both!(Smoothed { loss: BinaryCrossentropy, amount: 0.1 }, "bce_prob_smooth"[1]);
}

#[test]
fn sparse_categorical_crossentropy_of_logits() {
    of_logits::<SVector<f32, 5>, _>("scce_logits", SparseCategoricalCrossentropy);
    of_logits::<SVector<f64, 5>, _>("scce_logits", SparseCategoricalCrossentropy);
    of_logits::<SMatrix<f32, 5, 4>, _>("scce_logits_seq", SparseCategoricalCrossentropy);
    of_logits::<SMatrix<f64, 5, 4>, _>("scce_logits_seq", SparseCategoricalCrossentropy);
}

#[test]
fn binary_crossentropy_of_probabilities() {
    for name in ["bce_prob", "bce_prob_edge", "bce_prob_soft_targets"] {
        of_outputs::<[f32; 4], _>(name, BinaryCrossentropy);
        of_outputs::<[f64; 4], _>(name, BinaryCrossentropy);
    }
}

#[test]
fn binary_crossentropy_of_logits() {
    for name in ["bce_logits", "bce_logits_edge"] {
        of_logits::<[f32; 4], _>(name, BinaryCrossentropy);
        of_logits::<[f64; 4], _>(name, BinaryCrossentropy);
    }
}

#[test]
fn categorical_crossentropy_of_probabilities() {
    of_outputs::<SVector<f32, 4>, _>("cce_prob", CategoricalCrossentropy);
    of_outputs::<SVector<f64, 4>, _>("cce_prob", CategoricalCrossentropy);
    of_outputs::<SVector<f32, 4>, _>("cce_prob_unnormalised", CategoricalCrossentropy);
    of_outputs::<SVector<f64, 4>, _>("cce_prob_unnormalised", CategoricalCrossentropy);
    of_outputs::<SVector<f32, 3>, _>("cce_prob_edge", CategoricalCrossentropy);
    of_outputs::<SVector<f64, 3>, _>("cce_prob_edge", CategoricalCrossentropy);
    of_outputs::<SMatrix<f32, 4, 5>, _>("cce_prob_seq", CategoricalCrossentropy);
    of_outputs::<SMatrix<f64, 4, 5>, _>("cce_prob_seq", CategoricalCrossentropy);
}

#[test]
fn categorical_crossentropy_of_logits() {
    of_logits::<SVector<f32, 5>, _>("cce_logits", CategoricalCrossentropy);
    of_logits::<SVector<f64, 5>, _>("cce_logits", CategoricalCrossentropy);
    of_logits::<SVector<f32, 3>, _>("cce_logits_edge", CategoricalCrossentropy);
    of_logits::<SVector<f64, 3>, _>("cce_logits_edge", CategoricalCrossentropy);
}
