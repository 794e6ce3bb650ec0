//! The effects of callbacks on a training.
use castnet::callbacks::{Callback, CallbackError, Training};
use castnet::prelude::*;
use castnet::{FitError, Outcome, Scalar};

network! {
    Line< input 1 => dense 1 >
    Classifier< input 2 => dense 4 tanh => dense 1 sigmoid >
}

/// y = 2 x + 1.
fn line() -> DataFor<Line> {
    let inputs: Vec<[f32; 1]> = (0..32).map(|x| [x as f32 / 16.0 - 1.0]).collect();
    let targets: Vec<[f32; 1]> = inputs.iter().map(|[x]| [2.0 * x + 1.0]).collect();
    Dataset::from_rows(&inputs, &targets).expect("sound data")
}

fn trainer(learning_rate: f64) -> castnet::Trainer<Line, MeanSquaredError, Sgd> {
    Line::init(&mut seeded(1)).compile(MeanSquaredError, Sgd { learning_rate }).metric(Mae)
}

/// Records its calls, and makes epochs worse on purpose: after some of them, every step ends further away.
#[derive(Default)]
struct Told {
    events: Vec<String>,
    worse_after: Option<usize>,
}

impl<N: Network> Callback<N> for Told {
    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        self.events.push(format!("begin {}", training.epoch()));
        Ok(())
    }
    fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        self.events.push(format!("epoch {}", training.epoch()));
        Ok(())
    }
    fn on_batch_end(&mut self, training: &mut Training<'_, N>, batch: usize, loss: f64) {
        assert!(loss.is_finite());
        if self.worse_after.is_some_and(|epoch| training.epoch() > epoch) {
            let far = N::Scalar::from_f64(10.0 * training.epoch() as f64);
            training.network_mut().as_flat_mut().fill(far);
        }
        self.events.push(format!("batch {batch}"));
    }
    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        assert_eq!(training.epochs().len(), training.epoch());
        self.events.push(String::from("epoch end"));
        Ok(())
    }
    fn on_train_end(&mut self, _: &mut Training<'_, N>) {
        self.events.push(String::from("end"));
    }
}

#[test]
fn the_order_of_events() {
    let mut told = Told::default();
    let history = trainer(0.01).fit(&line(), Fit::epochs(2).batch_size(16).callback(&mut told).progress(false));
    assert_eq!(*history.outcome(), Outcome::Completed);
    let expected = "begin 0,epoch 1,batch 1,batch 2,epoch end,epoch 2,batch 1,batch 2,epoch end,end";
    assert_eq!(told.events.join(","), expected);
}

#[test]
fn early_stopping_restores_the_best() {
    let mut trainer = trainer(0.1);
    let mut worse = Told { worse_after: Some(5), ..Told::default() };
    let monitor = trainer.monitor("val_loss").expect("a figure");
    let mut stop = EarlyStopping::new(monitor).patience(3).restore_best();
    let data = line();
    let options = Fit::epochs(50).callback(&mut worse).callback(&mut stop).validation(&data).progress(false);
    let history = trainer.fit(&data, options);
    // Epoch 5 is the best, epochs 6, 7 and 8 are worse.
    assert_eq!(history.epochs().len(), 8);
    assert_eq!(history.best_epoch(), Some(5));
    assert_eq!(stop.best().map(|(_, epoch)| epoch), Some(5));
    let Outcome::Stopped { epoch: 8, reason } = history.outcome() else { panic!("{:?}", history.outcome()) };
    assert!(reason.starts_with("`val_loss` has not improved for 3 epochs; its best was "), "{reason}");
    assert_eq!(trainer.evaluate(&data).expect("sound targets").loss, history.series("val_loss").expect("a series")[4]);
}

/// Epochs that improve and stay behind the baseline count, and the reason says so.
#[test]
fn early_stopping_names_the_baseline() {
    let mut trainer = trainer(0.1);
    let mut worse = Told { worse_after: Some(3), ..Told::default() };
    let mut stop = EarlyStopping::new(trainer.monitor("loss").expect("a figure")).baseline(0.0).patience(2);
    let history = trainer.fit(&line(), Fit::epochs(20).callback(&mut worse).callback(&mut stop).progress(false));
    let Outcome::Stopped { epoch: 5, reason } = history.outcome() else { panic!("{:?}", history.outcome()) };
    let expected = "`loss` has not been better than the baseline of 0 for 5 epochs; its best was ";
    assert!(reason.starts_with(expected) && reason.ends_with(" in epoch 4"), "{reason}");
}

/// The numbers are those of Keras's `EarlyStopping` for losses that rise from the fourth epoch on.
#[test]
fn early_stopping_waits_and_counts() {
    let stopped_after = |prepare: fn(EarlyStopping<Line>) -> EarlyStopping<Line>| {
        let mut trainer = trainer(0.1);
        let mut worse = Told { worse_after: Some(3), ..Told::default() };
        let mut stop = prepare(EarlyStopping::new(trainer.monitor("val_loss").expect("a figure")));
        let data = line();
        let options = Fit::epochs(20).validation(&data).callback(&mut worse).callback(&mut stop);
        trainer.fit(&data, options.progress(false)).epochs().len()
    };
    assert_eq!(stopped_after(|stop| stop), 4, "the first epoch that is no better");
    assert_eq!(stopped_after(|stop| stop.patience(1)), 4, "as in Keras");
    assert_eq!(stopped_after(|stop| stop.patience(4)), 7);
    assert_eq!(stopped_after(|stop| stop.start_from_epoch(10)), 12, "epoch 11 is the first, epoch 12 is worse");
    assert_eq!(stopped_after(|stop| stop.min_delta(1e9)), 2, "nothing is ever better by so much");
    assert_eq!(stopped_after(|stop| stop.baseline(0.0).patience(2)), 4, "never better than the baseline");
}

#[test]
fn the_learning_rate_falls_on_a_plateau() {
    let mut trainer = trainer(0.1);
    let monitor = trainer.monitor("loss").expect("a figure");
    let mut plateau = ReduceLrOnPlateau::new(monitor).factor(0.5).patience(2).min_delta(1e9).cooldown(1).min_lr(0.03);
    let mut rates = Vec::new();
    let mut log = Log(&mut rates);
    let history = trainer.fit(&line(), Fit::epochs(9).callback(&mut plateau).callback(&mut log).progress(false));
    assert_eq!(*history.outcome(), Outcome::Completed);
    // The rates of Keras's callback if the first epoch is the best of all.
    assert_eq!(rates, [0.1, 0.1, 0.05, 0.05, 0.03, 0.03, 0.03, 0.03, 0.03].map(|rate: f64| rate.to_bits()));
    // In the history, the table and the CSV stand the rates of the steps: a rate that changes after an epoch is that of the next.
    let steps = [0.1, 0.1, 0.1, 0.05, 0.05, 0.03, 0.03, 0.03, 0.03];
    assert_eq!(history.series("learning_rate").expect("a series"), steps);
    let csv = history.to_csv();
    assert!(csv.starts_with("epoch,loss,mae,learning_rate\n") && csv.ends_with(",0.03\n"), "{csv}");
    assert!(history.to_string().starts_with("epoch         loss          mae learning_rate\n"), "{history}");
}

/// Writes down the learning rate at the end of each epoch.
struct Log<'a>(&'a mut Vec<u64>);

impl<N: Network> Callback<N> for Log<'_> {
    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        self.0.push(training.learning_rate().to_bits());
        Ok(())
    }
}

#[test]
fn the_learning_rate_of_each_epoch() {
    let mut halve = LearningRateScheduler(|epoch, rate| if epoch % 2 == 1 { rate / 2.0 } else { rate });
    let mut rates = Vec::new();
    let mut log = Log(&mut rates);
    let options = Fit::epochs(5).callback(&mut halve).callback(&mut log).progress(false);
    assert_eq!(*trainer(0.8).fit(&line(), options).outcome(), Outcome::Completed);
    assert_eq!(rates, [0.8, 0.4, 0.4, 0.2, 0.2].map(f64::to_bits));

    // Of a schedule it is the rate of the last step: two steps in each epoch.
    let schedule = castnet::optimizers::schedules::ByStep(|step| 0.5 / (1.0 + step as f64));
    let optimizer = Scheduled { optimizer: Sgd::default(), schedule };
    let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, optimizer);
    let history = trainer.fit(&line(), Fit::epochs(2).batch_size(16).progress(false));
    assert_eq!(history.series("learning_rate"), Some(vec![0.25, 0.125]));
}

#[test]
fn a_learning_rate_that_is_none() {
    let mut scheduler = LearningRateScheduler(|epoch, rate| if epoch == 2 { f64::NAN } else { rate });
    let mut trainer = trainer(0.1);
    let history = trainer.fit(&line(), Fit::epochs(5).callback(&mut scheduler).progress(false));
    let expected =
        "broken off after epoch 2: the learning rate of epoch 3 is NaN: give one that is finite and not negative";
    assert_eq!(history.outcome().to_string(), expected);
    assert!(trainer.network().as_flat().iter().all(|weight| weight.is_finite()));
}

/// A learning rate that is not finite ends the training, whoever sets it.
#[test]
fn learning_rates_that_are_not_finite() {
    for rate in [f64::NAN, f64::INFINITY, 1e300] {
        let mut trainer = trainer(rate);
        let before = trainer.network().as_flat().to_vec();
        let history = trainer.fit(&line(), Fit::epochs(1).progress(false));
        assert!(
            matches!(history.outcome(), Outcome::Refused(FitError::LearningRate { .. })),
            "{:?}",
            history.outcome()
        );
        let error = trainer.train_on_batch(line().inputs(), line().targets()).expect_err("no rate");
        assert_eq!(format!("{error:?}"), format!("LearningRate {{ rate: {rate:?} }}"));
        assert_eq!(trainer.network().as_flat(), before);
    }
    let history = trainer(f64::NAN).fit(&line(), Fit::epochs(1).progress(false));
    assert_eq!(
        history.outcome().to_string(),
        "not trained: a learning rate of NaN: give one that is finite and not negative"
    );

    // A schedule that goes wrong later, behind all that may wrap it: two batches of an epoch, two gradients of a step.
    let schedule = castnet::optimizers::schedules::ByStep(|step| if step < 3 { 0.01 } else { f64::NAN });
    let optimizer = Scheduled { optimizer: Sgd::default(), schedule };
    let optimizer = Average { optimizer: ClipValue { optimizer, value: 1.0 }, momentum: 0.9, overwrite_every: 0 };
    let optimizer = WeightDecay { optimizer: Accumulate { optimizer, gradients: 2 }, rate: 0.01 };
    let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, optimizer);
    let history = trainer.fit(&line(), Fit::epochs(9).batch_size(16).progress(false));
    let expected = "broken off after epoch 3: the learning rate of epoch 4, batch 1 is NaN: give one that is finite and not negative";
    assert_eq!((history.outcome().to_string().as_str(), history.epochs().len()), (expected, 3));
    assert!(trainer.network().as_flat().iter().all(|weight| weight.is_finite()));
}

/// The mean of the weights after every step takes their place at the end of `fit`, as in Keras, and only there.
#[test]
fn averaged_weights_come_at_the_end() {
    /// Averages by itself.
    #[derive(Default)]
    struct Watch {
        average: Vec<f32>,
        last: Vec<f32>,
    }
    impl<N: Network<Scalar = f32>> Callback<N> for Watch {
        fn on_batch_end(&mut self, training: &mut Training<'_, N>, _: usize, _: f64) {
            self.last = training.network().as_flat().to_vec();
            if self.average.is_empty() {
                self.average.clone_from(&self.last);
            }
            for (average, w) in self.average.iter_mut().zip(&self.last) {
                *average = 0.9 * *average + (1.0 - 0.9_f64) as f32 * w;
            }
        }
    }
    fn trained(optimizer: impl castnet::optimizers::Optimizer) {
        let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, optimizer);
        let mut watch = Watch::default();
        let options = |epochs| Fit::epochs(epochs).batch_size(8).progress(false);
        assert_eq!(*trainer.fit(&line(), options(3).callback(&mut watch)).outcome(), Outcome::Completed);
        let close = |weights: &[f32]| weights.iter().zip(&watch.average).all(|(w, average)| (w - average).abs() < 1e-6);
        assert!(close(trainer.network().as_flat()), "{:?}, not {:?}", trainer.network().as_flat(), watch.average);
        assert!(!close(&watch.last), "the average stays behind");
        assert!(trainer.fit(&line(), options(0)).epochs().is_empty() && close(trainer.network().as_flat()));
    }
    let average = Average { optimizer: Sgd { learning_rate: 0.1 }, momentum: 0.9, overwrite_every: 0 };
    trained(average);
    let schedule = castnet::optimizers::schedules::ByStep(|_| 0.1);
    trained(Scheduled { optimizer: ClipNorm { optimizer: average, norm: 1e9 }, schedule });
    trained(Accumulate { optimizer: ClipGlobalNorm { optimizer: average, norm: 1e9 }, gradients: 1 });
    // Without a step there is nothing to put in the place of the weights.
    let mut trainer =
        Line::init(&mut seeded(1)).compile(MeanSquaredError, Accumulate { optimizer: average, gradients: 99 });
    let before = trainer.network().as_flat().to_vec();
    assert_eq!(*trainer.fit(&line(), Fit::epochs(1).progress(false)).outcome(), Outcome::Completed);
    trainer.finish();
    assert_eq!(trainer.network().as_flat(), before);
}

/// Weights decay with the learning rate of the step, wherever the schedule stands.
#[test]
fn weights_decay_as_the_schedule_says() {
    fn trained(optimizer: impl castnet::optimizers::Optimizer) -> Vec<f32> {
        let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, optimizer);
        _ = trainer.fit(&line(), Fit::epochs(3).batch_size(8).progress(false));
        trainer.network().as_flat().to_vec()
    }
    let schedule = castnet::optimizers::schedules::ByStep(|step| 0.01 * step as f64);
    let inside = WeightDecay { optimizer: Scheduled { optimizer: Adam::default(), schedule }, rate: 0.1 };
    let outside = Scheduled { optimizer: WeightDecay { optimizer: Adam::default(), rate: 0.1 }, schedule };
    assert_eq!(trained(inside), trained(outside));
}

#[test]
fn a_schedule_and_a_callback_for_the_same_rate() {
    let optimizer = castnet::optimizers::Scheduled {
        optimizer: Sgd::default(),
        schedule: castnet::optimizers::schedules::ByStep(|_| 0.01),
    };
    let optimizer = ClipNorm { optimizer, norm: 1.0 };
    let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, optimizer);
    let mut plateau = ReduceLrOnPlateau::new(trainer.monitor("loss").expect("a figure"));
    let history = trainer.fit(&line(), Fit::epochs(1).callback(&mut plateau).progress(false));
    let expected = "not trained: `ReduceLrOnPlateau` sets the learning rate, but the optimizer follows a schedule of its \
                    own: leave one of them out";
    assert_eq!(history.outcome().to_string(), expected);
}

/// Every figure can be told from the others: in the history, in its table, and by those who watch it.
#[test]
fn metrics_of_the_same_name() {
    let weights: Vec<f64> = (0..32).map(|sample| f64::from(u8::from(sample < 4))).collect();
    let data = line().with_weights(weights).expect("sound weights");
    let mut trainer = trainer(0.01).weighted_metric(Mae).metric(Mae).weighted_metric(Mae);
    let history = trainer.fit(&data, Fit::epochs(2).progress(false));
    assert_eq!(history.names(), ["loss", "mae", "weighted_mae", "mae_1", "mae_2", "learning_rate"]);
    let last = |name| history.series(name).expect("a series")[1];
    assert!(last("mae") != last("weighted_mae") && last("mae") == last("mae_1"));
    assert_eq!(trainer.monitor("val_weighted_mae").expect("a figure").name(), "val_weighted_mae");
}

#[test]
fn names_are_checked_at_once() {
    let trainer = trainer(0.1);
    let error = trainer.monitor("val_accuracy").expect_err("an error");
    let expected = "there is no figure `val_accuracy`; this training measures loss, mae, val_loss, val_mae";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn figures_that_are_not_measured_refuse_the_training() {
    let mut trainer = trainer(0.1);
    let mut stop = EarlyStopping::new(trainer.monitor("val_mae").expect("a figure"));
    let history = trainer.fit(&line(), Fit::epochs(1).callback(&mut stop).progress(false));
    let refused = FitError::Monitor { name: String::from("val_mae"), validation_missing: true };
    assert_eq!(*history.outcome(), Outcome::Refused(refused));

    // A monitor of another trainer.
    let other = Classifier::init(&mut seeded(1)).compile(BinaryCrossentropy, Sgd::default()).metric(Accuracy);
    let mut stop = EarlyStopping::new(other.monitor("accuracy").expect("a figure"));
    let history = trainer.fit(&line(), Fit::epochs(1).callback(&mut stop).progress(false));
    let expected = "not trained: a callback watches `accuracy`, which this training does not measure: give the trainer that metric";
    assert_eq!(history.outcome().to_string(), expected);

    let path = tempfile::tempdir().expect("a directory").path().join("best");
    let best = Checkpoint::best(trainer.monitor("val_loss").expect("a figure"), path);
    let history = trainer.fit(&line(), Fit::epochs(1).checkpoint(best).progress(false));
    assert!(matches!(history.outcome(), Outcome::Refused(FitError::Monitor { .. })));
}

#[test]
fn the_log_is_the_history() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log.csv");
    let data = line();
    let mut log = CsvLog::new(&path);
    for _ in 0..2 {
        let options = Fit::epochs(3).validation(&data).callback(&mut log).progress(false);
        let history = trainer(0.1).fit(&data, options);
        assert_eq!(std::fs::read_to_string(&path).expect("a log"), history.to_csv());
    }
    let mut log = CsvLog::new(directory.path().join("no such folder/log.csv"));
    let mut trainer = trainer(0.1);
    let before = trainer.network().as_flat().to_vec();
    let history = trainer.fit(&data, Fit::epochs(3).callback(&mut log).progress(false));
    let Outcome::Refused(FitError::Callback(reason)) = history.outcome() else { panic!("{:?}", history.outcome()) };
    let path = directory.path().join("no such folder/log.csv");
    let missing = "its folder does not exist: create it first, for example with `std::fs::create_dir_all`";
    assert_eq!(*reason, format!("{}: {missing}", path.display()));
    assert_eq!(trainer.network().as_flat(), before, "found before the first epoch");
}

/// Callbacks of different types in a list that is made while the program runs.
#[test]
fn boxed_callbacks() {
    let mut trainer = trainer(0.1);
    let monitor = trainer.monitor("loss").expect("a figure");
    let mut boxed: Box<dyn Callback<Line>> = Box::new(EarlyStopping::new(monitor).min_delta(1e9));
    let history = trainer.fit(&line(), Fit::epochs(9).callback(&mut boxed).progress(false));
    assert!(matches!(history.outcome(), Outcome::Stopped { epoch: 2, .. }), "{:?}", history.outcome());
}

/// Zero times a sample is no sample, twice a sample is two.
#[test]
fn weights_count_samples() {
    let data = line();
    let subset: Vec<usize> = (0..32).flat_map(|index| std::iter::repeat_n(index, index % 3)).collect();
    let repeated: DataFor<Line> = Dataset::new(
        subset.iter().map(|&index| data.inputs()[index]).collect::<Vec<_>>(),
        subset.iter().map(|&index| data.targets()[index]).collect::<Vec<_>>(),
    )
    .expect("sound data");
    let weights: Vec<f64> = (0..32).map(|index| f64::from(index % 3)).collect();
    let weighted = data.clone().with_weights(weights).expect("sound weights");

    let loss = castnet::losses::Reduced { loss: MeanSquaredError, reduction: castnet::losses::Reduction::WeightedMean };
    let compile = || Line::init(&mut seeded(1)).compile(loss, Sgd { learning_rate: 0.1 });
    let (mut one, mut other) = (compile().weighted_metric(Mae), compile().metric(Mae));
    let options = || Fit::epochs(5).batch_size(64).shuffle(false).progress(false);
    let (first, second) = (one.fit(&weighted, options()), other.fit(&repeated, options()));
    for (first, second) in first.epochs().iter().zip(second.epochs()) {
        for ((name, first), (_, second)) in first.figures().zip(second.figures()) {
            assert!((first - second).abs() < 1e-5, "{name}: {first}, not {second}");
        }
    }
    let unweighted = compile().metric(Mae).fit(&weighted, options());
    let [weighted, plain] = [&first, &unweighted].map(|history| history.epochs()[0].train.metrics[0].1);
    assert!((weighted - plain).abs() > 1e-3, "a plain metric does not look at weights: {weighted}, {plain}");
    assert_eq!(first.epochs()[0].train.loss, unweighted.epochs()[0].train.loss);
}
