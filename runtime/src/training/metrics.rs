//! The metrics of a training, whatever their types. Needs `alloc`.
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::marker::PhantomData;

use super::history::LEARNING_RATE;
use crate::metrics::{Better, Metric};
use crate::numbers::NumberError;

/// The metrics that were asked for, each with its state.
pub(super) struct Metrics<A, Y>(Vec<Box<dyn Running<A, Y>>>);

/// A metric that runs over samples.
trait Running<A, Y>: Send {
    fn name(&self) -> &'static str;
    fn better(&self) -> Better;
    fn reset(&mut self);
    fn update(&mut self, outputs: &[A], targets: &[Y], weights: &[f64]);
    fn value(&self) -> f64;
    fn check(&self) -> Result<(), NumberError>;
}

struct WithState<H, A, Y, M: Metric<H, A, Y>> {
    metric: M,
    /// The metric's own name, unless another metric has it.
    name: &'static str,
    state: M::State,
    /// Whether the weights of samples count.
    weighted: bool,
    network: PhantomData<fn(H, A, Y)>,
}

impl<H, A, Y, M: Metric<H, A, Y>> Running<A, Y> for WithState<H, A, Y, M> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn better(&self) -> Better {
        self.metric.better()
    }
    fn reset(&mut self) {
        self.state = M::State::default();
    }
    fn update(&mut self, outputs: &[A], targets: &[Y], weights: &[f64]) {
        let Self { metric, state, weighted, .. } = self;
        let samples = outputs.iter().zip(targets);
        let weights = if *weighted { weights } else { &[] };
        let weights = weights.iter().copied().chain(core::iter::repeat(1.0));
        samples.zip(weights).for_each(|((output, target), weight)| metric.update(state, output, target, weight));
    }
    fn value(&self) -> f64 {
        self.metric.value(&self.state)
    }
    fn check(&self) -> Result<(), NumberError> {
        self.metric.check()
    }
}

impl<A: 'static, Y: 'static> Metrics<A, Y> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn add<H: 'static, M: Metric<H, A, Y>>(&mut self, metric: M, weighted: bool) {
        let taken: Vec<&str> = self.names().map(|(name, _)| name).collect();
        let name = free_name(&taken, metric.name(), weighted);
        self.0.push(Box::new(WithState { metric, name, state: M::State::default(), weighted, network: PhantomData }));
    }

    /// Whether the numbers of all metrics make sense.
    pub(super) fn check(&self) -> Result<(), NumberError> {
        self.0.iter().try_for_each(|metric| metric.check())
    }

    /// Forgets all samples.
    pub(super) fn reset(&mut self) {
        self.0.iter_mut().for_each(|metric| metric.reset());
    }

    pub(super) fn update(&mut self, outputs: &[A], targets: &[Y], weights: &[f64]) {
        self.0.iter_mut().for_each(|metric| metric.update(outputs, targets, weights));
    }

    /// Names and figures.
    pub(super) fn values(&self) -> Vec<(&'static str, f64)> {
        self.0.iter().map(|metric| (metric.name(), metric.value())).collect()
    }

    /// Names, and which figures are better.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'static str, Better)> {
        self.0.iter().map(|metric| (metric.name(), metric.better()))
    }
}

/// A name that no metric before has: `weighted_mae` beside `mae`, as in Keras; else a number is
/// appended.
fn free_name(taken: &[&str], name: &'static str, weighted: bool) -> &'static str {
    let is_free = |name: &str| name != "loss" && name != LEARNING_RATE && !taken.contains(&name);
    if is_free(name) {
        return name;
    }
    let weighted = weighted.then(|| format!("weighted_{name}"));
    let numbered = (1..).map(|number| format!("{name}_{number}"));
    let other = weighted.into_iter().chain(numbered).find(|name| is_free(name));
    // A few bytes for good, where the same metric is asked for twice.
    other.map_or(name, |other| &*other.leak())
}
