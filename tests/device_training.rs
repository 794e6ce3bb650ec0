//! Training without an allocator comes to the same bits as training with one.
use castnet::optimizers::Optimizer;
use castnet::{Arithmetic, BatchError, TrainingMemory, prelude::*};

/// The training of the firmware.
#[path = "../examples/firmware/src/training.rs"]
mod training;

network! {
    HousePrice< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 >
    Everything<
        input 5 => dense 8 tanh l2 1e-3 bias_l2 1e-3 activity_l1 1e-3 => dropout 0.3 => dense 6 nobias frozen => gelu
        => dense 3 max_norm 1 softmax activity_l2 1e-2
    >
}

castnet::embed! {
    static HOUSE: HousePrice = "../examples/weights/house_prices.safetensors";
}

#[test]
fn the_firmware_and_the_workstation() {
    let mut on_device = HOUSE.clone();
    let (loss, hash) = training::train(&mut on_device).expect("sound batches");
    let mut trainer = HOUSE.clone_boxed().compile(MeanSquaredError, Adam::default()).arithmetic(Arithmetic::Portable);
    let mut last = 0.0;
    for step in 0..training::STEPS {
        let (inputs, targets) = training::batch(step);
        last = trainer.train_on_batch(&inputs, &targets).expect("a sound batch").loss;
    }
    assert_eq!(loss, last);
    assert!(on_device.as_flat() == trainer.network().as_flat());
    assert!(on_device.as_flat() != HOUSE.as_flat());
    assert_eq!(format!("{hash:016x}"), format!("{:016x}", training::HASH), "the firmware compares with this");
    const { assert!(training::BYTES < 8 * 1024) };
}

fn compare<O: Optimizer>(optimizer: O) {
    let inputs: Vec<_> = (0..7_u8)
        .map(|n| castnet::nalgebra::SVector::from([0.1, -0.2, 0.3, 1.0, 0.5].map(|x| x * f32::from(n))))
        .collect();
    let targets: Vec<_> =
        (0..7).map(|n| <Everything as Network>::Output::from_fn(|row, _| f32::from(u8::from(row == n % 3)))).collect();
    let mut on_device = Everything::init(&mut seeded(1));
    let trainer = Everything::init(&mut seeded(1)).compile(CategoricalCrossentropy, optimizer.clone());
    let mut trainer = trainer.arithmetic(Arithmetic::Portable).seed(3);
    let mut memory = TrainingMemory::<Everything, O, 8>::new();
    let mut device = on_device.compile_in(&mut memory, CategoricalCrossentropy, optimizer).seed(3);
    let (inputs, targets) = (&inputs[..], &targets[..]);
    for samples in [7, 3, 1, 7, 5] {
        let on_device = device.train_on_batch(&inputs[..samples], &targets[..samples]).expect("a sound batch");
        let on_host = trainer.train_on_batch(&inputs[..samples], &targets[..samples]).expect("a sound batch");
        assert_eq!(on_device, on_host);
    }
    assert!(on_device.as_flat() == trainer.network().as_flat());
}

#[test]
fn every_part_of_a_step() {
    compare(Sgd::default());
    compare(Momentum::default());
    compare(RmsProp::default());
    compare(Adam::default());
    compare(ClipNorm { optimizer: Adam::default(), norm: 0.1 });
}

#[test]
fn bad_batches() {
    let mut net = HOUSE.clone();
    let mut memory = TrainingMemory::<HousePrice, Sgd, 2>::new();
    let mut trainer = net.compile_in(&mut memory, MeanSquaredError, Sgd { learning_rate: 1e-6 });
    let (inputs, targets) = training::batch(0);
    let error = trainer.train_on_batch(&inputs, &targets).expect_err("too many");
    assert_eq!(error, BatchError::TooMany { samples: 8, most: 2 });
    assert_eq!(trainer.train_on_batch(&inputs[..0], &targets[..0]), Err(BatchError::Empty));
    assert!(matches!(trainer.train_on_batch(&inputs[..1], &targets[..2]), Err(BatchError::Lengths(_))));
    let nan = [targets[0] * f32::NAN];
    assert_eq!(trainer.train_on_batch(&inputs[..1], &nan), Err(BatchError::NotFinite));
    assert!(trainer.network().as_flat() == HOUSE.as_flat(), "nothing has changed");
}
