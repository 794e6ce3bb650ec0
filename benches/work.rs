//! The workloads: each by castnet, and by the limit's kernels for exactly this work.
use std::hint::black_box;

use castnet::prelude::*;

#[cfg(target_arch = "x86_64")]
use crate::limit::{self, Cnn, CnnTrainer, Maps, Net, Set, Y};

network! {
    /// Regression on 13 features.
    pub House< input 13 => dense 10 relu => dense 10 relu => dense 1 >
}
network! {
    /// Ten classes of 784 pixels.
    pub Digit< input 784 => dense 128 relu => dense 64 relu => dense 10 softmax >
}

network! {
    /// Ten classes of images.
    pub Image<
        input 28x28x1 => conv 8 3x3 relu => maxpool 2x2 => conv 16 3x3 relu => maxpool 2x2 => flatten => dense 10 softmax
    > where params == 5_258
}

network! {
    /// Ten classes of images, by windows for each channel alone.
    pub Mobile<
        input 28x28x1 => conv 16 3x3 stride 2 same relu => depthwise 3x3 same relu => conv 24 1x1 relu => separable 32 3x3 stride 2 same relu
        => globalavgpool => dense 10 softmax
    >
}

type Input<N> = <N as Network>::Input;
type Output<N> = <N as Network>::Output;

/// Runs a workload as many times as it is told.
pub type Case<'a> = Box<dyn FnMut(usize) + 'a>;

/// A workload: by castnet, and by the limit's kernels where there are some.
pub struct Work<'a> {
    pub name: &'static str,
    /// Operations, as the name says, in one run.
    pub per: usize,
    pub castnet: Case<'a>,
    pub limit: Option<Case<'a>>,
}

/// Made-up samples; of digits, a fifth of the pixels are not zero.
pub struct Data {
    pub house: Box<House>,
    pub digit: Box<Digit>,
    pub image: Box<Image>,
    pub mobile: Box<Mobile>,
    pub houses: Vec<[f32; 13]>,
    pub prices: Vec<f32>,
    pub digits: Vec<[f32; 784]>,
    pub classes: Vec<usize>,
    pub house_inputs: Vec<Input<House>>,
    pub digit_inputs: Vec<Input<Digit>>,
    pub house_data: Dataset<Input<House>, Output<House>>,
    pub digit_data: Dataset<Input<Digit>, Target>,
    image_inputs: Vec<Input<Image>>,
    image_data: Dataset<Input<Image>, Target>,
}

/// Samples in an epoch of the network of convolutions.
const IMAGES: usize = 2_000;

type Target = castnet::nalgebra::SMatrix<f32, 1, 1>;

impl Data {
    pub fn new() -> Result<Self, Box<dyn std::error::Error>> {
        Self::with_digits(10_000)
    }

    /// With this number of digits.
    pub fn with_digits(digits: usize) -> Result<Self, Box<dyn std::error::Error>> {
        let mut state = 1_u64;
        let mut uniform = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / 16_777_216.0
        };
        let houses: Vec<[f32; 13]> = (0..404).map(|_| std::array::from_fn(|_| uniform())).collect();
        let prices: Vec<f32> = houses.iter().map(|x| 3.0 * x[0] + x[1]).collect();
        let mut pixel = || if uniform() < 0.2 { uniform() } else { 0.0 };
        let digits: Vec<[f32; 784]> = (0..digits).map(|_| std::array::from_fn(|_| pixel())).collect();
        let class = |x: &[f32; 784]| ((x[..100].iter().sum::<f32>() * 4.0) as usize) % 10;
        let classes: Vec<usize> = digits.iter().map(class).collect();
        let house_inputs: Vec<Input<House>> = houses.iter().map(|x| (*x).into()).collect();
        let digit_inputs: Vec<Input<Digit>> = digits.iter().map(|x| (*x).into()).collect();
        let outputs: Vec<Output<House>> = prices.iter().map(|y| [*y].into()).collect();
        let targets: Vec<Target> = classes.iter().map(|class| [[*class as f32]].into()).collect();
        let image_inputs: Vec<Input<Image>> =
            digits.iter().take(IMAGES).map(|x| Input::<Image>::from_column_slice(x)).collect();
        Ok(Self {
            image: Image::init(&mut seeded(3)),
            mobile: Mobile::init(&mut seeded(4)),
            image_data: Dataset::new(image_inputs.clone(), targets.iter().take(IMAGES).copied().collect::<Vec<_>>())?,
            image_inputs,
            house: House::init(&mut seeded(1)),
            digit: Digit::init(&mut seeded(2)),
            house_data: Dataset::new(house_inputs.clone(), outputs)?,
            digit_data: Dataset::new(digit_inputs.clone(), targets)?,
            houses,
            prices,
            digits,
            classes,
            house_inputs,
            digit_inputs,
        })
    }

    /// All workloads, on one thread.
    pub fn work(&self) -> Vec<Work<'_>> {
        vec![
            self.predict_house(),
            self.predict_digit(),
            self.predict_image(),
            self.train_house(false),
            self.train_house(true),
            self.train_digit::<32>("W5 train 784-128-64-10, 10,000 samples, batch 32", false),
            self.train_digit::<32>("W5 the same, shuffled", true),
            self.train_digit::<128>("W5 train 784-128-64-10, 10,000 samples, batch 128", false),
            self.predict_digits(),
            self.train_image(),
        ]
    }

    fn predict_house(&self) -> Work<'_> {
        let (castnet, limit) = (self.house_predictions(), self.limit_of_house());
        Work { name: "W1 predict 13-10-10-1", per: 1, castnet, limit }
    }

    fn predict_digit(&self) -> Work<'_> {
        let (castnet, limit) = (self.digit_predictions(), self.limit_of_digit());
        Work { name: "W2 predict 784-128-64-10", per: 1, castnet, limit }
    }

    fn predict_image(&self) -> Work<'_> {
        let (castnet, limit) = (self.image_predictions(), self.limit_of_image());
        Work { name: "W3 predict conv 8, pool, conv 16, pool, dense 10", per: 1, castnet, limit }
    }

    fn train_image(&self) -> Work<'_> {
        let (castnet, limit) = (self.image_epochs(), self.limit_of_image_training());
        Work { name: "W7 train W3's network, 2,000 samples, batch 32", per: 1, castnet, limit }
    }

    fn predict_digits(&self) -> Work<'_> {
        let (castnet, limit) = (self.digit_batches(), self.limit_of_digits());
        Work { name: "W6 predict_batch of W2, 10,000 samples", per: self.digits.len(), castnet, limit }
    }

    fn train_house(&self, shuffle: bool) -> Work<'_> {
        let name = if shuffle { "W4 the same, shuffled" } else { "W4 train 13-10-10-1, 404 samples, batch 32" };
        Work { name, per: 1, castnet: self.house_epochs(shuffle), limit: self.limit_of_house_training() }
    }

    fn train_digit<const BATCH: usize>(&self, name: &'static str, shuffle: bool) -> Work<'_> {
        let (castnet, limit) = (self.digit_epochs::<BATCH>(shuffle), self.limit_of_digit_training::<BATCH>());
        Work { name, per: 1, castnet, limit }
    }
}

/// The workloads by castnet. A run is one prediction, all samples as a batch, or an epoch.
impl Data {
    pub fn house_predictions(&self) -> Case<'_> {
        Box::new(|times| {
            for i in 0..times {
                black_box(self.house.predict(black_box(&self.house_inputs[i % 16])));
            }
        })
    }

    pub fn digit_predictions(&self) -> Case<'_> {
        Box::new(|times| {
            for i in 0..times {
                black_box(self.digit.predict(black_box(&self.digit_inputs[i % 16])));
            }
        })
    }

    pub fn image_predictions(&self) -> Case<'_> {
        predictions(&*self.image, &self.image_inputs)
    }

    pub fn image_epochs(&self) -> Case<'_> {
        epochs(&*self.image, &self.image_data)
    }

    #[allow(dead_code, reason = "only its instructions are counted")]
    pub fn mobile_predictions(&self) -> Case<'_> {
        predictions(&*self.mobile, &self.image_inputs)
    }

    #[allow(dead_code, reason = "only its instructions are counted")]
    pub fn mobile_epochs(&self) -> Case<'_> {
        epochs(&*self.mobile, &self.image_data)
    }

    #[allow(dead_code, reason = "only its instructions are counted")]
    pub fn house_batches(&self) -> Case<'_> {
        batches(&*self.house, &self.house_inputs)
    }

    pub fn digit_batches(&self) -> Case<'_> {
        batches(&*self.digit, &self.digit_inputs)
    }

    pub fn house_epochs(&self, shuffle: bool) -> Case<'_> {
        let mut trainer = self.house.clone_boxed().compile(MeanSquaredError, RmsProp::default());
        Box::new(move |times| {
            let fit = Fit::epochs(times).batch_size(32).shuffle(shuffle).progress(false);
            let _ = black_box(trainer.fit(&self.house_data, fit));
        })
    }

    pub fn digit_epochs<const BATCH: usize>(&self, shuffle: bool) -> Case<'_> {
        let mut trainer = self.digit.clone_boxed().compile(SparseCategoricalCrossentropy, Adam::default());
        Box::new(move |times| {
            let fit = Fit::epochs(times).batch_size(BATCH).shuffle(shuffle).progress(false);
            let _ = black_box(trainer.fit(&self.digit_data, fit));
        })
    }
}

/// Predictions one by one, of the first samples in turn.
fn predictions<'a, N: Network>(network: &'a N, inputs: &'a [Input<N>]) -> Case<'a> {
    let mut workspace = Workspace::boxed();
    Box::new(move |times| {
        for i in 0..times {
            black_box(network.predict_in(black_box(&inputs[i % 16]), &mut workspace));
        }
    })
}

/// Epochs of training in batches of 32.
fn epochs<'a, N>(network: &N, data: &'a Dataset<Input<N>, Target>) -> Case<'a>
where
    N: Network<Scalar = f32>,
    SparseCategoricalCrossentropy: castnet::losses::Loss<N::Head, N::Output, Target = Target>,
{
    let mut trainer = network.clone_boxed().compile(SparseCategoricalCrossentropy, Adam::default());
    Box::new(move |times| {
        let fit = Fit::epochs(times).batch_size(32).shuffle(false).progress(false);
        let _ = black_box(trainer.fit(data, fit));
    })
}

fn batches<'a, N: Network>(network: &'a N, inputs: &'a [Input<N>]) -> Case<'a> {
    let mut outputs = Vec::new();
    outputs.resize_with(inputs.len(), Output::<N>::zeroed);
    Box::new(move |times| {
        for _ in 0..times {
            let done = network.predict_batch(black_box(inputs), &mut outputs);
            assert!(done.is_ok());
            black_box(&outputs);
        }
    })
}

#[cfg(target_arch = "x86_64")]
impl Data {
    fn limit_of_house(&self) -> Option<Case<'_>> {
        let (_, net) = (Set::best()?, Net::new(self.house.as_flat()));
        for (x, input) in self.houses.iter().zip(&self.house_inputs) {
            same(&[limit::predict_small(&net, x)], self.house.predict(input).as_slice(), 1e-5);
        }
        Some(Box::new(move |times| {
            for i in 0..times {
                black_box(limit::predict_small(&net, black_box(&self.houses[i % 16])));
            }
        }))
    }

    fn limit_of_digit(&self) -> Option<Case<'_>> {
        let (set, net) = (Set::best()?, Net::new(self.digit.as_flat()));
        for (x, input) in self.digits.iter().zip(&self.digit_inputs).take(100) {
            same(&limit::predict_digit(set, &net, x), self.digit.predict(input).as_slice(), 1e-5);
        }
        Some(Box::new(move |times| {
            for i in 0..times {
                black_box(limit::predict_digit(set, &net, black_box(&self.digits[i % 16])));
            }
        }))
    }

    fn limit_of_image(&self) -> Option<Case<'_>> {
        let (set, net, mut maps) = (Set::best()?, Cnn::new(self.image.as_flat()), Maps::new());
        let mut workspace = Workspace::boxed();
        for (x, input) in self.digits.iter().zip(&self.image_inputs).take(100) {
            let castnet = self.image.predict_in(input, &mut workspace);
            same(&limit::predict_image(set, &net, x, &mut maps), castnet.as_slice(), 1e-5);
        }
        Some(Box::new(move |times| {
            for i in 0..times {
                black_box(limit::predict_image(set, &net, black_box(&self.digits[i % 16]), &mut maps));
            }
        }))
    }

    fn limit_of_image_training(&self) -> Option<Case<'_>> {
        let (set, mut limit) = (Set::best()?, CnnTrainer::new(self.image.as_flat()));
        let (images, classes) =
            (self.digits.get(..self.image_inputs.len())?, self.classes.get(..self.image_inputs.len())?);
        let mut castnet = self.image.clone_boxed().compile(SparseCategoricalCrossentropy, Adam::default());
        let _ = castnet.fit(&self.image_data, Fit::epochs(1).batch_size(32).shuffle(false).progress(false));
        limit::image_epoch(set, &mut limit, images, classes);
        let (mut workspace, mut of_limit) = (Workspace::boxed(), Workspace::boxed());
        let mut trained = self.image.clone_boxed();
        trained.as_flat_mut().copy_from_slice(limit.net.parameters());
        for input in self.image_inputs.iter().step_by(97) {
            let limit = trained.predict_in(input, &mut of_limit);
            same(limit.as_slice(), castnet.network().predict_in(input, &mut workspace).as_slice(), 1e-2);
        }
        Some(Box::new(move |times| {
            for _ in 0..times {
                limit::image_epoch(set, &mut limit, black_box(images), classes);
            }
        }))
    }

    fn limit_of_digits(&self) -> Option<Case<'_>> {
        let (set, net) = (Set::best()?, Net::new(self.digit.as_flat()));
        let mut outputs = vec![[0.0; 10]; self.digits.len()];
        limit::predict_digits(set, &net, &self.digits, &mut outputs);
        for (output, input) in outputs.iter().zip(&self.digit_inputs).step_by(97) {
            same(output, self.digit.predict(input).as_slice(), 1e-5);
        }
        Some(Box::new(move |times| {
            for _ in 0..times {
                limit::predict_digits(set, &net, black_box(&self.digits), &mut outputs);
                black_box(&outputs);
            }
        }))
    }

    fn limit_of_house_training(&self) -> Option<Case<'_>> {
        let set = Set::best()?;
        let mut limit = limit::Trainer::<13, 10, 10, 1, 32>::new(self.house.as_flat());
        let mut castnet = self.house.clone_boxed().compile(MeanSquaredError, RmsProp::default());
        let _ = castnet.fit(&self.house_data, Fit::epochs(1).batch_size(32).shuffle(false).progress(false));
        limit::epoch(set, &mut limit, &self.houses, Y::Values(&self.prices));
        let mut trained = self.house.clone_boxed();
        trained.as_flat_mut().copy_from_slice(&limit.net.parameters);
        for input in &self.house_inputs {
            let castnet = castnet.network().predict(input);
            same(trained.predict(input).as_slice(), castnet.as_slice(), 1e-4);
        }
        Some(Box::new(move |times| {
            for _ in 0..times {
                limit::epoch(set, &mut limit, black_box(&self.houses), Y::Values(&self.prices));
            }
        }))
    }

    fn limit_of_digit_training<const BATCH: usize>(&self) -> Option<Case<'_>> {
        let set = Set::best()?;
        let mut limit = limit::Trainer::<784, 128, 64, 10, BATCH>::new(self.digit.as_flat());
        let mut castnet = self.digit.clone_boxed().compile(SparseCategoricalCrossentropy, Adam::default());
        let _ = castnet.fit(&self.digit_data, Fit::epochs(1).batch_size(BATCH).shuffle(false).progress(false));
        limit::epoch(set, &mut limit, &self.digits, Y::Classes(&self.classes));
        let mut trained = self.digit.clone_boxed();
        trained.as_flat_mut().copy_from_slice(&limit.net.parameters);
        for input in self.digit_inputs.iter().step_by(97) {
            let castnet = castnet.network().predict(input);
            same(trained.predict(input).as_slice(), castnet.as_slice(), 1e-2);
        }
        Some(Box::new(move |times| {
            for _ in 0..times {
                limit::epoch(set, &mut limit, black_box(&self.digits), Y::Classes(&self.classes));
            }
        }))
    }
}

/// The limit is the same computation: its answers are castnet's, up to the order of additions.
#[cfg(target_arch = "x86_64")]
fn same(limit: &[f32], castnet: &[f32], tolerance: f32) {
    assert_eq!(limit.len(), castnet.len());
    for (a, b) in limit.iter().zip(castnet) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "limit {limit:?}, castnet {castnet:?}");
    }
}

/// There are no limit kernels for this processor.
#[cfg(not(target_arch = "x86_64"))]
impl Data {
    fn limit_of_house(&self) -> Option<Case<'_>> {
        None
    }
    fn limit_of_digit(&self) -> Option<Case<'_>> {
        None
    }
    fn limit_of_image(&self) -> Option<Case<'_>> {
        None
    }
    fn limit_of_image_training(&self) -> Option<Case<'_>> {
        None
    }
    fn limit_of_digits(&self) -> Option<Case<'_>> {
        None
    }
    fn limit_of_house_training(&self) -> Option<Case<'_>> {
        None
    }
    fn limit_of_digit_training<const BATCH: usize>(&self) -> Option<Case<'_>> {
        None
    }
}
