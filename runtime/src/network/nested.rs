//! Networks as layers of others: their passes, in memory that the outer network has planned for them.
use super::Network;
use super::memory::{Adjoints, Arena, Tape};
use crate::activations::{Activation, Kept};
use crate::flat::{Flat, copy, flatten_mut, reshape, reshape_mut, unflatten_mut};
use crate::info::TensorInfo;
use crate::isa::Isa;
use crate::random::TrainingRng;

/// What training keeps of the nested network: its tape, and what stands before its last activation. For several samples first all tapes,
/// then all logits.
#[repr(C)]
pub struct NestedTape<N: Network> {
    tape: N::Tape,
    logits: N::Output,
}

// SAFETY: two fields of scalars, in order.
unsafe impl<N: Network + 'static> Flat for NestedTape<N> {
    type Scalar = N::Scalar;
}

/// Memory for the gradients of the nested network. For several samples first all gradients, then all those of the logits.
#[repr(C)]
pub struct NestedAdjoints<N: Network> {
    adjoints: N::Adjoints,
    grad_logits: N::Output,
}

// SAFETY: two fields of scalars, in order.
unsafe impl<N: Network + 'static> Flat for NestedAdjoints<N> {
    type Scalar = N::Scalar;
}

/// Samples that another network reads.
#[diagnostic::on_unimplemented(
    message = "the network behind `use` does not read what comes in here: it reads `{A}`, and this is `{Self}`",
    label = "reads another shape, or computes with another type"
)]
pub trait ReadBy<A> {}
impl<A> ReadBy<A> for A {}

/// Samples that another network makes.
#[diagnostic::on_unimplemented(
    message = "the network behind `use` does not make what stands behind `->`: it makes `{A}`, and this is `{Self}`",
    label = "makes another shape",
    note = "help: write the shape of its output behind `->`"
)]
pub trait MadeBy<A> {}
impl<A> MadeBy<A> for A {}

/// Compiles where a network reads and makes such samples.
pub const fn fits<N: Network, A: ReadBy<N::Input>, B: MadeBy<N::Output>>() {}

/// Samples that [`fits`] has found to be those of the network. The passes take any, so that a misfit is no second error.
fn same<A: Flat, B: Flat<Scalar = A::Scalar>>(samples: &[A]) -> &[B] {
    reshape(samples)
}

fn same_mut<A: Flat, B: Flat<Scalar = A::Scalar>>(samples: &mut [A]) -> &mut [B] {
    reshape_mut(samples)
}

/// The pass of a prediction.
#[inline(always)]
pub fn forward<N: Network, I: Isa<N::Scalar>, A, B>(
    isa: I,
    network: &N,
    input: &[A],
    memory: &mut [N::Arena],
    output: &mut [B],
) where
    A: Flat<Scalar = N::Scalar>,
    B: Flat<Scalar = N::Scalar>,
{
    let (input, output) = (same(input), same_mut(output));
    if let Some(mut arena) = Arena::of(flatten_mut(memory), input.len()) {
        network.forward(isa, input, &mut arena, output);
        N::HEAD.apply(isa, output);
    }
}

/// The pass of a training.
#[inline(always)]
pub fn forward_training<N: Network, I: Isa<N::Scalar>, A, B>(
    isa: I,
    network: &N,
    rng: &mut TrainingRng,
    input: &[A],
    memory: &mut [NestedTape<N>],
    output: &mut [B],
) where
    A: Flat<Scalar = N::Scalar>,
    B: Flat<Scalar = N::Scalar>,
{
    let (input, output) = (same(input), same_mut(output));
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
#[expect(clippy::too_many_arguments, reason = "what a backward pass reads and writes; only generated code calls it")]
pub fn backward<N: Network, I: Isa<N::Scalar>, A, B>(
    isa: I,
    network: &N,
    input: &[A],
    memory: &mut [NestedTape<N>],
    output: &[B],
    grads: &mut [NestedAdjoints<N>],
    grad_output: &[B],
    gradient: Option<&mut N::Gradient>,
    grad_input: Option<&mut [A]>,
) where
    A: Flat<Scalar = N::Scalar>,
    B: Flat<Scalar = N::Scalar>,
{
    let (input, output, grad_output): (_, _, &[N::Output]) = (same(input), same(output), same(grad_output));
    let grad_input = grad_input.map(|grad_input| same_mut(grad_input));
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

/// Learns the statistics of the raw data.
pub fn adapt_to<N: Network, A: Flat<Scalar = N::Scalar>>(network: &mut N, samples: &[A]) {
    network.adapt_to(same(samples));
}

/// What the nested network learns from the values that passed it.
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

/// How long the names of tensors are, one after the other, with a prefix and a dot before each.
pub const fn names_len(prefix: &str, tensors: &[TensorInfo]) -> usize {
    let (mut len, mut rest) = (0, tensors);
    while let Some((tensor, others)) = rest.split_first() {
        len += prefix.len() + 1 + tensor.name.len();
        rest = others;
    }
    len
}

/// The names of tensors, one after the other, with a prefix and a dot before each.
pub const fn names<const LEN: usize>(prefix: &str, tensors: &[TensorInfo]) -> [u8; LEN] {
    const fn append<const LEN: usize>(mut to: [u8; LEN], mut at: usize, text: &str) -> ([u8; LEN], usize) {
        let mut bytes = text.as_bytes();
        while let Some((byte, others)) = bytes.split_first() {
            to[at] = *byte;
            at += 1;
            bytes = others;
        }
        (to, at)
    }
    let (mut names, mut at, mut rest) = ([0; LEN], 0, tensors);
    while let Some((tensor, others)) = rest.split_first() {
        (names, at) = append(names, at, prefix);
        (names, at) = append(names, at, ".");
        (names, at) = append(names, at, tensor.name);
        rest = others;
    }
    names
}

/// Tensors with other names, which stand one after the other.
pub const fn renamed<const COUNT: usize>(
    prefix: &str,
    tensors: &'static [TensorInfo],
    names: &'static [u8],
) -> [TensorInfo; COUNT] {
    let (mut all, mut at, mut rest, mut names) = ([TensorInfo::new("", "", &[]); COUNT], 0, tensors, names);
    while let Some((tensor, others)) = rest.split_first() {
        let (name, other_names) = names.split_at(prefix.len() + 1 + tensor.name.len());
        if let Ok(name) = core::str::from_utf8(name) {
            all[at] = TensorInfo::new(name, tensor.dtype, tensor.shape);
        }
        at += 1;
        rest = others;
        names = other_names;
    }
    all
}

/// Lists of tensors as one.
pub const fn concat<const COUNT: usize>(lists: &[&[TensorInfo]]) -> [TensorInfo; COUNT] {
    let (mut all, mut at, mut lists) = ([TensorInfo::new("", "", &[]); COUNT], 0, lists);
    while let Some((list, others)) = lists.split_first() {
        let mut rest = *list;
        while let Some((tensor, others)) = rest.split_first() {
            all[at] = *tensor;
            at += 1;
            rest = others;
        }
        lists = others;
    }
    all
}
