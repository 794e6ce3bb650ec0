//! Penalties on the outputs of a network, behind its last activation.
use crate::activations::{Activation, Kept};
use crate::flat::{Flat, accumulate, copy, flatten_mut, unflatten_mut};
use crate::isa::Isa;
use crate::scalar::Scalar;

/// Adds the gradient of penalties on outputs to the gradient of the logits. `add` adds the gradient with respect to the outputs;
/// `memory` has room for two values of every sample: the outputs, and their gradient.
#[inline(always)]
pub fn add_gradient_of_outputs<A, B, H, I>(
    isa: I,
    head: H,
    add: impl FnOnce(&[A], &mut [A]),
    logits: &[A],
    memory: &mut [B],
    grad_logits: &mut [A],
) where
    A: Flat,
    B: Flat<Scalar = A::Scalar>,
    H: Activation<A>,
    I: Isa<A::Scalar>,
{
    let Some((outputs, grads)) = flatten_mut(memory).split_at_mut_checked(A::LEN * logits.len()) else { return };
    grads.fill(A::Scalar::ZERO);
    let (outputs, grads) = (unflatten_mut::<A>(outputs), unflatten_mut::<A>(grads));
    copy(logits, outputs);
    head.apply(isa, outputs);
    add(outputs, grads);
    head.backward(isa, Kept::of(logits, outputs), grads);
    accumulate(grads, grad_logits);
}
