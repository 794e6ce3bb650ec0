//! Networks as layers of others: their passes, in memory that the outer network has planned for them.
mod tensors;

pub use tensors::{concat, names, names_len, renamed};

use super::Network;
use super::memory::{Adjoints, Arena, Tape};
use crate::activations::{Activation, Kept};
use crate::flat::{Flat, copy, flatten_mut, unflatten_mut};
use crate::isa::Isa;
use crate::random::TrainingRng;

/// Memory for the activations that training keeps of the nested network: its tape, and the logits before its last activation. For several
/// samples first all tapes, then all logits.
#[repr(C)]
pub struct NestedTape<N: Network> {
    tape: N::Tape,
    logits: N::Output,
}

// SAFETY: two fields of scalars, in order.
unsafe impl<N: Network + 'static> Flat for NestedTape<N> {
    type Scalar = N::Scalar;
}

/// Memory for the gradients of the nested network. For several samples first all gradients of activations, then all gradients of logits.
#[repr(C)]
pub struct NestedAdjoints<N: Network> {
    adjoints: N::Adjoints,
    grad_logits: N::Output,
}

// SAFETY: two fields of scalars, in order.
unsafe impl<N: Network + 'static> Flat for NestedAdjoints<N> {
    type Scalar = N::Scalar;
}

/// A network behind `use`. The macro gives for `CHECKED` a constant that compiles only if the network is as it must be. If it is not, this is the
/// one error: rustc does not know the type `[N; CHECKED]` then, nor `Network`, and has no errors about types that it does not know.
pub trait Checked {
    /// The network.
    type Network;
}

impl<N, const CHECKED: usize> Checked for [N; CHECKED] {
    type Network = N;
}

/// The numbers that a nested network computes with.
#[diagnostic::on_unimplemented(
    message = "the network behind `use` computes with `{A}`, but the network around it with `{Self}`",
    label = "computes with another type",
    note = "help: write `f64` behind the inputs of both, or of neither"
)]
pub trait NumbersOf<A> {}
impl<A> NumbersOf<A> for A {}

/// The input of a nested network.
#[diagnostic::on_unimplemented(
    message = "the network behind `use` does not read what comes in here: it reads `{A}`, and this is `{Self}`",
    label = "reads another shape"
)]
pub trait ReadBy<A> {}
impl<A> ReadBy<A> for A {}

/// The output of a nested network.
#[diagnostic::on_unimplemented(
    message = "the network behind `use` does not make what stands behind `->`: it makes `{A}`, and this is `{Self}`",
    label = "makes another shape",
    note = "help: write the shape of its output behind `->`"
)]
pub trait MadeBy<A> {}
impl<A> MadeBy<A> for A {}

/// Compiles where a network computes with such numbers, and reads and makes such samples.
pub const fn fits<N: Network, S: NumbersOf<N::Scalar>, A: ReadBy<N::Input>, B: MadeBy<N::Output>>() -> usize {
    1
}

/// The pass of a prediction.
#[inline(always)]
pub fn forward<N: Network>(
    isa: impl Isa<N::Scalar>,
    network: &N,
    input: &[N::Input],
    memory: &mut [N::Arena],
    output: &mut [N::Output],
) {
    if let Some(mut arena) = Arena::of(flatten_mut(memory), input.len()) {
        network.forward(isa, input, &mut arena, output);
        N::HEAD.apply(isa, output);
    }
}

/// As [`forward`], with the penalties on activities inside of the network, summed over the samples.
#[inline(always)]
pub fn forward_evaluation<N: Network>(
    isa: impl Isa<N::Scalar>,
    network: &N,
    input: &[N::Input],
    memory: &mut [N::Arena],
    output: &mut [N::Output],
) -> f64 {
    let Some(mut arena) = Arena::of(flatten_mut(memory), input.len()) else { return 0.0 };
    let penalty = network.forward_evaluation(isa, input, &mut arena, output);
    N::HEAD.apply(isa, output);
    penalty + N::output_penalty(output)
}

/// The penalties on activities inside of the network in the last pass of a training, summed over the samples.
pub fn activity_penalty<N: Network>(network: &N, memory: &mut [NestedTape<N>], output: &[N::Output]) -> f64 {
    let Some((mut tape, logits)) = split::<N>(memory) else { return 0.0 };
    network.activity_penalty(&mut tape, logits) + N::output_penalty(output)
}

/// The pass of a training.
#[inline(always)]
pub fn forward_training<N: Network>(
    isa: impl Isa<N::Scalar>,
    network: &N,
    rng: &mut TrainingRng,
    input: &[N::Input],
    memory: &mut [NestedTape<N>],
    output: &mut [N::Output],
) {
    if let Some((mut tape, logits)) = split::<N>(memory) {
        network.forward_training(isa, rng, input, &mut tape, logits);
        copy(logits, output);
        N::HEAD.apply(isa, output);
    }
}

fn split<N: Network>(memory: &mut [NestedTape<N>]) -> Option<(Tape<'_, N>, &mut [N::Output])> {
    let samples = memory.len();
    let (tape, logits) = flatten_mut(memory).split_at_mut_checked(N::TAPE * samples)?;
    Some((Tape::of(tape, samples)?, unflatten_mut(logits)))
}

/// The backward pass, for the gradients that are asked for.
#[inline(always)]
#[expect(
    clippy::too_many_arguments,
    reason = "the values that a backward pass reads and writes; only generated code calls it"
)]
pub fn backward<N: Network>(
    isa: impl Isa<N::Scalar>,
    network: &N,
    input: &[N::Input],
    memory: &mut [NestedTape<N>],
    output: &[N::Output],
    grads: &mut [NestedAdjoints<N>],
    grad_output: &[N::Output],
    gradient: Option<&mut N::Gradient>,
    grad_input: Option<&mut [N::Input]>,
) {
    let samples = grads.len();
    let Some((grads, grad_logits)) = flatten_mut(grads).split_at_mut_checked(N::ADJOINTS * samples) else { return };
    let (Some(mut grads), Some((mut tape, logits))) = (Adjoints::of(grads, samples), split::<N>(memory)) else {
        return;
    };
    let grad_logits = unflatten_mut::<N::Output>(grad_logits);
    copy(grad_output, grad_logits);
    N::HEAD.backward(isa, Kept::of(logits, output), grad_logits);
    network.backward(isa, input, &mut tape, logits, &mut grads, grad_logits, gradient, grad_input);
}

/// Gets the name of each layer that learns from raw data, and for each of its channels whether it is constant.
pub type Report<'a> = dyn FnMut(&'static str, &[bool]) + 'a;

/// Learns the statistics of the raw data.
pub fn adapt_to<N: Network>(network: &mut N, samples: &[N::Input], report: &mut Report<'_>) {
    network.adapt_to(samples, report);
}

/// Lets the nested network learn from the values that passed it.
pub fn update_state<N: Network>(network: &mut N, memory: &mut [NestedTape<N>]) {
    if let Some((mut tape, _)) = split::<N>(memory) {
        network.update_state(&mut tape);
    }
}

/// The larger of two numbers.
pub const fn larger(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

/// A fingerprint of two.
pub const fn mix(a: u64, b: u64) -> u64 {
    (a ^ b.rotate_left(17)).wrapping_mul(0x0000_0100_0000_01b3)
}
