//! A loss, a metric, an optimizer and a callback of one's own: a network learns the price that nine of ten houses of Boston do not exceed.
//!
//! The data set is a historic benchmark, and its column B encodes an objectionable assumption about race:
//! see `examples/data/README.md`.
use std::error::Error;

use castnet::callbacks::{Callback, CallbackError, Training};
use castnet::losses::OutputLoss;
use castnet::metrics::{Better, Mean, Metric};
use castnet::nalgebra::Vector1;
use castnet::optimizers::{Optimizer, Step, Velocity};
use castnet::prelude::*;
use castnet::{Monitor, Scalar};

type Price = Vector1<f32>;

network! {
    /// A price in $1000s that few houses of a district exceed, from the 13 features of the Boston survey.
    pub HighPrice< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 >
}

/// The pinball loss: `quantile (target - output)` if the output is too low, else `(1 - quantile) (output - target)`. It is least at this
/// quantile of the prices (Koenker and Bassett, "Regression Quantiles", 1978).
#[derive(Clone, Copy, Debug)]
struct Pinball {
    quantile: f32,
}

impl OutputLoss<Price> for Pinball {
    type Target = Price;

    fn sum_of_outputs(self, outputs: &[Price], targets: &[Price]) -> f64 {
        let errors = outputs.iter().zip(targets).map(|(output, target)| target[0] - output[0]);
        errors.map(|error| f64::from((self.quantile * error).max((self.quantile - 1.0) * error))).sum()
    }

    fn gradient_of_outputs(self, outputs: &[Price], targets: &[Price], grad: &mut [Price]) {
        for ((output, target), grad) in outputs.iter().zip(targets).zip(grad) {
            let slope = if output[0] < target[0] { -self.quantile } else { 1.0 - self.quantile };
            // Of the mean over the batch.
            grad[0] = slope / outputs.len() as f32;
        }
    }
}
castnet::suits_networks!(Pinball);

/// The fraction of the houses that are not more expensive than predicted.
#[derive(Clone, Copy, Debug)]
struct Coverage;

impl<H> Metric<H, Price, Price> for Coverage {
    type State = Mean;

    fn name(&self) -> &'static str {
        "coverage"
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn update(&self, state: &mut Mean, output: &Price, target: &Price, weight: f64) {
        let is_covered = target[0] <= output[0];
        state.add(f64::from(u8::from(is_covered)), 1, weight);
    }

    fn value(&self, state: &Mean) -> f64 {
        state.value()
    }
}

/// Steps of one size in the direction of the sign of a running average of the gradient: `v += (g - v) * (1 - momentum)`,
/// `w -= learning_rate * sign(v)` (Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems", 2018).
#[derive(Clone, Copy, Debug)]
struct SignMomentum {
    learning_rate: f64,
    momentum: f64,
}

impl Optimizer for SignMomentum {
    /// One number for each parameter. Other moments of the crate are pairs of numbers, and `[G::Scalar; 0]` is none.
    type Moments<G: Flat> = Velocity<G>;

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn step<G: Flat>(&self, _: Step<'_>, parameters: &mut [G::Scalar], gradient: &mut G, moments: &mut Velocity<G>) {
        let [rate, rest] = [self.learning_rate, 1.0 - self.momentum].map(G::Scalar::from_f64);
        let averages = moments.velocity.as_flat_mut();
        for ((w, &g), v) in parameters.iter_mut().zip(gradient.as_flat()).zip(averages) {
            *v += (g - *v) * rest;
            if *v > G::Scalar::ZERO {
                *w -= rate;
            } else if *v < G::Scalar::ZERO {
                *w += rate;
            }
        }
    }
}

/// Prints a figure every so many epochs, and takes smaller steps from then on.
struct Anneal {
    figure: Monitor,
    epochs: usize,
}

impl<N: Network> Callback<N> for Anneal {
    fn watches(&self) -> Option<&Monitor> {
        Some(&self.figure)
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        if training.epoch() % self.epochs == 0 {
            let figure = training.figure(&self.figure).ok_or("no epoch is completed")?;
            println!("epoch {}: {figure:.4}, learning rate {}", training.epoch(), training.learning_rate());
            training.set_learning_rate(training.learning_rate() / 2.0);
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut houses: DataFor<HighPrice> = Dataset::from_csv("examples/data/boston_housing.csv", &["MEDV"])?;
    houses.shuffle(&mut seeded(7));
    let (train, test) = houses.split(0.2)?;

    let optimizer = SignMomentum { learning_rate: 0.004, momentum: 0.9 };
    let net = HighPrice::init(&mut seeded(7));
    let mut trainer = net.compile(Pinball { quantile: 0.9 }, optimizer).metric(Coverage);
    let mut anneal = Anneal { figure: trainer.monitor("val_coverage")?, epochs: 50 };
    let fit = Fit::epochs(100).batch_size(16).validation(&test).callback(&mut anneal);
    let history = trainer.fit(&train, fit);
    println!("{}\n", history.outcome());

    println!("{} held-out houses: {}", test.len(), trainer.evaluate(&test)?);
    let (net, house) = (trainer.into_network(), &test.inputs()[0]);
    println!("The first of them: hardly more than ${:.0}", 1000.0 * net.predict(house)[0]);
    Ok(())
}
