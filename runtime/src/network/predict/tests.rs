//! A network of integers, written by hand: neither `Flat` nor a `Network`, it predicts, in every way that there is.
use std::vec::Vec;

use nalgebra::SMatrix;

use super::{Predict, PredictsOnStack};
use crate::info::{LayerInfo, Source, TensorInfo};
use crate::isa::{Arithmetic, Isa};
use crate::network::embedded::{embedded, embedded_checks, from_bytes, has_tensor, view};
use crate::network::{Arena, Check, CheckError, LengthError, Workspace, self_test};
use crate::plain::Plain;

/// Four integers become three by `relu`, and these become two. Products are added in 32 bits; what does not fit into 8 bits is the nearest
/// number that does.
#[repr(C)]
struct Integers {
    bias_1: SMatrix<i32, 3, 1>,
    bias_2: SMatrix<i32, 2, 1>,
    weight_1: SMatrix<i8, 3, 4>,
    weight_2: SMatrix<i8, 2, 3>,
    /// Up to the next multiple of the alignment.
    fill: [u8; 2],
}

// SAFETY: integers, and the last field fills the end, so that there is no padding.
unsafe impl Plain for Integers {}

type Input = SMatrix<i8, 4, 1>;
type Hidden = SMatrix<i8, 3, 1>;
type Output = SMatrix<i8, 2, 1>;

impl Predict for Integers {
    type In = Input;
    type Out = Output;
    type Arena = [i32; 4];
    type Unit = i32;
    type Kernels = f32;

    const NAME: &'static str = "Integers";
    const PARAMS: usize = 23;
    const MACS: u64 = 18;
    const SUMMARY: &'static str = "";
    const DOT: &'static str = "";
    const LAYERS: &'static [LayerInfo] = &[];
    const TENSORS: &'static [TensorInfo] = &[
        TensorInfo::new("dense_1.bias", "I32", &[3]),
        TensorInfo::new("dense_2.bias", "I32", &[2]),
        TensorInfo::new("dense_1.weight", "I8", &[4, 3]),
        TensorInfo::new("dense_2.weight", "I8", &[3, 2]),
    ];
    const FINGERPRINT: u64 = 1;
    const SOURCE: Source = Source { text: "", nested: &[] };
    /// Three sums, and a unit for three integers of 8 bits; the sums of the second layer lie where those of the first did.
    const ARENA: usize = 4;

    fn forward<I: Isa<f32>>(&self, _: I, input: &[Input], arena: &mut Arena<'_, Self>, output: &mut [Output]) {
        let (sums, hidden) = arena.pair::<SMatrix<i32, 3, 1>, 0, Hidden, 3>();
        dense(&self.weight_1, &self.bias_1, input, sums);
        for (hidden, sums) in hidden.iter_mut().zip(sums) {
            *hidden = sums.map(|sum| sum.clamp(0, 127) as i8);
        }
        let (hidden, sums) = arena.pair::<Hidden, 3, SMatrix<i32, 2, 1>, 0>();
        dense(&self.weight_2, &self.bias_2, hidden, sums);
        for (output, sums) in output.iter_mut().zip(sums) {
            *output = sums.map(|sum| sum.clamp(-128, 127) as i8);
        }
    }

    /// Numbers from -100 to 100.
    fn apply_head<I: Isa<f32>>(_: I, output: &mut [Output]) {
        output.iter_mut().for_each(|output| output.apply(|value| *value = (*value).clamp(-100, 100)));
    }
}

impl PredictsOnStack for Integers {}

fn dense<const IN: usize, const OUT: usize>(
    weight: &SMatrix<i8, OUT, IN>,
    bias: &SMatrix<i32, OUT, 1>,
    input: &[SMatrix<i8, IN, 1>],
    sums: &mut [SMatrix<i32, OUT, 1>],
) {
    for (sums, input) in sums.iter_mut().zip(input) {
        *sums = bias + weight.cast::<i32>() * input.cast::<i32>();
    }
}

/// A file: some bytes, the tensors in another order than in the network, and two checks.
const FILE: &[u8] = &[
    9,
    9, // bytes before the tensors
    1,
    2,
    5,
    9,
    -1_i8 as u8,
    1, // second weight, column by column
    1,
    -1_i8 as u8,
    100,
    2,
    -2_i8 as u8,
    100,
    3,
    -3_i8 as u8,
    100,
    4,
    -4_i8 as u8,
    100, // first weight
    1,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    3,
    0,
    0,
    0, // first bias
    7,
    0,
    0,
    0,
    0,
    0,
    0,
    0, // second bias
    1,
    -1_i8 as u8,
    2,
    1,
    -100_i8 as u8,
    100, // the first check
    0,
    0,
    0,
    0,
    15,
    23, // the second check
];
const CHECKS: usize = 2 + 6 + 12 + 12 + 8;

static INTEGERS: Integers = embedded(
    FILE,
    &[("dense_2.weight", 2, 8), ("dense_1.weight", 8, 20), ("dense_1.bias", 20, 32), ("dense_2.bias", 32, 40)],
);
static EMBEDDED_CHECKS: [Check<Integers>; 2] = embedded_checks(FILE, CHECKS, FILE.len());

/// The sums of the first layer are `1 + 9`, `2 - 9` and `3 + 300`, so it makes 10, 0 and 127; those of the second layer are
/// `7 + 10 - 127` and `20 + 127`, and the head makes -100 and 100 of them.
const LARGE: (Input, Output) = (Input::new(1, -1, 2, 1), Output::new(-100, 100));
/// The first layer makes 1, 2 and 3 of its biases, and the second layer `7 + 1 + 10 - 3` and `2 + 18 + 3`.
const ZEROS: (Input, Output) = (Input::new(0, 0, 0, 0), Output::new(15, 23));

#[test]
fn one_sample_on_the_stack_and_in_a_workspace() {
    let mut workspace = Workspace::new();
    for (input, output) in [LARGE, ZEROS, LARGE] {
        assert_eq!(INTEGERS.predict(&input), output);
        assert_eq!(*INTEGERS.predict_in(&input, &mut workspace), output);
    }
    // Four units and two bytes, up to the next multiple of four.
    assert_eq!(Integers::RAM_BYTES, 20);
    assert_eq!(Integers::FLASH_BYTES, 40);
}

#[test]
#[cfg(feature = "alloc")]
fn one_sample_on_the_heap() {
    assert_eq!(*INTEGERS.predict_in(&LARGE.0, &mut Workspace::boxed()), LARGE.1);
}

#[test]
#[cfg(feature = "alloc")]
fn many_samples() {
    // More than are predicted at once, and all different from their neighbours.
    let sample = |index: u8| match index % 3 {
        0 => LARGE.0,
        1 => ZEROS.0,
        _ => Input::repeat((index % 128) as i8),
    };
    let inputs: Vec<Input> = (0..150).map(sample).collect();
    let mut outputs = std::vec![Output::zeros(); inputs.len()];
    for arithmetic in [Arithmetic::Portable, Arithmetic::Fused] {
        outputs.fill(Output::zeros());
        assert_eq!(INTEGERS.predict_batch_with(arithmetic, &inputs, &mut outputs), Ok(()));
        assert!(inputs.iter().zip(&outputs).all(|(input, output)| INTEGERS.predict(input) == *output));
    }
    assert_eq!(outputs[..2], [LARGE.1, ZEROS.1]);
    let few = INTEGERS.predict_batch(&inputs[..3], &mut outputs[..2]);
    assert_eq!(few, Err(LengthError { inputs: 3, outputs: 2 }));
}

#[test]
fn checks() {
    let check = Check::of(&INTEGERS, LARGE.0);
    assert_eq!((check.input, check.output), (LARGE.0, LARGE.1));
    assert!(check.holds(&INTEGERS));
    assert!(check.holds_in(&INTEGERS, &mut Workspace::new()));

    assert_eq!(EMBEDDED_CHECKS.each_ref().map(|check| check.input), [LARGE.0, ZEROS.0]);
    assert_eq!(self_test(&INTEGERS, &EMBEDDED_CHECKS), Ok(()));
    let mut others: Integers = from_bytes(INTEGERS.as_bytes()).expect("as many bytes");
    others.bias_2[1] += 1;
    assert_eq!(self_test(&others, &EMBEDDED_CHECKS), Err(CheckError { index: 1 }));
}

#[test]
fn weights_from_bytes() {
    assert_eq!(INTEGERS.weight_1.row(0).iter().copied().collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(INTEGERS.weight_2.row(1).iter().copied().collect::<Vec<_>>(), [2, 9, 1]);
    assert_eq!((INTEGERS.bias_1.as_slice(), INTEGERS.bias_2.as_slice()), ([1, 2, 3].as_slice(), [7, 0].as_slice()));
    assert_eq!(INTEGERS.fill, [0; 2]);
    assert!(has_tensor::<Integers>("dense_2.weight", "I8", &[3, 2]));
    assert!(!has_tensor::<Integers>("dense_2.weight", "F32", &[3, 2]));

    let seen: &Integers = view(INTEGERS.as_bytes()).expect("a network");
    assert_eq!(seen.predict(&LARGE.0), LARGE.1);
    assert!(view::<Integers>(&INTEGERS.as_bytes()[1..]).is_none());
    assert_eq!(Integers::zero().predict(&LARGE.0), Output::zeros());
}

/// A check whose input leaves a gap before its output.
#[test]
fn checks_with_gaps() {
    struct Bytes;
    // SAFETY: nothing is stored in it.
    unsafe impl Plain for Bytes {}
    impl Predict for Bytes {
        type In = [i8; 3];
        type Out = [i32; 1];
        type Arena = [i32; 0];
        type Unit = i32;
        type Kernels = f32;
        const NAME: &'static str = "Bytes";
        const PARAMS: usize = 0;
        const MACS: u64 = 0;
        const SUMMARY: &'static str = "";
        const DOT: &'static str = "";
        const LAYERS: &'static [LayerInfo] = &[];
        const TENSORS: &'static [TensorInfo] = &[];
        const FINGERPRINT: u64 = 2;
        const SOURCE: Source = Source { text: "", nested: &[] };
        const ARENA: usize = 0;

        fn forward<I: Isa<f32>>(&self, _: I, input: &[[i8; 3]], _: &mut Arena<'_, Self>, output: &mut [[i32; 1]]) {
            for (input, output) in input.iter().zip(output) {
                *output = [input.iter().map(|&value| i32::from(value)).sum()];
            }
        }
        fn apply_head<I: Isa<f32>>(_: I, _: &mut [[i32; 1]]) {}
    }
    impl PredictsOnStack for Bytes {}

    const FILE: &[u8] = &[1, 2, 3, 6, 0, 0, 0, 100, 100, 100, 44, 1, 0, 0];
    const SUMS: [Check<Bytes>; 2] = embedded_checks(FILE, 0, FILE.len());
    assert_eq!(SUMS.map(|check| (check.input, check.output)), [([1, 2, 3], [6]), ([100; 3], [300])]);
    assert_eq!(self_test(&Bytes, &SUMS), Ok(()));
}
