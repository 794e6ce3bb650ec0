//! The limit: kernels written by hand for exactly the shapes of the workloads. castnet is compared with them.
//!
//! They know everything beforehand that castnet's general kernels cannot: there are three dense layers, of these sizes, with
//! these activations; buffers have room for whole vectors; batches are padded. So they check nothing and are no example of style.
// Raw pointers over fixed shapes: every function here trusts its caller, down from the entry points, which do hold buffers of
// the right sizes.
#![allow(unsafe_op_in_unsafe_fn, clippy::missing_safety_doc)]

mod cnn;
mod dense;
mod product;
mod simd;
mod train;

pub use cnn::{Cnn, CnnTrainer, Maps};
use simd::{Avx2, Avx512, Simd};
pub use train::{Trainer, Y};

/// An instruction set that there are limit kernels for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    Avx512,
    Avx2,
}

impl Set {
    /// The best one of this machine.
    pub fn best() -> Option<Self> {
        let fused = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        if !fused {
            return None;
        }
        let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
        Some(if wide { Self::Avx512 } else { Self::Avx2 })
    }
}

/// Three dense layers, `I -> A -> B -> O`: as in castnet, every weight is column-major with its bias behind it.
pub struct Net<const I: usize, const A: usize, const B: usize, const O: usize> {
    pub parameters: Vec<f32>,
}

impl<const I: usize, const A: usize, const B: usize, const O: usize> Net<I, A, B, O> {
    const BIAS_1: usize = I * A;
    const WEIGHT_2: usize = Self::BIAS_1 + A;
    const BIAS_2: usize = Self::WEIGHT_2 + A * B;
    const WEIGHT_3: usize = Self::BIAS_2 + B;
    const BIAS_3: usize = Self::WEIGHT_3 + B * O;
    const LEN: usize = Self::BIAS_3 + O;

    pub fn new(parameters: &[f32]) -> Self {
        assert_eq!(parameters.len(), Self::LEN);
        Self { parameters: parameters.to_vec() }
    }
}

/// relu, relu, linear: one sample. Vectors of eight fit ten units better than masked ones of sixteen, on any machine.
pub fn predict_small(net: &Net<13, 10, 10, 1>, x: &[f32; 13]) -> f32 {
    #[target_feature(enable = "avx2,fma")]
    fn run(net: &Net<13, 10, 10, 1>, x: &[f32; 13]) -> f32 {
        // SAFETY: the parameters are as many as `Net::new` has counted; the buffers hold two vectors.
        unsafe { dense::small::<Avx2>(net, x) }
    }
    // SAFETY: both sets have AVX2 and FMA; there is no other way to a `Set`, and callers hold one.
    unsafe { run(net, x) }
}

/// relu, relu, softmax: one sample.
pub fn predict_digit(set: Set, net: &Net<784, 128, 64, 10>, x: &[f32; 784]) -> [f32; 10] {
    #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
    fn avx512(net: &Net<784, 128, 64, 10>, x: &[f32; 784]) -> [f32; 10] {
        // SAFETY: the parameters are as many as `Net::new` has counted.
        unsafe { dense::digit::<Avx512>(net, x) }
    }
    #[target_feature(enable = "avx2,fma")]
    fn avx2(net: &Net<784, 128, 64, 10>, x: &[f32; 784]) -> [f32; 10] {
        // SAFETY: as above.
        unsafe { dense::digit::<Avx2>(net, x) }
    }
    // SAFETY: a `Set` is one that the machine has.
    unsafe {
        match set {
            Set::Avx512 => avx512(net, x),
            Set::Avx2 => avx2(net, x),
        }
    }
}

/// relu, relu, softmax: many samples, 80 at a time.
pub fn predict_digits(set: Set, net: &Net<784, 128, 64, 10>, x: &[[f32; 784]], y: &mut [[f32; 10]]) {
    assert!(x.len() == y.len() && x.len().is_multiple_of(80));
    #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
    fn avx512(net: &Net<784, 128, 64, 10>, x: &[[f32; 784]], y: &mut [[f32; 10]]) {
        // SAFETY: as many samples as outputs, in whole blocks.
        unsafe { product::digits::<Avx512, 8>(net, x, y) }
    }
    #[target_feature(enable = "avx2,fma")]
    fn avx2(net: &Net<784, 128, 64, 10>, x: &[[f32; 784]], y: &mut [[f32; 10]]) {
        // SAFETY: as above.
        unsafe { product::digits::<Avx2, 4>(net, x, y) }
    }
    // SAFETY: a `Set` is one that the machine has.
    unsafe {
        match set {
            Set::Avx512 => avx512(net, x, y),
            Set::Avx2 => avx2(net, x, y),
        }
    }
}

/// One epoch in the order in which the samples lie.
pub fn epoch<const I: usize, const A: usize, const B: usize, const O: usize, const BATCH: usize>(
    set: Set,
    trainer: &mut Trainer<I, A, B, O, BATCH>,
    x: &[[f32; I]],
    y: Y<'_>,
) {
    #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
    fn avx512<const I: usize, const A: usize, const B: usize, const O: usize, const BATCH: usize>(
        trainer: &mut Trainer<I, A, B, O, BATCH>,
        x: &[[f32; I]],
        y: Y<'_>,
    ) {
        // SAFETY: the trainer's buffers hold a batch.
        unsafe { trainer.epoch::<Avx512, 8>(x, y) }
    }
    #[target_feature(enable = "avx2,fma")]
    fn avx2<const I: usize, const A: usize, const B: usize, const O: usize, const BATCH: usize>(
        trainer: &mut Trainer<I, A, B, O, BATCH>,
        x: &[[f32; I]],
        y: Y<'_>,
    ) {
        // SAFETY: as above.
        unsafe { trainer.epoch::<Avx2, 4>(x, y) }
    }
    // SAFETY: a `Set` is one that the machine has.
    unsafe {
        match set {
            Set::Avx512 => avx512(trainer, x, y),
            Set::Avx2 => avx2(trainer, x, y),
        }
    }
}

/// The network of convolutions, one sample.
pub fn predict_image(set: Set, net: &Cnn, x: &[f32; 784], maps: &mut Maps) -> [f32; 10] {
    #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
    fn avx512(net: &Cnn, x: &[f32; 784], maps: &mut Maps) -> [f32; 10] {
        // SAFETY: rows and columns of the tiles divide those of the images.
        unsafe { cnn::predict::<Avx2, Avx512, 1, 10>(net, x, maps) }
    }
    #[target_feature(enable = "avx2,fma")]
    fn avx2(net: &Cnn, x: &[f32; 784], maps: &mut Maps) -> [f32; 10] {
        // SAFETY: as above.
        unsafe { cnn::predict::<Avx2, Avx2, 2, 5>(net, x, maps) }
    }
    // SAFETY: a `Set` is one that the machine has.
    unsafe {
        match set {
            Set::Avx512 => avx512(net, x, maps),
            Set::Avx2 => avx2(net, x, maps),
        }
    }
}

/// One epoch of the network of convolutions, in the order in which the samples lie.
pub fn image_epoch(set: Set, trainer: &mut CnnTrainer, x: &[[f32; 784]], classes: &[usize]) {
    #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
    fn avx512(trainer: &mut CnnTrainer, x: &[[f32; 784]], classes: &[usize]) {
        // SAFETY: as in `predict_image`.
        unsafe { trainer.epoch::<Avx2, Avx512, 1, 10>(x, classes) }
    }
    #[target_feature(enable = "avx2,fma")]
    fn avx2(trainer: &mut CnnTrainer, x: &[[f32; 784]], classes: &[usize]) {
        // SAFETY: as in `predict_image`.
        unsafe { trainer.epoch::<Avx2, Avx2, 2, 5>(x, classes) }
    }
    // SAFETY: a `Set` is one that the machine has.
    unsafe {
        match set {
            Set::Avx512 => avx512(trainer, x, classes),
            Set::Avx2 => avx2(trainer, x, classes),
        }
    }
}

#[inline(always)]
fn relu(values: &mut [f32]) {
    for value in values {
        *value = if *value > 0.0 { *value } else { 0.0 };
    }
}

#[inline(always)]
fn softmax<const O: usize>(z: &mut [f32; O]) {
    let most = z.iter().fold(f32::MIN, |most, &z| if z > most { z } else { most });
    let mut sum = 0.0;
    for z in z.iter_mut() {
        *z = exp(*z - most);
    }
    for z in z.iter() {
        sum += *z;
    }
    let scale = 1.0 / sum;
    for z in z {
        *z *= scale;
    }
}

/// `e^x` for `x <= 0`: a power of two times the series of what is left.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23: adding it rounds to a whole number.
    const SERIES: [f32; 6] = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 1.0 / 2.0];
    let x = if x > -87.0 { x } else { -87.0 };
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let power = shifted - ROUND;
    let rest = power.mul_add(-0.693_359_4, x);
    let rest = power.mul_add(2.121_944_4e-4, rest);
    let mut sum = 0.0_f32;
    for coefficient in SERIES {
        sum = sum.mul_add(rest, coefficient);
    }
    let value = (rest * rest).mul_add(sum, rest) + 1.0;
    f32::from_bits(value.to_bits().wrapping_add(shifted.to_bits() << 23))
}
