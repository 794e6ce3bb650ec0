//! The metrics of a training, whatever their types.
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::marker::PhantomData;

use crate::metrics::Metric;

/// The metrics that were asked for, each with its state.
pub(super) struct Metrics<A, Y>(Vec<Box<dyn Running<A, Y>>>);

/// A metric that runs over samples.
trait Running<A, Y>: Send {
    fn name(&self) -> &'static str;
    fn reset(&mut self);
    fn update(&mut self, outputs: &[A], targets: &[Y]);
    fn value(&self) -> f64;
}

struct WithState<H, A, Y, M: Metric<H, A, Y>> {
    metric: M,
    state: M::State,
    network: PhantomData<fn(H, A, Y)>,
}

impl<H, A, Y, M: Metric<H, A, Y>> Running<A, Y> for WithState<H, A, Y, M> {
    fn name(&self) -> &'static str {
        self.metric.name()
    }
    fn reset(&mut self) {
        self.state = M::State::default();
    }
    fn update(&mut self, outputs: &[A], targets: &[Y]) {
        self.metric.update(&mut self.state, outputs, targets);
    }
    fn value(&self) -> f64 {
        self.metric.value(&self.state)
    }
}

impl<A: 'static, Y: 'static> Metrics<A, Y> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn add<H: 'static, M: Metric<H, A, Y>>(&mut self, metric: M) {
        self.0.push(Box::new(WithState { metric, state: M::State::default(), network: PhantomData }));
    }

    /// Forgets all samples.
    pub(super) fn reset(&mut self) {
        self.0.iter_mut().for_each(|metric| metric.reset());
    }

    pub(super) fn update(&mut self, outputs: &[A], targets: &[Y]) {
        self.0.iter_mut().for_each(|metric| metric.update(outputs, targets));
    }

    /// Names and figures.
    pub(super) fn values(&self) -> Vec<(&'static str, f64)> {
        self.0.iter().map(|metric| (metric.name(), metric.value())).collect()
    }
}
