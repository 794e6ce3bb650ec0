//! A loss with a weight among the losses of several outputs.
use super::{Loss, Objection, Reduction, ReductionError};
use crate::flat::Flat;
use crate::isa::Isa;
use crate::numbers::{self, NumberError, Range};
use crate::scalar::Scalar;

/// A loss times a factor that is not negative: the weight of one of several losses, in a network with several outputs. Keras's `loss_weights`.
///
/// ```
/// use castnet::Both;
/// use castnet::losses::Weighted;
/// use castnet::prelude::*;
///
/// network! {
///     Heads< input 3 => trunk: dense 8 relu; trunk => age: dense 1; trunk => kind: dense 2 softmax >
/// }
///
/// let loss = Both(Weighted(MeanSquaredError, 0.3), CategoricalCrossentropy);
/// let mut trainer = Heads::init(&mut seeded(1)).compile(loss, Adam::default());
/// let (features, target) = (castnet::nalgebra::SVector::from([0.1, 0.2, 0.3]), Both([0.5].into(), [1.0, 0.0].into()));
/// let report = trainer.train_on_batch(&[features], &[target])?;
/// # assert!(report.loss.is_finite());
/// # Ok::<(), castnet::BatchError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted<L>(pub L, pub f64);

impl<H, A: Flat, L: Loss<H, A>> Loss<H, A> for Weighted<L> {
    type Target = L::Target;

    fn reduction(&self) -> Reduction {
        self.0.reduction()
    }

    fn objection(&self, target: &L::Target) -> Option<Objection> {
        self.0.objection(target)
    }

    fn check(&self) -> Result<(), NumberError> {
        numbers::check("Weighted", [("factor", self.1, Range::NotNegative)])?;
        self.0.check()
    }

    fn check_reductions(&self) -> Result<(), ReductionError> {
        self.0.check_reductions()
    }

    #[inline(always)]
    fn sum(self, logits: &[A], outputs: &[A], targets: &[L::Target]) -> f64 {
        self.1 * self.0.sum(logits, outputs, targets)
    }

    #[inline(always)]
    fn gradient<I: Isa<A::Scalar>>(
        self,
        isa: I,
        head: H,
        logits: &[A],
        outputs: &[A],
        targets: &[L::Target],
        grad: &mut [A],
    ) {
        self.0.gradient(isa, head, logits, outputs, targets, grad);
        let weight = A::Scalar::from_f64(self.1);
        grad.iter_mut().flat_map(A::as_flat_mut).for_each(|grad| *grad *= weight);
    }
}
