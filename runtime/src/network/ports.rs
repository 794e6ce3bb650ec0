//! Ports: several inputs or several outputs of a network.
use core::slice::{from_mut, from_ref};

use crate::activations::{Activation, Kept};
use crate::flat::{Flat, accumulate, copy, reshape, reshape_mut};
use crate::isa::Isa;
use crate::losses::{Loss, Objection, Reduction, ReductionError, check_same};
use crate::numbers::NumberError;
use crate::scalar::Scalar;

/// A pair, one for each output of a network with two: its last activations, their losses, or their targets. For three outputs it is
/// `Both(a, Both(b, c))`. Where targets have the shapes of the outputs, the struct of the outputs does as well, as in
/// [`DataFor`](crate::DataFor).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Both<A, B>(pub A, pub B);

// SAFETY: two fields of the same scalars, in order.
unsafe impl<A: Flat, B: Flat<Scalar = A::Scalar>> Flat for Both<A, B> {
    type Scalar = A::Scalar;
}

/// A struct of named ports, seen as [`Both`] of them. Implemented by [`network!`](crate::network) for inputs and outputs.
pub trait Ports: Flat {
    /// The same ports in the same order.
    type All: Flat<Scalar = Self::Scalar>;
}

impl<A: Flat, B: Flat<Scalar = A::Scalar>> Ports for Both<A, B> {
    type All = Self;
}

/// Copies a port out of every sample.
#[inline(always)]
pub fn take<S: Flat, A: Flat<Scalar = S::Scalar>, B: Flat<Scalar = S::Scalar>>(
    samples: &[S],
    port: impl Fn(&S) -> &A,
    to: &mut [B],
) {
    for (sample, to) in samples.iter().zip(to) {
        copy(from_ref(port(sample)), from_mut(to));
    }
}

/// Adds a port of every sample.
#[inline(always)]
pub fn take_added<S: Flat, A: Flat<Scalar = S::Scalar>, B: Flat<Scalar = S::Scalar>>(
    samples: &[S],
    port: impl Fn(&S) -> &A,
    to: &mut [B],
) {
    for (sample, to) in samples.iter().zip(to) {
        accumulate(from_ref(port(sample)), from_mut(to));
    }
}

/// Copies a port into every sample.
#[inline(always)]
pub fn put<S: Flat, A: Flat, B: Flat<Scalar = A::Scalar>>(
    from: &[A],
    samples: &mut [S],
    port: impl Fn(&mut S) -> &mut B,
) {
    for (sample, from) in samples.iter_mut().zip(from) {
        copy(from_ref(from), from_mut(port(sample)));
    }
}

/// The values that the activations of several outputs keep for the backward pass.
#[derive(Debug)]
pub struct KeptPorts<'a, O> {
    inputs: &'a [O],
    outputs: &'a [O],
}

// Not derived: a derive would ask for `O: Copy`.
impl<O> Clone for KeptPorts<'_, O> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<O> Copy for KeptPorts<'_, O> {}

impl<'a, O> Kept<'a, O> for KeptPorts<'a, O> {
    fn of(inputs: &'a [O], outputs: &'a [O]) -> Self {
        Self { inputs, outputs }
    }
}

impl<O, A, B, HA, HB> Activation<O> for Both<HA, HB>
where
    O: Ports<All = Both<A, B>>,
    A: Flat<Scalar = O::Scalar>,
    B: Flat<Scalar = O::Scalar>,
    HA: Activation<A>,
    HB: Activation<B>,
{
    type Kept<'a> = KeptPorts<'a, O>;

    #[inline(always)]
    fn apply<I: Isa<O::Scalar>>(self, isa: I, values: &mut [O]) {
        for Both(a, b) in reshape_mut::<O, O::All>(values) {
            self.0.apply(isa, from_mut(a));
            self.1.apply(isa, from_mut(b));
        }
    }

    #[inline(always)]
    fn backward<I: Isa<O::Scalar>>(self, isa: I, kept: Self::Kept<'_>, grad: &mut [O]) {
        let kept = reshape::<O, O::All>(kept.inputs).iter().zip(reshape::<O, O::All>(kept.outputs));
        for (Both(a, b), (inputs, outputs)) in reshape_mut::<O, O::All>(grad).iter_mut().zip(kept) {
            let (first, second) = (from_ref(&inputs.0), from_ref(&outputs.0));
            self.0.backward(isa, HA::Kept::of(first, second), from_mut(a));
            let (first, second) = (from_ref(&inputs.1), from_ref(&outputs.1));
            self.1.backward(isa, HB::Kept::of(first, second), from_mut(b));
        }
    }
}

/// The losses of several outputs, added up; targets are [`Both`] of theirs. There is one reduction for the sum; to
/// choose another than the mean, put [`Reduced`](crate::losses::Reduced) around the `Both` and not around a loss in it. Losses of two
/// reductions are refused.
impl<O, A, B, HA, HB, LA, LB> Loss<Both<HA, HB>, O> for Both<LA, LB>
where
    O: Ports<All = Both<A, B>>,
    A: Flat<Scalar = O::Scalar>,
    B: Flat<Scalar = O::Scalar>,
    HA: Activation<A>,
    HB: Activation<B>,
    LA: Loss<HA, A>,
    LB: Loss<HB, B>,
{
    type Target = Both<LA::Target, LB::Target>;

    fn reduction(&self) -> Reduction {
        self.0.reduction()
    }

    fn objection(&self, target: &Self::Target) -> Option<Objection> {
        self.0.objection(&target.0).or_else(|| self.1.objection(&target.1))
    }

    fn check(&self) -> Result<(), NumberError> {
        self.0.check()?;
        self.1.check()
    }

    fn check_reductions(&self) -> Result<(), ReductionError> {
        self.0.check_reductions()?;
        self.1.check_reductions()?;
        check_same(self.0.reduction(), self.1.reduction())
    }

    fn sum(self, logits: &[O], outputs: &[O], targets: &[Self::Target]) -> f64 {
        let values = reshape::<O, O::All>(logits).iter().zip(reshape::<O, O::All>(outputs)).zip(targets);
        let losses = values.map(|((logits, outputs), target)| {
            let first = self.0.sum(from_ref(&logits.0), from_ref(&outputs.0), from_ref(&target.0));
            let second = self.1.sum(from_ref(&logits.1), from_ref(&outputs.1), from_ref(&target.1));
            first + second
        });
        losses.sum()
    }

    fn gradient<I: Isa<O::Scalar>>(
        self,
        isa: I,
        head: Both<HA, HB>,
        logits: &[O],
        outputs: &[O],
        targets: &[Self::Target],
        grad: &mut [O],
    ) {
        let samples = O::Scalar::from_f64(logits.len() as f64);
        let values = reshape::<O, O::All>(logits).iter().zip(reshape::<O, O::All>(outputs)).zip(targets);
        for (Both(a, b), ((x, y), target)) in reshape_mut::<O, O::All>(grad).iter_mut().zip(values) {
            self.0.gradient(isa, head.0, from_ref(&x.0), from_ref(&y.0), from_ref(&target.0), from_mut(a));
            self.1.gradient(isa, head.1, from_ref(&x.1), from_ref(&y.1), from_ref(&target.1), from_mut(b));
            // The gradient of the mean over the samples, of which each was the only one.
            a.as_flat_mut().iter_mut().chain(b.as_flat_mut()).for_each(|grad| *grad /= samples);
        }
    }
}
